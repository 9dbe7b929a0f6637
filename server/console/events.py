"""News for an open page of the console, as server-sent events: nudges to look, never any content."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator, Iterable
from contextlib import AsyncExitStack
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import StreamingResponse

from server.console.desk import Desk
from server.console.reading import case_for
from server.escalations.service import CASES_TOPIC, they_type_key, typing_key
from server.staff.access import Act
from server.staff.guard import guard_of, needs
from server.staff.sessions import SignedIn

Seer = Annotated[SignedIn, Depends(needs(Act.SEE_QUEUE))]

HEARTBEAT_SECONDS: Final = 15.0
RETRY_MS: Final = 2000
"""How soon a browser connects again after a break; it is told to look at once, for what the break hid."""

NEWS: Final = {"queue": "event: queue\ndata: look\n\n", "case": "event: case\ndata: look\n\n"}
TYPING: Final = "event: typing\ndata: look\n\n"
THEY_TYPE: Final = "event: they-type\ndata: now\n\n"
OVER: Final = "event: over\ndata: signed out\n\n"


class EventPages:
    """The handler."""

    def __init__(self, desk: Desk, heartbeat_seconds: float = HEARTBEAT_SECONDS) -> None:
        self._desk = desk
        self._heartbeat = heartbeat_seconds

    def add(self, routes: APIRouter) -> None:
        """`/console/events`."""
        routes.get("/events")(self.stream)

    async def stream(self, request: Request, who: Seer, case: uuid.UUID | None = None) -> Response:
        """Events until the page closes or the session ends; `case` is the one that stands open. Raises MayNot for another's."""
        keys = dict.fromkeys(who.member.areas, NEWS["queue"])
        if case is not None:
            async with self._desk.console.engine.connect() as db:
                await case_for(db, who.member, case)
            keys |= {
                str(case): NEWS["case"],
                typing_key(case): TYPING,
                they_type_key(case): THEY_TYPE,
            }
        headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        return StreamingResponse(self._news(request, keys), media_type="text/event-stream", headers=headers)

    async def _news(self, request: Request, keys: dict[str, str]) -> AsyncIterator[str]:
        async with AsyncExitStack() as stack:
            events = {key: await stack.enter_async_context(self._desk.signals.watch(CASES_TOPIC, key)) for key in keys}
            yield f"retry: {RETRY_MS}\n\n" + NEWS["queue"] + (NEWS["case"] if len(keys) > len(NEWS) else "")
            while not self._desk.stopping.is_set():
                if not await _any(events.values(), self._desk.stopping, self._heartbeat):
                    # whoever was signed out or removed hears nothing more
                    if await guard_of(request).find(request) is None:
                        yield OVER
                        return
                    yield ": still here\n\n"
                    continue
                told = {keys[key] for key, event in events.items() if event.is_set()}
                for event in events.values():
                    event.clear()
                for news in sorted(told):
                    yield news


async def _any(events: Iterable[asyncio.Event], stopping: asyncio.Event, seconds: float) -> bool:
    """Wait for one of the events, or until the program stops; false when neither came in time."""
    waiting = [asyncio.ensure_future(event.wait()) for event in (*events, stopping)]
    try:
        done, _ = await asyncio.wait(waiting, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in waiting:
            task.cancel()
    return bool(done)
