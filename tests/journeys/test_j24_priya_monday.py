"""J24: Priya, home adviser, on a Monday: everything red on one screen, by urgency, and cleared from there."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy import insert

from server.appointments.kinds import OfficeStatus, Owner
from server.appointments.release_models import (
    Anchor,
    CustodySpell,
    ReleaseStatus,
    ReleaseStep,
    Side,
    StepKind,
    StepState,
)
from server.clock import utc_now
from server.conversations.dates import make_date_tasks
from server.db.base import table_of
from server.db.ids import new_id
from server.escalations import tasks
from server.escalations.models import TaskKind
from server.staff.access import Role
from tests.server.console.care_people import begins_handover, enters_custody, has_review, looked_after, meets
from tests.server.console.house import House, Worker, Young
from tests.support.program import Program

pytestmark = pytest.mark.database


async def a_plan(house: House, young: Young) -> None:
    """A release plan with one step that nobody owns."""
    now, spell = utc_now(), new_id()
    row = {"id": spell, "area": "home", "person_id": young.person, "entered_on": now.date(), "created_at": now}
    step = {"id": new_id(), "spell_id": spell, "code": "bank", "title": "Open a bank account", "position": 1}
    step |= {"kind": StepKind.TASK, "side": Side.HOME, "anchor": Anchor.RELEASE, "offset_days": -7}
    step |= {"due_on": now.date() + timedelta(days=3), "state": StepState.OPEN}
    async with house.engine.begin() as db:
        await db.execute(insert(table_of(CustodySpell)).values(row | {"status": ReleaseStatus.PLANNED}))
        await db.execute(insert(table_of(ReleaseStep)).values(step))


async def everything_red(house: House, priya: Worker) -> Young:
    sam = await looked_after(house, priya)
    other = await house.has(name="Ali")
    now = utc_now()
    await a_plan(house, sam)
    await enters_custody(house, sam, now.date() - timedelta(days=20))
    await has_review(house, sam, days=-3)
    await meets(
        house, sam, None, now + timedelta(days=2), reason=None, owner=Owner.JOBCENTRE, office=OfficeStatus.NOT_TOLD
    )
    made = await begins_handover(house, sam, other)
    await priya.posts(f"/console/handovers/{made}/answer", answer="no")
    async with house.engine.begin() as db:
        about = {"person_id": sam.person, "staff_id": priya.member.id}
        await tasks.add(db, tasks.Wish(TaskKind.UNREACHABLE, "home", now + timedelta(hours=5), **about), now)
        await tasks.add(db, tasks.Wish(TaskKind.CALL_BACK, "home", now - timedelta(hours=5), **about), now)
    return sam


async def test_priya_sees_what_is_red_by_urgency_and_others_do_not(program: Program) -> None:
    house = House(program)
    priya, kim = await house.has(name="Priya"), await house.has(name="Kim")
    lee = await house.has(Role.LEAD, Role.HOST_ADVISER, name="Lee")
    sam = await everything_red(house, priya)
    await priya.opens("/console/my-day")
    order = (
        "Cannot be reached",
        "Talk with them alone",
        "Nobody owns this step",
        "Office not told yet",
        "Date",
        "Task",
    )
    tags = [
        tag for tag in re.findall(r'<span class="tag[^"]*">([^<]+)</span>', priya.shown) if tag in {*order, "Review"}
    ]
    assert list(dict.fromkeys(tags)) == [*order, "Review"]
    number = await house.scalar("SELECT number FROM cases WHERE id = :id", id=sam.case)
    assert f"C-{number}: Open a bank account" in priya.shown
    assert f"C-{number}: Jobcentre" in priya.shown
    await kim.opens("/console/my-day")
    assert "Open a bank account" not in kim.shown
    await lee.opens("/console/my-day")
    assert "Open a bank account" in lee.shown
    query = "SELECT what FROM audit WHERE staff_id = :who AND about_person = :person ORDER BY 1"
    read = await house.rows(query, who=lee.member.id, person=sam.person)
    assert [row.what for row in read] == ["custody", "next_meeting"]


async def test_a_date_becomes_a_task_once_and_both_are_done_together(program: Program) -> None:
    house = House(program)
    priya = await house.has(name="Priya")
    sam = await looked_after(house, priya)
    await enters_custody(house, sam, utc_now().date() - timedelta(days=20))
    counts = []
    for _ in range(2):
        async with house.engine.begin() as db:
            counts.append(await make_date_tasks(db, program.service.desk.hours, utc_now()))
    assert counts == [5, 0]
    found = await house.rows("SELECT staff_id, done_at FROM case_tasks WHERE kind = 'date'")
    assert {row.staff_id for row in found} == {priya.member.id}
    date = await house.scalar("SELECT id FROM timescale_dates WHERE code = 'planning_meeting'")
    await priya.posts(f"/console/people/{sam.person}/dates/{date}/done")
    assert await house.scalar("SELECT count(*) FROM case_tasks WHERE kind = 'date' AND done_at IS NULL") == 3
    await house.changes("UPDATE staff SET removed_at = now()")
    await house.changes("UPDATE timescale_dates SET task_id = NULL WHERE done_at IS NULL")
    async with house.engine.begin() as db:
        assert await make_date_tasks(db, program.service.desk.hours, utc_now()) == 3
    assert await house.scalar("SELECT count(*) FROM case_tasks WHERE kind = 'date' AND staff_id IS NULL") == 3
