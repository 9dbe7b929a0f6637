"""Stopping everything that waits to go to one person: nothing of it is sent later (domain.md 4.6)."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Final

from sqlalchemy import case, literal, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from server.db.base import table_of
from server.outbox.models import Delivery
from server.outbox.rules import Status, predecessors
from server.people.models import Address

deliveries = table_of(Delivery)
addresses = table_of(Address)

ON_HOLD: Final = "on_hold"
"""Why a delivery was skipped: its person is on hold."""

NOT_CALLED: Final = tuple(
    status for status in predecessors(Status.SKIPPED) if status not in {Status.SENDING, Status.SENT}
)


async def freeze(db: AsyncConnection, person_id: uuid.UUID, now: datetime) -> int:
    """Skip all that is planned or due for the person's addresses; how many rows were stopped. Repeating is harmless.

    The caller has marked the person as on hold before, in this transaction and under the lock of their conversation: so nobody
    adds a row behind our back. A row in the middle of its call stays `sending`, for it may be out already; whoever holds it
    finds that it is not theirs any more, and no sweep sends it once more. One statement: a row that changes hands meanwhile
    is looked at again as it stands then.
    """
    theirs = select(addresses.c.id).where(addresses.c.person_id == person_id)
    is_in_call = deliveries.c.status == Status.SENDING
    values = {
        "status": case((is_in_call, deliveries.c.status), else_=literal(Status.SKIPPED, deliveries.c.status.type)),
        "reason": case((is_in_call, deliveries.c.reason), else_=ON_HOLD),
        "attempt": case((is_in_call, deliveries.c.attempt + 1), else_=deliveries.c.attempt),
        "expires_at": case((is_in_call, literal(now, deliveries.c.expires_at.type)), else_=deliveries.c.expires_at),
    }
    waiting = deliveries.c.address_id.in_(theirs), deliveries.c.status.in_((*NOT_CALLED, Status.SENDING))
    return (await db.execute(update(deliveries).where(*waiting).values(values))).rowcount
