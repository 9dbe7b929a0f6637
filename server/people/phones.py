"""Phones that several share: one address for each nickname, all on the same number, so that nobody reads what is another's."""

from __future__ import annotations

import unicodedata
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from dialogs.messages import ChannelName
from server.db.base import table_of
from server.db.types import blind_index
from server.people.models import Address, PhoneSeat

addresses = table_of(Address)
seats = table_of(PhoneSeat)

MOST_SEATS: Final = 6
LONGEST_NICKNAME: Final = 12
SPEAKS_FOR: Final = timedelta(minutes=10)
"""After so long without a word somebody else may hold the phone."""

SPEAKS_IN_DANGER_FOR: Final = timedelta(hours=1)
"""In a crisis a question about letters would stand in the way for longer than it protects."""

PHONES: Final = (ChannelName.SMS, ChannelName.WHATSAPP)


class BadNickname(ValueError):
    """A nickname has 1 to 12 letters, one of them no digit; there are 2 to 6, each another."""


class NoPhone(LookupError):
    """This person does not write from a telephone number."""


@dataclass(frozen=True, slots=True)
class Seat:
    """One who writes from a shared phone. `nickname` is empty for whoever is not on the list; `is_speaking`: they write now."""

    address_hash: bytes
    nickname: str
    is_speaking: bool


def seat_hash(lane: str, address: str, nickname: str) -> bytes:
    """What the address of one nickname on a number is found by: keyed, and no number by itself hashes to it."""
    return blind_index(f"{address}\n{nickname.casefold()}", f"addresses.{lane}.seat")


def read_nicknames(words: str) -> tuple[str, ...]:
    """Nicknames as an adviser writes them ("E, K, T"). Raises BadNickname."""
    names = tuple(name for part in words.replace("،", ",").split(",") if (name := " ".join(part.split())))
    folded = {unicodedata.normalize("NFKC", name).casefold() for name in names}
    if not 1 < len(names) <= MOST_SEATS or len(folded) != len(names) or not all(map(_is_nickname, names)):
        raise BadNickname
    return names


def _is_nickname(name: str) -> bool:
    return len(name) <= LONGEST_NICKNAME and name.replace(" ", "").isalnum() and not name.isdigit()


async def seats_of(db: AsyncConnection, lane: str, phone_hash: bytes, now: datetime) -> list[Seat]:
    """All who write from a phone, in the order in which they were written down; empty when it is nobody's but one person's."""
    query = select(seats).where(seats.c.lane == lane, seats.c.phone_hash == phone_hash)
    rows = (await db.execute(query)).all()
    found = [
        Seat(row.address_hash, row.nickname or "", row.speaks_until is not None and row.speaks_until > now)
        for row in rows
    ]
    return sorted(found, key=lambda seat: (seat.nickname == "", seat.nickname.casefold()))


async def phone_of(db: AsyncConnection, lane: str, address_hash: bytes) -> bytes | None:
    """The phone that an address is one of several on; None for an address of its own."""
    query = select(seats.c.phone_hash).where(seats.c.lane == lane, seats.c.address_hash == address_hash)
    return (await db.execute(query)).scalar()


async def speaks(db: AsyncConnection, lane: str, phone_hash: bytes, seat: bytes, until: datetime) -> None:
    """Whoever has this seat writes now, and nobody else."""
    phone = seats.c.lane == lane, seats.c.phone_hash == phone_hash
    await db.execute(update(seats).where(*phone, seats.c.address_hash != seat).values(speaks_until=None))
    await db.execute(update(seats).where(*phone, seats.c.address_hash == seat).values(speaks_until=until))


async def set_all_stopped(db: AsyncConnection, lane: str, phone_hash: bytes, stopped: str) -> None:
    """STOP is said of a number: nothing of our own accord goes there, to none of them."""
    await db.execute(update(addresses).where(*_on(lane, phone_hash)).values(stopped=stopped))


