"""Hand leased deliveries to their channels and write down what became of each, with no transaction open during a call."""

from __future__ import annotations

import asyncio
import random
import time
import uuid
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.channel import Channel, SendResult
from bot.errors import SendError
from server import metrics
from server.clock import utc_now
from server.db.base import table_of
from server.db.engine import is_away
from server.log import logger
from server.outbox.models import Delivery
from server.outbox.pace import Pace
from server.outbox.receipts import apply_waiting_receipts
from server.outbox.rules import MAX_ATTEMPTS, Status, predecessors, wait_before
from server.outbox.service import Destination, Outgoing

log = logger(__name__)
deliveries = table_of(Delivery)

LONGEST_PACE_WAIT_SECONDS = 8.0
_MARK_TRIES = 12

OnDeadAddress = Callable[[AsyncConnection, Destination, SendError, datetime], Awaitable[None]]
"""Called in the transaction that notes a dead or opted-out address."""


@dataclass(frozen=True, slots=True)
class Lane:
    """One sender: its channel and its pace."""

    name: str
    channel: Channel
    pace: Pace


class Sender:
    """Sends what this process holds the lease of. One person's messages go in order; one slow provider holds nobody else up."""

    def __init__(self, engine: AsyncEngine, lanes: Mapping[str, Lane], on_dead_address: OnDeadAddress) -> None:
        self.engine = engine
        self.lanes = lanes
        self._on_dead_address = on_dead_address
        self._chance = random.Random()  # noqa: S311 - jitter, not a secret
        self._last_of: dict[bytes, asyncio.Task[bool]] = {}
        self._open: set[asyncio.Task[bool]] = set()

    def send_soon(self, items: Sequence[Outgoing]) -> None:
        """Send them in the background, after whatever is under way for the same address. Returns at once."""
        if not items:
            return
        key = items[0].destination.address_hash
        task = asyncio.get_running_loop().create_task(self._after(self._last_of.get(key), items))
        self._last_of[key] = task
        self._open.add(task)
        task.add_done_callback(lambda done: self._forget(key, done))

    def _forget(self, key: bytes, done: asyncio.Task[bool]) -> None:
        self._open.discard(done)
        if self._last_of.get(key) is done:
            del self._last_of[key]

    async def _after(self, earlier: asyncio.Task[bool] | None, items: Sequence[Outgoing]) -> bool:
        """Send after the earlier ones; when those have to wait, these wait behind them."""
        if earlier is not None:
            await asyncio.wait([earlier])
            if earlier.cancelled() or earlier.exception() or not earlier.result():
                await self._give_back([item.id for item in items], "after-earlier")
                return False
        return await self.send_in_order(items)

    async def drain(self) -> None:
        """Wait until everything begun is done."""
        while self._open:
            await asyncio.wait(set(self._open))

    async def send_in_order(self, items: Sequence[Outgoing]) -> bool:
        """Send one address's deliveries one after the other; false when one, and so the rest, waits for a worker."""
        for place, item in enumerate(items):
            if not await self._send(item):
                await self._give_back([x.id for x in items[place + 1 :]], "after-earlier")
                return False
        return True

    async def _send(self, item: Outgoing) -> bool:
        """True when the next one of this address may go: this one was taken, or never will be."""
        lane = self.lanes.get(item.destination.lane)
        if lane is None:
            await self._mark(item, Status.FAILED, "no-such-lane")
            return True
        wait = lane.pace.reserve(time.monotonic())
        if wait > LONGEST_PACE_WAIT_SECONDS:
            await self._give_back([item.id], "pace")
            return False
        if wait:
            await asyncio.sleep(wait)
        try:
            result = await lane.channel.send(item.destination.to_address, item.reply)
        except SendError as error:
            return await self._note_failure(item, error)
        await self._note_sent(item, result)
        return True

    async def _note_sent(self, item: Outgoing, result: SendResult) -> None:
        status = Status.DELIVERED if result.is_delivered else Status.SENT
        await self._mark(item, status, "", provider_id=result.provider_id, sent_at=utc_now())

    async def _note_failure(self, item: Outgoing, error: SendError) -> bool:
        """Try later, or give up with a reason; a dead address is noted and stops nobody."""
        now = utc_now()
        if error.is_address_dead or error.is_opted_out:
            reason = "opted-out" if error.is_opted_out else "address-dead"
            await self._mark(
                item, Status.FAILED, reason, also=lambda db: self._on_dead_address(db, item.destination, error, now)
            )
            return True
        wait = wait_before(item.attempt, error.retry_after_seconds, self._chance)
        if error.is_retryable and item.attempt < MAX_ATTEMPTS and now + wait < item.expires_at:
            await self._mark(
                item, Status.DUE, f"retry:{error.code}", not_before=now + wait, lease_until=None, leased_by=None
            )
            return False
        await self._mark(item, Status.FAILED, error.code)
        return True

    async def _mark(
        self,
        item: Outgoing,
        status: Status,
        reason: str,
        *,
        also: Callable[[AsyncConnection], Awaitable[None]] | None = None,
        **values: Any,
    ) -> None:
        """Write the outcome, waiting for the database if it is away: an unwritten success would be sent twice."""
        change = (
            update(deliveries)
            .where(deliveries.c.id == item.id, deliveries.c.status.in_(predecessors(status)))
            .values(status=status, reason=reason, **values)
        )
        await self._persist(
            change, values.get("provider_id") and item.destination.lane, values.get("provider_id"), also
        )
        metrics.deliveries.labels(item.destination.lane, status.value, reason.split(":", maxsplit=1)[0]).inc()
        if status in (Status.FAILED, Status.DUE):
            log.warning(
                "delivery not sent", delivery=str(item.id), status=status.value, reason=reason, attempt=item.attempt
            )

    async def _persist(
        self,
        change: Any,
        lane: str | None,
        provider_id: str | None,
        also: Callable[[AsyncConnection], Awaitable[None]] | None,
    ) -> None:
        for attempt in range(_MARK_TRIES):
            try:
                async with self.engine.begin() as db:
                    await db.execute(change)
                    if lane and provider_id and self.has_receipts(lane):
                        await apply_waiting_receipts(db, lane, provider_id)
                    if also is not None:
                        await also(db)
            except Exception as error:
                if not is_away(error) or attempt == _MARK_TRIES - 1:
                    raise
                await asyncio.sleep(min(5.0, 0.1 * 2**attempt))
            else:
                return

    def has_receipts(self, lane: str) -> bool:
        """True for lanes whose provider tells later what became of a message."""
        return lane.startswith(("sms", "whatsapp"))

    async def _give_back(self, ids: Sequence[uuid.UUID], reason: str) -> None:
        """Put rows that were not called for back to due, for a worker."""
        if not ids:
            return
        change = (
            update(deliveries)
            .where(deliveries.c.id.in_(ids), deliveries.c.status == Status.SENDING)
            .values(
                status=Status.DUE,
                reason=reason,
                lease_until=None,
                leased_by=None,
                attempt=deliveries.c.attempt - 1,
                not_before=utc_now() + timedelta(milliseconds=50),
            )
        )
        await self._persist(change, None, None, None)
