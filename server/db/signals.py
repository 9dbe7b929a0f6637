"""Word between processes: one listening connection a process, handed to whoever waits for a topic."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
from sqlalchemy.engine import make_url

from server.log import logger

log = logger(__name__)

_RECONNECT_SECONDS = 1.0


class Signals:
    """Listens to PostgreSQL's notifications. A lost connection is made again; listeners are then woken once to look for themselves."""

    def __init__(self, url: str, topics: tuple[str, ...]) -> None:
        self._url = make_url(url)
        self._topics = topics
        self._waiting: dict[tuple[str, str], set[asyncio.Event]] = defaultdict(set)
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin to listen, in the background."""
        self._task = asyncio.get_running_loop().create_task(self._listen())

    async def stop(self) -> None:
        """Stop listening. Repeating is harmless."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
            self._task = None

    @asynccontextmanager
    async def watch(self, topic: str, key: str = "") -> AsyncIterator[asyncio.Event]:
        """An event that is set when the topic is notified with this key (an empty one: with any)."""
        event = asyncio.Event()
        self._waiting[topic, key].add(event)
        try:
            yield event
        finally:
            self._waiting[topic, key].discard(event)
            if not self._waiting[topic, key]:
                del self._waiting[topic, key]

    async def _listen(self) -> None:
        while True:
            try:
                await self._listen_until_lost()
            except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, TimeoutError):
                log.warning("notifications lost, listening again")
            await asyncio.sleep(_RECONNECT_SECONDS)

    async def _listen_until_lost(self) -> None:
        url = self._url
        connection = await asyncpg.connect(
            host=url.query.get("host") or url.host,
            port=url.port,
            user=url.username,
            password=url.password,
            database=url.database,
            timeout=5,
        )
        lost = asyncio.Event()
        connection.add_termination_listener(lambda _: lost.set())
        try:
            for topic in self._topics:
                await connection.add_listener(topic, self._heard)
            self._wake_all()
            await lost.wait()
        finally:
            connection.terminate()

    def _heard(self, _connection: object, _pid: int, topic: str, key: object) -> None:
        for name in {(topic, str(key)), (topic, "")}:
            for event in tuple(self._waiting.get(name, ())):
                event.set()

    def _wake_all(self) -> None:
        for events in tuple(self._waiting.values()):
            for event in tuple(events):
                event.set()
