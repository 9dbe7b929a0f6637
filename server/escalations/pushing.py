"""Tells members of staff by Web Push: every browser that they added, with words that say nothing but that an alarm waits."""

from __future__ import annotations

import asyncio
import uuid

from sqlalchemy.ext.asyncio import AsyncEngine

from bot.errors import SendError
from bot.push.sender import Browser, PushSender
from server.clock import utc_now
from server.escalations.alarm_words import AlarmWords
from server.escalations.notices import NO_NUMBER, Notice
from server.staff import push


class Pushed:
    """`server.escalations.telling.Courier` by Web Push."""

    def __init__(self, engine: AsyncEngine, sender: PushSender, words: AlarmWords) -> None:
        self._engine = engine
        self._sender = sender
        self._words = words

    async def tell(self, notice: Notice) -> str:
        """Write to every browser of theirs at once; one that took it is enough. Forgets those that are gone. Raises SendError."""
        async with self._engine.begin() as db:
            private = await push.signing_key(db, utc_now())
            known = await push.of_member(db, notice.staff_id)
        words = self._words.pushed(notice.language)
        told = await asyncio.gather(*(self._send(browser, words, private) for browser in known.values()))
        await self._forget([id_ for id_, end in zip(known, told, strict=True) if _is_dead(end)])
        return _one_of(told)

    async def _send(self, browser: Browser, words: str, private: str) -> str | SendError:
        try:
            return await self._sender.send(browser, words, private)
        except SendError as error:
            return error

    async def _forget(self, ids: list[uuid.UUID]) -> None:
        if ids:
            async with self._engine.begin() as db:
                await push.drop(db, ids)


def _is_dead(end: str | SendError) -> bool:
    return isinstance(end, SendError) and end.is_address_dead


def _one_of(told: list[str | SendError]) -> str:
    """The name of a message that was taken. Raises the error of which another try may do something about, else any."""
    for end in told:
        if isinstance(end, str):
            return end
    errors = [end for end in told if isinstance(end, SendError)]
    raise next((x for x in errors if x.is_retryable), errors[0] if errors else SendError(NO_NUMBER, is_retryable=False))
