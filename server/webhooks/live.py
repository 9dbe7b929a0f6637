"""Server-sent events for one chat: a nudge to look, never any content."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import suppress
from typing import Final

from server.webhooks.chatdesk import ChatDesk

HEARTBEAT_SECONDS: Final = 15.0
RETRY_MS: Final = 2000
"""How soon a browser connects again after a break."""
HEARTBEAT: Final = ": still here\n\n"
NEWS: Final = "event: news\ndata: look\n\n"
LARGEST_CURSOR: Final = 2**53
"""Beyond every message: asks only whether the thread is there."""


async def news(desk: ChatDesk, session: str, heartbeat_seconds: float) -> AsyncGenerator[str, None]:
    """Events as text: one at once, for what a break hid, then one with every change; a comment when it is quiet.

    Ends when the session does.
    """
    changes = desk.changes(session)
    waiting = asyncio.ensure_future(anext(changes))
    try:
        yield f"retry: {RETRY_MS}\n\n{NEWS}"
        while True:
            done, _ = await asyncio.wait({waiting}, timeout=heartbeat_seconds)
            if not done:
                yield HEARTBEAT
                continue
            if waiting.exception() is not None or await desk.thread(session, LARGEST_CURSOR) is None:
                return
            waiting = asyncio.ensure_future(anext(changes))
            yield NEWS
    finally:
        waiting.cancel()
        with suppress(asyncio.CancelledError, StopAsyncIteration):
            await waiting
        await _close(changes)


async def _close(changes: AsyncIterator[None]) -> None:
    """Let an asynchronous generator clean up after itself."""
    close = getattr(changes, "aclose", None)
    if close is not None:
        await close()
