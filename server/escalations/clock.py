"""The clock that climbs until a named person has answered (domain.md 9.1): which step is due when, and for whom. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from dialogs.effects import CaseUrgency


class Rung(StrEnum):
    """Who is told, lowest first. `EVERYBODY` is a banner on every open console of the area."""

    ON_DUTY = "on_duty"
    FIRST = "first"
    SECOND = "second"
    LEAD = "lead"
    MANAGER = "manager"
    SAFEGUARDING_LEAD = "safeguarding_lead"
    EVERYBODY = "everybody"


class Means(StrEnum):
    """How somebody is told: in every open console, in a browser that is closed, by Telegram, by text message, by a call."""

    CONSOLE = "console"
    TELEGRAM = "telegram"
    SMS = "sms"
    CALL = "call"
    PUSH = "push"


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a clock: so long after the clock began, this rung is told by these means at once."""

    number: int
    after: timedelta
    rung: Rung
    means: tuple[Means, ...]


LOUD: Final = (Means.CONSOLE, Means.PUSH, Means.TELEGRAM, Means.SMS, Means.CALL)
QUIET: Final = (Means.CONSOLE,)
WRITTEN: Final = (Means.CONSOLE, Means.PUSH, Means.TELEGRAM, Means.SMS)


def _steps(*rungs: tuple[float, Rung, tuple[Means, ...]]) -> tuple[Step, ...]:
    return tuple(
        Step(number, timedelta(minutes=minutes), rung, means)
        for number, (minutes, rung, means) in enumerate(rungs, start=1)
    )


IN_HOURS: Final = {
    CaseUrgency.CRISIS: _steps(
        (0, Rung.ON_DUTY, QUIET),
        (2, Rung.FIRST, LOUD),
        (5, Rung.SECOND, LOUD),
        (10, Rung.MANAGER, LOUD),
        (15, Rung.SAFEGUARDING_LEAD, LOUD),
        (15, Rung.EVERYBODY, QUIET),
    ),
    CaseUrgency.SAFEGUARDING: _steps(
        (0, Rung.ON_DUTY, QUIET),
        (15, Rung.FIRST, LOUD),
        (30, Rung.SECOND, LOUD),
        (60, Rung.SAFEGUARDING_LEAD, LOUD),
        (60, Rung.EVERYBODY, QUIET),
    ),
    CaseUrgency.ADVICE: _steps((0, Rung.ON_DUTY, QUIET), (30, Rung.ON_DUTY, QUIET), (120, Rung.LEAD, WRITTEN)),
    CaseUrgency.COMPLAINT: _steps((0, Rung.LEAD, QUIET), (120, Rung.LEAD, WRITTEN), (480, Rung.MANAGER, WRITTEN)),
    CaseUrgency.ACCESS: _steps((0, Rung.ON_DUTY, QUIET), (480, Rung.LEAD, WRITTEN), (960, Rung.MANAGER, WRITTEN)),
}
"""While people are at their desks. Minutes of ADVICE, COMPLAINT and ACCESS are minutes of opening hours (8 hours are a day)."""

OUT_OF_HOURS: Final = {
    CaseUrgency.CRISIS: _steps(
        (0, Rung.FIRST, LOUD),
        (5, Rung.SECOND, LOUD),
        (10, Rung.MANAGER, LOUD),
        (15, Rung.SAFEGUARDING_LEAD, LOUD),
        (15, Rung.EVERYBODY, QUIET),
    ),
    CaseUrgency.SAFEGUARDING: _steps(
        (0, Rung.FIRST, LOUD),
        (30, Rung.SECOND, LOUD),
        (60, Rung.SAFEGUARDING_LEAD, LOUD),
        (60, Rung.EVERYBODY, QUIET),
    ),
}
"""While nobody is: danger rings at once. Everything else waits for the morning and then climbs as in hours."""

BY_THE_WALL: Final = frozenset(OUT_OF_HOURS)
"""Urgencies whose minutes run day and night."""

AGAIN_EVERY: Final = timedelta(minutes=5)
"""After the last step of a clock about danger every rung rings again, until somebody acknowledges."""

MOST_ROUNDS_AT_ONCE: Final = 3
"""So many missed repetitions are taken together: a telephone that rings a hundred times in a row helps nobody."""

