"""The days of a plan, and what another release date does: nothing is lost, twice is once, there and back is where it was."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.appointments.kinds import OfficeStatus, Owner, Status
from server.appointments.release_models import Anchor, StepState
from server.appointments.release_rules import (
    Consequence,
    Dates,
    Effect,
    Meeting,
    Step,
    When,
    due_on,
    first_monday,
    offset_of,
    plan_move,
    wished,
)
from server.hours import bank_holidays

WALES = bank_holidays("england-and-wales")
TODAY = date(2026, 5, 1)
THIRD = date(2026, 6, 3)


def is_working(day: date) -> bool:
    return day.weekday() < 5 and day not in WALES


def due(offset: int, release: date | None = THIRD, anchor: Anchor = Anchor.RELEASE, **more: object) -> date | None:
    return due_on(When(anchor, offset, **more), Dates(date(2026, 1, 5), release), is_working)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("offset", "more", "day"),
    [
        (-84, {}, date(2026, 3, 11)),
        (0, {}, THIRD),
        (1, {}, date(2026, 6, 4)),
        (-2, {}, date(2026, 6, 1)),
        (3, {}, date(2026, 6, 6)),
        (3, {"lands_on": "after"}, date(2026, 6, 8)),
        (3, {"lands_on": "before"}, date(2026, 6, 5)),
        (-9, {"lands_on": "before"}, date(2026, 5, 22)),  # 25 May is a bank holiday, the days before it a weekend
        (-9, {"lands_on": "after"}, date(2026, 5, 26)),
        (-7, {"is_working_days": True}, date(2026, 5, 22)),
        (5, {"is_working_days": True}, date(2026, 6, 10)),
        (0, {"is_working_days": True}, THIRD),
    ],
)
def test_the_day_of_a_step(offset: int, more: dict[str, object], day: date) -> None:
    assert due(offset, **more) == day


def test_what_counts_from_another_day() -> None:
    assert due(5, anchor=Anchor.ENTERED) == date(2026, 1, 10)
    assert due(5, None, Anchor.ENTERED) == date(2026, 1, 10)
    assert due(5, None) is None
    assert due(0, None, Anchor.FIRST_MONDAY) is None
    assert offset_of(date(2026, 6, 5), Anchor.RELEASE, Dates(THIRD, THIRD)) == 2
    assert offset_of(date(2026, 6, 5), Anchor.RELEASE, Dates(THIRD, None)) is None


@given(st.dates(date(2026, 1, 1), date(2027, 12, 31)))
def test_the_first_monday_comes_after_the_interview_of_day_five(day: date) -> None:
    monday = first_monday(day)
    assert monday.weekday() == 0
    assert 6 <= (monday - day).days <= 12


def test_a_year_without_a_working_day_has_days_all_the_same() -> None:
    assert due_on(When(Anchor.RELEASE, 3, True, "after"), Dates(THIRD, THIRD), lambda _: False) is not None


days = st.dates(date(2026, 5, 1), date(2026, 12, 31))
whens = st.builds(
    When, st.sampled_from(Anchor), st.integers(-90, 40), st.booleans(), st.sampled_from(["any", "before", "after"])
)


@st.composite
def plans(draw: st.DrawFn) -> tuple[Dates, list[Step], dict[uuid.UUID, Meeting]]:
    """A plan as it stands: each open step on its day, its appointment on the same day."""
    dates = Dates(date(2026, 3, 2), draw(days))
    steps, meetings = [], {}
    for _ in range(draw(st.integers(0, 12))):
        when = draw(whens)
        on = due_on(when, dates, is_working)
        step = Step(uuid.uuid4(), when, draw(st.sampled_from(StepState)), on, is_told=draw(st.booleans()))
        if on is not None and draw(st.booleans()):
            starts = datetime.combine(on, time(draw(st.integers(8, 18)), draw(st.sampled_from([0, 30]))))
            owner = draw(st.sampled_from(Owner))
            office = None if owner is Owner.OURS else OfficeStatus.CONFIRMED
            meeting = Meeting(uuid.uuid4(), owner, starts, Status.BOOKED, office, draw(st.booleans()))
            step = replace(step, appointment_id=meeting.id)
            meetings[step.id] = meeting
        steps.append(step)
    return dates, steps, meetings


Plan = tuple[Dates, list[Step], dict[uuid.UUID, Meeting]]


def applied(plan: Plan, new_on: date, found: list[Consequence]) -> Plan:
    """The plan after the move, as the service writes it."""
    dates, steps, meetings = plan
    by_step = {one.step_id: one for one in found}
    new_steps = [
        replace(
            step,
            due_on=by_step[step.id].new_on,
            state=StepState.OPEN if Effect.AGAIN in by_step[step.id].effects else step.state,
        )
        for step in steps
    ]
    new_meetings = {
        step_id: replace(meeting, starts_at=by_step[step_id].starts_at or meeting.starts_at)
        for step_id, meeting in meetings.items()
    }
    return replace(dates, release_on=new_on), new_steps, new_meetings


@given(plans(), days, days)
def test_no_step_is_lost_and_each_is_told_once(plan: Plan, new_on: date, today: date) -> None:
    found = plan_move(*plan, new_on, today, is_working)
    assert [one.step_id for one in found] == [step.id for step in plan[1]]
    for one, step in zip(found, plan[1], strict=True):
        if step.state in {StepState.OPEN, StepState.TASK} and one.new_on is not None and one.new_on < today:
            assert Effect.PAST in one.effects


@given(plans(), days, days)
def test_the_same_date_twice_is_the_same_plan(plan: Plan, new_on: date, today: date) -> None:
    found = plan_move(*plan, new_on, today, is_working)
    assert plan_move(*plan, new_on, today, is_working) == found
    again = applied(plan, new_on, found)
    second = plan_move(*again, new_on, today, is_working)
    assert wished(second) == {}
    assert all(one.old_on == one.new_on for one in second)


@given(plans(), days)
def test_there_and_back_gives_the_first_dates(plan: Plan, new_on: date) -> None:
    back_on = plan[0].release_on
    assert back_on is not None
    there = applied(plan, new_on, plan_move(*plan, new_on, TODAY - timedelta(days=200), is_working))
    back = applied(there, back_on, plan_move(*there, back_on, TODAY - timedelta(days=200), is_working))
    assert {step.id: step.due_on for step in back[1]} == {step.id: step.due_on for step in plan[1]}
    assert back[2] == plan[2]


@given(plans(), days, days)
def test_there_and_back_over_a_day_that_is_past(plan: Plan, new_on: date, today: date) -> None:
    """What could not move stays where it was, so that it stands right again when the date comes back."""
    back_on = plan[0].release_on
    assert back_on is not None
    there = applied(plan, new_on, plan_move(*plan, new_on, today, is_working))
    back = applied(there, back_on, plan_move(*there, back_on, today, is_working))
    stayed = {key for key, meeting in plan[2].items() if there[2][key] == meeting}
    assert {key: back[2][key] for key in stayed} == {key: plan[2][key] for key in stayed}


def one_step(owner: Owner = Owner.OURS, state: StepState = StepState.OPEN, **more: object) -> tuple[Step, Meeting]:
    when = When(Anchor.RELEASE, 1)
    meeting = Meeting(uuid.uuid4(), owner, datetime.fromisoformat("2026-06-04T11:00"), Status.BOOKED, **more)  # type: ignore[arg-type]
    return Step(uuid.uuid4(), when, state, date(2026, 6, 4), meeting.id, is_told=True), meeting


def moved(step: Step, meeting: Meeting, to: date, **more: object) -> Consequence:
    dates = Dates(TODAY, THIRD)
    return plan_move(dates, [step], {step.id: meeting}, to, TODAY, is_working, **more)[0]  # type: ignore[arg-type]


def test_ours_moves_at_its_time_of_day_and_a_new_sheet_is_needed() -> None:
    step, meeting = one_step()
    found = moved(step, meeting, date(2026, 6, 17))
    assert found.starts_at == datetime.fromisoformat("2026-06-18T11:00")
    assert found.effects == {Effect.MOVED, Effect.TOLD}
    assert not found.needs_person


def test_that_of_an_office_moves_as_proposed_and_is_not_told_yet() -> None:
    step, meeting = one_step(Owner.JOBCENTRE)
    found = moved(step, meeting, date(2026, 6, 17))
    assert Effect.OFFICE in found.effects
    assert found.starts_at == datetime.fromisoformat("2026-06-18T11:00")
    assert found.needs_person


def test_a_time_that_is_not_free_is_named_and_stays() -> None:
    step, meeting = one_step()
    found = moved(step, meeting, date(2026, 6, 17), clashes={meeting.id: "adviser"})
    assert (found.starts_at, found.why) == (None, "adviser")
    assert Effect.TAKEN in found.effects


def test_a_meeting_of_several_is_not_moved_for_one() -> None:
    step, meeting = one_step(is_shared=True)
    assert moved(step, meeting, date(2026, 6, 17)).why == "shared"


def test_what_was_confirmed_is_to_do_again_and_what_was_skipped_stays() -> None:
    step, meeting = one_step(Owner.JOBCENTRE, StepState.DONE)
    assert Effect.AGAIN in moved(step, meeting, date(2026, 6, 17)).effects
    skipped = replace(step, state=StepState.SKIPPED)
    assert moved(skipped, meeting, date(2026, 6, 17)) == Consequence(step.id, step.due_on, step.due_on)
