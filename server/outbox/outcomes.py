"""Write down what became of deliveries: each outcome one statement, waiting for the database when it is away."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import tuple_, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.channel import SendResult
from server import metrics
from server.clock import utc_now
from server.db.base import table_of
from server.db.engine import is_away
from server.log import logger
from server.outbox.models import Delivery
from server.outbox.notes import SentNote, SentNotes
from server.outbox.receipts import apply_waiting_receipts
from server.outbox.rules import LEASE, Status, predecessors
from server.outbox.service import Outgoing

log = logger(__name__)
deliveries = table_of(Delivery)

LONGEST_GIVEN_BACK_SECONDS = 5.0
FRESH_LEASE = timedelta(seconds=2)
_MARK_TRIES = 600
_LONGEST_MARK_WAIT_SECONDS = 1.0


class Outcomes:
    """Writes for one process what it did with the rows it holds; a row in other hands is left alone."""

    def __init__(self, engine: AsyncEngine) -> None:
        self.engine = engine
        self._notes = SentNotes(self.persist)

    async def is_still_ours(self, item: Outgoing) -> bool:
        """Renew a lease that is not fresh any more; false when the sweep has taken the row meanwhile."""
        now = utc_now()
        if now - item.leased_at < FRESH_LEASE:
            return True
        renewal = update(deliveries).where(*_held_as(item)).values(lease_until=now + LEASE)
        return await self.persist(renewal) > 0

    async def sent(self, item: Outgoing, result: SendResult) -> None:
        """Whoever holds the row by now: it was sent."""
        status = Status.DELIVERED if result.is_delivered else Status.SENT
        if self.has_receipts(item.destination.lane):
            await self._note_with_receipts(item, status, result)
        else:
            await self._notes.write(SentNote(item.id, status, result.provider_id, utc_now()))
        metrics.deliveries.labels(item.destination.lane, status.value, "").inc()

    async def _note_with_receipts(self, item: Outgoing, status: Status, result: SendResult) -> None:
        """A receipt can overtake our own note: what was said already is applied in the same transaction."""
        same = deliveries.c.id == item.id, deliveries.c.status.in_(predecessors(status))
        values = {"status": status, "reason": "", "provider_id": result.provider_id, "sent_at": utc_now()}
        lane = item.destination.lane
        await self.persist(
            update(deliveries).where(*same).values(**values),
            also=lambda db: apply_waiting_receipts(db, lane, result.provider_id),
        )

    async def mark(
        self,
        item: Outgoing,
        status: Status,
        reason: str,
        *,
        also: Callable[[AsyncConnection], Awaitable[None]] | None = None,
        **values: Any,
    ) -> None:
        """Write that it did not go, unless the row is in other hands by now."""
        change = update(deliveries).where(*_held_as(item)).values(status=status, reason=reason, **values)
        if await self.persist(change, also=also):
            metrics.deliveries.labels(item.destination.lane, status.value, reason.split(":", maxsplit=1)[0]).inc()
        log.warning(
            "delivery not sent", delivery=str(item.id), status=status.value, reason=reason, attempt=item.attempt
        )

    async def persist(
        self,
        change: Any,
        values: dict[str, Any] | None = None,
        also: Callable[[AsyncConnection], Awaitable[None]] | None = None,
    ) -> int:
        """Write, waiting for the database if it is away: an unwritten success would be sent twice. How many rows changed."""
        for attempt in range(_MARK_TRIES):
            try:
                async with self.engine.begin() as db:
                    changed: int = (await db.execute(change, values)).rowcount
                    if also is not None:
                        await also(db)
            except Exception as error:
                if not is_away(error) or attempt == _MARK_TRIES - 1:
                    raise
                await asyncio.sleep(min(_LONGEST_MARK_WAIT_SECONDS, 0.1 * 2 ** min(attempt, 10)))
            else:
                return changed
        return 0

    def has_receipts(self, lane: str) -> bool:
        """True for lanes whose provider tells later what became of a message."""
        return lane.startswith(("sms", "whatsapp"))

    async def give_back(self, items: Sequence[Outgoing], reason: str, seconds: float = 0.05) -> None:
        """Put rows that were not called for back to due, for a worker; not before so long."""
        wait = timedelta(seconds=min(max(seconds, 0.05), LONGEST_GIVEN_BACK_SECONDS))
        free = {"lease_until": None, "leased_by": None, "attempt": deliveries.c.attempt - 1}
        await self._put(items, Status.DUE, reason, not_before=utc_now() + wait, **free)

    async def skip(self, items: Sequence[Outgoing], reason: str) -> None:
        """Put rows away that were not called for and never will be."""
        await self._put(items, Status.SKIPPED, reason)

    async def _put(self, items: Sequence[Outgoing], status: Status, reason: str, **values: Any) -> None:
        if items:
            held = tuple_(deliveries.c.id, deliveries.c.attempt).in_([(item.id, item.attempt) for item in items])
            still = held, deliveries.c.status == Status.SENDING
            changed = await self.persist(
                update(deliveries).where(*still).values(status=status, reason=reason, **values)
            )
            metrics.deliveries.labels(items[0].destination.lane, status.value, reason).inc(changed)


def _held_as(item: Outgoing) -> tuple[Any, ...]:
    """The row, as long as nobody else has claimed it since."""
    is_held = deliveries.c.status == Status.SENDING
    return deliveries.c.id == item.id, is_held, deliveries.c.attempt == item.attempt
