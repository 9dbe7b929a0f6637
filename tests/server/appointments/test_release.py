"""A plan moves as one: everything, or nothing with a name for why; and whoever comes second is told."""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import event, text
from sqlalchemy.ext.asyncio import AsyncEngine

from dialogs.meetings import Needs
from server.appointments import booking, custody, release, release_reading, release_steps
from server.appointments.finding import Query, free_slots
from server.appointments.history import Doer
from server.appointments.kinds import Agreed, By, OfficeStatus, Reason
from server.appointments.others import Clash
from server.appointments.release_errors import (
    BadRelease,
    ChangedMeanwhile,
    NotYet,
    OutAlready,
    StepSettled,
)
from server.appointments.release_models import ReleaseStatus, Side, StepState
from server.appointments.release_reading import Red
from server.appointments.release_rules import Effect
from server.appointments.release_steps import Instead
from server.appointments.release_templates import of_area
from server.appointments.taking import Booking, Gone
from server.staff.access import Member
from tests.server.appointments.conftest import NewPerson
from tests.support.diary import SETTINGS, Town, local
from tests.support.release import Inside

pytestmark = pytest.mark.database

OUT = date(2026, 12, 16)  # a Wednesday
LATER = date(2027, 1, 6)
MONEY = local("2026-12-17", "11:00")


@pytest.fixture
async def sam(engine: AsyncEngine, jo: Member, town: Town, new_person: NewPerson, now: datetime) -> Inside:
    return await Inside.with_plan(engine, await new_person(), jo.id, now, OUT)


async def booked(sam: Inside, town: Town, starts_at: datetime, person_id: uuid.UUID | None = None) -> Any:
    """An appointment of ours, as a worker books it."""
    who = Booking(person_id or sam.person_id, None, "home", by_young_person=False)
    query = Query("home", Reason.FIRST_TALK, starts_at, starts_at + timedelta(seconds=1), by_young_person=False)
    async with sam.engine.begin() as db:
        (slot,) = await free_slots(db, query, SETTINGS, sam.now)
        doer = Doer(By.ADVISER, sam.who)
        made = await booking.book(db, slot.key, who, Needs(), doer, Agreed.PHONE, sam.now, SETTINGS)
    assert not isinstance(made, Gone)
    return made["id"]


async def starts(sam: Inside, appointment_id: uuid.UUID) -> datetime:
    async with sam.engine.connect() as db:
        query = text("SELECT starts_at FROM appointments WHERE id = :id")
        found: datetime = (await db.execute(query, {"id": appointment_id})).scalar_one()
    return found


async def test_the_default_plan_has_twelve_steps_on_their_days(sam: Inside) -> None:
    plan = await sam.plan()
    assert len(plan.steps) == 12
    days = {step.row["code"]: step.row["due_on"] for step in plan.steps}
    assert days["released"] == OUT
    assert days["check_in"] == date(2026, 12, 17)
    assert days["interview"] == date(2026, 12, 21)
    assert days["start"] == date(2026, 12, 29), "28 December is a bank holiday"
    assert all(step.row["owner_id"] == sam.who for step in plan.steps)
    async with sam.engine.begin() as db:
        (template, *_) = await of_area(db, "home")
        assert await release.start_plan(db, sam.spell_id, template.id, SETTINGS) == 0, "twice is once"


async def test_moved_as_one_with_what_each_step_needs(sam: Inside, town: Town) -> None:
    await sam.arranges("office", MONEY)
    check_in = await booked(sam, town, local("2026-12-17", "14:00"))
    await sam.links("check_in", check_in)
    async with sam.engine.begin() as db:
        await release_steps.sheet_given(db, sam.spell_id, 1, sam.who, sam.now)
        for side in Side:
            await release.accept(db, sam.spell_id, side, 1)
    found = await sam.moves(LATER)
    by_code = {step.row["code"]: one for step, one in found.pairs}
    assert {Effect.MOVED, Effect.OFFICE, Effect.TOLD} <= by_code["office"].effects
    assert {Effect.MOVED, Effect.TOLD} <= by_code["check_in"].effects
    assert not by_code["check_in"].needs_person
    assert Effect.PAST in by_code["work_coach"].effects
    office = await sam.step("office")
    assert office.meeting is not None
    assert (office.meeting["starts_at"], office.meeting["office"]) == (
        local("2027-01-07", "11:00"),
        OfficeStatus.NOT_TOLD,
    )
    assert await starts(sam, check_in) == local("2027-01-07", "14:00")
    reds = set((await sam.plan()).reds)
    assert {Red.OVERDUE, Red.OFFICE, Red.NOT_ACCEPTED, Red.OLD_SHEET} <= reds
    async with sam.engine.begin() as db:
        assert await release_steps.confirm_office(db, sam.spell_id, office.row["id"], sam.who, sam.now)
        for side in Side:
            await release.accept(db, sam.spell_id, side, 2)
        await release_steps.sheet_given(db, sam.spell_id, 2, sam.who, sam.now)
    assert set((await sam.plan()).reds) == {Red.OVERDUE}
    async with sam.engine.connect() as db:
        lines = await custody.history_of(db, sam.spell_id)
    assert [(line["old_on"], line["new_on"]) for line in lines] == [(None, OUT), (OUT, LATER)]


