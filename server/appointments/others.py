"""Appointments that others own (Jobcentre, court, college, work, probation, housing, health), kept beside ours and never overlapping."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from server.appointments import history
from server.appointments.history import Doer
from server.appointments.kinds import OCCUPIES, Agreed, By, Change, OfficeStatus, Owner, ReleaseSide, Status
from server.appointments.models import Appointment
from server.appointments.taking import attempt, lock
from server.db.base import table_of
from server.db.ids import new_id

appointments = table_of(Appointment)

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Outside:
    """What is known of an appointment of others. Texts are personal; `companion_id` is a member of ours who goes along."""

    owner: Owner
    starts_at: datetime
    ends_at: datetime
    office: OfficeStatus = OfficeStatus.ASKED
    place_id: uuid.UUID | None = None
    other_place: str | None = None
    contact: str | None = None
    bring: str | None = None
    who_comes: str | None = None
    companion_id: uuid.UUID | None = None
    meet_where: str | None = None
    release_side: ReleaseSide = ReleaseSide.NONE
    establishment_ok_at: datetime | None = None
    agreed: Agreed = Agreed.NOT_ASKED


@dataclass(frozen=True, slots=True)
class Clash:
    """They have something at that time already. `appointment_id` is for staff of their own area alone; a partner is told nothing of it."""

    appointment_id: uuid.UUID | None


async def add(
    db: AsyncConnection, person_id: uuid.UUID, area: str, wish: Outside, doer: Doer, now: datetime
) -> Row | Clash:
    """Write one down. Raises ValueError where it ends before it begins; past times are the caller's to refuse."""
    _check(wish)
    await lock(db, person_id)
    await _free_holds(db, person_id, wish, now)
    row = {"id": new_id(), "area": area, "person_id": person_id, "status": Status.BOOKED, "seat": 1}
    row |= {**_times(wish), **_said(wish), "created_at": now, "changed_at": now, "booked_by": doer.staff_id}
    row["session_id"] = row["id"]
    found = await attempt(db, insert(appointments).values(row))
    if found is None:
        return await _clash(db, person_id, wish, None)
    await history.note(db, found["id"], Change.BOOKED, doer, now, new=wish.starts_at)
    return found


async def change(
    db: AsyncConnection, appointment_id: uuid.UUID, wish: Outside, doer: Doer, now: datetime
) -> Row | Clash | None:
    """All of it anew, also its time; None when it is not one of others or was called off. It stays the same appointment."""
    _check(wish)
    old = await one(db, appointment_id)
    if old is None:
        return None
    await lock(db, old["person_id"])
    await _free_holds(db, old["person_id"], wish, now)
    row = {**_times(wish), **_said(wish), "changed_at": now, "sequence": appointments.c.sequence + 1}
    is_on = appointments.c.id == appointment_id, appointments.c.status == Status.BOOKED
    found = await attempt(db, update(appointments).where(*is_on).values(row))
    if found is None:
        return await _clash(db, old["person_id"], wish, appointment_id)
    is_moved = old["starts_at"] != wish.starts_at
    kind = Change.MOVED if is_moved else Change.OFFICE
    await history.note(db, appointment_id, kind, doer, now, old=old["starts_at"], new=wish.starts_at)
    return found


async def set_office(
    db: AsyncConnection, appointment_id: uuid.UUID, office: OfficeStatus, doer: Doer, now: datetime
) -> bool:
    """How far the office has come with it; false when it is not one of others, or is over."""
    is_on = (
        appointments.c.id == appointment_id,
        appointments.c.status == Status.BOOKED,
        appointments.c.owner != Owner.OURS,
    )
    query = update(appointments).where(*is_on).values(office=office, changed_at=now)
    if not (await db.execute(query)).rowcount:
        return False
    await history.note(db, appointment_id, Change.OFFICE, doer, now, detail=office.value)
    return True


async def one(db: AsyncConnection, appointment_id: uuid.UUID) -> Row | None:
    """A booked appointment of others, locked; None for anything else."""
    is_on = appointments.c.status == Status.BOOKED, appointments.c.owner != Owner.OURS
    query = select(appointments).where(appointments.c.id == appointment_id, *is_on).with_for_update()
    row = (await db.execute(query)).mappings().first()
    return dict(row) if row else None


def _check(wish: Outside) -> None:
    if wish.owner is Owner.OURS:
        raise ValueError("an appointment of ours is booked from a slot")
    if wish.ends_at <= wish.starts_at:
        raise ValueError("it ends before it begins")


def _times(wish: Outside) -> dict[str, Any]:
    return {
        "starts_at": wish.starts_at,
        "ends_at": wish.ends_at,
        "busy_from": wish.starts_at,
        "busy_until": wish.ends_at,
    }


def _said(wish: Outside) -> dict[str, Any]:
    return {name: value for name, value in asdict(wish).items() if name not in {"starts_at", "ends_at"}}


async def _free_holds(db: AsyncConnection, person_id: uuid.UUID, wish: Outside, now: datetime) -> None:
    """A time that somebody only thinks about does not stand in the way of an office's."""
    held = appointments.c.person_id == person_id, appointments.c.status == Status.HELD
    within = appointments.c.starts_at < wish.ends_at, appointments.c.ends_at > wish.starts_at
    row = {"status": Status.CANCELLED, "hold_until": None, "changed_at": now}
    for (held_id,) in (
        await db.execute(update(appointments).where(*held, *within).values(row).returning(appointments.c.id))
    ).all():
        await history.note(db, held_id, Change.CANCELLED, Doer(By.SYSTEM), now)


async def _clash(db: AsyncConnection, person_id: uuid.UUID, wish: Outside, but: uuid.UUID | None) -> Clash:
    within = appointments.c.starts_at < wish.ends_at, appointments.c.ends_at > wish.starts_at
    theirs = appointments.c.person_id == person_id, appointments.c.status.in_(OCCUPIES)
    query = select(appointments.c.id).where(*theirs, *within).order_by(appointments.c.starts_at)
    query = query.where(appointments.c.id != but) if but else query
    return Clash((await db.execute(query.limit(1))).scalar())
