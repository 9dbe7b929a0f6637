"""The waiting list: who asked first is offered a free time first, for a while, then the next."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from server.appointments.kinds import Reason, Status, WaitStatus
from server.appointments.models import Appointment, WaitingRequest
from server.db.base import table_of
from server.db.ids import new_id

appointments = table_of(Appointment)
waiting = table_of(WaitingRequest)

Row = Mapping[str, Any]


async def join(
    db: AsyncConnection,
    person_id: uuid.UUID,
    address_id: uuid.UUID,
    area: str,
    reason: Reason,
    now: datetime,
    *,
    adviser_id: uuid.UUID | None = None,
    place_id: uuid.UUID | None = None,
) -> bool:
    """Put somebody on the list; false when they stand on it for this already, with their place in it."""
    mine = waiting.c.person_id == person_id, waiting.c.area == area, waiting.c.reason == reason
    open_ones = waiting.c.status.in_({WaitStatus.WAITING, WaitStatus.OFFERED})
    if (await db.execute(select(waiting.c.id).where(*mine, open_ones))).first():
        return False
    row = {"id": new_id(), "area": area, "person_id": person_id, "address_id": address_id, "reason": reason}
    row |= {"adviser_id": adviser_id, "place_id": place_id, "status": WaitStatus.WAITING, "created_at": now}
    await db.execute(insert(waiting).values(row))
    return True


async def in_order(db: AsyncConnection, areas: list[str]) -> list[Row]:
    """Everybody who waits, first come first, locked; whom another process looks after is passed over."""
    query = select(waiting).where(waiting.c.area.in_(areas), waiting.c.status == WaitStatus.WAITING)
    query = query.order_by(waiting.c.created_at, waiting.c.id).with_for_update(skip_locked=True)
    return [dict(row) for row in (await db.execute(query)).mappings()]


async def offered(db: AsyncConnection, waiting_id: uuid.UUID, appointment_id: uuid.UUID, now: datetime) -> None:
    """A held time was offered."""
    values = {"status": WaitStatus.OFFERED, "appointment_id": appointment_id, "offered_at": now}
    await db.execute(update(waiting).where(waiting.c.id == waiting_id).values(values))


async def offer_of(db: AsyncConnection, person_id: uuid.UUID, appointment_id: uuid.UUID) -> Row | None:
    """The offer of this time to this person, if it is open."""
    mine = waiting.c.person_id == person_id, waiting.c.appointment_id == appointment_id
    query = select(waiting).where(*mine, waiting.c.status == WaitStatus.OFFERED)
    row = (await db.execute(query)).mappings().first()
    return dict(row) if row else None


async def refuse(db: AsyncConnection, waiting_id: uuid.UUID) -> None:
    """They do not want it."""
    await db.execute(update(waiting).where(waiting.c.id == waiting_id).values(status=WaitStatus.REFUSED))


async def settled(db: AsyncConnection, person_id: uuid.UUID, reason: Reason) -> None:
    """They have a meeting for this now: they wait no more."""
    mine = waiting.c.person_id == person_id, waiting.c.reason == reason
    open_ones = waiting.c.status.in_({WaitStatus.WAITING, WaitStatus.OFFERED})
    await db.execute(update(waiting).where(*mine, open_ones).values(status=WaitStatus.TAKEN))


async def pass_over(db: AsyncConnection, now: datetime) -> int:
    """Offers whose time is kept no more are over; how many. The time is free for the next in order."""
    kept = select(appointments.c.id).where(appointments.c.status == Status.HELD, appointments.c.hold_until > now)
    lost = or_(waiting.c.appointment_id.is_(None), waiting.c.appointment_id.not_in(kept))
    query = update(waiting).where(waiting.c.status == WaitStatus.OFFERED, lost).values(status=WaitStatus.PASSED)
    return (await db.execute(query)).rowcount


async def extend(db: AsyncConnection, appointment_id: uuid.UUID, until: datetime) -> None:
    """They said yes to the offer: it is kept while they say what would help."""
    longer = appointments.c.id == appointment_id, appointments.c.hold_until < until
    await db.execute(update(appointments).where(*longer).values(hold_until=until))


async def holds_something(db: AsyncConnection, person_id: uuid.UUID, now: datetime) -> bool:
    """True while a time is kept for them: another would take its place."""
    held = appointments.c.person_id == person_id, appointments.c.status == Status.HELD
    query = select(appointments.c.id).where(*held, appointments.c.hold_until > now)
    return (await db.execute(query)).first() is not None
