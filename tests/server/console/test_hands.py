"""Into whose hands a chat may be given, and what of earlier ones may be named to whoever has it."""

from __future__ import annotations

import uuid

import pytest

from dialogs.effects import CaseUrgency
from server.staff.access import Role
from tests.server.console.house import House, Young
from tests.support.staff import close_open_case, make_member

pytestmark = pytest.mark.database
REFUSED = "They may not have this chat."


async def nobody_who_may(house: House, young: Young) -> dict[str, uuid.UUID]:
    """By why they may not: somebody whom a crafted form could name."""
    barred = await make_member(house.engine, "Bob")
    await house.changes("UPDATE cases SET barred = :barred WHERE id = :id", barred=[barred.id], id=young.case)
    removed = await make_member(house.engine, "Rae")
    await house.changes("UPDATE staff SET removed_at = now() WHERE id = :id", id=removed.id)
    return {
        "yjs worker": (await make_member(house.engine, "Yas", Role.YJS_WORKER)).id,
        "manager": (await make_member(house.engine, "Mo", Role.MANAGER)).id,
        "administrator": (await make_member(house.engine, "Al", Role.ADMINISTRATOR)).id,
        "elsewhere": (await make_member(house.engine, "Eli", area="away")).id,
        "trainee": (await make_member(house.engine, "Tia", is_trainee=True)).id,
        "barred": barred.id,
        "removed": removed.id,
        "nobody": uuid.uuid4(),
    }


async def test_a_chat_is_passed_only_to_somebody_who_may_read_it(house: House) -> None:
    lead, young = await house.has(Role.LEAD), await house.writes("i am scared")
    for why, staff_id in (await nobody_who_may(house, young)).items():
        answer = await lead.posts(f"/console/cases/{young.case}/pass-on", to=f"staff:{staff_id}", why="for you")
        assert answer.status_code == 422, why
        assert REFUSED in answer.text, why
        assert "for you" in answer.text, why
    assert await house.scalar("SELECT adviser_id FROM cases WHERE id = :id", id=young.case) is None
    fit = await make_member(house.engine, "Fay")
    answer = await lead.posts(f"/console/cases/{young.case}/pass-on", to=f"staff:{fit.id}", why="for you")
    assert answer.status_code == 200
    assert await house.scalar("SELECT adviser_id FROM cases WHERE id = :id", id=young.case) == fit.id


async def test_only_somebody_who_may_read_it_is_asked(house: House) -> None:
    jo, young = await house.has(), await house.writes("can i leave school", CaseUrgency.ADVICE)
    notes = "SELECT count(*) FROM case_notes WHERE case_id = :id"
    them = await nobody_who_may(house, young)
    del them["trainee"]  # may read, and be asked
    for why, staff_id in them.items():
        answer = await jo.posts(f"/console/cases/{young.case}/notes", to=f"staff:{staff_id}", kind="ask", text="what")
        assert "They may not read this chat" in answer.text, why
    assert await house.scalar(notes, id=young.case) == 0
    fit = await make_member(house.engine, "Fay")
    await jo.posts(f"/console/cases/{young.case}/notes", to=f"staff:{fit.id}", kind="ask", text="what")
    assert await house.scalar(notes, id=young.case) == 1


async def test_the_brief_names_no_case_that_the_reader_may_not_open(house: House) -> None:
    jo, sam = await house.has(name="Jo"), await house.has(name="Sam")
    await house.has(area="away", name="Eli")  # so that there is such an area
    numbers: list[str] = []
    person: uuid.UUID | None = None
    for change in (
        "UPDATE cases SET barred = array[:jo]::uuid[] WHERE id = :id",
        "UPDATE cases SET barred = '{}', area = 'away' WHERE id = :id AND :jo IS NOT NULL",
        "UPDATE cases SET barred = '{}' WHERE id = :id AND :jo IS NOT NULL",
    ):
        young = await house.writes("again", CaseUrgency.ADVICE, person=person)
        person = young.person
        await close_open_case(house.engine, young.person)
        await house.changes(change.replace(":jo", f"'{jo.member.id}'"), id=young.case)
        numbers.append(f"C-{await house.scalar('SELECT number FROM cases WHERE id = :id', id=young.case)}")
    young = await house.writes("hello again", CaseUrgency.ADVICE, person=person)
    await house.changes("UPDATE cases SET barred = '{}' WHERE id = :id", id=young.case)
    for who, shown in ((jo, [False, False, True]), (sam, [True, False, True])):
        page = (await who.client.get(f"/console/cases/{young.case}")).text
        assert [f">{number}</a>" in page for number in numbers] == shown
