"""Real processes of the program on one database, with Telegram's double outside."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from aiohttp import web
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.telegram.render import render
from dialogs.messages import Reply
from server.db.base import table_of
from server.db.engine import make_engine
from server.db.types import key_ring
from server.outbox.models import Delivery
from tests.support.patience import PATIENCE
from tests.support.telegram_double import SECRET_HEADER, TOKEN, TelegramDouble

SECRET = "a-secret-of-the-webhook"
PROGRAM = Path(sys.executable).with_name("connexions")
START_SECONDS = 150
"""Importing Telegram's types takes ten seconds of a slow core, for each process."""
deliveries = table_of(Delivery)


class SlowTelegram(TelegramDouble):
    """Takes a message at once and says so late: whoever is killed meanwhile never hears that it was taken."""

    delay_seconds = 0.0

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        answer = await super()._handle(request)
        if request.match_info["method"] == "sendMessage":
            await asyncio.sleep(self.delay_seconds)
        return answer


@dataclass
class Running:
    """One process. `log` is its standard error so far."""

    process: asyncio.subprocess.Process
    url: str
    log_file: Path

    @property
    def pid(self) -> int:
        return self.process.pid

    @property
    def log(self) -> str:
        return self.log_file.read_text(errors="replace")

    async def ready(self) -> None:
        """Wait until it can do its work; fail with its log when it ends instead."""
        until = time.monotonic() + START_SECONDS
        async with httpx.AsyncClient() as client:
            while time.monotonic() < until and self.process.returncode is None:
                try:
                    if (await client.get(f"{self.url}/readyz")).status_code == 200:
                        return
                except httpx.TransportError:
                    pass
                await asyncio.sleep(0.1)
        raise RuntimeError(f"the process did not start:\n{self.log[-3000:]}")

    def kill(self) -> None:
        """As a crash of its machine."""
        self.process.send_signal(signal.SIGKILL)

    async def stop(self) -> tuple[int, float]:
        """Ask it to end; its exit code and how many seconds it took."""
        began = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        code = await asyncio.wait_for(self.process.wait(), PATIENCE)
        return code, time.monotonic() - began


