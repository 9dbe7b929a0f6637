"""One read for all who ask at the same time: twenty open consoles ask for the same queue within the same second."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
Found = TypeVar("Found")


class Shared(Generic[Key, Found]):
    """Reads by key, one at a time for each. Whoever asks gets a read that began after they asked, so no change is missed.

    `every`: seconds between the beginnings of two reads of a key; the first comes at once.
    """

    def __init__(self, read: Callable[[Key], Awaitable[Found]], every: float = 0.0) -> None:
        self._read, self._every = read, every
        self._next: dict[Key, asyncio.Task[Found]] = {}
        self._running: dict[Key, asyncio.Task[Found]] = {}
        self._began: dict[Key, float] = {}

    async def get(self, key: Key) -> Found:
        """What a read finds that begins from now on. Raises whatever it raises, for everybody who waits for it."""
        if key not in self._next:
            self._next[key] = asyncio.create_task(self._turn(key, self._running.get(key)))
        # whoever goes away must not end the read of the others
        return await asyncio.shield(self._next[key])

    async def _turn(self, key: Key, before: asyncio.Task[Found] | None) -> Found:
        now, this = asyncio.get_running_loop().time, asyncio.current_task()
        if before is not None:
            await asyncio.wait([before])
        await asyncio.sleep(self._began.get(key, now() - self._every) + self._every - now())
        self._began[key] = now()
        self._running[key] = self._next.pop(key)  # from here on others wait for another one
        try:
            return await self._read(key)
        finally:
            if self._running.get(key) is this:
                del self._running[key]
