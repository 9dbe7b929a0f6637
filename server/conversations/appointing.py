"""Tell a young person about an appointment that somebody else touched: one turn, where and as they may be written to."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.channel import Channel
from dialogs.events import Event
from dialogs.meetings import Meeting
from server.appointments import reading
from server.conversations.models import Conversation
from server.conversations.world import AreaProfile
from server.db.base import table_of
from server.people.models import Address, Person
from server.people.service import Contact

addresses = table_of(Address)
people = table_of(Person)
conversations_table = table_of(Conversation)


class Telling(Protocol):
    """What can take an event's turn: `service.Conversations`, which imports what carries out its effects, and that uses this."""

    @property
    def area(self) -> AreaProfile:
        """The area that it serves."""

    @property
    def channels(self) -> Mapping[str, Channel]:
        """The channels that it writes through, by lane."""

    async def tell(self, db: AsyncConnection, contact: Contact, event: Event, now: datetime) -> None:
        """One turn for an event, in a transaction that has begun."""


async def lock_person(db: AsyncConnection, person_id: uuid.UUID) -> None:
    """Lock the conversation of a person, before anything of theirs is booked, moved or called off. Without one it does nothing."""
    query = select(conversations_table.c.id).where(conversations_table.c.person_id == person_id).with_for_update()
    await db.execute(query)


async def tell_about(
    conversations: Telling,
    db: AsyncConnection,
    appointment_id: uuid.UUID,
    event_of: Callable[[Meeting], Event],
    now: datetime,
) -> bool:
    """One turn for an event about an appointment, in its transaction; false where nothing may be sent (a person has to tell them)."""
    row = await reading.one(db, appointment_id)
    if row is None or row["person_id"] is None:
        return False
    found = await contact_of(db, row["person_id"], row["address_id"], lanes=conversations.channels)
    if found is None:
        return False
    contact, language = found
    meeting = reading.meeting_of(row, conversations.area.zone, language or conversations.area.language)
    await conversations.tell(db, contact, event_of(meeting), now)
    return True


async def contact_of(
    db: AsyncConnection, person_id: uuid.UUID, address_id: uuid.UUID | None = None, *, lanes: Collection[str]
) -> tuple[Contact, str | None] | None:
    """Where a person may be written to of our own accord, with their language: where it was agreed, else where they wrote last.

    `lanes` are those that this program has. None when they are on hold, told us to stop everything, cannot be reached, or
    something is noted about the phone that a person has to read first.
    """
    is_open = (
        addresses.c.lane.in_(lanes),
        addresses.c.is_reachable,
        addresses.c.stopped != "all",
        people.c.on_hold_since.is_(None),
    )
    query = (
        select(addresses, conversations_table.c.language)
        .join(people, people.c.id == addresses.c.person_id)
        .outerjoin(conversations_table, conversations_table.c.person_id == addresses.c.person_id)
        .where(addresses.c.person_id == person_id, *is_open, people.c.contact_rules.is_(None))
        .order_by((addresses.c.id == address_id).desc(), addresses.c.last_inbound_at.desc())
    )
    row = (await db.execute(query.limit(1))).mappings().first()
    return (_contact(dict(row)), row["language"]) if row else None


def _contact(row: Mapping[str, Any]) -> Contact:
    return Contact(row["channel"], row["lane"], row["address"], row["address_hash"])