HOLDS_FOR: Final = timedelta(minutes=5)
"""An acknowledgement holds so long. Then an adviser has answered the person, or the clock goes on."""


@dataclass(frozen=True, slots=True)
class Running:
    """A clock: since when it runs, at which urgency, and whether people were at their desks when it began.

    The plan is fixed when the clock begins, so that closing time cannot take a step back that was due.
    """

    urgency: CaseUrgency
    since: datetime
    began_in_hours: bool
    acknowledged_at: datetime | None = None

    @property
    def plan(self) -> tuple[Step, ...]:
        """Its steps, in order. What is no danger has one plan: its minutes stand still until people are at their desks."""
        plans = IN_HOURS if self.began_in_hours or self.urgency not in OUT_OF_HOURS else OUT_OF_HOURS
        return plans[self.urgency]


def due(clock: Running, elapsed: timedelta, taken: Collection[int]) -> Iterator[Step]:
    """Steps that are due after so long and were not taken, in order. `elapsed` counts opening hours where the urgency does.

    The steps of one instant come together. Nothing is due once a named person acknowledged. Beyond the plan, every rung of a
    clock about danger that rings is rung again, round after round, numbered on: who slept through the first call is needed
    still. Of many rounds that were missed only the newest come.
    """
    if clock.acknowledged_at is not None:
        return
    plan = clock.plan
    yield from (step for step in plan if step.after <= elapsed and step.number not in taken)
    if clock.urgency not in BY_THE_WALL or not plan or elapsed <= plan[-1].after:
        return
    rounds = (elapsed - plan[-1].after) // AGAIN_EVERY
    for turn in range(max(1, rounds - MOST_ROUNDS_AT_ONCE + 1), rounds + 1):
        yield from (step for step in _round(clock, turn) if step.number not in taken)


def _round(clock: Running, turn: int) -> Iterator[Step]:
    """The steps of one repetition (1 is the first): every rung that rings, lowest first."""
    plan, loud = clock.plan, _loud(clock)
    at = plan[-1].after + turn * AGAIN_EVERY
    first = plan[-1].number + (turn - 1) * len(loud) + 1
    for number, step in enumerate(loud, start=first):
        yield Step(number, at, step.rung, step.means)


def _loud(clock: Running) -> list[Step]:
    return [step for step in clock.plan if step.means == LOUD]


def round_of(clock: Running, number: int) -> int:
    """Which repetition a step belongs to; 0 for a step of the plan."""
    beyond = number - clock.plan[-1].number
    return 0 if beyond <= 0 else -(-beyond // max(1, len(_loud(clock))))


def next_at(clock: Running, taken: Collection[int]) -> timedelta | None:
    """How long after the clock's beginning its next step comes; None when none will."""
    if clock.acknowledged_at is not None:
        return None
    left = [step.after for step in clock.plan if step.number not in taken]
    if left:
        return min(left)
    if clock.urgency not in BY_THE_WALL or not clock.plan:
        return None
    turns = max((round_of(clock, number) for number in taken), default=0)
    return clock.plan[-1].after + (turns + 1) * AGAIN_EVERY


def next_loud(clock: Running, taken: Collection[int]) -> Step | None:
    """The next step of the plan that rings somebody; None after the last."""
    return next((step for step in clock.plan if step.means == LOUD and step.number not in taken), None)


def has_lapsed(clock: Running, now: datetime, *, is_answered: bool) -> bool:
    """True when somebody acknowledged, `HOLDS_FOR` is over, and no adviser has answered the person."""
    return clock.acknowledged_at is not None and not is_answered and now - clock.acknowledged_at >= HOLDS_FOR


def going_on(clock: Running, elapsed: timedelta, taken: Collection[int]) -> Iterator[Step]:
    """Steps to take when an acknowledgement has lapsed: the clock goes on from where it was, no step twice.

    The minutes of the acknowledgement count. About danger the next one rings now even when it was not due yet: somebody
    said that they would answer, and nobody did.
    """
    running = Running(clock.urgency, clock.since, clock.began_in_hours)
    found = list(due(running, elapsed, taken))
    yield from found
    rings = any(step.means == LOUD for step in found)
    if (
        not rings
        and clock.urgency in BY_THE_WALL
        and (step := next_loud(running, {*taken, *(x.number for x in found)}))
    ):
        yield step
