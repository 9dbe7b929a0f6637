"""The clock at work: take the steps that are due, write down who is to be told, stop when a named person answers.

A step and everything that follows from it is one transaction. A worker that dies in it has taken no step; one that dies after it
leaves notices that others send. Two workers never take a step twice: the row of the case is locked, and an index holds it.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import insert, select, update
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.ext.asyncio import AsyncConnection

from server.db.base import table_of
from server.db.ids import new_id
from server.escalations.clock import BY_THE_WALL, LOUD, Means, Running, Step, due, next_at
from server.escalations.errors import NoSuchCase
from server.escalations.hours import OpeningHours
from server.escalations.models import Case, CaseStep, NoticeStatus, StaffNotice, StepKind
from server.escalations.oncall import who_stands, without_barred
from server.escalations.service import tell

cases = table_of(Case)
steps = table_of(CaseStep)
notices = table_of(StaffNotice)

BATCH: Final = 50
SENT: Final = frozenset({Means.TELEGRAM, Means.SMS, Means.CALL})
"""Means that go out; an open console sees the step itself."""


async def climb(db: AsyncConnection, hours: Mapping[str, OpeningHours], now: datetime) -> int:
    """Take every step that is due in the areas with hours; how many cases moved. Repeating is harmless."""
    query = (
        select(cases)
        .where(
            cases.c.closed_at.is_(None),
            cases.c.acknowledged_at.is_(None),
            cases.c.clock_next_at <= now,
            cases.c.area.in_(hours),
        )
        .order_by(cases.c.clock_next_at)
        .limit(BATCH)
        .with_for_update(skip_locked=True)
    )
    rows = (await db.execute(query)).all()
    for case in rows:
        await _climb_one(db, case, hours[case.area], now)
    return len(rows)


async def _climb_one(db: AsyncConnection, case: Any, hours: OpeningHours, now: datetime) -> None:
    clock = Running(case.urgency, case.clock_since, case.clock_in_hours)
    taken = await _taken(db, case)
    waiting = list(due(clock, _elapsed(clock, hours, now), taken))
    while waiting:
        step = waiting.pop(0)
        taken.add(step.number)
        has_somebody = await _take(db, case, step, now)
        if not has_somebody and not waiting and (higher := _next_loud(clock, taken)) is not None:
            waiting.append(higher)  # nobody stands there: the next rung is told at once
    await db.execute(
        update(cases).where(cases.c.id == case.id).values(clock_next_at=_instant(clock, hours, next_at(clock, taken)))
    )
    await tell(db, case.id, case.area)


async def _taken(db: AsyncConnection, case: Any) -> set[int]:
    query = select(steps.c.number).where(
        steps.c.case_id == case.id, steps.c.clock_since == case.clock_since, steps.c.kind == StepKind.TAKEN
    )
    return set((await db.execute(query)).scalars())


async def _take(db: AsyncConnection, case: Any, step: Step, now: datetime) -> bool:
    """Write the step and whom it tells; false when a loud one found nobody."""
    await note(db, case, step, StepKind.TAKEN, now)
    if not SENT & set(step.means):
        return True
    found = without_barred(await who_stands(db, case.area, step.rung, now), case)
    if not found:
        await note(db, case, step, StepKind.NOBODY, now)
        return step.means != LOUD
    for row in _notices(case, step, found, now):
        await db.execute(pg_insert(notices).values(row).on_conflict_do_nothing())
    return True


def _notices(case: Any, step: Step, whom: Iterable[uuid.UUID], now: datetime) -> Iterator[dict[str, Any]]:
    for staff_id in whom:
        for means in step.means:
            if means in SENT:
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


def _next_loud(clock: Running, taken: set[int]) -> Step | None:
    """The next step of the plan that rings somebody; None after the last."""
    return next((step for step in clock.plan if step.means == LOUD and step.number not in taken), None)


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
    row = {
        "id": new_id(),
        "case_id": case.id,
        "area": case.area,
        "clock_since": case.clock_since,
        "number": step.number,
        "rung": step.rung,
        "kind": kind,
        "means": means,
        "staff_id": staff_id,
        "code": code,
        "at": now,
    }
    await db.execute(insert(steps).values(row))


async def acknowledge(db: AsyncConnection, case_id: uuid.UUID, staff_id: uuid.UUID, now: datetime) -> bool:
    """A named person says that they see to it: the clock stops. False when somebody did before. Raises NoSuchCase."""
    case = (await db.execute(select(cases).where(cases.c.id == case_id).with_for_update())).first()
    if case is None or case.closed_at is not None:
        raise NoSuchCase(str(case_id))
    if case.acknowledged_at is not None:
        return False
    values = {"acknowledged_at": now, "acknowledged_by": staff_id, "clock_next_at": None}
    await db.execute(update(cases).where(cases.c.id == case_id).values(values))
    waiting = notices.c.case_id == case_id, notices.c.status == NoticeStatus.DUE
    await db.execute(update(notices).where(*waiting).values(status=NoticeStatus.NOT_NEEDED))
    last = max(await _taken(db, case), default=0)
    step = next(
        (x for x in Running(case.urgency, case.clock_since, case.clock_in_hours).plan if x.number == last), None
    )
    if step is not None:
        await note(db, case, step, StepKind.ACKNOWLEDGED, now, staff_id=staff_id)
    await tell(db, case_id, case.area)
    return True


def _elapsed(clock: Running, hours: OpeningHours, now: datetime) -> timedelta:
    """How long a clock has run: by the wall for danger, by minutes at the desk for everything else."""
    return now - clock.since if clock.urgency in BY_THE_WALL else hours.elapsed(clock.since, now)


def _instant(clock: Running, hours: OpeningHours, after: timedelta | None) -> datetime | None:
    if after is None:
        return None
    return clock.since + after if clock.urgency in BY_THE_WALL else hours.after(clock.since, after)
