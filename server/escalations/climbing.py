"""The clock at work: take the steps that are due, write down who is to be told, stop when a named person answers.

A step and everything that follows from it is one transaction. A worker that dies in it has taken no step; one that dies after it
leaves notices that others send. Two workers never take a step twice: the row of the case is locked, and an index holds it.
"""

from __future__ import annotations

import uuid
from collections.abc import Container, Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.ext.asyncio import AsyncConnection

from server.db.base import table_of
from server.db.ids import new_id
from server.escalations.clock import (
    BY_THE_WALL,
    HOLDS_FOR,
    LOUD,
    Means,
    Rung,
    Running,
    Step,
    due,
    going_on,
    has_lapsed,
    next_at,
    next_loud,
    round_of,
)
from server.escalations.errors import NoSuchCase
from server.escalations.models import Case, CaseStep, NoticeStatus, StaffNotice, StepKind
from server.escalations.oncall import who_stands, without_barred
from server.escalations.service import ABOUT_DANGER, is_trainee, tell
from server.hours import OpeningHours
from server.log import logger
from server.staff import push

log = logger(__name__)
cases = table_of(Case)
steps = table_of(CaseStep)
notices = table_of(StaffNotice)

BATCH: Final = 50
SENT: Final = frozenset({Means.PUSH, Means.TELEGRAM, Means.SMS, Means.CALL})
"""Means that go out; an open console sees the step itself."""


async def climb(
    db: AsyncConnection, hours: Mapping[str, OpeningHours], now: datetime, *, only: uuid.UUID | None = None
) -> int:
    """Take every step that is due in the areas with hours, of one case with `only`; how many cases moved. Repeating is harmless."""
    which = [*_runs(hours), cases.c.clock_next_at <= now]
    if only is not None:
        which.append(cases.c.id == only)
    query = select(cases).where(*which).order_by(cases.c.clock_next_at).limit(BATCH).with_for_update(skip_locked=True)
    rows = (await db.execute(query)).all()
    for case in rows:
        await _climb_one(db, case, hours[case.area], now)
    return len(rows)


async def due_cases(db: AsyncConnection, hours: Mapping[str, OpeningHours], now: datetime) -> list[uuid.UUID]:
    """Ids of the cases with a step that is due, longest due first."""
    query = select(cases.c.id).where(*_runs(hours), cases.c.clock_next_at <= now).order_by(cases.c.clock_next_at)
    return list((await db.execute(query)).scalars())


async def next_due(db: AsyncConnection, hours: Mapping[str, OpeningHours]) -> datetime | None:
    """When the next step of any clock comes; None while none runs."""
    instant: datetime | None = (await db.execute(select(func.min(cases.c.clock_next_at)).where(*_runs(hours)))).scalar()
    return instant


def _runs(hours: Mapping[str, OpeningHours]) -> tuple[ColumnElement[bool], ...]:
    return cases.c.closed_at.is_(None), cases.c.clock_next_at.is_not(None), cases.c.area.in_(hours)


async def _climb_one(db: AsyncConnection, case: Any, hours: OpeningHours, now: datetime) -> None:
    clock, taken = _running(case), await _taken(db, case)
    if clock.acknowledged_at is None:
        found = due(clock, _elapsed(clock, hours, now), taken)
    elif has_lapsed(clock, now, is_answered=is_answered(case)):
        await _lapse(db, case, now)
        found = going_on(clock, _elapsed(clock, hours, now), taken)
    else:
        await _set_next(db, case, None if is_answered(case) else clock.acknowledged_at + HOLDS_FOR)
        return
    await _take_all(db, case, list(found), taken, now)
    await _set_next(db, case, _instant(clock, hours, taken))
    await tell(db, case.id, case.area)


async def _set_next(db: AsyncConnection, case: Any, at: datetime | None) -> None:
    await db.execute(update(cases).where(cases.c.id == case.id).values(clock_next_at=at))


async def _taken(db: AsyncConnection, case: Any) -> set[int]:
    query = select(steps.c.number).where(
        steps.c.case_id == case.id, steps.c.clock_since == case.clock_since, steps.c.kind == StepKind.TAKEN
    )
    return set((await db.execute(query)).scalars())


