"""Hold, book, move and cancel: each in the caller's transaction, each either done whole or answered with what is free instead.

Whoever books locks the adviser, the place and the person first, in one order, and looks again: the database's exclusion constraints
are the last word, never the first. Lock the person's conversation before, where there is one.
"""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from dialogs.meetings import Needs
from server.appointments import history
from server.appointments.finding import Diaries
from server.appointments.history import Doer
from server.appointments.kinds import Agreed, By, Change, Owner, Status
from server.appointments.models import Appointment
from server.appointments.taking import Booking, Gone, Row, attempt, nearest, of_slot, room_and_seat, take
from server.db.base import table_of
from server.db.ids import new_id

__all__ = ["Booking", "Doer", "Gone", "Row", "book", "book_held", "cancel", "give_back", "hold", "let_go", "move"]

appointments = table_of(Appointment)


async def hold(
    db: AsyncConnection, slot_key: str, who: Booking, now: datetime, until: datetime, settings: Diaries
) -> Row | Gone:
    """Keep a time for somebody who decides, until an instant; what they held before is given back. The row, or what is free instead."""
    await let_go(db, who.person_id)
    doer = Doer(By.PERSON)
    return await _put(db, slot_key, who, {"status": Status.HELD, "hold_until": until}, doer, now, settings)


async def book(
    db: AsyncConnection,
    slot_key: str,
    who: Booking,
    needs: Needs,
    doer: Doer,
    agreed: Agreed,
    now: datetime,
    settings: Diaries,
) -> Row | Gone:
    """Book a time at once, with how they agreed. The row, or what is free instead."""
    row: dict[str, Any] = {
        "status": Status.BOOKED,
        "needs": needs.to_plain(),
        "agreed": agreed,
        "booked_by": doer.staff_id,
    }
    row["agreed_at"] = None if agreed is Agreed.NOT_ASKED else now
    if doer.by is By.PERSON:
        await let_go(db, who.person_id)
    return await _put(db, slot_key, who, row, doer, now, settings)


async def book_held(db: AsyncConnection, appointment_id: uuid.UUID, needs: Needs, now: datetime) -> Row | None:
    """Make a held time theirs; None when it was given back meanwhile. Repeating is harmless."""
    row = {"status": Status.BOOKED, "hold_until": None, "needs": needs.to_plain(), "agreed_at": now, "changed_at": now}
    is_held = appointments.c.status == Status.HELD, appointments.c.hold_until > now
    query = update(appointments).where(appointments.c.id == appointment_id, *is_held).values(row)
    found = (await db.execute(query.returning(appointments))).mappings().first()
    if found is None:
        return await _booked(db, appointment_id)
    await history.note(db, appointment_id, Change.BOOKED, Doer(By.PERSON), now, new=found["starts_at"])
    return dict(found)


async def move(
    db: AsyncConnection,
    appointment_id: uuid.UUID,
    slot_key: str,
    doer: Doer,
    now: datetime,
    settings: Diaries,
    *,
    by_young_person: bool = True,
) -> Row | Gone | None:
    """Move a booked appointment of ours to another time; it stays the same one. None when there is no such booking any more."""
    old = await _booked(db, appointment_id)
    if old is None or old["person_id"] is None:
        return None
    who = Booking(old["person_id"], old["address_id"], old["area"], by_young_person)
    slot, gone = await take(db, slot_key, who, now, settings, moving=appointment_id)
    if slot is None:
        return gone
    # locked now: whoever moved or called it off meanwhile is done
    old = await _booked(db, appointment_id)
    if old is None:
        return None
    row = {**of_slot(slot, appointment_id), "sequence": old["sequence"] + 1, "changed_at": now}
    row |= await room_and_seat(db, slot, row["session_id"], appointment_id)
    found = await attempt(db, update(appointments).where(appointments.c.id == appointment_id).values(row))
    if found is None:
        return Gone(await nearest(db, slot, who, now, settings, appointment_id))
    await history.note(db, appointment_id, Change.MOVED, doer, now, old=old["starts_at"], new=slot.starts_at)
    return found


async def cancel(db: AsyncConnection, appointment_id: uuid.UUID, doer: Doer, now: datetime) -> Row | None:
    """Call an appointment off; the row as it was booked, or None when it was called off before. Its time is free at once."""
    is_on = appointments.c.status.in_({Status.BOOKED, Status.HELD})
    row = {"status": Status.CANCELLED, "hold_until": None, "changed_at": now, "sequence": appointments.c.sequence + 1}
    query = update(appointments).where(appointments.c.id == appointment_id, is_on).values(row).returning(appointments)
    found = (await db.execute(query)).mappings().first()
    if found is None:
        return None
    await history.note(db, appointment_id, Change.CANCELLED, doer, now, old=found["starts_at"])
    return dict(found)


async def let_go(db: AsyncConnection, person_id: uuid.UUID) -> int:
    """Give back what somebody held and did not book; how many."""
    held = appointments.c.person_id == person_id, appointments.c.status == Status.HELD
    return (await db.execute(delete(appointments).where(*held))).rowcount


async def give_back(db: AsyncConnection, now: datetime) -> int:
    """Give back every hold that has run out; how many. A job of the worker; bookings do it for the times they want."""
    over = appointments.c.status == Status.HELD, appointments.c.hold_until <= now
    return (await db.execute(delete(appointments).where(*over))).rowcount


async def _put(
    db: AsyncConnection, slot_key: str, who: Booking, more: Row, doer: Doer, now: datetime, settings: Diaries
) -> Row | Gone:
    """A new row at a slot, if it is free once everybody else who wants it is done."""
    slot, gone = await take(db, slot_key, who, now, settings)
    if slot is None:
        return gone
    appointment_id = new_id()
    row: dict[str, Any] = {
        "id": appointment_id,
        "area": who.area,
        "owner": Owner.OURS,
        "person_id": who.person_id,
        "address_id": who.address_id,
        "agreed": Agreed.CHAT,
        "created_at": now,
        "changed_at": now,
        **of_slot(slot, appointment_id),
        **more,
    }
    row |= await room_and_seat(db, slot, row["session_id"], None)
    found = await attempt(db, insert(appointments).values(row))
    if found is None:
        return Gone(await nearest(db, slot, who, now, settings))
    change = Change.HELD if row["status"] is Status.HELD else Change.BOOKED
    await history.note(db, appointment_id, change, doer, now, new=slot.starts_at)
    return found


async def _booked(db: AsyncConnection, appointment_id: uuid.UUID) -> Row | None:
    query = select(appointments).where(appointments.c.id == appointment_id, appointments.c.status == Status.BOOKED)
    row = (await db.execute(query)).mappings().first()
    return dict(row) if row else None
