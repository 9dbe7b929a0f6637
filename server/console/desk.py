"""What every page of the console's work has in its hands, and the one place where its forms begin a transaction."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncConnection

from server.answers.live import LiveLibrary
from server.console.board import Board
from server.console.kept_rows import KeptRows
from server.conversations.service import Conversations
from server.db.signals import Signals
from server.hours import OpeningHours
from server.staff import audit
from server.staff.access import Fact, Member, may_read
from server.staff.errors import MayNot
from server.staff.pages_draw import Console

DESK_TEMPLATES: Final = Path(__file__).parent / "templates"


@dataclass(frozen=True, slots=True)
class Desk:
    """What pages work with. `hours` are the opening hours of each area that this program serves."""

    console: Console
    conversations: Conversations
    library: LiveLibrary
    signals: Signals
    hours: Mapping[str, OpeningHours]
    stopping: asyncio.Event
    board: Board
    sms_part_pence: float = 0.0
    calendars_local: bool = False
    rows: KeptRows = field(default_factory=KeptRows)

    def now(self) -> datetime:
        """This instant."""
        return self.console.clock()

    @asynccontextmanager
    async def change(self) -> AsyncIterator[AsyncConnection]:
        """One transaction for what a form does, or for a read that is written into the audit."""
        async with self.console.engine.begin() as db:
            yield db


async def note_read(
    db: AsyncConnection,
    who: Member,
    facts: Iterable[Fact],
    now: datetime,
    *,
    area: str,
    person: uuid.UUID | None,
    case: uuid.UUID | None,
    barred: Iterable[uuid.UUID] = (),
) -> None:
    """One row of audit for each kind of fact that somebody is about to be shown. Raises MayNot for one that is not for them."""
    wished, without = tuple(facts), tuple(barred)
    if not all(may_read(who, fact, area, without) for fact in wished):
        raise MayNot
    for fact in wished:
        await audit.note(db, who.id, fact, now, area=area, person=person, case=case)


SHOWN_FOR: Final = timedelta(minutes=10)
"""A page that is open asks again and again: one row of the audit stands for so long."""


async def note_read_once(
    db: AsyncConnection, who: Member, facts: Iterable[Fact], now: datetime, *, case: Any, within: timedelta = SHOWN_FOR
) -> None:
    """One row of audit for each kind of fact that somebody is about to be shown of a case's person.

    A fact that was noted for them within the time is not noted again. Raises MayNot for one that is not for them.
    """
    wished = tuple(facts)
    if not all(may_read(who, fact, case.area, case.barred) for fact in wished):
        raise MayNot
    for fact in wished:
        if within and await audit.was_noted(db, who.id, fact, case.id, now - within):
            continue
        await audit.note(db, who.id, fact, now, area=case.area, person=case.person_id, case=case.id)
