"""What providers say later: kept as it came, applied forward only, in whatever order it arrives."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import and_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.channel import DeliveryReceipt
from server import metrics
from server.db.base import table_of
from server.db.ids import new_id
from server.outbox.models import Delivery, Receipt
from server.outbox.rules import Status, predecessors

deliveries = table_of(Delivery)
receipts = table_of(Receipt)


async def take_receipt(db: AsyncConnection, receipt: DeliveryReceipt, now: datetime) -> None:
    """Keep the receipt and apply it if its delivery is known already. Repeating is harmless."""
    status = Status(receipt.status.value)
    row = {
        "id": new_id(),
        "lane": receipt.lane,
        "provider_id": receipt.provider_id,
        "status": status,
        "code": receipt.code,
        "received_at": now,
    }
    await db.execute(
        insert(receipts).values(row).on_conflict_do_nothing(index_elements=["lane", "provider_id", "status"])
    )
    metrics.receipts.labels(receipt.lane.split(":")[0], status.value).inc()
    await apply_waiting_receipts(db, receipt.lane, receipt.provider_id)


async def apply_waiting_receipts(db: AsyncConnection, lane: str, provider_id: str) -> None:
    """Apply what was said about one message; leaves receipts alone whose delivery is not known yet."""
    of_this = and_(receipts.c.lane == lane, receipts.c.provider_id == provider_id, receipts.c.is_applied.is_(False))
    waiting = (await db.execute(select(receipts.c.status, receipts.c.code).where(of_this))).all()
    known = and_(deliveries.c.lane == lane, deliveries.c.provider_id == provider_id)
    if not waiting or (await db.execute(select(deliveries.c.id).where(known))).first() is None:
        return
    for status, code in _final_last(waiting):
        forward = and_(known, deliveries.c.status.in_(predecessors(status)))
        await db.execute(update(deliveries).where(forward).values(status=status, reason=code))
    await db.execute(update(receipts).where(of_this).values(is_applied=True))


def _final_last(waiting: Sequence[tuple[Status, str]]) -> list[tuple[Status, str]]:
    """In the order in which they can all apply: "sent" before the last word."""
    return sorted(waiting, key=lambda pair: pair[0] is not Status.SENT)


async def apply_all_waiting(db: AsyncConnection) -> int:
    """Apply every receipt whose delivery is known by now; how many messages had one. For the sweep."""
    overdue = (
        select(receipts.c.lane, receipts.c.provider_id)
        .join(
            deliveries, and_(deliveries.c.lane == receipts.c.lane, deliveries.c.provider_id == receipts.c.provider_id)
        )
        .where(receipts.c.is_applied.is_(False))
        .distinct()
        .limit(500)
    )
    rows = (await db.execute(overdue)).all()
    for lane, provider_id in rows:
        await apply_waiting_receipts(db, lane, provider_id)
    return len(rows)
