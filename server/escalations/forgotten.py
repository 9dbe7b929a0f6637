"""Cases about danger that lost their clock, whatever took it: found and rung."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import or_, update
from sqlalchemy.ext.asyncio import AsyncConnection

from server.db.base import table_of
from server.escalations.models import Case
from server.escalations.service import ABOUT_DANGER
from server.hours import OpeningHours
from server.log import logger

log = logger(__name__)
cases = table_of(Case)


async def wake_forgotten(db: AsyncConnection, hours: Mapping[str, OpeningHours], now: datetime) -> int:
    """Begin the clock of open cases about danger that have none though nobody answers for them; how many. That is never so by plan.

    A case has none when a person who holds it has answered. Whatever else took it away (another release, a fault) is mended here.
    """
    nobody = or_(cases.c.acknowledged_at.is_(None), cases.c.adviser_id.is_(None))
    is_open = cases.c.closed_at.is_(None), cases.c.person_id.is_not(None), cases.c.area.in_(hours)
    lost = *is_open, cases.c.clock_next_at.is_(None), cases.c.urgency.in_(ABOUT_DANGER), nobody
    on = {"clock_next_at": now, "acknowledged_at": None, "acknowledged_by": None}
    found = (await db.execute(update(cases).where(*lost).values(on).returning(cases.c.id))).scalars().all()
    for case_id in found:
        log.error("a case about danger had no clock", case=str(case_id))
    return len(found)