async def _take_all(db: AsyncConnection, case: Any, waiting: list[Step], taken: set[int], now: datetime) -> None:
    """Take these steps, and where nobody stands the next rung at once. Of several missed repetitions only the last one rings."""
    clock = _running(case)
    told: set[uuid.UUID] = set()
    newest = max((round_of(clock, step.number) for step in waiting), default=0)
    while waiting:
        step = waiting.pop(0)
        taken.add(step.number)
        if 0 < round_of(clock, step.number) < newest:
            await note(db, case, step, StepKind.TAKEN, now, code="late")
            continue
        has_somebody = await _take(db, case, step, now, told)
        if not has_somebody and not waiting and (higher := next_loud(clock, taken)) is not None:
            waiting.append(higher)


async def _take(db: AsyncConnection, case: Any, step: Step, now: datetime, told: set[uuid.UUID]) -> bool:
    """Write the step and whom it tells; false when a loud one found nobody. Nobody is told of a complaint about themselves.

    Whoever rang already at this instant (`told`) does not ring twice for standing on two rungs.
    """
    await note(db, case, step, StepKind.TAKEN, now)
    if not SENT & set(step.means):
        return True
    found = without_barred(await who_stands(db, case.area, step.rung, now), case)
    if not found:
        log.error("nobody stands on a rung", case=str(case.id), area=case.area, rung=step.rung.value)
        await note(db, case, step, StepKind.NOBODY, now)
        return step.means != LOUD
    has_browser = await push.with_browser(db, found)
    fresh = [staff_id for staff_id in found if staff_id not in told]
    if step.means == LOUD:
        told.update(found)
    for row in _notices(case, step, fresh, has_browser, now):
        await db.execute(pg_insert(notices).values(row).on_conflict_do_nothing())
    return True


def _notices(
    case: Any, step: Step, whom: Iterable[uuid.UUID], has_browser: Container[uuid.UUID], now: datetime
) -> Iterator[dict[str, Any]]:
    for staff_id in whom:
        for means in step.means:
            # most have no browser added: that is no failure to be written down each time
            if means in SENT and (means is not Means.PUSH or staff_id in has_browser):
                yield {
                    "id": new_id(),
                    "case_id": case.id,
                    "area": case.area,
                    "clock_since": case.clock_since,
                    "number": step.number,
                    "staff_id": staff_id,
                    "means": means,
                    "status": NoticeStatus.DUE,
                    "not_before": now,
                    "created_at": now,
                }


async def ring_next(
    db: AsyncConnection,
    hours: Mapping[str, OpeningHours],
    case_id: uuid.UUID,
    clock_since: datetime,
    above: int,
    now: datetime,
) -> bool:
    """Ring the rung after step `above` now, not when it is due: that step's person passed it on, or nobody could be told.

    False when nobody comes after it, or the clock is another or stands. Repeating is harmless.
    """
    case = (await db.execute(select(cases).where(cases.c.id == case_id).with_for_update())).first()
    if case is None or case.closed_at or case.acknowledged_at or case.clock_since != clock_since:
        return False
    clock, taken = _running(case), await _taken(db, case)
    if any(step.number > above and step.means == LOUD and step.number in taken for step in clock.plan):
        return True  # it rings already
    step = next_loud(clock, {*taken, *range(1, above + 1)})
    if step is None:
        return False
    await _take_all(db, case, [step], taken, now)
    if case.area in hours:
        await _set_next(db, case, _instant(clock, hours[case.area], taken))
    await tell(db, case.id, case.area)
    return True


async def note(
    db: AsyncConnection,
    case: Any,
    step: Step,
    kind: StepKind,
    now: datetime,
    *,
    means: Means | None = None,
    staff_id: uuid.UUID | None = None,
    code: str = "",
) -> None:
    """Append one row to what the clock did."""
    await note_row(db, case, step.number, step.rung, kind, now, means=means, staff_id=staff_id, code=code)


async def note_row(
    db: AsyncConnection, case: Any, number: int, rung: Rung, kind: StepKind, now: datetime, **more: Any
) -> None:
    """As `note`, for a step known by its number. `case` has id, area and clock_since; `more` are means, staff_id and code."""
    about = {"case_id": case.id, "area": case.area, "clock_since": case.clock_since}
    row = {"id": new_id(), **about, "number": number, "rung": rung, "kind": kind, "at": now, **more}
    await db.execute(insert(steps).values(row))


