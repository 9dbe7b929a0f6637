"""Taking a time: the locks, the look whether it is free still, the room and the seat, and what is free instead."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import BigInteger, bindparam, delete, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from server.appointments.finding import Diaries, FreeSlot, Named, NotASlot, Query, free_slots, parse_key
from server.appointments.kinds import Status
from server.appointments.models import Appointment
from server.db.base import table_of

appointments = table_of(Appointment)

NEAREST: Final = 3
"""How many other times are named to whoever came second."""

NEAR: Final = timedelta(days=14)
"""How far around they are looked for."""

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Gone:
    """The time is not free (any more). `nearest` are the next ones, in order; why it is taken is nobody's business."""

    nearest: Sequence[FreeSlot] = ()


@dataclass(frozen=True, slots=True)
class Booking:
    """For whom: `address_id` is where it was agreed. `by_young_person` holds to what they may book themselves."""

    person_id: uuid.UUID
    address_id: uuid.UUID | None
    area: str
    by_young_person: bool = True


LOCK: Final = text(
    "SELECT pg_advisory_xact_lock(key) FROM (SELECT unnest(CAST(:keys AS bigint[])) AS key ORDER BY 1) AS keys"
).bindparams(bindparam("keys", type_=ARRAY(BigInteger)))


async def lock(db: AsyncConnection, *ids: uuid.UUID | None) -> None:
    """Wait for everybody who books the same adviser, place or person; held until the transaction ends. Always in one order."""
    keys = sorted({one.int & 0x7FFF_FFFF_FFFF_FFFF for one in ids if one is not None})
    await db.execute(LOCK, {"keys": keys})


async def nearest(
    db: AsyncConnection,
    slot: Named | FreeSlot,
    who: Booking,
    now: datetime,
    settings: Diaries,
    moving: uuid.UUID | None = None,
) -> list[FreeSlot]:
    """The `NEAREST` free times around a time, with the same adviser if there are any, in order."""
    query = Query(
        who.area,
        slot.reason,
        max(now, slot.starts_at - NEAR),
        slot.starts_at + NEAR,
        person_id=who.person_id,
        moving=moving,
        by_young_person=who.by_young_person,
    )
    same = replace(query, adviser_ids=frozenset({slot.adviser_id}))
    found = [one for one in await free_slots(db, same, settings, now) if one.starts_at != slot.starts_at]
    found = found or await free_slots(db, query, settings, now)
    by_distance = sorted(found, key=lambda one: abs(one.starts_at - slot.starts_at))
    picked: dict[datetime, FreeSlot] = {}
    for one in by_distance:
        picked.setdefault(one.starts_at, one)
    return sorted(list(picked.values())[:NEAREST], key=lambda one: one.starts_at)


async def take(
    db: AsyncConnection,
    slot_key: str,
    who: Booking,
    now: datetime,
    settings: Diaries,
    moving: uuid.UUID | None = None,
) -> tuple[FreeSlot | None, Gone]:
    """The slot behind a key, with everybody's lock on it; None with what is free instead."""
    try:
        named = parse_key(slot_key)
    except NotASlot:
        return None, Gone()
    await lock(db, named.adviser_id, named.place_id, who.person_id)
    await _give_back_around(db, named, who, now)
    query = Query(
        who.area,
        named.reason,
        named.starts_at,
        named.starts_at + timedelta(seconds=1),
        person_id=who.person_id,
        adviser_ids=frozenset({named.adviser_id}),
        place_ids=frozenset({named.place_id}),
        moving=moving,
        by_young_person=who.by_young_person,
    )
    found = await free_slots(db, query, settings, now)
    if found:
        return found[0], Gone()
    return None, Gone(await nearest(db, named, who, now, settings, moving))


async def _give_back_around(db: AsyncConnection, named: Named, who: Booking, now: datetime) -> None:
    """Holds that have run out stand in the constraints still: those that could be in the way go first."""
    theirs = (
        (appointments.c.adviser_id == named.adviser_id)
        | (appointments.c.place_id == named.place_id)
        | (appointments.c.person_id == who.person_id)
    )
    over = appointments.c.status == Status.HELD, appointments.c.hold_until <= now
    await db.execute(delete(appointments).where(*over, theirs))


def of_slot(slot: FreeSlot, appointment_id: uuid.UUID) -> dict[str, Any]:
    """What a slot says about a row."""
    return {
        "reason": slot.reason,
        "adviser_id": slot.adviser_id,
        "place_id": slot.place_id,
        "session_id": slot.session_id if slot.capacity > 1 else appointment_id,
        "starts_at": slot.starts_at,
        "ends_at": slot.ends_at,
        "busy_from": slot.starts_at - slot.before,
        "busy_until": slot.ends_at + slot.after,
    }


ROOM: Final = text(
    """
    WITH own AS (
        SELECT room, seat FROM appointments
        WHERE session_id = :session AND status IN ('held', 'booked') AND id IS DISTINCT FROM :moving
    ), free AS (
        SELECT n AS room FROM places p, generate_series(1, p.rooms) AS n
        WHERE p.id = :place AND p.kind <> ALL (ARRAY['phone', 'video']) AND NOT EXISTS (
            SELECT 1 FROM appointments a WHERE a.place_id = p.id AND a.room = n AND a.status IN ('held', 'booked')
                AND a.session_id <> :session AND a.id IS DISTINCT FROM :moving
                AND a.starts_at < :ends AND a.ends_at > :starts)
        ORDER BY n LIMIT 1
    ), seats AS (
        SELECT min(n) AS seat FROM generate_series(1, :capacity) AS n WHERE n NOT IN (SELECT seat FROM own)
    )
    SELECT coalesce((SELECT room FROM own LIMIT 1), (SELECT room FROM free)) AS room, coalesce(seat, :capacity) AS seat
    FROM seats
    """
)


async def room_and_seat(
    db: AsyncConnection, slot: FreeSlot, session_id: uuid.UUID, moving: uuid.UUID | None
) -> dict[str, Any]:
    """The first free room of the place (none where nobody counts them) and the first free seat of the meeting."""
    values = {"session": session_id, "place": slot.place_id, "capacity": slot.capacity, "moving": moving}
    values |= {"starts": slot.starts_at, "ends": slot.ends_at}
    return dict((await db.execute(ROOM, values)).mappings().one())


async def attempt(db: AsyncConnection, statement: Any) -> Row | None:
    """Run it; None when a constraint refuses the overlap, with the transaction as it was before."""
    try:
        async with db.begin_nested():
            return dict((await db.execute(statement.returning(appointments))).mappings().one())
    except IntegrityError as error:
        if not _is_overlap(error):
            raise
        return None


def _is_overlap(error: IntegrityError) -> bool:
    """True for a refusal by an exclusion constraint or a seat that is taken."""
    code = getattr(error.orig, "sqlstate", "")
    return code == "23P01" or (code == "23505" and "uq_appointments_seat" in str(error.orig))
