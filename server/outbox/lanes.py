"""A worker's half of the outbox: hold a lane, send what is due in order of urgency, sweep up after a crash."""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, and_, exists, func, or_, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.errors import SendError
from dialogs.messages import Reply, Urgency
from server import metrics
from server.clock import utc_now
from server.db.base import table_of
from server.db.engine import is_away
from server.log import logger
from server.outbox.delivery import STOP_SECONDS, Lane, Sender, Task
from server.outbox.models import Delivery
from server.outbox.receipts import apply_waiting_receipts
from server.outbox.rules import LEASE, MAX_ATTEMPTS, WAITING, Status, is_worth_a_double
from server.outbox.service import Destination, Outgoing

log = logger(__name__)
deliveries = table_of(Delivery)
other = deliveries.alias("other")

BATCH = 25
LEAST_ROOM = 4
IDLE_SECONDS = 1.0
SWEEP_SLACK = timedelta(seconds=2)
"""A process that lived through an outage of the database writes its outcome first."""

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
                    try:
                        await _work_while_held(engine, holder, sender, lane, process, wake, stop)
                    finally:
                        await holder.invalidate()  # back in the pool, the connection would keep the lock
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
    """Claim as soon as there is room; a slow call keeps its own room and no more."""
    begun: set[Task] = set()
    while not stop.is_set():
        await holder.execute(text("SELECT 1"))  # the lock is gone when this fails
        await holder.commit()
        begun |= await work_once(engine, sender, lane, process, under_way=len(begun))
        await _pause(wake, stop, begun)
        begun = {task for task in begun if not task.done()}
    sender.hurry()
    if begun:
        await asyncio.wait(begun, timeout=STOP_SECONDS)


async def _pause(wake: asyncio.Event, stop: asyncio.Event, begun: AbstractSet[Task] = frozenset()) -> None:
    """Until woken, told to stop, something begun has ended, or `IDLE_SECONDS` have passed."""
    events = [asyncio.ensure_future(x.wait()) for x in (wake, stop)]
    await asyncio.wait({*events, *begun}, timeout=IDLE_SECONDS, return_when=asyncio.FIRST_COMPLETED)
    for event in events:
        event.cancel()
    wake.clear()


async def work_once(engine: AsyncEngine, sender: Sender, lane: Lane, process: str, *, under_way: int = 0) -> set[Task]:
    """Sweep, then begin to send what is due, as much as the pace lets through soon. One per address, so that order holds."""
    now = utc_now()
    await sweep_lane(engine, lane, now)
    room = min(BATCH, max(LEAST_ROOM, int(lane.pace.room))) - under_way
    async with engine.begin() as db:
        items = await _claim(db, lane.name, process, now, room)
    return {sender.begin(item) for item in items}


async def _claim(db: AsyncConnection, lane: str, process: str, now: datetime, room: int) -> list[Outgoing]:
    """What may go now; with no room left, crisis cards only."""
    due = _due(lane, now).limit(room) if room > 0 else _due(lane, now).where(_is_crisis).limit(BATCH)
    rows = (await db.execute(due)).mappings().all()
    if not rows:
        return []
    change = (
        update(deliveries)
        .where(deliveries.c.id.in_([row["id"] for row in rows]))
        .values(status=Status.SENDING, attempt=deliveries.c.attempt + 1, lease_until=now + LEASE, leased_by=process)
    )
    await db.execute(change)
    return [_outgoing(row, now) for row in rows]


_is_crisis = deliveries.c.urgency == int(Urgency.CRISIS)


def _due(lane: str, now: datetime) -> Select[Any]:
    """What may go now: most urgent first, then oldest.

    Behind a more urgent or older one to the same address everything waits, and behind one that is being sent; a crisis
    card waits for earlier crisis cards only.
    """
    goes_before = or_(
        and_(other.c.status == Status.SENDING, ~_is_crisis),
        other.c.urgency < deliveries.c.urgency,
        and_(other.c.urgency == deliveries.c.urgency, other.c.seq < deliveries.c.seq),
    )
    blocked = exists().where(
        other.c.address_hash == deliveries.c.address_hash,
        other.c.lane == deliveries.c.lane,
        other.c.status.in_(WAITING),
        goes_before,
    )
    may_go = deliveries.c.status == Status.DUE, deliveries.c.not_before <= now, deliveries.c.expires_at > now
    return (
        select(deliveries)
        .where(deliveries.c.lane == lane, *may_go, ~blocked)
        .order_by(deliveries.c.urgency, deliveries.c.seq)
        .with_for_update(skip_locked=True)
    )


def _outgoing(row: Any, leased_at: datetime) -> Outgoing:
    """The delivery of a row just claimed, this try counted."""
    to = Destination(
        row["area"],
        row["channel"],
        row["lane"],
        row["to_address"],
        row["address_hash"],
        row["address_id"],
        row["conversation_id"],
    )
    reply, attempt = Reply.from_plain(row["reply"]), row["attempt"] + 1
    return Outgoing(row["id"], to, row["kind"], reply, attempt, row["expires_at"], leased_at)


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
    is_over = deliveries.c.lease_until < now - SWEEP_SLACK
    is_left = and_(deliveries.c.lane == lane, deliveries.c.status == Status.SENDING, is_over)
    return select(deliveries).where(is_left).order_by(deliveries.c.seq).limit(BATCH)


async def _settle(engine: AsyncEngine, lane: Lane, row: Any, now: datetime) -> None:
    """Ask the provider whether the call before the crash went through; without an answer, decide by what a double costs."""
    item, began_at = _outgoing(row, now), row["lease_until"] - LEASE
    try:
        provider_id = await lane.channel.find_sent(item.destination.to_address, item.reply, began_at)
    except SendError as error:
        log.warning("cannot ask the provider", lane=lane.name, code=error.code)
        return  # asked again at the next sweep
    values = _outcome(row, provider_id, now)
    same = and_(
        deliveries.c.id == row["id"],
        deliveries.c.status == Status.SENDING,
        deliveries.c.lease_until == row["lease_until"],
    )
    async with engine.begin() as db:
        changed = (await db.execute(update(deliveries).where(same).values(**values))).rowcount
        if changed and provider_id is not None:
            await apply_waiting_receipts(db, lane.name, provider_id)
    if changed:
        metrics.deliveries.labels(lane.name, values["status"].value, values["reason"]).inc()
        log.warning("settled after a crash", delivery=str(row["id"]), outcome=values["reason"])


def _outcome(row: Any, provider_id: str | None, now: datetime) -> dict[str, Any]:
    """What to write of a row that a crash left in a call."""
    if provider_id is not None:
        return {"status": Status.SENT, "provider_id": provider_id, "reason": "found-at-provider", "sent_at": now}
    if row["attempt"] < MAX_ATTEMPTS and is_worth_a_double(row["kind"], now, row["expires_at"]):
        free = {"lease_until": None, "leased_by": None, "not_before": now}
        return {"status": Status.DUE, "reason": "after-crash", **free}
    return {"status": Status.FAILED, "reason": "unknown-after-crash"}


async def oldest_waiting_seconds(db: AsyncConnection, now: datetime) -> dict[str, float]:
    """How long the oldest due delivery of each lane has waited, in seconds; lanes with none are left out."""
    oldest = (
        select(deliveries.c.lane, func.min(deliveries.c.created_at))
        .where(deliveries.c.status.in_(WAITING), deliveries.c.not_before <= now)
        .group_by(deliveries.c.lane)
    )
    rows: Sequence[Any] = (await db.execute(oldest)).all()
    return {lane: (now - created_at).total_seconds() for lane, created_at in rows}
