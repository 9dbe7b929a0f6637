"""Who may see and do what: the two tables below are the specification, written from the documents and not from the code.

threats.md: need to know per kind of fact. product.md: who uses the service, and for what; the safeguarding lead and the
manager show "who saw what". domain.md Q37 and J26: a yjs worker sees the name, the next meeting and who the adviser is;
never the chat, and no number to reach the person by. D24: the host adviser works inside the establishment. Where the
documents are silent a dash stands: what is not promised to a role is not shown to it.
"""

from __future__ import annotations

import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.db.ids import new_id
from server.staff.access import (
    CONCERNS,
    NEEDS_SECOND_FACTOR_AGAIN,
    Act,
    Fact,
    Member,
    Role,
    Skill,
    may_do,
    may_grant,
    may_read,
)

READS = """
                   name  number  chat  custody  safeguarding_record  next_meeting  adviser  complaint
adviser            yes   yes     yes   -        -                    yes           yes   -
lead               yes   yes     yes   yes      -                    yes           yes   yes
safeguarding_lead  yes   yes     yes   yes      yes                  yes           yes   yes
host_adviser       yes   yes     yes   yes      -                    yes           yes   -
yjs_worker         yes   -       -     -        -                    yes           yes   -
editor             -     -       -     -        -                    -             -     -
translator         -     -       -     -        -                    -             -     -
manager            -     -       -     -        -                    -             -     yes
administrator      -     -       -     -        -                    -             -     -
"""

DOES = """
                   adviser  lead  safeguarding_lead  host_adviser  yjs_worker  editor  translator  manager  administrator
see_queue          yes      yes   yes                yes           -           -       -           -        -
take               yes      yes   yes                yes           -           -       -           -        -
assign             -        yes   yes                -             -           -       -           -        -
whisper            -        yes   yes                -             -           -       -           -        -
export_record      -        -     yes                -             -           -       -           -        -
release_hold       -        -     yes                -             -           -       -           -        -
see_audit          -        -     yes                -             -           -       -           yes      -
manage_staff       -        -     -                  -             -           -       -           -        yes
set_rota           -        yes   yes                -             -           -       -           yes      yes
handle_complaints  -        yes   yes                -             -           -       -           yes      -
link_worker        -        yes   yes                -             -           -       -           -        -
see_own_people     -        -     -                  -             yes         -       -           -        -
see_care           yes      yes   yes                yes           -           -       -           -        -
see_caseloads      -        yes   yes                -             -           -       -           yes      -
set_timescales     -        yes   yes                -             -           -       -           yes      -
search_library     yes      yes   yes                yes           -           yes     yes         -        -
set_diaries        -        yes   yes                -             -           -       -           -        yes
own_hours          yes      yes   yes                yes           -           -       -           -        -
book               yes      yes   yes                yes           -           -       -           -        -
see_punctuality    -        yes   yes                -             -           -       -           yes      -
see_release        yes      yes   yes                yes           -           -       -           -        -
see_diary          yes      yes   yes                yes           -           -       -           -        -
own_account        yes      yes   yes                yes           yes         yes     yes         yes      yes
"""

NORTH, SOUTH = "north", "south"


def table_of(written: str) -> dict[tuple[str, str], bool]:
    """(row, column) of a table as it is written above."""
    header, *lines = (line.split() for line in written.strip().splitlines())
    assert all(len(cells) == len(header) + 1 and set(cells[1:]) <= {"yes", "-"} for cells in lines)
    return {(row, name): cell == "yes" for row, *cells in lines for name, cell in zip(header, cells, strict=True)}


READ_TABLE = table_of(READS)
DO_TABLE = {(role, act): is_allowed for (act, role), is_allowed in table_of(DOES).items()}


def member(*roles: Role, areas: tuple[str, ...] = (NORTH,), who: uuid.UUID | None = None) -> Member:
    return Member(who or new_id(), "Alex", frozenset(roles), frozenset(areas))


def test_the_tables_speak_of_every_role_every_fact_and_every_act() -> None:
    assert set(READ_TABLE) == {(role.value, fact.value) for role in Role for fact in Fact}
    assert set(DO_TABLE) == {(role.value, act.value) for role in Role for act in Act}


def test_each_role_reads_what_the_table_says_and_nothing_else() -> None:
    found = {(role, fact): may_read(member(Role(role)), Fact(fact), NORTH) for role, fact in READ_TABLE}
    assert {cell for cell in READ_TABLE if found[cell] != READ_TABLE[cell]} == set()


