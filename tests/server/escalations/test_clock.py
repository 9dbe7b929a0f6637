"""The clock of domain.md 9.1, word for word: who is told when, until a named person has answered."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from dialogs.effects import CaseUrgency
from server.escalations.clock import AGAIN_EVERY, LOUD, Means, Rung, Running, due, next_at

AT = datetime(2026, 6, 9, 2, 0, tzinfo=UTC)


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
def test_what_is_no_danger_waits_for_the_morning(urgency: CaseUrgency) -> None:
    assert told(clock(urgency, in_hours=False), 2000) == []
    assert told(clock(urgency, in_hours=True), 2000)


def test_danger_rings_again_and_again_until_somebody_answers() -> None:
    running = clock(CaseUrgency.CRISIS, in_hours=False)
    late = told(running, 60)[5:]
    assert late == [(minute, Rung.SAFEGUARDING_LEAD) for minute in range(20, 61, 5)]
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
        Rung.SAFEGUARDING_LEAD,
        Rung.SAFEGUARDING_LEAD,
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
