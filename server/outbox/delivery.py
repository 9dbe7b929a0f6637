"""Hand leased deliveries to their channels and write down what became of each, with no transaction open during a call."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.channel import Channel
from bot.errors import SendError
from dialogs.messages import Urgency
from server.clock import utc_now
from server.log import logger
from server.outbox.outcomes import Outcomes
from server.outbox.pace import Pace
from server.outbox.rules import LEASE, MAX_ATTEMPTS, Status, wait_before
from server.outbox.service import Destination, Outgoing

log = logger(__name__)

LONGEST_PACE_WAIT_SECONDS = 8.0
CALL_SECONDS = LEASE.total_seconds() - 5
"""A call that takes longer is left to the sweep, which asks the provider once the lease is over."""

STOP_SECONDS = 6.0
"""How long a stopping process waits for calls under way; what it leaves is settled by the sweep."""

HELD_BACK_SECONDS = 15.0
"""A turn that began before an earlier message of its address failed may end so much later."""


OnDeadAddress = Callable[[AsyncConnection, Destination, SendError, datetime], Awaitable[None]]
"""Called in the transaction that notes a dead or opted-out address."""


class Went(Enum):
    """What one sending means for the next one of its address."""

    ON = "the next one may go"
    LATER = "this one waits for a worker, and so do those behind it"
    DEAD = "nothing will ever reach this address"


Task = asyncio.Task[Went]


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
        self._open: dict[bytes, dict[Task, Urgency]] = {}
        self._held_back: dict[bytes, float] = {}
        self._hurry = asyncio.Event()
        self._outcomes = Outcomes(engine)

    def send_soon(self, items: Sequence[Outgoing]) -> None:
        """Send one address's deliveries in the background, after what is under way for it. Returns at once.

        Nothing waits for what is less urgent: a crisis card does not stand behind a reply.
        """
        if not items:
            return
        key, urgency = items[0].destination.address_hash, items[0].reply.urgency
        earlier = [task for task, other in self._open.get(key, {}).items() if other <= urgency]
        self._begin(items, self._after(earlier, items))

    def begin(self, item: Outgoing) -> Task:
        """Send one delivery that a worker claimed, in the background."""
        return self._begin([item], self.send_in_order([item]))

    def _begin(self, items: Sequence[Outgoing], sending: Any) -> Task:
        key = items[0].destination.address_hash
        task: Task = asyncio.get_running_loop().create_task(sending)
        self._open.setdefault(key, {})[task] = items[0].reply.urgency
        task.add_done_callback(lambda done: self._forget(key, done))
        return task

    def _forget(self, key: bytes, done: Task) -> None:
        del self._open[key][done]
        if not self._open[key]:
            del self._open[key]
        if not done.cancelled() and (error := done.exception()) is not None:
            log.error("sending interrupted", exc_info=error)

    async def _after(self, earlier: Sequence[Task], items: Sequence[Outgoing]) -> Went:
        """Send after the earlier ones; when those have to wait, these wait behind them."""
        went = await self._went(earlier)
        if went is Went.DEAD:
            await self._outcomes.skip(items, "address-dead")
            return went
        if went is Went.LATER or self._is_held_back(items[0]):
            await self._outcomes.give_back(items, "after-earlier")
            return Went.LATER
        return await self.send_in_order(items)

    async def _went(self, earlier: Sequence[Task]) -> Went:
        """The worst of what became of them; a process that stops waits for none."""
        waiting, hurry = set(earlier), asyncio.ensure_future(self._hurry.wait())
        try:
            while waiting and not self._hurry.is_set():
                await asyncio.wait({*waiting, hurry}, return_when=asyncio.FIRST_COMPLETED)
                waiting = {task for task in waiting if not task.done()}
        finally:
            hurry.cancel()
        done = [task.result() if _ended_well(task) else Went.LATER for task in earlier]
        return Went.DEAD if Went.DEAD in done else Went.LATER if Went.LATER in done else Went.ON

    def _is_held_back(self, item: Outgoing) -> bool:
        """True when an older one of the address was handed to a worker while this one's turn was taken."""
        since = self._held_back.get(item.destination.address_hash)
        is_recent = since is not None and time.monotonic() - since < HELD_BACK_SECONDS
        return is_recent and item.reply.urgency is not Urgency.CRISIS

    def _hold_back(self, item: Outgoing) -> None:
        now, key = time.monotonic(), item.destination.address_hash
        self._held_back.pop(key, None)
        self._held_back[key] = now
        while now - self._held_back[oldest := next(iter(self._held_back))] > HELD_BACK_SECONDS:
            del self._held_back[oldest]

    async def drain(self) -> None:
        """Wait until everything begun is done."""
        while tasks := self._tasks():
            await asyncio.wait(tasks)

    def hurry(self) -> None:
        """From now on nothing waits here for its turn or for the pace: such rows go back to the worker's pile."""
        self._hurry.set()

    async def stop(self, seconds: float = STOP_SECONDS) -> None:
        """Let calls under way end, for so long; cut off the others. Repeating is harmless."""
        self.hurry()
        if tasks := self._tasks():
            _, late = await asyncio.wait(tasks, timeout=seconds)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    def _tasks(self) -> set[Task]:
        return {task for tasks in self._open.values() for task in tasks}

    async def send_in_order(self, items: Sequence[Outgoing]) -> Went:
        """Send one address's deliveries one after the other, until one has to wait or the address is dead."""
        for place, item in enumerate(items):
            went = await self._send(item)
            if went is Went.LATER:
                self._hold_back(item)
                await self._outcomes.give_back(items[place + 1 :], "after-earlier")
            if went is Went.DEAD:
                await self._outcomes.skip(items[place + 1 :], "address-dead")
            if went is not Went.ON:
                return went
        return Went.ON

    async def _send(self, item: Outgoing) -> Went:
        lane = self.lanes.get(item.destination.lane)
        if lane is None:
            await self._outcomes.mark(item, Status.FAILED, "no-such-lane")
            return Went.ON
        if not await self._is_our_turn(lane, item):
            return Went.LATER
        try:
            async with asyncio.timeout(CALL_SECONDS):
                result = await lane.channel.send(item.destination.to_address, item.reply)
        except SendError as error:
            return await self._note_failure(item, error)
        except TimeoutError:
            log.warning("call without an end", delivery=str(item.id), lane=lane.name)
            return Went.LATER
        await self._outcomes.sent(item, result)
        return Went.ON

    async def _is_our_turn(self, lane: Lane, item: Outgoing) -> bool:
        """Wait for the lane's pace (never with a crisis card) and see that the lease still holds."""
        if item.reply.urgency is Urgency.CRISIS:
            lane.pace.take(time.monotonic())
        else:
            wait = lane.pace.reserve(time.monotonic(), LONGEST_PACE_WAIT_SECONDS)
            if wait is None or not await self._waited(wait):
                await self._outcomes.give_back([item], "pace", lane.pace.wait(time.monotonic()))
                return False
        return await self._outcomes.is_still_ours(item)

    async def _waited(self, seconds: float) -> bool:
        """True after so long; false at once when the process stops meanwhile."""
        if seconds <= 0:
            return True
        try:
            async with asyncio.timeout(seconds):
                await self._hurry.wait()
        except TimeoutError:
            return True
        return False

    async def _note_failure(self, item: Outgoing, error: SendError) -> Went:
        """Try later, or give up with a reason; a dead address is noted and stops nobody else."""
        now = utc_now()
        if error.is_address_dead or error.is_opted_out:
            reason = "opted-out" if error.is_opted_out else "address-dead"
            note = self._on_dead_address
            await self._outcomes.mark(
                item, Status.FAILED, reason, also=lambda db: note(db, item.destination, error, now)
            )
            return Went.DEAD
        wait = wait_before(item.attempt, error.retry_after_seconds, self._chance)
        if error.is_retryable and item.attempt < MAX_ATTEMPTS and now + wait < item.expires_at:
            reason = f"retry:{error.code}"
            await self._outcomes.mark(item, Status.DUE, reason, not_before=now + wait, lease_until=None, leased_by=None)
            return Went.LATER
        await self._outcomes.mark(item, Status.FAILED, error.code)
        return Went.ON


def _ended_well(task: Task) -> bool:
    return task.done() and not task.cancelled() and task.exception() is None
