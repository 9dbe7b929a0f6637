"""Places for files in the memory of one process: few in all, fewer for one network or session, so that nobody takes them all."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Final

from server.errors import TryAgain

MOST: Final = 8
MOST_OF_NETWORK: Final = 4
MOST_OF_SESSION: Final = 2
WAIT_SECONDS: Final = 15.0


class Places:
    """Counts who has one. A place is a right to hold one file while it comes in."""

    def __init__(self, most: int = MOST, wait_seconds: float = WAIT_SECONDS) -> None:
        self._most = most
        self._wait_seconds = wait_seconds
        self._taken: Counter[str] = Counter()
        self._freed = asyncio.Condition()
        self._all = 0

    @asynccontextmanager
    async def one(self, limits: Mapping[str, int]) -> AsyncIterator[None]:
        """A place for somebody of whom there are at most so many by each key. Raises TryAgain when none becomes free in time."""
        async with self._freed:
            try:
                await asyncio.wait_for(self._freed.wait_for(lambda: self._is_free(limits)), self._wait_seconds)
            except TimeoutError as error:
                raise TryAgain from error
            self._all += 1
            self._taken.update(limits.keys())
        try:
            yield
        finally:
            self._all -= 1
            self._taken.subtract(limits.keys())
            self._taken += Counter()  # those with none left are forgotten
            async with self._freed:
                self._freed.notify_all()

    def _is_free(self, limits: Mapping[str, int]) -> bool:
        return self._all < self._most and all(self._taken[key] < most for key, most in limits.items())


def limits_of(network: str, session: str | None) -> dict[str, int]:
    """At most so many places for each of the two."""
    limits = {f"network {network}": MOST_OF_NETWORK}
    return limits | {f"session {session}": MOST_OF_SESSION} if session else limits