async def note_at_last(
    db: AsyncConnection, case: Any, kind: StepKind, now: datetime, staff_id: uuid.UUID | None
) -> None:
    """Append a row about somebody at the step that the clock took last; step 0 when it took none yet."""
    query = select(steps.c.number, steps.c.rung).where(
        steps.c.case_id == case.id, steps.c.clock_since == case.clock_since, steps.c.kind == StepKind.TAKEN
    )
    last = (await db.execute(query.order_by(steps.c.number.desc()).limit(1))).first()
    number, rung = (last.number, last.rung) if last else (0, Rung.ON_DUTY)
    await note_row(db, case, number, rung, kind, now, staff_id=staff_id)


async def _lapse(db: AsyncConnection, case: Any, now: datetime) -> None:
    """Whoever acknowledged has not answered: the case is nobody's again."""
    log.warning("acknowledged and not answered", case=str(case.id), area=case.area)
    await note_at_last(db, case, StepKind.LAPSED, now, case.acknowledged_by)
    free = {"acknowledged_at": None, "acknowledged_by": None}
    await db.execute(update(cases).where(cases.c.id == case.id).values(free))


async def let_go(db: AsyncConnection, case_id: uuid.UUID, now: datetime) -> None:
    """Whoever acknowledged hands it on: the clock runs again from where it was, from now on."""
    case = (await db.execute(select(cases).where(cases.c.id == case_id).with_for_update())).one()
    await _lapse(db, case, now)
    await _set_next(db, case, now)
    await tell(db, case_id, case.area)


async def acknowledge(db: AsyncConnection, case_id: uuid.UUID, staff_id: uuid.UUID, now: datetime) -> bool:
    """A named person says that they see to it: the clock waits `HOLDS_FOR` for their answer. False when somebody did before.

    Raises NoSuchCase, also for somebody who is barred from it, and for a trainee about danger.
    """
    case = (await db.execute(select(cases).where(cases.c.id == case_id).with_for_update())).first()
    if case is None or case.closed_at is not None or staff_id in case.barred:
        raise NoSuchCase(str(case_id))
    if case.urgency in ABOUT_DANGER and await is_trainee(db, staff_id):
        raise NoSuchCase(str(case_id))
    if case.acknowledged_at is not None:
        return False
    looks_at = None if is_answered(case) else now + HOLDS_FOR
    values = {"acknowledged_at": now, "acknowledged_by": staff_id, "clock_next_at": looks_at}
    await db.execute(update(cases).where(cases.c.id == case_id).values(values))
    waiting = notices.c.case_id == case_id, notices.c.status == NoticeStatus.DUE
    await db.execute(update(notices).where(*waiting).values(status=NoticeStatus.NOT_NEEDED))
    await note_at_last(db, case, StepKind.ACKNOWLEDGED, now, staff_id)
    await tell(db, case_id, case.area)
    return True


def is_answered(case: Any) -> bool:
    """True when an adviser has answered and nothing that the person wrote is left without one."""
    return case.first_answer_at is not None and case.waiting_since is None


def _running(case: Any) -> Running:
    return Running(case.urgency, case.clock_since, case.clock_in_hours, case.acknowledged_at)


def _elapsed(clock: Running, hours: OpeningHours, now: datetime) -> timedelta:
    """How long a clock has run: by the wall for danger, by minutes at the desk for everything else."""
    return now - clock.since if _is_by_the_wall(clock, hours) else hours.elapsed(clock.since, now)


def _instant(clock: Running, hours: OpeningHours, taken: set[int]) -> datetime | None:
    """When the next step of a clock that nobody acknowledged comes."""
    after = next_at(Running(clock.urgency, clock.since, clock.began_in_hours), taken)
    if after is None:
        return None
    return clock.since + after if _is_by_the_wall(clock, hours) else hours.after(clock.since, after)


def _is_by_the_wall(clock: Running, hours: OpeningHours) -> bool:
    """Danger, and everything in an area that is never open: a clock that stands for ever would be silence."""
    return clock.urgency in BY_THE_WALL or not hours.week
