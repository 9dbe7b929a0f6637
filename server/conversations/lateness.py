"""An adviser who is late says so with one tap: it is counted, and the young person is told at once, or somebody has to ring (J16, Q10)."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Final

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncConnection

from dialogs.wording import N_
from server.appointments import history, reading
from server.appointments.history import Doer
from server.appointments.kinds import By, Change, Status
from server.appointments.models import Appointment
from server.conversations.appointing import Telling, contact_of, lock_person
from server.conversations.telling import tell_late
from server.db.base import table_of
from server.escalations import tasks
from server.escalations.models import TaskKind

appointments = table_of(Appointment)

MOST_MINUTES: Final = 240
RING: Final = N_(
    "Their adviser is {minutes} minutes late for their meeting at {clock}. They could not be told here. Ring them."
)


async def adviser_is_late(
    talk: Telling, db: AsyncConnection, appointment_id: uuid.UUID, staff_id: uuid.UUID, minutes: int, now: datetime
) -> bool | None:
    """Count it and tell the young person; false where no message may reach them, and a task says to ring.

    None for an appointment that is not booked any more, or minutes outside of 1 to `MOST_MINUTES`. The same minutes again change
    nothing. The caller has checked that the member of staff may.
    """
    row = await reading.one(db, appointment_id)
    if row is None or row["person_id"] is None or not 1 <= minutes <= MOST_MINUTES:
        return None
    await lock_person(db, row["person_id"])
    is_same = appointments.c.id == appointment_id, appointments.c.status == Status.BOOKED
    query = update(appointments).where(*is_same, appointments.c.adviser_late_minutes.is_distinct_from(minutes))
    if not (await db.execute(query.values(adviser_late_minutes=minutes, changed_at=now))).rowcount:
        is_open = await contact_of(db, row["person_id"], row["address_id"], lanes=talk.channels) is not None
        return is_open if row["status"] is Status.BOOKED else None
    await history.note(db, appointment_id, Change.LATE, Doer(By.ADVISER, staff_id), now, detail=str(minutes))
    if await tell_late(talk, db, appointment_id, minutes, now):
        return True
    clock = row["starts_at"].astimezone(talk.area.zone).strftime("%H:%M")
    words = RING.format(minutes=minutes, clock=clock)
    wish = tasks.Wish(TaskKind.APPOINTMENT, row["area"], now, words=words, person_id=row["person_id"])
    await tasks.add_unsaid(db, wish, now)
    return False