@dataclass
class Fleet:
    """Processes on one database and one bot."""

    database_url: str
    double: SlowTelegram
    settings: dict[str, str] = field(default_factory=dict)
    started: list[Running] = field(default_factory=list)
    folder: Path = field(default_factory=lambda: Path(tempfile.mkdtemp(prefix="connexions-fleet-")))

    def __post_init__(self) -> None:
        self.engine: AsyncEngine = make_engine(self.database_url, pool=2)
        self.client = httpx.AsyncClient(timeout=30)
        self._updates = 0

    async def start(self, *kinds: str) -> list[Running]:
        """Start `serve` or `work`, as many as named, and wait until all are ready."""
        new = [await self._start(kind) for kind in kinds]
        self.started += new
        await asyncio.gather(*(running.ready() for running in new))
        return new

    async def _start(self, kind: str) -> Running:
        port = _free_port()
        log_file = self.folder / f"{kind}-{port}.log"
        with log_file.open("wb") as log:
            process = await asyncio.create_subprocess_exec(
                PROGRAM, kind, cwd=self.folder, env=self._environment(port), stderr=log, stdout=log
            )
        return Running(process, f"http://127.0.0.1:{port}", log_file)

    def _environment(self, port: int) -> dict[str, str]:
        kept = {k: v for k, v in os.environ.items() if not k.startswith("CONNEXIONS_") or k.endswith("_DIR")}
        own = {
            "database_url": self.database_url,
            "key_ring": key_ring().to_text(),
            "telegram_token": TOKEN,
            "telegram_api": self.double.base_url,
            "telegram_mode": "webhook",
            "telegram_secret": SECRET,
            "public_url": "https://chat.example",
            "port": str(port),
            "worker_port": str(port),
        }
        return kept | {f"CONNEXIONS_{name.upper()}": value for name, value in (own | self.settings).items()}

    async def stop(self) -> None:
        """End whatever still runs."""
        for running in self.started:
            if running.process.returncode is None:
                running.kill()
                await running.process.wait()
        await self.client.aclose()
        await self.engine.dispose()

    def update(self, chat: int, words: str, *, name: str = "Sam") -> dict[str, Any]:
        """A new message of somebody, as Telegram forms it."""
        self._updates += 1
        self.double.person(chat)
        account = {"id": chat, "is_bot": False, "first_name": name, "language_code": "en"}
        chat_of = {"id": chat, "type": "private", "first_name": name}
        message = {"message_id": self._updates, "from": account, "chat": chat_of, "date": int(time.time())}
        return {"update_id": 10_000 + self._updates, "message": message | {"text": words}}

    async def post(self, to: Running, update: dict[str, Any]) -> int:
        """Hand an update over; the status, or 0 for no answer."""
        try:
            answer = await self.client.post(f"{to.url}/webhooks/telegram", json=update, headers={SECRET_HEADER: SECRET})
        except httpx.TransportError:
            return 0
        return answer.status_code

    async def count(self, query: str) -> int:
        """One number from the database."""
        async with self.engine.connect() as db:
            return int((await db.execute(text(query))).scalar_one())

    async def execute(self, statement: str) -> int:
        """Change the database; how many rows."""
        async with self.engine.begin() as db:
            return (await db.execute(text(statement))).rowcount

    async def forget(self) -> None:
        """Begin the next stage with nobody known and nothing received."""
        async with self.engine.begin() as db:
            await db.execute(text("SET LOCAL session_replication_role = replica"))  # what is only appended, too
            await db.execute(text("TRUNCATE areas, receipts CASCADE"))
        await self.execute("INSERT INTO areas (slug, created_at) VALUES ('home', now())")
        self.double.people.clear()
        self.double.delay_seconds = 0.0

    async def told(self) -> dict[int, list[str]]:
        """What should have reached each chat: the stored deliveries in order, as Telegram shows them."""
        async with self.engine.connect() as db:
            to_bot = select(deliveries).where(deliveries.c.lane == "telegram").order_by(deliveries.c.seq)
            rows = (await db.execute(to_bot)).mappings().all()
        shown: dict[int, list[str]] = {}
        for row in rows:
            pieces = render(Reply.from_plain(row["reply"]))
            shown.setdefault(int(row["to_address"]), []).extend(
                piece.text + _buttons(piece.keyboard) for piece in pieces
            )
        return shown

    def received(self) -> dict[int, list[str]]:
        """What reached each chat, in order."""
        return {
            chat: [message["text"] + _buttons_of(message) for message in person.inbox]
            for chat, person in self.double.people.items()
            if person.inbox
        }

    async def doubles(self) -> int:
        """How many messages reached somebody more than once; fails when one did not arrive."""
        told, received = await self.told(), self.received()
        extra = 0
        for chat, wanted in told.items():
            counted, expected = Counter(received.get(chat, [])), Counter(wanted)
            assert not expected - counted, f"lost: {expected - counted}"
            extra += sum((counted - expected).values())
        return extra

    async def settled(self, seconds: float = PATIENCE) -> None:
        """Wait until nothing is due or being sent."""
        await until(self._is_settled, seconds)

    async def _is_settled(self) -> bool:
        return not await self.count("SELECT count(*) FROM deliveries WHERE status IN ('due', 'sending')")

    async def time_passes_for(self, dead: Running) -> int:
        """Let the leases of a dead process run out now; how many calls it had under way."""
        return await self.execute(
            "UPDATE deliveries SET lease_until = now() - interval '3 seconds' "
            f"WHERE status = 'sending' AND leased_by LIKE '%:{dead.pid}:%'"
        )


async def until(is_so: Callable[[], Awaitable[Any]], seconds: float = PATIENCE) -> None:
    """Wait for something to become true; fail when it does not."""
    give_up_at = time.monotonic() + seconds
    while not await is_so():
        assert time.monotonic() < give_up_at, "it did not become true in time"
        await asyncio.sleep(0.05)


def _buttons(keyboard: Any) -> str:
    return "".join(f"[{button.data}]" for row in keyboard or () for button in row)


def _buttons_of(message: dict[str, Any]) -> str:
    rows = message.get("reply_markup", {}).get("inline_keyboard", [])
    return "".join(f"[{button['callback_data']}]" for row in rows for button in row)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
