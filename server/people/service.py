"""Find or make the person behind an address, join two addresses, keep what they told us about writing to them."""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, func, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from dialogs.messages import ChannelName
from server.db.base import table_of
from server.db.types import blind_index
from server.people.models import Address, JoinCode, Person

addresses = table_of(Address)
persons = table_of(Person)
join_codes = table_of(JoinCode)

CODE_ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
CODE_LENGTH = 8
CODE_LIFE = timedelta(minutes=10)
TRIES_AN_HOUR = 5


@dataclass(frozen=True, slots=True)
class Contact:
    """An address as a message came from it: our lane, theirs, and the keyed hash it is found by."""

    channel: ChannelName
    lane: str
    address: str
    address_hash: bytes


async def add_address(
    db: AsyncConnection, contact: Contact, area: str, person_id: uuid.UUID, address_id: uuid.UUID, now: datetime
) -> None:
    """Write a new address of a person; flushes only."""
    await db.execute(
        insert(addresses).values(
            id=address_id,
            person_id=person_id,
            area=area,
            channel=contact.channel,
            lane=contact.lane,
            address=contact.address,
            address_hash=contact.address_hash,
            created_at=now,
            last_inbound_at=now,
        )
    )


async def set_stopped(db: AsyncConnection, address_id: uuid.UUID, stopped: str) -> None:
    """Note what this address must not get of our own accord: "" nothing, "reminders" or "all"."""
    await db.execute(update(addresses).where(addresses.c.id == address_id).values(stopped=stopped))


async def set_reachable(db: AsyncConnection, address_id: uuid.UUID, *, is_reachable: bool) -> None:
    """Note whether this address can be written to at all."""
    await db.execute(update(addresses).where(addresses.c.id == address_id).values(is_reachable=is_reachable))


async def make_join_code(db: AsyncConnection, person_id: uuid.UUID, area: str, now: datetime) -> str:
    """A new code for joining another address to this person; older ones of theirs stop working."""
    code = "".join(secrets.choice(CODE_ALPHABET) for _ in range(CODE_LENGTH))
    await db.execute(delete(join_codes).where(or_(join_codes.c.person_id == person_id, join_codes.c.expires_at < now)))
    await db.execute(
        insert(join_codes).values(code_hash=_hashed(code), person_id=person_id, area=area, expires_at=now + CODE_LIFE)
    )
    return code


async def use_join_code(db: AsyncConnection, address_id: uuid.UUID, code: str, now: datetime) -> uuid.UUID | None:
    """The person who was shown the code, which is then used up; None when it is wrong, old, or tried too often.

    Every try counts against the address, so that codes cannot be guessed.
    """
    if not await _may_try(db, address_id, now):
        return None
    used = delete(join_codes).where(join_codes.c.code_hash == _hashed(code), join_codes.c.expires_at > now)
    row = (await db.execute(used.returning(join_codes.c.person_id))).first()
    return row[0] if row else None


async def _may_try(db: AsyncConnection, address_id: uuid.UUID, now: datetime) -> bool:
    is_fresh = func.coalesce(addresses.c.join_tried_at, now - timedelta(days=1)) < now - timedelta(hours=1)
    await db.execute(update(addresses).where(addresses.c.id == address_id, is_fresh).values(join_tries=0))
    count = (
        update(addresses)
        .where(addresses.c.id == address_id)
        .values(join_tries=addresses.c.join_tries + 1, join_tried_at=now)
        .returning(addresses.c.join_tries)
    )
    return int((await db.execute(count)).scalar_one()) <= TRIES_AN_HOUR


def _hashed(code: str) -> bytes:
    """Keyed: 40 bits of a code are soon tried through by whoever has a copy of the database."""
    return blind_index(code.upper().replace("-", ""), "join_codes.code")


def masked(address: str, channel: ChannelName) -> str:
    """An address with its middle hidden, for showing it to its owner."""
    if channel in (ChannelName.SMS, ChannelName.WHATSAPP) and len(address) > 7:  # noqa: PLR2004
        return f"{address[:3]} *** {address[-3:]}"
    return ""


async def addresses_of(db: AsyncConnection, person_id: uuid.UUID) -> list[Mapping[str, Any]]:
    """All addresses of a person, oldest first, as (channel, address)."""
    query = (
        select(addresses.c.channel, addresses.c.address)
        .where(addresses.c.person_id == person_id)
        .order_by(addresses.c.created_at)
    )
    return [dict(row) for row in (await db.execute(query)).mappings()]


async def contact_rules(db: AsyncConnection, person_id: uuid.UUID | None) -> str:
    """What must be heeded when somebody writes to the person; empty when nothing was said."""
    return (await db.execute(select(persons.c.contact_rules).where(persons.c.id == person_id))).scalar() or ""


async def set_contact_rules(db: AsyncConnection, person_id: uuid.UUID, words: str) -> None:
    """Keep these in place of those before; an empty text takes them away."""
    await db.execute(update(persons).where(persons.c.id == person_id).values(contact_rules=words or None))


async def is_on_hold(db: AsyncConnection, person_id: uuid.UUID) -> bool:
    """True while nothing may be sent to them of our own accord, whatever way (domain.md 4.6)."""
    query = select(persons.c.on_hold_since).where(persons.c.id == person_id)
    return (await db.execute(query)).scalar() is not None


async def set_on_hold(db: AsyncConnection, person_id: uuid.UUID, since: datetime | None) -> None:
    """Freeze every way to write to them, or lift it (None). The caller holds the lock of their conversation."""
    await db.execute(update(persons).where(persons.c.id == person_id).values(on_hold_since=since))


async def merge_contact_rules(db: AsyncConnection, gone: uuid.UUID, stays: uuid.UUID) -> None:
    """Of two persons who become one both texts are kept, each once."""
    texts = dict.fromkeys([await contact_rules(db, one) for one in (stays, gone)])
    await set_contact_rules(db, stays, "\n".join(filter(None, texts)))
