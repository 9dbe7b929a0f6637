"""What all consoles of the same areas look at, read once for them: the open chats, the open tasks, what banners tell."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from markupsafe import Markup
from sqlalchemy.ext.asyncio import AsyncEngine

from server.console.banners import Banner, Known, banners_for, read_known
from server.console.queue_view import Sorted, sorted_of
from server.console.reading import QueueRow, read_queue, seen_by
from server.console.sharing import Shared
from server.escalations import tasks
from server.staff.access import Member

LISTS_EVERY: Final = 0.5
"""Seconds between two reads for open pages, which ask again by themselves; who opens a page waits for nobody."""

Areas = frozenset[str]


@dataclass(frozen=True, slots=True)
class Open:
    """Everything open in some areas, whoever may see it: `sorted_for` and the rules of tasks say what is for whom.

    `kept` are texts that were drawn of it for one member and serve the others: they go when this goes.
    """

    rows: tuple[QueueRow, ...]
    sorted: Sorted
    tasks: tuple[tasks.Row, ...]
    known: Known
    kept: dict[Hashable, Markup] = field(default_factory=dict, compare=False)

    def sorted_for(self, who: Member) -> Sorted:
        """The chats without those about themselves: for nearly everybody all of them, sorted once."""
        mine = seen_by(self.rows, who)
        return self.sorted if len(mine) == len(self.rows) else sorted_of(mine)


class Board:
    """Reads for whoever looks. `by_itself` is true for what an open page asks for without anybody's doing."""

    def __init__(self, engine: AsyncEngine, clock: Callable[[], datetime]) -> None:
        self._engine, self._clock = engine, clock
        self._open = {False: Shared(self._read_open), True: Shared(self._read_open, LISTS_EVERY)}
        self._known = Shared(self._read_known)

    async def open(self, who: Member, *, by_itself: bool = False) -> Open:
        """What is open in the areas of somebody."""
        return await self._open[by_itself].get(who.areas)

    async def banners(self, who: Member) -> tuple[Banner, ...]:
        """What stands above a page of theirs that shows no queue."""
        return banners_for(await self._known.get(who.areas), who)

    async def _read_open(self, areas: Areas) -> Open:
        async with self._engine.connect() as db:
            rows = tuple(await read_queue(db, areas))
            open_tasks = tuple(await tasks.read_open(db, areas))
            return Open(rows, sorted_of(rows), open_tasks, await read_known(db, areas, self._clock()))

    async def _read_known(self, areas: Areas) -> Known:
        async with self._engine.connect() as db:
            return await read_known(db, areas, self._clock())
