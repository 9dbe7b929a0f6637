"""Telegram by long polling: for a laptop, or where nobody outside can reach us. One process at a time asks."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.errors import SendError, Unreadable
from bot.telegram.channel import TelegramChannel
from bot.telegram.updates import callback_id
from server import metrics
from server.clock import utc_now
from server.db.engine import is_away
from server.log import logger
from server.webhooks.telegram import TelegramIntake

log = logger(__name__)

WAIT_SECONDS = 25
TRIES = 3
_LOCK = 0x0C0FFEE1
_PAUSE_SECONDS = 1.0


async def poll(engine: AsyncEngine, channel: TelegramChannel, intake: TelegramIntake, stop: asyncio.Event) -> None:
    """Ask for updates until told to stop; only the process that holds the lock asks."""
    while not stop.is_set():
        try:
            async with engine.connect() as holder:
                if (await holder.execute(select(func.pg_try_advisory_lock(_LOCK)))).scalar_one():
                    try:
                        await _poll_while_held(holder, channel, intake, stop)
                    finally:
                        await holder.invalidate()  # back in the pool, the connection would keep the lock
        except Exception:
            # the third of the three broad edges: polling goes on whatever happens
            log.exception("polling interrupted")
        await _wait(stop, _PAUSE_SECONDS)


async def _poll_while_held(
    holder: AsyncConnection, channel: TelegramChannel, intake: TelegramIntake, stop: asyncio.Event
) -> None:
    """Ask, take, ask for what is newer: an update is let go only once it was taken."""
    offset: int | None = None
    while not stop.is_set():
        await holder.execute(text("SELECT 1"))  # the lock is gone when this fails
        await holder.commit()
        try:
            updates = await _until(stop, channel.get_updates(offset, WAIT_SECONDS))
        except SendError as error:
            log.warning("cannot get updates", code=error.code)
            await _wait(stop, error.retry_after_seconds or _PAUSE_SECONDS)
            continue
        if updates:
            await take_all(channel, intake, updates, stop)
            if stop.is_set():
                return
            offset = max(int(update["update_id"]) for update in updates) + 1


async def take_all(
    channel: TelegramChannel, intake: TelegramIntake, updates: Sequence[Mapping[str, Any]], stop: asyncio.Event
) -> None:
    """Take a batch: one chat's updates in order, different chats side by side. Told to stop, it may leave some to the next."""
    by_chat: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for update in updates:
        by_chat[_chat_of(update)].append(update)
    await asyncio.gather(*(_take_in_order(channel, intake, chat, stop) for chat in by_chat.values()))


def _chat_of(update: Mapping[str, Any]) -> str:
    """Something that is the same for all updates of one chat."""
    for part in update.values():
        if isinstance(part, dict):
            chat = part.get("chat") or part.get("message", {}).get("chat") or {}
            return str(chat.get("id", ""))
    return ""


async def _take_in_order(
    channel: TelegramChannel, intake: TelegramIntake, updates: Sequence[Mapping[str, Any]], stop: asyncio.Event
) -> None:
    for update in updates:
        if stop.is_set():
            return
        await _take(intake, update, stop)
        if (press := callback_id(update)) is not None:
            await channel.answer_callback(press)


async def _take(intake: TelegramIntake, update: Mapping[str, Any], stop: asyncio.Event) -> None:
    """Take one update. The database being away is waited out; what cannot be taken after some tries is left and counted."""
    tries = 0
    while tries < TRIES:
        try:
            await intake.take(update, utc_now())
        except Unreadable:
            break
        except Exception as error:
            if not is_away(error):
                tries += 1
                log.exception("update not taken", update_id=update.get("update_id"))
            await _wait(stop, _PAUSE_SECONDS)
            if stop.is_set():
                return  # not let go: whoever asks next is given it again
        else:
            return
    metrics.refused.labels("telegram", "untakeable").inc()


async def _until(stop: asyncio.Event, request: Any) -> Any:
    """The request's answer, or nothing when told to stop first."""
    asking, stopping = asyncio.ensure_future(request), asyncio.ensure_future(stop.wait())
    done, _ = await asyncio.wait([asking, stopping], return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    if asking in done:
        return asking.result()
    asking.cancel()
    await asyncio.gather(asking, return_exceptions=True)
    return []


async def _wait(stop: asyncio.Event, seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            await stop.wait()
    except TimeoutError:
        pass
