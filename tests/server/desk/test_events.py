"""News for open pages: all of what matters, no more of the queue than a page asks for, and nothing to whoever was signed out."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest
from fastapi import FastAPI, Request
from sqlalchemy import text

from server.console.events import OVER, EventPages
from server.escalations.service import tell
from server.staff import guard
from server.staff.pages import console_router
from tests.support.advisers import Adviser
from tests.support.patience import PATIENCE
from tests.support.web_person import WebPerson

pytestmark = pytest.mark.database


@asynccontextmanager
async def busy(jo: Adviser, case_id: str, every: float) -> AsyncIterator[None]:
    """Meanwhile the case changes again and again."""

    async def change() -> None:
        while True:
            async with jo.program.service.engine.begin() as db:
                await tell(db, case_id, "home")
            await asyncio.sleep(every)

    changing = asyncio.create_task(change())
    try:
        yield
    finally:
        changing.cancel()
        await asyncio.gather(changing, return_exceptions=True)


async def heard(
    jo: Adviser, case_id: str, seconds: float, is_listening: asyncio.Event | None = None
) -> tuple[Counter[str], float]:
    """The events of a page that stands open for so long or a little longer, and how long it was."""
    found, began = Counter(), time.monotonic()
    async with jo.client.stream("GET", "/console/events", params={"case": case_id}) as stream:
        async for line in stream.aiter_lines():
            if line.startswith("event: "):
                found[line.removeprefix("event: ")] += 1
                if is_listening is not None:
                    is_listening.set()
            if time.monotonic() - began > seconds:
                break
    return found, time.monotonic() - began


async def test_a_flood_is_told_to_the_chat_at_once_and_to_the_queue_once_a_second(jo: Adviser, ryan: WebPerson) -> None:
    await ryan.says("can i talk to a person")
    case_id = await jo.takes_next()
    async with busy(jo, case_id, 0.02):
        found, seconds = await heard(jo, case_id, 3.2)
    assert 3 <= found["queue"] <= seconds + 2
    assert found["case"] > 2 * found["queue"]


async def test_the_last_of_a_burst_reaches_the_queue(jo: Adviser, ryan: WebPerson) -> None:
    """What comes while the page is left in peace is told afterwards."""
    await ryan.says("can i talk to a person")
    case_id = await jo.takes_next()
    is_listening = asyncio.Event()

    async def burst() -> None:
        await is_listening.wait()
        async with jo.program.service.engine.begin() as db:
            await tell(db, case_id, "home")
        await asyncio.sleep(2.5)
        async with jo.program.service.engine.begin() as db:  # only so that the reading below ends
            await tell(db, case_id, "elsewhere")

    bursting = asyncio.create_task(burst())
    found, _ = await heard(jo, case_id, 2.4, is_listening)
    await bursting
    assert found["queue"] == 2


async def test_whoever_is_signed_out_hears_nothing_more_however_busy_it_is(jo: Adviser, ryan: WebPerson) -> None:
    await ryan.says("can i talk to a person")
    case_id = await jo.takes_next()
    service = jo.program.service
    app, routes = FastAPI(), console_router()
    app.state.guard = guard.Guard(service.engine, service.console.clock)
    is_listening = asyncio.Event()

    class Heard(EventPages):
        async def _news(self, request: Request, keys: dict[str, str]) -> AsyncIterator[str]:
            is_listening.set()
            async for news in super()._news(request, keys):
                yield news

    Heard(service.desk, heartbeat_seconds=0.5).add(routes)
    app.include_router(routes)
    cookies = {guard.COOKIE: jo.client.cookies[guard.COOKIE]}
    async with (
        httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url=jo.program.url, cookies=cookies) as page,
        busy(jo, case_id, 0.02),
    ):
        listening = asyncio.create_task(page.get("/console/events", params={"case": case_id}))
        await asyncio.wait_for(is_listening.wait(), PATIENCE)
        async with service.engine.begin() as db:
            await db.execute(text("UPDATE staff_sessions SET ended_at = now()"))
        answer = await asyncio.wait_for(listening, PATIENCE)
    assert answer.text.endswith(OVER)
