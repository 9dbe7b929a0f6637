"""A person's rights over what is held: every slice that points at a person says how to erase it and when it goes by itself."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from sqlalchemy import Table, delete, update
from sqlalchemy.ext.asyncio import AsyncConnection

from server.db.base import table_of
from server.people import phones
from server.people.models import Address, JoinCode, Person, PhoneSeat

people = table_of(Person)
addresses = table_of(Address)
join_codes = table_of(JoinCode)


@dataclass(frozen=True, slots=True)
class Subject:
    """Who it is about. `keeps_record` is true when a case about danger is open: then the way to reach them stays too."""

    person_id: uuid.UUID
    keeps_record: bool


class PersonalData(Protocol):
    """One slice's part in the rights of a person."""

    @property
    def tables(self) -> tuple[Table, ...]:
        """The tables that it answers for."""

    async def must_keep(self, db: AsyncConnection, person_id: uuid.UUID) -> bool:
        """True when something about danger is still open and has to stay until a person has looked."""

    async def erase(self, db: AsyncConnection, subject: Subject) -> None:
        """Delete what the slice holds about the person. Called in the order in which tables depend on each other."""

    async def expire(self, db: AsyncConnection, now: datetime, kept: timedelta) -> int:
        """Delete what is older than it may be (`kept` for messages); how many rows went. Repeating is harmless."""


class PeopleData:
    """Persons and their addresses: last of all, and only when nothing has to stay."""

    tables = (table_of(Person), table_of(Address), table_of(JoinCode), table_of(PhoneSeat))

    async def must_keep(self, db: AsyncConnection, person_id: uuid.UUID) -> bool:  # noqa: ARG002 - the protocol's
        """Nothing here stands in the way of a deletion."""
        return False

    async def erase(self, db: AsyncConnection, subject: Subject) -> None:
        """Delete the person, or mark the record to be deleted when the last case about danger is closed."""
        await db.execute(delete(join_codes).where(join_codes.c.person_id == subject.person_id))
        if subject.keeps_record:
            await db.execute(update(people).where(people.c.id == subject.person_id).values(erase_when_closed=True))
            return
        await phones.forget(db, subject.person_id)
        await db.execute(delete(addresses).where(addresses.c.person_id == subject.person_id))
        await db.execute(delete(people).where(people.c.id == subject.person_id))

    async def expire(self, db: AsyncConnection, now: datetime, kept: timedelta) -> int:  # noqa: ARG002 - the protocol's
        """Codes go by their own clock; persons go with their conversation."""
        result = await db.execute(delete(join_codes).where(join_codes.c.expires_at < now))
        return result.rowcount + await phones.forget_empty(db)


async def erase_person(db: AsyncConnection, handlers: tuple[PersonalData, ...], person_id: uuid.UUID) -> bool:
    """Delete a person everywhere; True when a record about danger had to stay. Repeating is harmless."""
    keeps = any([await handler.must_keep(db, person_id) for handler in handlers])
    subject = Subject(person_id, keeps)
    for handler in handlers:
        await handler.erase(db, subject)
    return keeps
