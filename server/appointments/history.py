"""What was done to an appointment, by whom: appended with the deed."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from server.appointments.kinds import By, Change
from server.appointments.models import AppointmentChange
from server.db.base import table_of
from server.db.ids import new_id

changes = table_of(AppointmentChange)


@dataclass(frozen=True, slots=True)
class Doer:
    """Who does something to an appointment; `staff_id` for a member of staff."""

    by: By
    staff_id: uuid.UUID | None = None


async def note(
    db: AsyncConnection,
    appointment_id: uuid.UUID,
    change: Change,
    doer: Doer,
    now: datetime,
    *,
    old: datetime | None = None,
    new: datetime | None = None,
    detail: str = "",
) -> None:
    """Append one line. `old` and `new` are when it began before and begins now; `detail` a short code, nothing personal."""
    row = {"id": new_id(), "appointment_id": appointment_id, "at": now, "by": doer.by, "staff_id": doer.staff_id}
    row |= {"change": change, "old_starts_at": old, "new_starts_at": new, "detail": detail}
    await db.execute(insert(changes).values(row))


async def of(db: AsyncConnection, appointment_id: uuid.UUID) -> Sequence[Mapping[str, Any]]:
    """Everything that was done to one, oldest first."""
    query = select(changes).where(changes.c.appointment_id == appointment_id).order_by(changes.c.at, changes.c.id)
    return [dict(row) for row in (await db.execute(query)).mappings()]
