"""Somebody leaves the team or an area: each booking of theirs becomes a task, so that no young person stands before a closed door."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from server.appointments.kinds import OCCUPIES
from server.appointments.models import Appointment
from server.appointments.taking import lock
from server.db.base import table_of
from server.escalations import tasks
from server.escalations.models import TaskKind
from server.staff.models import Staff

appointments = table_of(Appointment)
staff = table_of(Staff)

WITHIN: Final = timedelta(days=1)
BEFORE: Final = timedelta(hours=2)
WORDS: Final = (
    "{name} has left. Find another adviser or another time for the meeting of {when}: /console/appointments/{id}"
)


async def tasks_for_bookings(db: AsyncConnection, staff_id: uuid.UUID, areas: frozenset[str], now: datetime) -> int:
    """A task for each coming appointment that somebody keeps or goes along to outside of these areas; how many.

    Due within a day, and two hours before it begins at the latest. Nothing is called off. Call it after the account was changed:
    it waits for everybody who books that diary just then.
    """
    await lock(db, staff_id)
    theirs = or_(appointments.c.adviser_id == staff_id, appointments.c.companion_id == staff_id)
    is_on = appointments.c.status.in_(OCCUPIES), appointments.c.starts_at > now, appointments.c.area.not_in(areas)
    columns = appointments.c.id, appointments.c.area, appointments.c.person_id, appointments.c.starts_at
    rows = (await db.execute(select(*columns).where(theirs, *is_on).order_by(appointments.c.starts_at))).all()
    name = (await db.execute(select(staff.c.name).where(staff.c.id == staff_id))).scalar_one_or_none() or ""
    for row in rows:
        words = WORDS.format(name=name, when=f"{row.starts_at:%d.%m.%Y}", id=row.id)
        due = max(now, min(now + WITHIN, row.starts_at - BEFORE))
        wish = tasks.Wish(TaskKind.APPOINTMENT, row.area, due, words, person_id=row.person_id)
        await tasks.add(db, wish, now)
    return len(rows)
