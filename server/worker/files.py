"""Fetches the files that wait, until told to stop."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from sqlalchemy.ext.asyncio import AsyncEngine

from bot.channel import FileSource
from server.conversations.files_fetching import fetch_next
from server.db.engine import is_away
from server.log import logger

log = logger(__name__)

IDLE_SECONDS = 5.0


async def fetch_files(
    engine: AsyncEngine, sources: Mapping[str, FileSource], wake: asyncio.Event, stop: asyncio.Event
) -> None:
    """One file after the other, by this and every other worker side by side; woken when one comes, looking now and then."""
    while not stop.is_set():
        wake.clear()
        try:
            while not stop.is_set() and await fetch_next(engine, sources):
                pass
        except Exception as error:
            if is_away(error):
                log.warning("files wait for the database")
            else:
                log.exception("files have a fault")  # the clock lives beside this task, and goes on
        await _pause(wake, stop)


async def _pause(wake: asyncio.Event, stop: asyncio.Event) -> None:
    events = [asyncio.ensure_future(x.wait()) for x in (wake, stop)]
    await asyncio.wait(events, timeout=IDLE_SECONDS, return_when=asyncio.FIRST_COMPLETED)
    for event in events:
        event.cancel()
