"""A youth justice worker sees the next date and who the adviser is, never anything of the chat (J26, Q37)."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from sqlalchemy import insert, text

from dialogs.effects import CaseUrgency
from server.clock import utc_now
from server.conversations.effects import merge
from server.conversations.models import Conversation
from server.db.base import table_of
from server.people.privacy import erase_person
from server.staff.access import Role
from server.wiring import PERSONAL_DATA
from tests.server.console.house import FUZZ, House, Worker, Young

pytestmark = pytest.mark.database
WORDS = "they took me to the station again"
HOME = "/console/my-people"


@pytest.fixture(autouse=True)
async def nothing_yet(house: House) -> None:
    for table in ("worker_links", "case_tasks", "case_notes"):
        await house.changes(f"DELETE FROM {table}")
    await house.changes("UPDATE staff SET removed_at = now()")


async def links(house: House, lee: Worker, beth: Worker, young: Young) -> uuid.UUID:
    await lee.posts(f"/console/cases/{young.case}/why", reason="work")
    page = await lee.posts(f"/console/cases/{young.case}/workers", to=str(beth.member.id), why="supervision; they know")
    assert page.status_code == 200, page.text
    return await house.scalar("SELECT id FROM worker_links WHERE person_id = :id AND ended_at IS NULL", id=young.person)


async def number_of(house: House, young: Young) -> str:
    return f"C-{await house.scalar('SELECT number FROM cases WHERE id = :id', id=young.case)}"


async def test_they_see_the_next_date_and_the_adviser_and_nothing_else(house: House) -> None:
    lee = await house.has(Role.LEAD, name="Lee")
    beth = await house.has(Role.YJS_WORKER, name="Beth")
    jo = await house.has(name="Jocasta")
    young = await house.writes(WORDS, CaseUrgency.CRISIS)
    assert await number_of(house, young) not in (await beth.opens(HOME)).text
    await links(house, lee, beth, young)
    page = (await beth.opens(HOME)).text
    assert await number_of(house, young) in page
    assert "None is known." in page
    assert "Nobody just now" in page
    await jo.posts(f"/console/cases/{young.case}/take")
    # a task's time is the staff's own, and the one after a crisis would tell of it
    await house.changes(
        "INSERT INTO case_tasks (id, area, case_id, person_id, kind, due_at, created_at) "
        "VALUES (gen_random_uuid(), 'home', :case, :person, 'follow_up', now() + interval '1 day', now())",
        case=young.case,
        person=young.person,
    )
    page = (await beth.opens(HOME)).text
    assert "Jocasta" in page
    assert "None is known." in page
    day = (utc_now() + timedelta(days=3)).date()
    await house.changes("UPDATE cases SET next_on = :day WHERE id = :id", day=day, id=young.case)
    page = (await beth.opens(HOME)).text
    assert f"{day.day} {day:%B} {day.year}" in page
    for hidden in (WORDS, "07700", "+447700900123", "supervision", "risis", "danger", "Asked for a person", "SMS"):
        assert hidden not in page
    assert (await beth.opens(f"/console/cases/{young.case}")).status_code == 404


async def test_a_date_that_is_past_is_no_next_date_and_a_new_chat_is_not_given_away(house: House) -> None:
    lee, beth = await house.has(Role.LEAD, name="Lee"), await house.has(Role.YJS_WORKER, name="Beth")
    jo = await house.has(name="Jocasta")
    young = await house.writes(WORDS, CaseUrgency.ADVICE)
    await links(house, lee, beth, young)
    past = (utc_now() - timedelta(days=3)).date()
    ended = "UPDATE cases SET closed_at = now(), closed_by_id = :who, next_on = :day WHERE id = :id"
    await house.changes(ended, who=jo.member.id, day=past, id=young.case)
    before = (await beth.opens(HOME)).text
    assert "None is known." in before
    assert "Jocasta" in before
    later = await house.writes("help", CaseUrgency.CRISIS, person=young.person)
    after = (await beth.opens(HOME)).text
    assert await number_of(house, young) in after
    assert await number_of(house, later) not in after
    assert "Jocasta" in after


async def test_each_look_is_a_row_of_the_audit(house: House) -> None:
    lee, beth = await house.has(Role.LEAD, name="Lee"), await house.has(Role.YJS_WORKER, name="Beth")
    young = await house.writes(WORDS)
    await links(house, lee, beth, young)
    for _ in range(2):
        await beth.opens(HOME)
    found = await house.rows(
        "SELECT what FROM audit WHERE staff_id = :id AND about_person = :person AND about_case = :case ORDER BY number",
        id=beth.member.id,
        person=young.person,
        case=young.case,
    )
    assert [row.what for row in found] == ["next_meeting", "adviser"] * 2


async def test_only_who_has_the_role_in_the_area_is_linked_and_with_a_reason(house: House) -> None:
    lee, beth = await house.has(Role.LEAD, Role.YJS_WORKER, name="Lee"), await house.has(Role.YJS_WORKER, name="Beth")
    jo = await house.has(name="Jo")
    far = await house.has(Role.YJS_WORKER, name="Far", area="elsewhere")
    barred = await house.has(Role.YJS_WORKER, name="Bea")
    young = await house.writes(WORDS)
    await lee.posts(f"/console/cases/{young.case}/why", reason="work")
    await house.changes(
        "UPDATE cases SET barred = ARRAY[CAST(:who AS uuid)] WHERE id = :id", who=barred.member.id, id=young.case
    )
    where = f"/console/cases/{young.case}/workers"
    for to in (*FUZZ, *(str(one.member.id) for one in (lee, jo, far, barred))):
        assert (await lee.posts(where, to=to, why="x")).status_code in {422, 400, 413}, to
    refused = await lee.posts(where, to=str(beth.member.id), why=" ")
    assert refused.status_code == 422
    assert f'value="{beth.member.id}" selected' in refused.text
    assert await house.scalar("SELECT count(*) FROM worker_links") == 0
    for _ in range(2):
        await lee.posts(where, to=str(beth.member.id), why="supervision")
    assert await house.scalar("SELECT count(*) FROM worker_links") == 1
    assert (await beth.opens(where)).status_code == 404
    assert (await jo.opens(where)).status_code == 404


async def test_an_end_needs_a_reason_and_shows_nothing_any_more(house: House) -> None:
    lee, beth = await house.has(Role.LEAD, name="Lee"), await house.has(Role.YJS_WORKER, name="Beth")
    young, other = await house.writes(WORDS), await house.writes("another")
    link = await links(house, lee, beth, young)
    await lee.posts(f"/console/cases/{other.case}/why", reason="work")
    await lee.posts(f"/console/cases/{other.case}/workers/{link}/end", why="wrong person")
    where = f"/console/cases/{young.case}/workers/{link}/end"
    assert (await lee.posts(where, why="")).status_code == 422
    assert await number_of(house, young) in (await beth.opens(HOME)).text
    assert (await lee.posts(where, why="the order ended")).status_code == 200
    await lee.posts(where, why="twice")
    assert await number_of(house, young) not in (await beth.opens(HOME)).text
    assert (await beth.posts(f"{HOME}/{link}/write", text="hello")).status_code == 404
    rows = await house.rows(
        "SELECT why, about_staff FROM audit WHERE staff_id = :id AND what = 'link_worker'", id=lee.member.id
    )
    assert len(rows) == 2
    assert {row.about_staff for row in rows} == {beth.member.id}


async def test_what_they_write_is_a_note_and_a_task_and_never_reaches_the_young_person(house: House) -> None:
    lee, beth = await house.has(Role.LEAD, name="Lee"), await house.has(Role.YJS_WORKER, name="Beth")
    jo = await house.has(name="Jo")
    young = await house.writes(WORDS, CaseUrgency.ADVICE)
    link = await links(house, lee, beth, young)
    await jo.posts(f"/console/cases/{young.case}/take")
    sent = await house.scalar("SELECT count(*) FROM deliveries")
    assert (await beth.posts(f"{HOME}/{link}/write", text=" ")).status_code == 422
    page = await beth.posts(f"{HOME}/{link}/write", text="The plan of <b>Monday</b> is off.")
    assert page.status_code == 200
    assert "The plan of" not in page.text
    task = (await house.rows("SELECT id, kind, staff_id FROM case_tasks"))[0]
    assert (task.kind, task.staff_id) == ("worker_wrote", jo.member.id)
    assert "The plan of &lt;b&gt;Monday&lt;/b&gt; is off." in (await jo.opens(f"/console/tasks/{task.id}")).text
    assert "The plan of &lt;b&gt;Monday&lt;/b&gt; is off." in (await jo.opens(f"/console/cases/{young.case}")).text
    assert await house.scalar("SELECT count(*) FROM deliveries") == sent
    assert await house.scalar("SELECT count(*) FROM case_messages WHERE case_id = :id", id=young.case) == 1
    other = await house.has(Role.YJS_WORKER, name="Bob")
    assert (await other.posts(f"{HOME}/{link}/write", text="hello")).status_code == 404


async def test_a_worker_who_is_barred_or_lost_the_role_or_area_sees_nobody(house: House) -> None:
    lee, beth = await house.has(Role.LEAD, name="Lee"), await house.has(Role.YJS_WORKER, name="Beth")
    young = await house.writes(WORDS)
    await links(house, lee, beth, young)
    name, who = await number_of(house, young), beth.member.id
    bar = "UPDATE cases SET barred = CAST(:who AS uuid[]) WHERE id = :id"
    await house.changes(bar, who=[who], id=young.case)
    assert name not in (await beth.opens(HOME)).text
    await house.changes(bar, who=[], id=young.case)
    assert name in (await beth.opens(HOME)).text
    await house.changes("UPDATE staff SET areas = '{elsewhere}' WHERE id = :id", id=who)
    assert name not in (await beth.opens(HOME)).text
    await house.changes("UPDATE staff SET areas = '{home}', roles = '{adviser}' WHERE id = :id", id=who)
    assert (await beth.opens(HOME)).status_code == 404


async def test_a_deletion_takes_the_link_away_also_while_a_record_about_danger_stays(house: House) -> None:
    lee, beth = await house.has(Role.LEAD, name="Lee"), await house.has(Role.YJS_WORKER, name="Beth")
    young = await house.writes(WORDS, CaseUrgency.CRISIS)
    await links(house, lee, beth, young)
    async with house.engine.begin() as db:
        assert await erase_person(db, PERSONAL_DATA, young.person)
    assert await house.scalar("SELECT count(*) FROM worker_links") == 0
    assert await number_of(house, young) not in (await beth.opens(HOME)).text


async def test_two_who_become_one_are_shown_once(house: House) -> None:
    lee, beth = await house.has(Role.LEAD, name="Lee"), await house.has(Role.YJS_WORKER, name="Beth")
    one, two = await house.writes("one", CaseUrgency.ADVICE), await house.writes("two", CaseUrgency.ADVICE)
    now = utc_now()
    async with house.engine.begin() as db:
        for young in (one, two):
            row = {"id": uuid.uuid4(), "person_id": young.person, "area": "home", "state": {}}
            await db.execute(insert(table_of(Conversation)).values(row | {"pace_since": now, "updated_at": now}))
    for young in (one, two):
        await links(house, lee, beth, young)
    async with house.engine.begin() as db:
        await merge(db, one.person, two.person, now)
        assert (await db.execute(text("SELECT DISTINCT person_id FROM worker_links"))).scalars().all() == [two.person]
    page = (await beth.opens(HOME)).text
    assert page.count("<section") == 1
    link = await house.scalar("SELECT id FROM worker_links LIMIT 1")
    await lee.posts(f"/console/cases/{two.case}/workers/{link}/end", why="over")
    assert "<section" not in (await beth.opens(HOME)).text
