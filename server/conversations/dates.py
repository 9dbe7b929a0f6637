"""A date of a timescale that has come due is a task for somebody: once for each date (domain.md 1.7)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncConnection

from server.appointments import care, timescales
from server.appointments.timescale_rules import words_for
from server.escalations import tasks
from server.escalations.models import TaskKind
from server.hours import OpeningHours

END_OF_DAY: Final = time(17)
MOST_AT_ONCE: Final = 200


async def make_date_tasks(db: AsyncConnection, hours: Mapping[str, OpeningHours], now: datetime) -> int:
    """A task for each date that is due by the area's calendar and has none yet; how many. Repeating is harmless.

    It is for whose date it is, else for the young person's adviser; nobody's where they left.
    """
    return sum([await _of_area(db, area, opening, now) for area, opening in hours.items()])


async def _of_area(db: AsyncConnection, area: str, hours: OpeningHours, now: datetime) -> int:
    today = now.astimezone(hours.zone).date()
    rows = await timescales.without_task(db, area, today, MOST_AT_ONCE)
    here = await care.still_here(db, {timescales.owner_of(row) for row in rows})
    for row in rows:
        owner = timescales.owner_of(row)
        wish = tasks.Wish(
            TaskKind.DATE,
            area,
            _due_at(row, hours, now),
            words=words_for(row.code),
            person_id=row.person_id,
            staff_id=owner if owner in here else None,
        )
        await timescales.note_task(db, row.id, await tasks.add(db, wish, now))
    return len(rows)


def _due_at(row: Any, hours: OpeningHours, now: datetime) -> datetime:
    """The end of the last day on time, or now when that is over."""
    last = datetime.combine(row.red_on - timedelta(days=1), END_OF_DAY, hours.zone)
    return max(last, now)
