"""Young people with a phone, and workers who enter and lift a hold by the same services as the console."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import insert, text, update

from dialogs.messages import ChannelName, InboundMessage
from server.appointments import custody
from server.appointments.care_models import PersonCare
from server.appointments.custody import Entry
from server.clock import utc_now
from server.conversations.appointing import lock_person
from server.db.base import table_of
from server.people.service import Contact
from server.wiring import Service

care = table_of(PersonCare)


@dataclass
class YoungPerson:
    """Somebody with a phone that the program's `lane` writes to."""

    service: Service
    number: str
    lane: str = "sms"
    count: int = 0

    async def says(self, words: str, now: datetime | None = None) -> None:
        """A text message, taken to its end."""
        self.count += 1
        at = now or utc_now()
        message = InboundMessage(ChannelName.SMS, self.lane, self.number, f"{self.number}-{self.count}", at, text=words)
        await self.service.conversations.receive(message, at)
        await self.service.sender.drain()

    @property
    def contact(self) -> Contact:
        """Their address as a turn knows it."""
        return Contact(
            ChannelName.SMS, self.lane, self.number, self.service.conversations.hash_of(self.lane, self.number)
        )

    async def person_id(self) -> uuid.UUID:
        """Who they are."""
        query = text("SELECT person_id FROM addresses WHERE address_hash = :hash")
        async with self.service.engine.connect() as db:
            found: uuid.UUID = (await db.execute(query, {"hash": self.contact.address_hash})).scalar_one()
        return found

    async def enters(self, who: uuid.UUID, **more: Any) -> uuid.UUID:
        """They are taken into custody; the id of the spell."""
        person_id, now = await self.person_id(), utc_now()
        entry = Entry(person_id, self.service.settings.area, **{"entered_on": now.date(), "home_owner_id": who, **more})
        async with self.service.engine.begin() as db:
            await lock_person(db, person_id)
            return await custody.enter(db, entry, who, now)

    async def phone_is_back(self, spell_id: uuid.UUID, who: uuid.UUID, now: datetime | None = None) -> None:
        """A named worker says so."""
        async with self.service.engine.begin() as db:
            await lock_person(db, await self.person_id())
            await custody.phone_back(db, spell_id, who, now or utc_now())

    async def is_released(self, spell_id: uuid.UUID, who: uuid.UUID) -> None:
        """Out, and the phone is elsewhere still."""
        async with self.service.engine.begin() as db:
            await lock_person(db, await self.person_id())
            await custody.released(db, spell_id, who, utc_now())

    async def has_word(self, word: str) -> None:
        """The word that only they know."""
        person_id, row = await self.person_id(), {"check_word": word, "updated_at": utc_now()}
        async with self.service.engine.begin() as db:
            if not (await db.execute(update(care).where(care.c.person_id == person_id).values(row))).rowcount:
                home = {"person_id": person_id, "area": self.service.settings.area}
                await db.execute(insert(care).values(row | home))


async def rows(service: Service, query: str, **values: Any) -> list[Any]:
    """Rows of the database."""
    async with service.engine.begin() as db:
        found = await db.execute(text(query), values)
        return list(found.all()) if found.returns_rows else []


def in_days(days: int) -> date:
    """A day from today."""
    return (utc_now() + timedelta(days=days)).date()
