"""A worker's half of the outbox: hold a lane, send what is due in order of urgency, sweep up after a crash."""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, and_, exists, func, or_, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.errors import SendError
from dialogs.messages import Reply
from server import metrics
from server.clock import utc_now
from server.db.base import table_of
from server.db.engine import is_away
from server.log import logger
from server.outbox.delivery import Lane, Sender
from server.outbox.models import Delivery
from server.outbox.rules import LEASE, WAITING, Status, is_worth_a_double
from server.outbox.service import Destination, Outgoing

log = logger(__name__)
deliveries = table_of(Delivery)
earlier = deliveries.alias("earlier")

BATCH = 25
IDLE_SECONDS = 1.0
_LOCK_SPACE = 0x0C0FFEE


async def work_lane(
    engine: AsyncEngine, sender: Sender, lane: Lane, process: str, wake: asyncio.Event, stop: asyncio.Event
) -> None:
    """Hold the lane whenever nobody else does, and send what is due, until told to stop.

    One worker holds a lane at a time by an advisory lock of its connection; PostgreSQL lets go when the worker dies.
    """
    while not stop.is_set():
        try:
            async with engine.connect() as holder:
                if await _hold(holder, lane.name):
                    await _work_while_held(engine, holder, sender, lane, process, wake, stop)
        except Exception as error:
            if not is_away(error):
                raise
            log.warning("lane waits for the database", lane=lane.name)
        await _pause(wake, stop)


async def _hold(holder: AsyncConnection, lane: str) -> bool:
    """Take the lane's lock for as long as this connection lives; False when another worker has it."""
    key = zlib.crc32(lane.encode()) - 2**31
    taken = (await holder.execute(select(func.pg_try_advisory_lock(_LOCK_SPACE, key)))).scalar_one()
    await holder.commit()
    return bool(taken)


async def _work_while_held(
    engine: AsyncEngine,
    holder: AsyncConnection,
    sender: Sender,
    lane: Lane,
    process: str,
    wake: asyncio.Event,
    stop: asyncio.Event,
) -> None:
    while not stop.is_set():
        await holder.execute(text("SELECT 1"))  # the lock is gone when this fails
        await holder.commit()
        if not await work_once(engine, sender, lane, process):
            await _pause(wake, stop)


async def _pause(wake: asyncio.Event, stop: asyncio.Event) -> None:
    """Until woken, told to stop, or `IDLE_SECONDS` have passed."""
    waiting = [asyncio.ensure_future(x.wait()) for x in (wake, stop)]
    await asyncio.wait(waiting, timeout=IDLE_SECONDS, return_when=asyncio.FIRST_COMPLETED)
    for task in waiting:
        task.cancel()
    wake.clear()


async def work_once(engine: AsyncEngine, sender: Sender, lane: Lane, process: str) -> int:
    """Sweep, then send one batch; how many were sent. One per address at a time, so that order holds."""
    now = utc_now()
    await sweep_lane(engine, lane, now)
    async with engine.begin() as db:
        items = await _claim(db, lane.name, process, now)
    await asyncio.gather(*(sender.send_in_order([item]) for item in items))
    return len(items)


async def _claim(db: AsyncConnection, lane: str, process: str, now: datetime) -> list[Outgoing]:
    rows = (await db.execute(_due(lane, now))).mappings().all()
    if not rows:
        return []
    change = (
        update(deliveries)
        .where(deliveries.c.id.in_([row["id"] for row in rows]))
        .values(status=Status.SENDING, attempt=deliveries.c.attempt + 1, lease_until=now + LEASE, leased_by=process)
    )
    await db.execute(change)
    return [_outgoing(row) for row in rows]