def test_each_role_does_what_the_table_says_and_nothing_else() -> None:
    found = {(role, act): may_do(member(Role(role)), Act(act), NORTH) for role, act in DO_TABLE}
    assert {cell for cell in DO_TABLE if found[cell] != DO_TABLE[cell]} == set()


def test_a_yjs_worker_is_no_reader_of_chats_whatever_the_area() -> None:
    beth = member(Role.YJS_WORKER, areas=(NORTH, SOUTH))
    for area in (NORTH, SOUTH):
        assert [fact for fact in Fact if may_read(beth, fact, area)] == [Fact.NAME, Fact.NEXT_MEETING, Fact.ADVISER]


def test_who_manages_accounts_reads_nobody_and_who_reads_the_audit_reads_no_chat() -> None:
    for role in (Role.ADMINISTRATOR, Role.MANAGER, Role.EDITOR, Role.TRANSLATOR):
        read = {fact for fact in Fact if may_read(member(role), fact, NORTH)}
        assert read == ({Fact.COMPLAINT} if role is Role.MANAGER else set())


roles = st.frozensets(st.sampled_from(Role))
areas = st.frozensets(st.sampled_from([NORTH, SOUTH, "east", ""]))


@given(roles, areas, st.sampled_from(Fact), st.sampled_from([NORTH, SOUTH, "east", "", "nowhere"]))
def test_several_roles_read_what_one_of_them_reads_and_only_in_their_areas(
    held: frozenset[Role], own: frozenset[str], fact: Fact, area: str
) -> None:
    who = Member(new_id(), "Alex", held, own)
    assert may_read(who, fact, area) == (area in own and any(READ_TABLE[role, fact] for role in held))


@given(roles, areas, st.sampled_from(Act), st.sampled_from([None, NORTH, SOUTH, "", "nowhere"]))
def test_several_roles_do_what_one_of_them_does_and_only_in_their_areas(
    held: frozenset[Role], own: frozenset[str], act: Act, area: str | None
) -> None:
    who = Member(new_id(), "Alex", held, own)
    is_here = area is None or area in own
    assert may_do(who, act, area) == (is_here and any(DO_TABLE[role, act] for role in held))


@given(roles, st.sampled_from(Fact))
def test_whoever_is_barred_reads_nothing_whatever_their_roles(held: frozenset[Role], fact: Fact) -> None:
    barred, other = member(*held), member(*held)
    assert not may_read(barred, fact, NORTH, [barred.id])
    assert may_read(other, fact, NORTH, [barred.id]) == may_read(other, fact, NORTH)


def test_a_bar_may_be_any_list_of_names_also_one_that_is_read_once() -> None:
    who = member(*Role)
    assert not may_read(who, Fact.CHAT, NORTH, iter([new_id(), who.id]))


def test_training_opens_no_door_by_itself() -> None:
    trained = Member(new_id(), "Alex", frozenset(), frozenset({NORTH}), frozenset(Skill))
    assert not [fact for fact in Fact if may_read(trained, fact, NORTH)]
    assert not [act for act in Act if may_do(trained, act)]


def test_who_works_nowhere_reads_nobody() -> None:
    assert not [fact for fact in Fact for area in (NORTH, "") if may_read(member(*Role, areas=()), fact, area)]


GRANTS = """
who               where         gives              in            may
administrator     north         adviser            north         yes
administrator     north         administrator      north         yes
administrator     north,south   yjs_worker,editor  north,south   yes
administrator     north         adviser            south         -
administrator     north         adviser            north,south   -
administrator     north         adviser            .             -
administrator     north         .                  north         -
administrator     .             adviser            north         -
manager           north         adviser            north         -
lead              north         adviser            north         -
safeguarding_lead north         adviser            north         -
adviser           north         adviser            north         -
"""


@pytest.mark.parametrize("line", GRANTS.strip().splitlines()[1:])
def test_administrators_give_roles_inside_their_own_areas(line: str) -> None:
    who, where, gives, there, may = (cell.replace(".", "").split(",") for cell in line.split())
    by = member(Role(who[0]), areas=tuple(filter(None, where)))
    granted, places = [Role(role) for role in gives if role], [area for area in there if area]
    assert may_grant(by, granted, places) == (may == ["yes"])


def test_what_hurts_most_asks_for_a_fresh_code() -> None:
    assert {"export_record", "manage_staff", "safeguarding_record"} <= set(NEEDS_SECOND_FACTOR_AGAIN)


def test_every_fact_about_a_young_person_is_noted_when_it_is_read() -> None:
    assert {"name", "number", "chat", "custody", "safeguarding_record", "next_meeting"} <= set(CONCERNS)