async def test_a_time_that_is_not_free_stays_and_is_red_until_it_is_right(
    sam: Inside, town: Town, new_person: NewPerson
) -> None:
    check_in = await booked(sam, town, local("2026-12-17", "14:00"))
    await sam.links("check_in", check_in)
    await booked(sam, town, local("2027-01-07", "14:00"), await new_person())
    found = {step.row["code"]: one for step, one in (await sam.moves(LATER)).pairs}
    assert (found["check_in"].why, found["check_in"].starts_at) == ("adviser", None)
    assert await starts(sam, check_in) == local("2026-12-17", "14:00")
    assert Red.NOT_FREE in (await sam.step("check_in")).reds
    await sam.moves(OUT)
    assert (await sam.step("check_in")).reds == ()


async def test_two_of_a_plan_may_change_places(sam: Inside, town: Town) -> None:
    """The interview goes to where the check-in was, which moves on in the same move. What stays is in the way of others."""
    first, second = local("2026-12-17", "10:00"), local("2026-12-18", "10:00")
    check_in, interview = await booked(sam, town, first), await booked(sam, town, second)
    await sam.links("check_in", check_in)
    await sam.links("interview", interview)
    await sam.moves(date(2026, 12, 15))
    assert await starts(sam, check_in) == local("2026-12-16", "10:00")
    assert await starts(sam, interview) == first
    found = {step.row["code"]: one.why for step, one in (await sam.looks(date(2026, 12, 17))).pairs}
    assert (found["interview"], found["check_in"]) == ("closed", ""), (
        "a Saturday; from Wednesday to Friday nobody is in the way"
    )
    found = {step.row["code"]: one.why for step, one in (await sam.looks(date(2026, 12, 16))).pairs}
    assert found["check_in"] == found["interview"] == ""


async def test_two_changes_at_once_the_second_is_named_and_nothing_is_half_done(sam: Inside, town: Town) -> None:
    await sam.arranges("office", MONEY)
    one, other = await sam.looks(LATER), await sam.looks(date(2026, 12, 23))
    found = await asyncio.gather(
        sam.moves(LATER, one.seen), sam.moves(date(2026, 12, 23), other.seen), return_exceptions=True
    )
    assert sum(isinstance(what, ChangedMeanwhile) for what in found) == 1
    plan = await sam.plan()
    assert plan.spell["version"] == 2
    office = await sam.step("office")
    assert office.meeting is not None
    assert office.meeting["starts_at"].date() == office.row["due_on"]
    assert all(step.row["version"] == 2 for step in plan.steps if step.row["state"] is StepState.OPEN)
    async with sam.engine.connect() as db:
        assert len(await custody.history_of(db, sam.spell_id)) == 2


async def test_a_booking_between_look_and_move_is_named(sam: Inside, town: Town, new_person: NewPerson) -> None:
    check_in = await booked(sam, town, local("2026-12-17", "14:00"))
    await sam.links("check_in", check_in)
    seen = (await sam.looks(LATER)).seen
    await booked(sam, town, local("2027-01-07", "14:00"), await new_person())
    with pytest.raises(ChangedMeanwhile):
        await sam.moves(LATER, seen)
    assert (await sam.plan()).spell["version"] == 1


async def test_the_same_date_again_changes_nothing_but_how_sure_it_is(sam: Inside) -> None:
    await sam.moves(OUT)
    await sam.moves(OUT, "", ReleaseStatus.CONFIRMED)
    spell = (await sam.plan()).spell
    assert (spell["version"], spell["status"]) == (1, ReleaseStatus.CONFIRMED)


@pytest.mark.parametrize(
    ("day", "code"), [(date(2026, 1, 1), "before_entry"), (date(2026, 12, 6), "past"), (date(2090, 1, 1), "too_far")]
)
async def test_a_date_that_cannot_be(sam: Inside, day: date, code: str) -> None:
    with pytest.raises(BadRelease) as found:
        await sam.moves(day, "")
    assert (found.value.field, found.value.code) == ("release_on", code)