def _due(lane: str, now: datetime) -> Select[Any]:
    """What may go now: most urgent first, then oldest, nothing past a message of the same or higher urgency to the same address."""
    blocked = exists().where(
        earlier.c.address_hash == deliveries.c.address_hash,
        earlier.c.lane == deliveries.c.lane,
        earlier.c.status.in_(WAITING),
        or_(earlier.c.status == Status.SENDING, earlier.c.urgency <= deliveries.c.urgency),
        earlier.c.seq < deliveries.c.seq,
    )
    return (
        select(deliveries)
        .where(deliveries.c.lane == lane, deliveries.c.status == Status.DUE, deliveries.c.not_before <= now, ~blocked)
        .order_by(deliveries.c.urgency, deliveries.c.seq)
        .limit(BATCH)
        .with_for_update(skip_locked=True)
    )


def _outgoing(row: Any) -> Outgoing:
    to = Destination(
        row["area"],
        row["channel"],
        row["lane"],
        row["to_address"],
        row["address_hash"],
        row["address_id"],
        row["conversation_id"],
    )
    return Outgoing(row["id"], to, row["kind"], Reply.from_plain(row["reply"]), row["attempt"] + 1, row["expires_at"])


async def sweep_lane(engine: AsyncEngine, lane: Lane, now: datetime) -> None:
    """Settle what a crash left in the middle of a call, and put away what is too late. Repeating is harmless."""
    async with engine.begin() as db:
        await db.execute(_too_late(lane.name, now))
        left = (await db.execute(_left_in_call(lane.name, now))).mappings().all()
    for row in left:
        await _settle(engine, lane, row, now)


def _too_late(lane: str, now: datetime) -> Any:
    is_late = and_(
        deliveries.c.lane == lane, deliveries.c.status.in_((Status.PLANNED, Status.DUE)), deliveries.c.expires_at <= now
    )
    return update(deliveries).where(is_late).values(status=Status.SKIPPED, reason="too-late")


def _left_in_call(lane: str, now: datetime) -> Select[Any]:
    is_left = and_(deliveries.c.lane == lane, deliveries.c.status == Status.SENDING, deliveries.c.lease_until < now)
    return select(deliveries).where(is_left).order_by(deliveries.c.seq).limit(BATCH)


async def _settle(engine: AsyncEngine, lane: Lane, row: Any, now: datetime) -> None:
    """Ask the provider whether the call before the crash went through; without an answer, decide by what a double costs."""
    item = _outgoing(row)
    values: dict[str, Any]
    try:
        provider_id = await lane.channel.find_sent(item.destination.to_address, item.reply, row["lease_until"] - LEASE)
    except SendError:
        return  # the provider is away: ask again at the next sweep
    if provider_id is not None:
        values = {"status": Status.SENT, "provider_id": provider_id, "reason": "found-at-provider", "sent_at": now}
    elif is_worth_a_double(item.kind, now, item.expires_at):
        values = {
            "status": Status.DUE,
            "reason": "after-crash",
            "lease_until": None,
            "leased_by": None,
            "not_before": now,
        }
    else:
        values = {"status": Status.FAILED, "reason": "unknown-after-crash"}
    same = and_(
        deliveries.c.id == row["id"],
        deliveries.c.status == Status.SENDING,
        deliveries.c.lease_until == row["lease_until"],
    )
    async with engine.begin() as db:
        await db.execute(update(deliveries).where(same).values(**values))
    metrics.deliveries.labels(lane.name, values["status"].value, values["reason"]).inc()
    log.warning("settled after a crash", delivery=str(row["id"]), outcome=values["reason"])


async def oldest_waiting_seconds(db: AsyncConnection, now: datetime) -> dict[str, float]:
    """How long the oldest due delivery of each lane has waited, in seconds; lanes with none are left out."""
    oldest = (
        select(deliveries.c.lane, func.min(deliveries.c.created_at))
        .where(deliveries.c.status.in_(WAITING), deliveries.c.not_before <= now)
        .group_by(deliveries.c.lane)
    )
    rows: Sequence[Any] = (await db.execute(oldest)).all()
    return {lane: (now - created_at).total_seconds() for lane, created_at in rows}
