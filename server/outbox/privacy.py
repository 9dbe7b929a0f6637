"""The outbox's part in a person's rights."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from server.db.base import table_of
from server.outbox.models import Delivery, Receipt
from server.outbox.rules import WAITING
from server.people.models import Address
from server.people.privacy import Subject

deliveries = table_of(Delivery)
receipts = table_of(Receipt)
addresses = table_of(Address)


class OutboxData:
    """Deliveries: all of a person's go at once; the rest when they are old and nothing waits."""

    tables = (table_of(Delivery),)

    async def must_keep(self, db: AsyncConnection, person_id: uuid.UUID) -> bool:  # noqa: ARG002 - the protocol's
        """Nothing here stands in the way of a deletion."""
        return False

    async def erase(self, db: AsyncConnection, subject: Subject) -> None:
        """Delete every delivery to the person's addresses."""
        own = select(addresses.c.id).where(addresses.c.person_id == subject.person_id)
        await db.execute(delete(deliveries).where(deliveries.c.address_id.in_(own)))

    async def expire(self, db: AsyncConnection, now: datetime, kept: timedelta) -> int:
        """Delete old deliveries that are done with, and old receipts."""
        before = now - kept
        is_old = (deliveries.c.created_at < before) & deliveries.c.status.not_in(WAITING)
        gone = await db.execute(delete(deliveries).where(is_old))
        await db.execute(delete(receipts).where(receipts.c.received_at < before))
        return gone.rowcount
