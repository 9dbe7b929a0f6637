"""Pure rules of a release plan: on which day a step is due, and what another release date does to every step."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final

from server.appointments.kinds import OCCUPIES, OfficeStatus, Owner, Status
from server.appointments.release_models import Anchor, StepState

IsWorking = Callable[[date], bool]
"""True for a day on which offices of the nation are open: no weekend, no bank holiday."""

FIRST_WEEK: Final = 5
"""The first Monday is the one after day 5: whoever starts somewhere has had the interview of day 5 (domain.md W6)."""

LONGEST_SEARCH: Final = 40
"""Days that are looked through for a working one; beyond, the day stays as it is."""

ONE_DAY: Final = timedelta(days=1)
SETTLED: Final = frozenset({StepState.DONE, StepState.SKIPPED, StepState.REPLACED})
MOVES: Final = frozenset({StepState.OPEN, StepState.TASK})
"""States of a step that is still to come, so that it follows the date."""


@dataclass(frozen=True, slots=True)
class When:
    """When a step is due, as its row says it: so many days from an anchor, and what to do with a day on which nobody works."""

    anchor: Anchor
    offset_days: int
    is_working_days: bool = False
    lands_on: str = "any"


@dataclass(frozen=True, slots=True)
class Dates:
    """What steps count from. `release_on` is None while no date is known."""

    entered_on: date
    release_on: date | None


def first_monday(release_on: date) -> date:
    """The first Monday after day 5."""
    after = release_on + timedelta(days=FIRST_WEEK + 1)
    return after + timedelta(days=-after.weekday() % 7)


def due_on(when: When, dates: Dates, is_working: IsWorking) -> date | None:
    """The day on which a step is due; None while its anchor has no date."""
    anchor = _anchor(when.anchor, dates)
    if anchor is None:
        return None
    plain = anchor + timedelta(days=when.offset_days)
    day = _working_days_from(anchor, when.offset_days, is_working) if when.is_working_days else plain
    if when.lands_on == "any":
        return day
    return _nearest(day, -1 if when.lands_on == "before" else 1, is_working)


def offset_of(day: date, anchor: Anchor, dates: Dates) -> int | None:
    """How many plain days after the anchor a day lies (negative: before); None while the anchor has no date."""
    start = _anchor(anchor, dates)
    return None if start is None else (day - start).days


def _anchor(anchor: Anchor, dates: Dates) -> date | None:
    if anchor is Anchor.ENTERED:
        return dates.entered_on
    if dates.release_on is None:
        return None
    return dates.release_on if anchor is Anchor.RELEASE else first_monday(dates.release_on)


def _working_days_from(start: date, count: int, is_working: IsWorking) -> date:
    way, day = (1 if count > 0 else -1), start
    for _ in range(abs(count)):
        day = _nearest(day + way * ONE_DAY, way, is_working)
    return day


def _nearest(day: date, way: int, is_working: IsWorking) -> date:
    """The day itself or the next working one that way; the day itself when none is near."""
    for ahead in range(LONGEST_SEARCH):
        found = day + way * ahead * ONE_DAY
        if is_working(found):
            return found
    return day


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a person's plan, as far as a move concerns it. `is_told`: it stands on a sheet that they were given."""

    id: uuid.UUID
    when: When
    state: StepState
    due_on: date | None
    appointment_id: uuid.UUID | None = None
    is_told: bool = False


@dataclass(frozen=True, slots=True)
class Meeting:
    """The appointment behind a step. `starts_at` is local wall time without a zone: what people have in their heads.

    `is_shared` for one of several people, which no plan of one of them may move.
    """

    id: uuid.UUID
    owner: Owner
    starts_at: datetime
    status: Status
    office: OfficeStatus | None = None
    is_shared: bool = False


class Effect(StrEnum):
    """What a new date does to one step. A step can have several; none means that it stays as it is."""

    MOVED = "moved"
    OFFICE = "office"
    TAKEN = "taken"
    TOLD = "told"
    PAST = "past"
    AGAIN = "again"
    NO_DATE = "no_date"


