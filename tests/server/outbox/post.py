"""The outbox by itself on a real database, with channels that keep what they got."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, text, update
from sqlalchemy.ext.asyncio import AsyncEngine

from dialogs.messages import ChannelName, Reply, Urgency
from server.areas import keep_area
from server.clock import utc_now
from server.db.base import table_of
from server.db.engine import make_engine
from server.outbox.delivery import Lane, Sender
from server.outbox.lanes import work_lane
from server.outbox.models import Delivery
from server.outbox.pace import Pace
from server.outbox.rules import LEASE, DeliveryKind, Status
from server.outbox.service import Destination, Outbox, Outgoing
from server.outbox.unreachable import on_dead_address
from tests.support.patience import PATIENCE
from tests.support.program import KeepingChannel

deliveries = table_of(Delivery)

LANE = "telegram"


@dataclass
class Post:
    """One process's half of the outbox. `channels` by lane; the pace is so fast that only tests of it see it."""

    engine: AsyncEngine
    channels: dict[str, KeepingChannel]
    process: str = "p1"
    per_second: float = 10_000
    sender: Sender = field(init=False)
    lanes: dict[str, Lane] = field(init=False)

    def __post_init__(self) -> None:
        self.lanes = {name: Lane(name, channel, Pace(self.per_second)) for name, channel in self.channels.items()}
        self.sender = Sender(self.engine, self.lanes, on_dead_address)

    @property
    def channel(self) -> KeepingChannel:
        return self.channels[LANE]

    async def put(
        self,
        *texts: str,
        to: str = "100",
        lane: str = LANE,
        urgency: Urgency = Urgency.REPLY,
        kind: DeliveryKind = DeliveryKind.REPLY,
        is_for_worker: bool = True,
        key: str | None = None,
        now: datetime | None = None,
    ) -> tuple[Outgoing, ...]:
        """Store replies; what this process may send itself comes back."""
        at = now or utc_now()
        destination = Destination("home", ChannelName.TELEGRAM, lane, to, f"hash of {to}".encode())
        replies = [Reply("en", words, urgency=urgency) for words in texts]
        outbox = Outbox(self.process, frozenset())
        made = outbox.prepare(destination, replies, at, kind=kind, has_earlier=is_for_worker, unique_key=key)
        async with self.engine.begin() as db:
            return await outbox.store(db, made)

    async def rows(self) -> dict[str, Any]:
        """Every delivery by its words."""
        async with self.engine.connect() as db:
            found = (await db.execute(select(deliveries).order_by(deliveries.c.seq))).all()
        return {row.reply["text"]: row for row in found}

    async def statuses(self) -> dict[str, tuple[str, str]]:
        """Status and reason of every delivery by its words."""
        return {words: (row.status.value, row.reason) for words, row in (await self.rows()).items()}

    async def change(self, words: str, **values: Any) -> None:
        """Bring one delivery into the state that a test begins with."""
        row = (await self.rows())[words]
        async with self.engine.begin() as db:
            await db.execute(update(deliveries).where(deliveries.c.id == row.id).values(**values))

    async def left_in_call(self, words: str, **more: Any) -> None:
        """As a process that was killed in the middle of its call leaves it, long enough ago."""
        at = utc_now() - LEASE - timedelta(seconds=5)
        lease = {"lease_until": at + LEASE, "leased_by": "gone", "attempt": 1}
        await self.change(words, status=Status.SENDING, **lease, **more)

    @asynccontextmanager
    async def working(self, *lanes: str) -> AsyncIterator[asyncio.Event]:
        """A worker on these lanes (default: all). Setting the event wakes it."""
        stop, wakes = asyncio.Event(), {name: asyncio.Event() for name in lanes or self.lanes}
        tasks = [
            asyncio.create_task(work_lane(self.engine, self.sender, self.lanes[name], self.process, wake, stop))
            for name, wake in wakes.items()
        ]
        try:
            yield next(iter(wakes.values()))
        finally:
            stop.set()
            await asyncio.gather(*tasks)

    async def until(self, is_so: Callable[[], Any], seconds: float = PATIENCE) -> None:
        """Wait for something to become true; fail when it does not."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while not is_so():
                    await asyncio.sleep(0.02)
        assert is_so()

    async def until_settled(self, seconds: float = PATIENCE) -> dict[str, tuple[str, str]]:
        """Wait until nothing is due or being sent; the statuses then."""
        async with asyncio.timeout(seconds):
            while {"due", "sending"} & {status for status, _ in (await self.statuses()).values()}:
                await asyncio.sleep(0.03)
        return await self.statuses()


async def open_post(url: str, *lanes: str, process: str = "p1", per_second: float = 10_000, pool: int = 8) -> Post:
    """A post on the database, with the area there; dispose of its engine at the end."""
    engine = make_engine(url, pool=pool)
    async with engine.begin() as db:
        await keep_area(db, "home")
    return Post(engine, {name: KeepingChannel() for name in lanes or (LANE,)}, process, per_second)


async def locks_held(engine: AsyncEngine) -> int:
    """Advisory locks that anybody holds in this database."""
    query = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
    async with engine.connect() as db:
        return int((await db.execute(text(query))).scalar_one())
