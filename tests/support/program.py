"""The real program for a test: built by wiring, served by uvicorn over real HTTP, on a database of its own."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import httpx

from bot.channel import Channel, SendResult
from bot.errors import SendError
from dialogs.messages import ChannelName, Limits, Reply
from server.answers.live import LiveLibrary
from server.cli.processes import Server
from server.db.types import key_ring
from server.log import set_up_logging
from server.settings import Settings
from server.wiring import Service, build, open_library
from server.worker.run import work


def settings_for(**more: Any) -> Settings:
    """Settings of a test: no environment file, the suite's key ring, any free port."""
    return Settings(_env_file=None, port=0, key_ring=key_ring().to_text(), log_level="ERROR", **more)


@cache
def _opened(content: Path, locales: Path, has_drafts: bool) -> LiveLibrary:
    library = open_library(settings_for(content_dir=content, locales_dir=locales, serve_drafts=has_drafts))
    library.learn()
    return library


def opened(settings: Settings) -> LiveLibrary:
    """The library of the settings, opened and learnt once for all tests of this process."""
    return _opened(settings.content_dir, settings.locales_dir, settings.has_drafts)


@dataclass
class Program:
    """A running program: its service, its address, and a client that is nobody yet."""

    service: Service
    url: str

    def browser(self) -> httpx.AsyncClient:
        """A new browser: its own cookies, its own origin."""
        return httpx.AsyncClient(base_url=self.url, headers={"origin": self.url}, follow_redirects=True, timeout=20)


@asynccontextmanager
async def running(
    database_url: str, *, has_worker: bool = True, more_channels: dict[str, Channel] | None = None, **settings: Any
) -> AsyncIterator[Program]:
    """The program, stopped gracefully at the end."""
    set_up_logging("ERROR", as_json=False)
    chosen = settings_for(**settings)
    service = build(chosen, database_url, more_channels=more_channels, library=opened(chosen))
    server = Server(service, port=0)
    serving = asyncio.create_task(server.serve())
    while not server.started:
        if serving.done():
            serving.result()
            raise RuntimeError("the program did not start")
        await asyncio.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    working = asyncio.create_task(work(service, has_polling=True)) if has_worker else None
    try:
        yield Program(service, f"http://127.0.0.1:{port}")
    finally:
        service.stopping.set()
        if working is not None:
            await working
        server.should_exit = True
        await serving


class KeepingChannel:
    """A channel that keeps what it got. `fail_next` are raised by the next sends, in order."""

    def __init__(self, name: ChannelName = ChannelName.TELEGRAM) -> None:
        self.name = name
        self.limits = Limits(max_choices=6, has_links=True, has_buttons=True)
        self.sent: list[tuple[str, Reply]] = []
        self.fail_next: list[SendError] = []
        self.found: dict[str, str] = {}
        self.gate = asyncio.Event()
        self.gate.set()

    def fit(self, reply: Reply) -> tuple[Reply, Reply | None]:
        return reply, None

    async def send(self, to: str, reply: Reply) -> SendResult:
        await self.gate.wait()
        if self.fail_next:
            raise self.fail_next.pop(0)
        self.sent.append((to, reply))
        return SendResult(f"kept-{len(self.sent)}")

    async def find_sent(self, to: str, reply: Reply, since: datetime) -> str | None:
        return self.found.get(to)

    async def typing(self, to: str) -> None:
        pass

    async def close(self) -> None:
        pass

    def texts(self, to: str | None = None) -> list[str]:
        return [f"{reply.lead} {reply.text}".strip() for address, reply in self.sent if to in (None, address)]
