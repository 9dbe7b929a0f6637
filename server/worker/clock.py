"""The clock's own task: climbs and sends whatever is due, wakes at once when a clock begins, and beats so that its silence is heard.

`work_clock` is the task of a worker. `watch_clock` is that of a process with pages: while no worker beats it stands in for them.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from server.clock import utc_now
from server.db.engine import is_away
from server.db.heartbeats import beat
from server.escalations.climbing import BATCH, climb, due_cases, next_due
from server.escalations.forgotten import wake_forgotten
from server.escalations.lost import Lost, lost_advisers, note_told, take_back
from server.escalations.service import CLOCK_TOPIC
from server.escalations.silence import BEAT, clock_silence
from server.escalations.undelivered import note_undelivered
from server.log import logger
from server.wiring import Service

log = logger(__name__)

LONGEST_SLEEP: Final = timedelta(seconds=5)
SHORTEST_SLEEP_SECONDS: Final = 0.05
"""Between two looks: a flood of messages wakes the clock, and it has to leave room for their turns."""

AWAY: Final = timedelta(seconds=1)
BEAT_EVERY_SECONDS: Final = 2.0
_LOCK: Final = 0x0C10C4

Part = Callable[[datetime], Awaitable[datetime | None]]

TellLost = Callable[[Lost, datetime], Awaitable[datetime | None]]
"""Tells a person that their adviser is gone, and says when to look again (None: not); harmless to repeat."""


class ClockWork:
    """One process's hand on the clock. `has_beat` says that it is a worker's; `tell_lost` is called for each lost adviser."""

    def __init__(self, service: Service, *, has_beat: bool, tell_lost: TellLost | None = None) -> None:
        self._service = service
        self._engine = service.engine
        self._hours = service.desk.hours
        self._has_beat = has_beat
        self._tell_lost = tell_lost
        self._beat_at = -BEAT_EVERY_SECONDS

    async def look(self) -> float:
        """Do what is due; how many seconds the next look has time. What fails in one part keeps no other from being done."""
        now = utc_now()
        parts: tuple[Part, ...] = (self._climb, self._service.teller.begin, self._look_for_lost)
        comes = [at for part in parts if (at := await self._try(part, now)) is not None]
        next_ = min([*comes, now + LONGEST_SLEEP])
        return max(SHORTEST_SLEEP_SECONDS, (next_ - utc_now()).total_seconds())

    async def _try(self, part: Part, now: datetime) -> datetime | None:
        """When the part has to be done again (None: whenever). A fault is logged, and a step that failed leaves no beat."""
        try:
            return await part(now)
        except Exception as error:
            if is_away(error):
                log.warning("the clock waits for the database")
            else:
                log.exception("the clock has a fault")
            return now + AWAY

    async def _climb(self, now: datetime) -> datetime | None:
        """Every step that is due, in one transaction, with the beat; when the next one comes."""
        try:
            async with self._engine.begin() as db:
                await wake_forgotten(db, self._hours, now)
                await note_undelivered(db, now)
                moved = await climb(db, self._hours, now)
                await self._beat(db, now)
                comes = await next_due(db, self._hours)
        except Exception as error:
            if is_away(error):
                raise
            log.exception("a step cannot be taken: each case by itself")
            await self._climb_each(now)
            raise
        return now if moved == BATCH else comes

    async def _climb_each(self, now: datetime) -> None:
        """One case whose steps cannot be taken keeps no other from its own."""
        async with self._engine.connect() as db:
            ids = await due_cases(db, self._hours, now)
        for case_id in ids:
            try:
                async with self._engine.begin() as db:
                    await climb(db, self._hours, now, only=case_id)
            except Exception:
                log.exception("a case's clock does not climb", case=str(case_id))

    async def _beat(self, db: AsyncConnection, now: datetime) -> None:
        at = time.monotonic()
        if self._has_beat and at - self._beat_at >= BEAT_EVERY_SECONDS:
            await beat(db, BEAT, now)
            self._beat_at = at

    async def _look_for_lost(self, now: datetime) -> datetime | None:
        async with self._engine.begin() as db:
            await take_back(db, self._hours, now)
            lost = await lost_advisers(db, now) if self._tell_lost else []
        for chat in lost:
            await self._tell_of(chat, now)
        return None

    async def _tell_of(self, chat: Lost, now: datetime) -> None:
        """One chat that cannot be told of keeps no other from being told; it is found again."""
        try:
            again_at = await self._tell_lost(chat, now) if self._tell_lost is not None else None
            async with self._engine.begin() as db:
                await note_told(db, chat.case_id, again_at)
        except Exception as error:
            if is_away(error):
                raise
            log.exception("a person cannot be told of a lost adviser", case=str(chat.case_id))


async def work_clock(service: Service, *, tell_lost: TellLost | None = None) -> None:
    """Keep the clock until the process stops."""
    work = ClockWork(service, has_beat=True, tell_lost=tell_lost)
    async with service.signals.watch(CLOCK_TOPIC) as wake:
        while not service.stopping.is_set():
            wake.clear()
            await _pause(await work.look(), wake, service.stopping)
    await service.teller.stop()


async def watch_clock(service: Service) -> None:
    """Look whether the clock is kept; while it is not, keep it here, unless another process does already."""
    work = ClockWork(service, has_beat=False)
    async with service.signals.watch(CLOCK_TOPIC) as wake:
        while not service.stopping.is_set():
            wake.clear()
            try:
                pause = await _stand_in(service, work, wake)
            except Exception as error:
                if not is_away(error):
                    log.exception("standing in for the clock has a fault")
                pause = AWAY.total_seconds()
            await _pause(pause, asyncio.Event(), service.stopping)
    await service.teller.stop()


async def _stand_in(service: Service, work: ClockWork, wake: asyncio.Event) -> float:
    """Hold the lock and work, for as long as the clock is silent and the process runs; seconds until the next look."""
    longest = LONGEST_SLEEP.total_seconds()
    async with service.engine.connect() as holder:
        if await clock_silence(holder, utc_now()) is None or not await _lock(holder):
            return longest
        log.error("no worker keeps the clock: this process stands in")
        while not service.stopping.is_set() and await clock_silence(holder, utc_now()) is not None:
            wake.clear()
            await _pause(await work.look(), wake, service.stopping)
    return 0.0


async def _lock(holder: AsyncConnection) -> bool:
    """One process stands in, for as long as this connection's transaction is open."""
    return bool((await holder.execute(select(func.pg_try_advisory_xact_lock(_LOCK)))).scalar_one())


async def _pause(seconds: float, wake: asyncio.Event, stop: asyncio.Event) -> None:
    """Until woken, told to stop, or so many seconds have passed; a moment at least."""
    events = [asyncio.ensure_future(event.wait()) for event in (wake, stop)]
    await asyncio.wait(events, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    for event in events:
        event.cancel()
    await asyncio.sleep(SHORTEST_SLEEP_SECONDS)
