"""Sends notices to staff: every means at once, nobody waits behind a slow provider, no transaction is open during a call."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from datetime import datetime
from typing import Final, Protocol

from sqlalchemy.ext.asyncio import AsyncEngine

from bot.channel import Channel
from bot.errors import SendError
from dialogs.messages import Reply, ReplyKind, Urgency
from server import metrics
from server.clock import utc_now
from server.db.engine import is_away
from server.escalations.alarm_words import AlarmWords
from server.escalations.clock import Means
from server.escalations.notices import (
    LEASE,
    NO_NUMBER,
    NO_OUTCOME,
    NOT_SET_UP,
    REMOVED,
    Notice,
    claim,
    next_notice,
    note_failed,
    note_told,
)
from server.hours import OpeningHours
from server.log import logger
from server.outbox.pace import Pace

log = logger(__name__)

BATCH: Final = 20
CALL_SECONDS: Final = LEASE.total_seconds() - 5
"""A call to a provider that takes longer counts as none: it is made again."""

STOP_SECONDS: Final = 6.0


class Courier(Protocol):
    """One means of reaching a member of staff."""

    async def tell(self, notice: Notice) -> str:
        """Hand it to the provider; the provider's id. Raises `SendError`, and nothing else."""


class Written:
    """Telegram or text messages, by the channel that young people are answered on; an alarm waits for no pace."""

    def __init__(self, channel: Channel, pace: Pace, words: AlarmWords, console_url: str) -> None:
        self._channel = channel
        self._pace = pace
        self._words = words
        self._console_url = console_url

    async def tell(self, notice: Notice) -> str:
        """Send the words with the address of the case."""
        self._pace.take(time.monotonic())
        address = f"{self._console_url}/cases/{notice.case_id}"
        text = self._words.written(notice.language, notice.case_number, address, is_danger=notice.is_danger)
        reply = Reply(notice.language, text, ReplyKind.NOTICE, Urgency.CRISIS)
        return (await self._channel.send(notice.to, reply)).provider_id


class Teller:
    """Sends what is due. Safe beside others: a notice is in one process's hands at a time."""

    def __init__(
        self, engine: AsyncEngine, couriers: Mapping[Means, Courier], hours: Mapping[str, OpeningHours]
    ) -> None:
        self._engine = engine
        self._couriers = couriers
        self._hours = hours
        self._open: set[asyncio.Task[None]] = set()

    async def begin(self, now: datetime) -> datetime | None:
        """Claim what is due and begin to send it; when the next one comes (None: none waits)."""
        async with self._engine.begin() as db:
            taken = await claim(db, now, BATCH)
            comes = await next_notice(db)
        for notice in taken:
            task = asyncio.get_running_loop().create_task(self._tell(notice))
            self._open.add(task)
            task.add_done_callback(self._open.discard)
        return now if len(taken) == BATCH else comes

    async def drain(self) -> None:
        """Wait until everything begun is done."""
        while self._open:
            await asyncio.wait(set(self._open))

    async def stop(self) -> None:
        """Let calls under way end; the others' leases run out, and somebody else makes them. Repeating is harmless."""
        if self._open:
            _, late = await asyncio.wait(set(self._open), timeout=STOP_SECONDS)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    async def _tell(self, notice: Notice) -> None:
        """Send one and note it. When the note cannot be written, the lease runs out and it is sent again."""
        try:
            await self._send_and_note(notice)
        except Exception as error:
            log.exception("notice not noted", notice=str(notice.id), away=is_away(error))

    async def _send_and_note(self, notice: Notice) -> None:
        error: SendError | None = None
        try:
            async with asyncio.timeout(CALL_SECONDS):
                provider_id = await self._send(notice)
        except SendError as refused:
            error = refused
        except TimeoutError:
            error = SendError(NO_OUTCOME, is_retryable=True)
        async with self._engine.begin() as db:
            if error is None:
                await note_told(db, notice, provider_id, utc_now())
            else:
                await note_failed(db, self._hours, notice, error, utc_now())
        self._count(notice, error)

    async def _send(self, notice: Notice) -> str:
        courier = self._couriers.get(notice.means)
        if notice.is_removed:
            raise SendError(REMOVED, is_retryable=False)
        if courier is None:
            raise SendError(NOT_SET_UP, is_retryable=False)
        if not notice.to:
            raise SendError(NO_NUMBER, is_retryable=False)
        return await courier.tell(notice)

    def _count(self, notice: Notice, error: SendError | None) -> None:
        metrics.notices.labels(notice.means.value, error.code if error else "told").inc()
        if error is not None:
            say = log.warning if error.code in {NO_NUMBER, NOT_SET_UP} else log.error
            say("notice not sent", notice=str(notice.id), means=notice.means.value, code=error.code)
