"""News for an open page of the console, as server-sent events: nudges to look, never any content."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import AsyncExitStack
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import StreamingResponse

from server.console.desk import Desk
from server.console.reading import case_for
from server.db.engine import is_away
from server.escalations.service import CASES_TOPIC, they_type_key, typing_key
from server.staff.access import Act
from server.staff.guard import guard_of, needs
from server.staff.sessions import SignedIn

Seer = Annotated[SignedIn, Depends(needs(Act.SEE_QUEUE))]

HEARTBEAT_SECONDS: Final = 15.0
RETRY_MS: Final = 2000
"""How soon a browser connects again after a break; it is told to look at once, for what the break hid."""

QUEUE_EVERY_SECONDS: Final = 1.0
"""However much happens, a page is told of the queue no more often: it asks for the list every two seconds at most."""

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
        now = asyncio.get_running_loop().time
        async with AsyncExitStack() as stack:
            watch = self._desk.signals.watch
            ears = Ears({key: await stack.enter_async_context(watch(CASES_TOPIC, key)) for key in keys})
            stack.callback(ears.close)
            yield f"retry: {RETRY_MS}\n\n" + "".join(news for news in NEWS.values() if news in keys.values())
            of_queue = {key for key, news in keys.items() if news == NEWS["queue"]}
            rests_until, asks_at = now() + QUEUE_EVERY_SECONDS, now() + self._heartbeat
            while not self._desk.stopping.is_set():
                rests = now() < rests_until
                until = min(asks_at, rests_until) if rests else asks_at
                heard = await ears.heard(
                    set(keys) - of_queue if rests else set(keys), self._desk.stopping, until - now()
                )
                for news in sorted({keys[key] for key in heard}):
                    yield news
                if heard & of_queue:
                    rests_until = now() + QUEUE_EVERY_SECONDS
                if now() >= asks_at:
                    # whoever was signed out or removed hears nothing more, however much there is to hear
                    if not await _is_still_in(request):
                        yield OVER
                        return
                    asks_at = now() + self._heartbeat
                    yield ": still here\n\n"


async def _is_still_in(request: Request) -> bool:
    """Whether who listens is signed in. While the database is away nobody is sent off: it is asked again at the next beat."""
    try:
        return await guard_of(request).find(request) is not None
    except Exception as error:
        if not is_away(error):
            raise
        return True


class Ears:
    """Waits for any of some events, with one task for each that is made anew only when it was heard. `close` ends them."""

    def __init__(self, events: Mapping[str, asyncio.Event]) -> None:
        self._events = events
        self._tasks: dict[str, asyncio.Task[bool]] = {}

    async def heard(self, keys: Iterable[str], stopping: asyncio.Event, seconds: float) -> set[str]:
        """Those of the keys whose event came, waiting so long at most or until the program stops; what was heard is forgotten."""
        waiting = {key: self._task(key, self._events[key]) for key in keys}
        stop = self._task("", stopping)
        await asyncio.wait((*waiting.values(), stop), timeout=max(0.0, seconds), return_when=asyncio.FIRST_COMPLETED)
        found = {key for key, task in waiting.items() if task.done()}
        for key in found:
            del self._tasks[key]
            self._events[key].clear()
        return found

    def close(self) -> None:
        """Wait for nothing any more. Repeating is harmless."""
        for task in self._tasks.values():
            task.cancel()
        self._tasks.clear()

    def _task(self, key: str, event: asyncio.Event) -> asyncio.Task[bool]:
        if key not in self._tasks:
            self._tasks[key] = asyncio.create_task(event.wait())
        return self._tasks[key]
