"""The list of nine in the morning: advice that nobody has answered since a day before, for leads (domain.md 9.1)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, time
from typing import Final

from sqlalchemy import exists, select
from sqlalchemy.ext.asyncio import AsyncConnection

from dialogs.effects import CaseUrgency
from server.db.base import table_of
from server.escalations.due_work import make_task
from server.escalations.models import Case, CaseTask, TaskKind
from server.hours import OpeningHours

cases = table_of(Case)
tasks = table_of(CaseTask)

NINE: Final = time(9)


async def list_morning(db: AsyncConnection, hours: Mapping[str, OpeningHours], now: datetime) -> int:
    """From nine on, on days when people are at their desks: a task for each chat about advice that waits since a day before; how many.

    One a day for each chat: ticked off, it comes back on the next morning while nobody has answered. Repeating is harmless.
    """
    return sum([await _of_area(db, area, opening, now) for area, opening in hours.items()])


async def _of_area(db: AsyncConnection, area: str, hours: OpeningHours, now: datetime) -> int:
    nine = datetime.combine(now.astimezone(hours.zone).date(), NINE, hours.zone)
    midnight = datetime.combine(nine.date(), time(0), hours.zone)
    if now < nine or not hours.is_working(nine.date()):
        return 0
    today = exists().where(
        tasks.c.case_id == cases.c.id, tasks.c.kind == TaskKind.MORNING, tasks.c.created_at >= midnight
    )
    waits = cases.c.closed_at.is_(None), cases.c.person_id.is_not(None), cases.c.waiting_since < midnight
    query = select(cases).where(cases.c.area == area, cases.c.urgency == CaseUrgency.ADVICE, *waits, ~today)
    rows = (await db.execute(query.with_for_update(skip_locked=True))).all()
    for case in rows:
        await make_task(db, case, TaskKind.MORNING, nine, now)
    return len(rows)
