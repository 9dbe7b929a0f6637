"""A little life: every now and then a made-up young person writes, and made-up advisers whom nobody plays answer."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import select

from dialogs.messages import InboundMessage
from server.clock import utc_now
from server.conversations.advising import write_as_adviser
from server.db.base import table_of
from server.errors import ServiceError
from server.escalations.models import Case
from server.people.models import Address
from server.staff.access import Member
from server.wiring import Service

cases = table_of(Case)
addresses = table_of(Address)

EVERY_SECONDS: Final = (12.0, 30.0)
ANSWERED_AFTER: Final = timedelta(seconds=40)
MOST_WORDS: Final = 12
"""So many times one young person writes at most, however long the demo runs."""

WORDS: Final = {
    "en": ("are you there?", "ok", "what do i do now", "thank you", "its tomorrow at 10", "can you tell them for me"),
    "cy": ("wyt ti yna?", "iawn", "diolch"),
    "pl": ("jest tam ktoś?", "dobrze", "dziękuję"),
    "ro": ("mai esti acolo?", "bine", "multumesc"),
    "ar": ("هل أنت هنا؟", "حسنا", "شكرا"),
    "ur": ("کیا آپ ہیں؟", "ٹھیک ہے", "شکریہ"),
    "so": ("ma joogtaa?", "haye", "mahadsanid"),
    "fa": ("آنجا هستی؟", "باشه", "ممنون"),
}
ANSWERS: Final = (
    "I am here. Tell me more.",
    "Thank you. I am looking it up now, stay here.",
    "That makes sense. What happened then?",
    "We can do that together. Shall we start?",
)


@dataclass
class Life:
    """One step at a time: `once` does what is due just now. `played` says which members somebody sits at just now."""

    service: Service
    team: dict[str, Member]
    played: Callable[[], Collection[str]]
    chance: random.Random = field(default_factory=random.Random)
    _said: dict[Any, int] = field(default_factory=dict)

    async def go_on(self) -> None:
        """Until the program stops."""
        while not self.service.stopping.is_set():
            try:
                async with asyncio.timeout(self.chance.uniform(*EVERY_SECONDS)):
                    await self.service.stopping.wait()
            except TimeoutError:
                await self.once(utc_now())

    async def once(self, now: datetime) -> None:
        """Answer the one who has waited longest with somebody whom nobody plays, then let one young person write."""
        async with self.service.engine.connect() as db:
            columns = (cases, addresses.c.channel, addresses.c.lane, addresses.c.address)
            query = select(*columns).join(addresses, addresses.c.id == cases.c.address_id)
            query = query.where(cases.c.closed_at.is_(None), addresses.c.is_reachable).order_by(cases.c.waiting_since)
            rows = list((await db.execute(query)).all())
        await self._answer(rows, now)
        await self._write(rows, now)

    async def _answer(self, rows: list[Any], now: datetime) -> None:
        free = {member.id: member for name, member in self.team.items() if name not in self.played()}
        for row in rows:
            if row.adviser_id in free and row.waiting_since and row.waiting_since < now - ANSWERED_AFTER:
                words, who = self.chance.choice(ANSWERS), free[row.adviser_id]
                try:
                    await write_as_adviser(self.service.conversations, row.id, who, words, now)
                except ServiceError:
                    continue  # it was taken back, or closed, meanwhile
                return

    async def _write(self, rows: list[Any], now: datetime) -> None:
        held = [row for row in rows if row.adviser_id and row.waiting_since is None]
        # words in a held chat are what there is to see: twice as often as others'
        able = [row for row in (*held, *held, *rows) if self._said.get(row.id, 0) < MOST_WORDS]
        if not able:
            return
        row = self.chance.choice(able)
        self._said[row.id] = self._said.get(row.id, 0) + 1
        words = self.chance.choice(WORDS.get(row.language, WORDS["en"]))
        key = f"made-up-{row.id}-{now.timestamp():.3f}"
        message = InboundMessage(row.channel, row.lane, row.address, key, now, text=words)
        await self.service.conversations.receive(message, now)
