"""How often meetings of ours began on time: our own punctuality, never the young people's (Q10)."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Date, and_, case, cast, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from server.appointments.kinds import Outcome, Owner, Status
from server.appointments.models import Appointment
from server.db.base import table_of

appointments = table_of(Appointment)


@dataclass(frozen=True, slots=True)
class Month:
    """An adviser's meetings of a month: how many there were, and how many the adviser did not begin late."""

    adviser_id: uuid.UUID
    first_day: date
    meetings: int
    on_time: int

    @property
    def percent(self) -> int:
        """Share on time, whole per cent, rounded down: 100 is all of them."""
        return self.on_time * 100 // self.meetings if self.meetings else 0


async def by_month(
    db: AsyncConnection,
    area: str,
    adviser_ids: Collection[uuid.UUID],
    since: datetime,
    now: datetime,
    zone: ZoneInfo,
) -> list[Month]:
    """Months with meetings in an area, newest first. A group is one meeting.

    Those count that somebody noted: one that took place or that the young person missed, or to which the adviser said to be late.
    """
    month = cast(func.date_trunc("month", func.timezone(zone.key, appointments.c.starts_at)), Date)
    late = func.coalesce(appointments.c.adviser_late_minutes, 0) > 0
    is_known = or_(appointments.c.outcome.in_({Outcome.ATTENDED, Outcome.DID_NOT}), late)
    was = (
        appointments.c.area == area,
        appointments.c.owner == Owner.OURS,
        appointments.c.status.in_({Status.BOOKED, Status.OVER}),
        appointments.c.adviser_id.in_(adviser_ids),
        and_(appointments.c.starts_at >= since, appointments.c.starts_at <= now),
        is_known,
    )
    each = (
        select(
            appointments.c.adviser_id,
            appointments.c.session_id,
            func.min(month).label("first_day"),
            func.max(case((late, 1), else_=0)).label("is_late"),
        )
        .where(*was)
        .group_by(appointments.c.adviser_id, appointments.c.session_id)
        .subquery()
    )
    total = func.count(), func.sum(1 - each.c.is_late)
    query = select(each.c.adviser_id, each.c.first_day, *total).group_by(each.c.adviser_id, each.c.first_day)
    rows = (await db.execute(query.order_by(each.c.first_day.desc(), each.c.adviser_id))).all()
    return [Month(adviser_id, first, meetings, int(on_time)) for adviser_id, first, meetings, on_time in rows]