async def test_a_release_that_happened_is_not_moved(sam: Inside) -> None:
    async with sam.engine.begin() as db:
        await custody.phone_back(db, sam.spell_id, sam.who, sam.now)
    with pytest.raises(OutAlready):
        await sam.moves(LATER, "")


async def test_a_step_is_never_dropped(sam: Inside) -> None:
    async with sam.engine.begin() as db:
        ids = {step.row["code"]: step.row["id"] for step in (await sam.read(db)).steps}
        to = db, sam.spell_id
        with pytest.raises(NotYet) as found:
            await release_steps.finish(*to, ids["sheet"], sam.who, sam.now)
        assert found.value.titles == ("The benefit office has confirmed the appointment",)
        with pytest.raises(BadRelease):
            await release_steps.skip(*to, ids["work_coach"], "", sam.who, sam.now)
        await release_steps.skip(*to, ids["work_coach"], "no claim", sam.who, sam.now)
        instead = Instead("Ring the office", date(2026, 12, 10), Side.HOME, None)
        new = await release_steps.replace(*to, ids["home_tasks"], instead, sam.who, sam.now)
        await release_steps.make_task(*to, ids["papers"])
        await release_steps.finish(*to, ids["office_confirmed"], sam.who, sam.now)
        await release_steps.finish(*to, ids["sheet"], sam.who, sam.now)
        with pytest.raises(StepSettled):
            await release_steps.finish(*to, ids["sheet"], sam.who, sam.now)
        with pytest.raises(StepSettled):
            await release_steps.skip(*to, uuid.uuid4(), "x", sam.who, sam.now)
        plan = await sam.read(db)
    by_id = {step.row["id"]: step for step in plan.steps}
    assert len(plan.steps) == 13
    assert by_id[ids["home_tasks"]].row["replaced_by"] == new
    assert Red.NO_OWNER in by_id[new].reds
    await sam.moves(LATER)
    assert (await sam.step("home_tasks")).row["due_on"] == date(2026, 12, 31), "what took its place moves too"


async def test_an_appointment_of_another_person_or_a_past_time_is_refused(
    sam: Inside, town: Town, new_person: NewPerson
) -> None:
    theirs = await booked(sam, town, local("2026-12-17", "09:00"), await new_person())
    with pytest.raises(BadRelease):
        await sam.links("check_in", theirs)
    with pytest.raises(BadRelease):
        await sam.arranges("office", sam.now - timedelta(days=1))
    await sam.arranges("office", MONEY)
    assert isinstance(await sam.arranges("interview", MONEY), Clash)


async def test_the_board_has_red_ones_first_and_each_side_its_own(
    sam: Inside, jo: Member, new_person: NewPerson
) -> None:
    green = await Inside.with_plan(sam.engine, await new_person(), jo.id, sam.now, date(2027, 6, 1), host_area="away")
    async with sam.engine.begin() as db:
        for side in Side:
            await release.accept(db, green.spell_id, side, 1)
        today = sam.now.date()
        found = await release_reading.board(db, ["home"], today, SETTINGS)
        host = await release_reading.board(db, ["away"], today, SETTINGS, side=Side.HOST)
        nobodys = await release_reading.board(db, ["home"], today, SETTINGS, own=uuid.uuid4())
    assert [plan.spell["id"] for plan in found] == [sam.spell_id, green.spell_id]
    assert found[0].reds[0] is Red.OVERDUE
    assert [bool(plan.reds) for plan in found] == [True, False]
    assert [plan.spell["id"] for plan in host] == [green.spell_id]
    assert nobodys == []


@contextmanager
def statements(engine: AsyncEngine) -> Iterator[list[str]]:
    """What the database is asked."""
    asked: list[str] = []

    def note(_c: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        asked.append(statement)

    event.listen(engine.sync_engine, "before_cursor_execute", note)
    try:
        yield asked
    finally:
        event.remove(engine.sync_engine, "before_cursor_execute", note)


async def test_twelve_steps_move_in_a_bounded_number_of_statements_under_a_second(sam: Inside, town: Town) -> None:
    for code, day in (("office", "17"), ("check_in", "18"), ("interview", "21"), ("start", "29")):
        await sam.arranges(code, local(f"2026-12-{day}", "11:00"))
    seen = (await sam.looks(LATER)).seen
    with statements(sam.engine) as asked:
        began = time.perf_counter()
        await sam.moves(LATER, seen)
        took = time.perf_counter() - began
    assert len(asked) <= 16, asked
    assert took < 1, took
