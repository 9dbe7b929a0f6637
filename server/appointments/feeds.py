"""Secret addresses at which a calendar can be read: an adviser's own, and one appointment's. Whoever has one reads it, until it ends."""

from __future__ import annotations

import hashlib
import re
import secrets
import uuid
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import and_, delete, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from server.appointments.diary_models import CalendarFeed
from server.appointments.ics_out import KEPT_CANCELLED, Entry, file_of
from server.appointments.kinds import Owner, Status
from server.appointments.models import Appointment
from server.appointments.reading import joined, place_card
from server.db.base import table_of
from server.db.ids import new_id
from server.people.models import Person
from server.staff.models import Staff

feeds = table_of(CalendarFeed)
appointments = table_of(Appointment)
people = table_of(Person)
staff = table_of(Staff)

TOKEN_FORM: Final = re.compile(r"[A-Za-z0-9_-]{43}")
BEHIND: Final = timedelta(days=30)
AHEAD: Final = timedelta(days=400)
READ_NOTED_EVERY: Final = timedelta(minutes=5)
SHOWN: Final = frozenset({Status.BOOKED, Status.OVER})

Row = Mapping[str, Any]


async def make_for_adviser(db: AsyncConnection, staff_id: uuid.UUID, now: datetime) -> str:
    """The secret of an adviser's new feed, told this once; their earlier one ends."""
    await end_of_adviser(db, staff_id, now)
    return await _make(db, now, staff_id=staff_id)


async def make_for_appointment(db: AsyncConnection, appointment_id: uuid.UUID, now: datetime) -> str:
    """The secret of a new address for one appointment, told this once. Others of it stay: each phone has its own."""
    return await _make(db, now, appointment_id=appointment_id)


async def end_of_adviser(db: AsyncConnection, staff_id: uuid.UUID, now: datetime) -> None:
    """End an adviser's feed. Repeating is harmless."""
    theirs = feeds.c.staff_id == staff_id, feeds.c.revoked_at.is_(None)
    await db.execute(update(feeds).where(*theirs).values(revoked_at=now))


async def of_adviser(db: AsyncConnection, staff_id: uuid.UUID) -> Row | None:
    """Their feed with `created_at` and `last_read_at`; None without one."""
    query = select(feeds).where(feeds.c.staff_id == staff_id, feeds.c.revoked_at.is_(None))
    row = (await db.execute(query.order_by(feeds.c.created_at.desc()).limit(1))).mappings().first()
    return dict(row) if row else None


async def read(db: AsyncConnection, token: str, zone: ZoneInfo, now: datetime) -> bytes | None:
    """The calendar at a secret address, and a note that it was read; None for one that is not, is over, or must not be read now."""
    if not TOKEN_FORM.fullmatch(token):
        return None
    query = select(feeds).where(feeds.c.token_hash == _hash(token), feeds.c.revoked_at.is_(None))
    feed = (await db.execute(query)).mappings().first()
    if feed is None:
        return None
    of_one = feed["staff_id"] is None
    made = await (_the_one(db, feed["appointment_id"], now) if of_one else _advisers(db, feed["staff_id"], now))
    if made is None:
        return None
    if feed["last_read_at"] is None or feed["last_read_at"] < now - READ_NOTED_EVERY:
        await db.execute(update(feeds).where(feeds.c.id == feed["id"]).values(last_read_at=now))
    return file_of(made, zone, "Meetings")


async def expire(db: AsyncConnection, now: datetime) -> None:
    """Delete addresses that ended long ago, and all of staff who left."""
    gone = select(staff.c.id).where(staff.c.removed_at.is_not(None))
    is_old = feeds.c.revoked_at < now - KEPT_CANCELLED
    await db.execute(delete(feeds).where(or_(is_old, feeds.c.staff_id.in_(gone))))


async def _make(db: AsyncConnection, now: datetime, **of: uuid.UUID) -> str:
    token = secrets.token_urlsafe(32)
    await db.execute(insert(feeds).values(id=new_id(), token_hash=_hash(token), created_at=now, **of))
    return token


def _hash(token: str) -> bytes:
    """Of 256 random bits: nothing slower is needed."""
    return hashlib.sha256(token.encode()).digest()


def _shown(now: datetime) -> Any:
    """Booked ones, and for a while those that were called off."""
    is_off = and_(appointments.c.status == Status.CANCELLED, appointments.c.changed_at > now - KEPT_CANCELLED)
    return or_(appointments.c.status.in_(SHOWN), is_off)


async def _advisers(db: AsyncConnection, staff_id: uuid.UUID, now: datetime) -> list[Entry] | None:
    """An adviser's meetings, and those of others that they go along to; None once their account is gone."""
    is_here = select(staff.c.id).where(staff.c.id == staff_id, staff.c.removed_at.is_(None))
    if (await db.execute(is_here)).first() is None:
        return None
    theirs = or_(appointments.c.adviser_id == staff_id, appointments.c.companion_id == staff_id)
    within = appointments.c.ends_at > now - BEHIND, appointments.c.starts_at < now + AHEAD
    rows = (await db.execute(joined().where(theirs, *within, _shown(now)))).mappings()
    return [_entry(dict(row), "Meeting") for row in rows]


async def _the_one(db: AsyncConnection, appointment_id: uuid.UUID, now: datetime) -> list[Entry] | None:
    """One appointment of a young person; None when it is long over, theirs no more, or nothing may reach them now (domain.md 4.6)."""
    on_hold = select(people.c.id).where(people.c.id == appointments.c.person_id, people.c.on_hold_since.is_(None))
    mine = appointments.c.id == appointment_id, appointments.c.ends_at > now - BEHIND
    found = (await db.execute(joined().where(*mine, _shown(now), on_hold.exists()))).mappings().first()
    if found is None:
        return None
    # first names only, and for an office of others not even that
    name = str(found["adviser_name"] or "").split(" ")[0] if found["owner"] is Owner.OURS else ""
    return [_entry(dict(found), f"Meeting with {name}" if name else "Meeting")]


def _entry(row: Row, title: str) -> Entry:
    card = place_card(row, "en") if row["owner"] is Owner.OURS else None
    return Entry(
        uid=f"{row['id']}@meetings",
        sequence=row["sequence"],
        starts_at=row["starts_at"],
        ends_at=row["ends_at"],
        created_at=row["created_at"],
        changed_at=row["changed_at"],
        title=title,
        place=_label(row, card.name if card else ""),
        is_cancelled=row["status"] is Status.CANCELLED,
    )


def _label(row: Row, name: str) -> str:
    """A place's label; of a secure establishment only that somebody wrote one: its name says too much."""
    return name if row["place_kind"] != "secure_establishment" else str(row["place_label"] or "")
