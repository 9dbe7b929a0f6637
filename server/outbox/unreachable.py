"""What follows when a provider says that an address will never be reached, or holds a STOP for it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.errors import SendError
from server.db.base import table_of
from server.log import logger
from server.outbox.models import Delivery
from server.outbox.rules import Status
from server.outbox.service import Destination
from server.people.service import set_reachable, set_stopped

deliveries = table_of(Delivery)
log = logger(__name__)


async def on_dead_address(db: AsyncConnection, to: Destination, error: SendError, now: datetime) -> None:
    """Note it on the address and put away what still waits for it, with a countable reason."""
    del now
    if to.address_id is None:
        return
    if error.is_opted_out:
        await set_stopped(db, to.address_id, "all")
        reason = "opted-out"
    else:
        await set_reachable(db, to.address_id, is_reachable=False)
        reason = "address-dead"
    same = deliveries.c.address_id == to.address_id, deliveries.c.status.in_((Status.DUE, Status.PLANNED))
    await db.execute(update(deliveries).where(*same).values(status=Status.SKIPPED, reason=reason))
    log.warning("address cannot be reached", address_id=str(to.address_id), reason=reason)
