"""What all consoles of the same areas look at, read once for them: the open chats, the open tasks, what banners tell."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy.ext.asyncio import AsyncEngine

from server.console.banners import Banner, Known, banners_for, read_known
from server.console.reading import QueueRow, read_queue
from server.console.sharing import Shared
from server.escalations import tasks
from server.staff.access import Member

LISTS_EVERY: Final = 0.5
"""Seconds between two reads for open pages, which ask again by themselves; who opens a page waits for nobody."""

Areas = frozenset[str]


@dataclass(frozen=True, slots=True)
class Open:
    """Everything open in some areas, whoever may see it: `seen_by` and the rules of tasks say what is for whom."""

    rows: tuple[QueueRow, ...]
    tasks: tuple[tasks.Row, ...]


class Board:
    """Reads for whoever looks. `by_itself` is true for what an open page asks for without anybody's doing."""

    def __init__(self, engine: AsyncEngine, clock: Callable[[], datetime]) -> None:
        self._engine, self._clock = engine, clock
        self._open = {False: Shared(self._read_open), True: Shared(self._read_open, LISTS_EVERY)}
        self._known = {False: Shared(self._read_known), True: Shared(self._read_known, LISTS_EVERY)}

    async def open(self, who: Member, *, by_itself: bool = False) -> Open:
        """What is open in the areas of somebody."""
        return await self._open[by_itself].get(who.areas)

    async def banners(self, who: Member, *, by_itself: bool = False) -> tuple[Banner, ...]:
        """What stands above their page now."""
        return banners_for(await self._known[by_itself].get(who.areas), who)

    async def _read_open(self, areas: Areas) -> Open:
        async with self._engine.connect() as db:
            return Open(tuple(await read_queue(db, areas)), tuple(await tasks.read_open(db, areas)))

    async def _read_known(self, areas: Areas) -> Known:
        async with self._engine.connect() as db:
            return await read_known(db, areas, self._clock())