def _on(lane: str, phone_hash: bytes) -> tuple[Any, ...]:
    mine = select(seats.c.address_hash).where(seats.c.lane == lane, seats.c.phone_hash == phone_hash)
    return addresses.c.lane == lane, addresses.c.address_hash.in_(mine)


async def nicknames_of(db: AsyncConnection, person_id: uuid.UUID) -> tuple[str, tuple[str, ...]]:
    """(theirs, all) of a shared phone of a person; ("", ()) when they share none."""
    same = (addresses.c.lane == seats.c.lane) & (addresses.c.address_hash == seats.c.address_hash)
    query = select(seats.c.lane, seats.c.phone_hash, seats.c.nickname).join(addresses, same)
    query = query.where(addresses.c.person_id == person_id).order_by(addresses.c.last_inbound_at.desc()).limit(1)
    mine = (await db.execute(query)).first()
    if mine is None:
        return "", ()
    every = select(seats.c.nickname).where(seats.c.lane == mine.lane, seats.c.phone_hash == mine.phone_hash)
    names = [row.nickname for row in (await db.execute(every)).all() if row.nickname]
    return mine.nickname or "", tuple(sorted(names, key=str.casefold))


async def share(db: AsyncConnection, person_id: uuid.UUID, theirs: str, names: Sequence[str], now: datetime) -> None:
    """The newest number of a person is shared by all these, of whom they are `theirs`. Raises NoPhone, BadNickname.

    What was said until now stays theirs. Names that are left out go, with nothing of what those people are held under; it is
    found again when the name comes back.
    """
    if theirs not in names:
        raise BadNickname
    address = next(iter(await _numbers(db, person_id)), None)
    if address is None:
        raise NoPhone
    phone = await phone_of(db, address.lane, address.address_hash) or address.address_hash
    mine = seat_hash(address.lane, address.address, theirs)
    if mine != address.address_hash:
        taken = select(addresses.c.id).where(addresses.c.lane == address.lane, addresses.c.address_hash == mine)
        if (await db.execute(taken)).first() is not None:
            raise BadNickname  # somebody else has written under it
        await db.execute(update(addresses).where(addresses.c.id == address.id).values(address_hash=mine))
    await db.execute(delete(seats).where(seats.c.lane == address.lane, seats.c.phone_hash == phone))
    row: dict[str, Any] = {"lane": address.lane, "phone_hash": phone, "area": address.area, "created_at": now}
    hashes = {seat_hash(address.lane, address.address, name): name for name in names}
    rows = [row | {"address_hash": hashed, "nickname": name} for hashed, name in hashes.items()]
    await db.execute(insert(seats), [*rows, row | {"address_hash": phone, "nickname": None}])


async def _numbers(db: AsyncConnection, person_id: uuid.UUID) -> Sequence[Any]:
    query = select(addresses).where(addresses.c.person_id == person_id, addresses.c.channel.in_(PHONES))
    return (await db.execute(query.order_by(addresses.c.last_inbound_at.desc()).with_for_update())).all()


async def forget(db: AsyncConnection, person_id: uuid.UUID) -> None:
    """Erase the seats of a person; whoever else shares the phone keeps theirs. Before their addresses go."""
    mine = select(addresses.c.address_hash).where(addresses.c.person_id == person_id)
    await db.execute(delete(seats).where(seats.c.address_hash.in_(mine), seats.c.nickname.is_not(None)))
    await forget_empty(db)


async def forget_empty(db: AsyncConnection) -> int:
    """A phone from which nobody is left that has written; how many rows went."""
    others = seats.alias()
    written = (
        select(addresses.c.id)
        .join(others, (others.c.lane == addresses.c.lane) & (others.c.address_hash == addresses.c.address_hash))
        .where(others.c.lane == seats.c.lane, others.c.phone_hash == seats.c.phone_hash)
    )
    return (await db.execute(delete(seats).where(~written.exists()))).rowcount
