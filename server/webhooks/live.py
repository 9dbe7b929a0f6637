"""Server-sent events for one chat: a nudge to look, never any content."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Final

from server.webhooks.chatdesk import ChatDesk

HEARTBEAT_SECONDS: Final = 15.0
RETRY_MS: Final = 2000
"""How soon a browser connects again after a break."""
HEARTBEAT: Final = ": still here\n\n"


async def news(desk: ChatDesk, session: str, after: int, heartbeat_seconds: float) -> AsyncIterator[str]:
    """Events as text: at once when something is newer than `after`, then with every change; a comment when it is quiet.

    Ends when the session does. The event's id is the newest cursor, so a browser that comes back says what it has seen.
    """
    changes = desk.changes(session)
    waiting = asyncio.ensure_future(anext(changes))
    try:
        yield f"retry: {RETRY_MS}\n\n"
        if event := await _event(desk, session, after):
            yield event
        while True:
            done, _ = await asyncio.wait({waiting}, timeout=heartbeat_seconds)
            if not done:
                yield HEARTBEAT
                continue
            if waiting.exception() is not None:
                return
            waiting = asyncio.ensure_future(anext(changes))
            if (event := await _event(desk, session, -1)) is None:
                return
            yield event
    finally:
        waiting.cancel()
        with suppress(asyncio.CancelledError, StopAsyncIteration):
            await waiting
        await _close(changes)


async def _event(desk: ChatDesk, session: str, after: int) -> str | None:
    """The event to send when the thread is newer than a cursor; None when not, or when there is no thread any more."""
    thread = await desk.thread(session, max(after, 0))
    if thread is None or thread.last <= after:
        return None
    return f"event: news\nid: {thread.last}\ndata: {thread.last}\n\n"


async def _close(changes: AsyncIterator[None]) -> None:
    """Let an asynchronous generator clean up after itself."""
    close = getattr(changes, "aclose", None)
    if close is not None:
        await close()