@dataclass(frozen=True, slots=True)
class Consequence:
    """What becomes of one step: every step of the plan has exactly one.

    `old_on` and `new_on` are its due days. `starts_at` is the new local wall time of its appointment (None: that stays where it
    is), `why` names what stands in the way of one that cannot move by itself.
    """

    step_id: uuid.UUID
    old_on: date | None
    new_on: date | None
    effects: frozenset[Effect] = frozenset()
    appointment_id: uuid.UUID | None = None
    starts_at: datetime | None = None
    why: str = ""

    @property
    def needs_person(self) -> bool:
        """True when somebody has to do something about it."""
        return bool(self.effects & {Effect.OFFICE, Effect.TAKEN, Effect.PAST, Effect.AGAIN, Effect.NO_DATE})


SHARED: Final = "shared"
IN_THE_PAST: Final = "past"


def plan_move(
    dates: Dates,
    steps: Sequence[Step],
    meetings: Mapping[uuid.UUID, Meeting],
    new_on: date | None,
    today: date,
    is_working: IsWorking,
    clashes: Mapping[uuid.UUID, str] | None = None,
) -> list[Consequence]:
    """What the new release date does to each step, in the order of the steps. Pure; the same date twice is the same plan.

    `meetings` by the id of the step. `clashes` says of appointments (by id) why their new time is not free: `wished` tells which
    times that is about.
    """
    moved = replace(dates, release_on=new_on)
    known = clashes or {}
    return [
        _consequence(step, meetings.get(step.id), due_on(step.when, moved, is_working), today, known) for step in steps
    ]


def wished(consequences: Iterable[Consequence]) -> dict[uuid.UUID, datetime]:
    """The new local wall time that each appointment of the plan would have, by its id."""
    return {
        one.appointment_id: one.starts_at
        for one in consequences
        if one.appointment_id is not None and one.starts_at is not None
    }


def _consequence(
    step: Step, meeting: Meeting | None, new_on: date | None, today: date, clashes: Mapping[uuid.UUID, str]
) -> Consequence:
    is_kept = meeting is not None and meeting.status in OCCUPIES and meeting.starts_at.date() >= today
    if step.state in SETTLED and not (step.state is StepState.DONE and is_kept):
        return Consequence(step.id, step.due_on, step.due_on)
    found = Consequence(step.id, step.due_on, new_on, _of_dates(step, new_on, today))
    if meeting is None or not is_kept:
        return found
    return _with_meeting(found, meeting, today, clashes)


def _of_dates(step: Step, new_on: date | None, today: date) -> frozenset[Effect]:
    effects = set()
    if new_on != step.due_on:
        effects.add(Effect.MOVED)
        if step.is_told:
            effects.add(Effect.TOLD)
        if step.state is StepState.DONE:
            effects.add(Effect.AGAIN)
    if new_on is None:
        effects.add(Effect.NO_DATE)
    elif new_on < today:
        effects.add(Effect.PAST)
    return frozenset(effects)


def _with_meeting(found: Consequence, meeting: Meeting, today: date, clashes: Mapping[uuid.UUID, str]) -> Consequence:
    """The same with what becomes of the appointment: it goes to the step's new day at its own time of day, or says why not."""
    new_on = found.new_on
    if new_on is not None and meeting.starts_at.date() == new_on:
        return replace(found, appointment_id=meeting.id)
    effects = set(found.effects)
    if meeting.owner is not Owner.OURS:
        effects.add(Effect.OFFICE)
    why = clashes.get(meeting.id, "")
    if meeting.is_shared:
        why = SHARED
    elif new_on is None or new_on < today:
        why = IN_THE_PAST
    if why:
        return replace(found, effects=frozenset({*effects, Effect.TAKEN}), appointment_id=meeting.id, why=why)
    assert new_on is not None  # noqa: S101 - said two lines above
    at = datetime.combine(new_on, meeting.starts_at.time())
    return replace(found, effects=frozenset(effects), appointment_id=meeting.id, starts_at=at)
