"""The clock of domain.md 9.1, word for word: who is told when, until a named person has answered."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from dialogs.effects import CaseUrgency
from server.escalations.clock import (
    AGAIN_EVERY,
    HOLDS_FOR,
    LOUD,
    MOST_ROUNDS_AT_ONCE,
    Means,
    Rung,
    Running,
    due,
    going_on,
    has_lapsed,
    next_at,
    next_loud,
)

AT = datetime(2026, 6, 9, 2, 0, tzinfo=UTC)

EVERY_RUNG_THAT_RINGS = (Rung.FIRST, Rung.SECOND, Rung.MANAGER, Rung.SAFEGUARDING_LEAD)


def clock(urgency: CaseUrgency, *, in_hours: bool) -> Running:
    return Running(urgency, AT, began_in_hours=in_hours)


def told(running: Running, until: float) -> list[tuple[float, Rung]]:
    """Every (minute, rung) of a clock that is looked at each minute and never answered."""
    taken: set[int] = set()
    found = []
    for minute in range(int(until) + 1):
        for step in due(running, timedelta(minutes=minute), taken):
            taken.add(step.number)
            found.append((minute, step.rung))
    return found


def test_a_crisis_at_night_rings_at_once_and_climbs_every_five_minutes() -> None:
    assert told(clock(CaseUrgency.CRISIS, in_hours=False), 15) == [
        (0, Rung.FIRST),
        (5, Rung.SECOND),
        (10, Rung.MANAGER),
        (15, Rung.SAFEGUARDING_LEAD),
        (15, Rung.EVERYBODY),
    ]


def test_a_crisis_in_hours_gives_the_desk_two_minutes() -> None:
    assert told(clock(CaseUrgency.CRISIS, in_hours=True), 15) == [
        (0, Rung.ON_DUTY),
        (2, Rung.FIRST),
        (5, Rung.SECOND),
        (10, Rung.MANAGER),
        (15, Rung.SAFEGUARDING_LEAD),
        (15, Rung.EVERYBODY),
    ]


def test_a_disclosure_climbs_in_quarters_of_an_hour() -> None:
    in_hours = told(clock(CaseUrgency.SAFEGUARDING, in_hours=True), 60)
    assert in_hours[:4] == [(0, Rung.ON_DUTY), (15, Rung.FIRST), (30, Rung.SECOND), (60, Rung.SAFEGUARDING_LEAD)]
    assert told(clock(CaseUrgency.SAFEGUARDING, in_hours=False), 0) == [(0, Rung.FIRST)]


@pytest.mark.parametrize("urgency", [CaseUrgency.ADVICE, CaseUrgency.ACCESS, CaseUrgency.COMPLAINT])
def test_what_is_no_danger_rings_nobody_and_climbs_in_minutes_at_the_desk(urgency: CaseUrgency) -> None:
    asked_at_night = clock(urgency, in_hours=False)
    assert told(asked_at_night, 2000) == told(clock(urgency, in_hours=True), 2000)
    assert all(Means.CALL not in step.means for step in asked_at_night.plan)
    assert [step.rung for step in due(asked_at_night, timedelta(0), ())] == [asked_at_night.plan[0].rung]


def test_danger_rings_again_and_again_until_somebody_answers() -> None:
    running = clock(CaseUrgency.CRISIS, in_hours=False)
    late = told(running, 60)[5:]
    assert late == [(minute, rung) for minute in range(20, 61, 5) for rung in EVERY_RUNG_THAT_RINGS]
    answered = Running(CaseUrgency.CRISIS, AT, began_in_hours=False, acknowledged_at=AT + timedelta(minutes=3))
    assert told(answered, 60) == []
    assert next_at(answered, ()) is None


def test_a_worker_that_was_away_takes_every_step_it_missed_once() -> None:
    running = clock(CaseUrgency.CRISIS, in_hours=False)
    missed = list(due(running, timedelta(minutes=26), {1}))
    assert [step.rung for step in missed] == [
        Rung.SECOND,
        Rung.MANAGER,
        Rung.SAFEGUARDING_LEAD,
        Rung.EVERYBODY,
        *EVERY_RUNG_THAT_RINGS,
        *EVERY_RUNG_THAT_RINGS,
    ]
    taken = {1, *(step.number for step in missed)}
    assert list(due(running, timedelta(minutes=26), taken)) == []
    assert next_at(running, taken) == timedelta(minutes=15) + 3 * AGAIN_EVERY


@pytest.mark.parametrize("urgency", [CaseUrgency.CRISIS, CaseUrgency.SAFEGUARDING])
@pytest.mark.parametrize("in_hours", [True, False])
def test_somebody_is_rung_by_telephone_at_every_step_about_danger(urgency: CaseUrgency, in_hours: bool) -> None:
    plan = clock(urgency, in_hours=in_hours).plan
    assert all(step.means == LOUD for step in plan if step.rung not in {Rung.ON_DUTY, Rung.EVERYBODY})
    assert Means.CALL in LOUD
    assert [step.after for step in plan] == sorted(step.after for step in plan)
    assert next_at(clock(urgency, in_hours=in_hours), ()) == timedelta(0)


def acknowledged(urgency: CaseUrgency, minutes: float, *, in_hours: bool = False) -> Running:
    return Running(urgency, AT, began_in_hours=in_hours, acknowledged_at=AT + timedelta(minutes=minutes))


def test_an_acknowledgement_holds_five_minutes_and_for_ever_once_somebody_answered() -> None:
    taken = acknowledged(CaseUrgency.CRISIS, 1)
    assert not has_lapsed(taken, AT + timedelta(minutes=5.9), is_answered=False)
    assert has_lapsed(taken, AT + timedelta(minutes=6), is_answered=False)
    assert not has_lapsed(taken, AT + timedelta(days=1), is_answered=True)
    assert not has_lapsed(clock(CaseUrgency.CRISIS, in_hours=False), AT + timedelta(days=1), is_answered=False)


def test_the_clock_goes_on_from_where_it_was() -> None:
    taken = acknowledged(CaseUrgency.CRISIS, 6)
    assert [step.rung for step in going_on(taken, timedelta(minutes=11), {1, 2})] == [Rung.MANAGER]


def test_a_broken_promise_rings_the_next_one_at_once_though_it_is_not_due() -> None:
    taken = acknowledged(CaseUrgency.SAFEGUARDING, 1)
    assert [step.rung for step in going_on(taken, timedelta(minutes=6), {1})] == [Rung.SECOND]
    assert next_at(clock(CaseUrgency.SAFEGUARDING, in_hours=False), {1, 2}) == timedelta(minutes=60)


def test_a_broken_promise_about_advice_rings_nobody() -> None:
    taken = acknowledged(CaseUrgency.ADVICE, 1, in_hours=True)
    assert list(going_on(taken, timedelta(minutes=6), {1})) == []


@pytest.mark.parametrize("urgency", [CaseUrgency.CRISIS, CaseUrgency.SAFEGUARDING])
@pytest.mark.parametrize("in_hours", [True, False])
def test_whenever_a_promise_about_danger_is_broken_somebody_is_rung(urgency: CaseUrgency, in_hours: bool) -> None:
    """In a clock that was looked at each minute until somebody acknowledged."""
    for minutes in range(90):
        before = {step.number for step in due(clock(urgency, in_hours=in_hours), timedelta(minutes=minutes), ())}
        taken = acknowledged(urgency, minutes, in_hours=in_hours)
        found = list(going_on(taken, timedelta(minutes=minutes) + HOLDS_FOR, before))
        assert any(step.means == LOUD for step in found), minutes
        assert not before & {step.number for step in found}, minutes


def test_of_many_missed_repetitions_only_the_newest_come() -> None:
    running = clock(CaseUrgency.CRISIS, in_hours=False)
    found = list(due(running, timedelta(hours=8), {1, 2, 3, 4, 5}))
    assert len(found) == MOST_ROUNDS_AT_ONCE * 4
    assert [step.rung for step in found] == [*EVERY_RUNG_THAT_RINGS] * MOST_ROUNDS_AT_ONCE
    assert len({step.number for step in found}) == len(found)
    later = next_at(running, {step.number for step in found} | {1, 2, 3, 4, 5})
    assert later is not None
    assert timedelta(hours=8) < later <= timedelta(hours=8) + AGAIN_EVERY


def test_the_next_loud_one_is_the_next_that_rings() -> None:
    running = clock(CaseUrgency.CRISIS, in_hours=True)
    step = next_loud(running, {1, 2})
    assert step is not None
    assert step.rung is Rung.SECOND
    assert next_loud(running, range(10)) is None
