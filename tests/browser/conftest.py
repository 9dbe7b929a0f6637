"""A browser, a chat page on a real socket, and a desk behind it. Swap `chat_site` to run the same tests on another app."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest
import pytest_asyncio
import uvicorn
from fastapi import FastAPI, Request, Response
from playwright.async_api import Browser, BrowserContext, Page, async_playwright, expect
from sqlalchemy import text

from server.errors import ServiceError
from server.web.assets import Assets
from server.web.headers import SecurityHeaders
from server.web.pages import Pages
from server.webhooks.webchat import ChatOptions, router
from tests.support.browser import launch
from tests.support.fake_chat_desk import FakeChatDesk, FakePageWording
from tests.support.patience import PATIENCE_MS
from tests.support.postgres import Databases
from tests.support.program import Program, running

PHONE = {"width": 360, "height": 740}
expect.set_options(timeout=PATIENCE_MS)


def build_app(desk: FakeChatDesk) -> FastAPI:
    """The chat page with a desk in memory."""
    app, assets = FastAPI(), Assets()
    app.include_router(assets.router())
    app.include_router(router(desk, Pages(FakePageWording(), assets), ChatOptions(heartbeat_seconds=1)))
    app.add_middleware(SecurityHeaders)

    @app.exception_handler(ServiceError)
    async def refuse(request: Request, error: ServiceError) -> Response:
        return Response(error.public, status_code=error.status)

    return app


class Site:
    """An app on a socket of its own, in a thread of its own."""

    def __init__(self, app: FastAPI) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        config = uvicorn.Config(app, log_level="error", ws="none", lifespan="off", timeout_graceful_shutdown=1)
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._run, daemon=True)
        self.loop: asyncio.AbstractEventLoop | None = None

    def start(self) -> None:
        """Serve from now on; the socket already listens, so nothing waits."""
        self._thread.start()

    def stop(self) -> None:
        """Close streams and stop."""
        self._server.should_exit = True
        self._thread.join(timeout=10)

    def call(self, function: Callable[..., None], *args: object, **kwargs: object) -> None:
        """Run something of the desk where the app runs."""

        async def run() -> None:
            function(*args, **kwargs)

        assert self.loop is not None
        asyncio.run_coroutine_threadsafe(run(), self.loop).result(timeout=5)

    def _run(self) -> None:
        async def serve() -> None:
            self.loop = asyncio.get_running_loop()
            await self._server.serve(sockets=[self._socket])

        asyncio.run(serve())


@pytest.fixture(scope="session")
def shared_desk() -> FakeChatDesk:
    return FakeChatDesk()


@pytest.fixture
def desk(shared_desk: FakeChatDesk) -> FakeChatDesk:
    """The desk behind the site, as new."""
    shared_desk.reset()
    return shared_desk


@pytest.fixture(scope="session")
def chat_site(shared_desk: FakeChatDesk) -> Iterator[Site]:
    site = Site(build_app(shared_desk))
    site.start()
    yield site
    site.stop()


@pytest.fixture
def chat_url(chat_site: Site, desk: FakeChatDesk) -> str:
    return chat_site.url


@pytest.fixture
def advise(chat_site: Site, desk: FakeChatDesk) -> Callable[[str, str], Awaitable[None]]:
    """A person of ours writes into the newest conversation: text, first name."""

    async def write(text: str, author: str) -> None:
        await asyncio.to_thread(chat_site.call, desk.advise, text, author, datetime.now(UTC))

    return write


@pytest.fixture(scope="session")
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        chromium = await launch(playwright)
        yield chromium
        await chromium.close()


@dataclass
class Seen:
    """What pages did that they must not: faults in the console, and every address they asked for."""

    faults: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)

    def watch(self, context: BrowserContext) -> None:
        """Listen to every page of a browser."""
        context.on(
            "console",
            lambda message: (
                message.type in {"error", "warning"} and self.faults.append(f"{message.text} {message.location}")
            ),
        )
        context.on("weberror", lambda error: self.faults.append(str(error.error)))
        context.on("request", lambda request: self.requests.append(request.url))


@pytest.fixture
def seen() -> Seen:
    return Seen()


@pytest.fixture
async def context(browser: Browser, seen: Seen) -> AsyncIterator[BrowserContext]:
    """A phone in English."""
    context = await browser.new_context(viewport=PHONE, locale="en-GB", reduced_motion="reduce", has_touch=True)
    context.set_default_timeout(PATIENCE_MS)
    seen.watch(context)
    yield context
    await context.close()


@pytest.fixture
async def page(context: BrowserContext, chat_url: str) -> Page:
    """The chat page, opened."""
    page = await context.new_page()
    await page.goto(chat_url)
    return page


@pytest.fixture
async def plain_page(browser: Browser, chat_url: str, seen: Seen) -> AsyncIterator[Page]:
    """The chat page in a browser without JavaScript."""
    context = await browser.new_context(viewport=PHONE, locale="en-GB", java_script_enabled=False)
    context.set_default_timeout(PATIENCE_MS)
    seen.watch(context)
    page = await context.new_page()
    await page.goto(chat_url)
    yield page
    await context.close()


@pytest.fixture(scope="module")
def program_settings() -> dict[str, object]:
    """What a file's program is started with."""
    return {}


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def program(databases: Databases, program_settings: dict[str, Any]) -> AsyncIterator[Program]:
    """The whole program, one for all tests of a file."""
    url = databases.make()
    async with running(url, **program_settings) as made:
        yield made
    databases.drop(url)


@pytest.fixture
async def empty_queue(program: Program) -> None:
    """Nobody waits when a story begins."""
    async with program.service.engine.begin() as db:
        await db.execute(text("UPDATE cases SET closed_at = now(), clock_next_at = NULL WHERE closed_at IS NULL"))
