"""What partners do with their appointments: create, move, cancel, read. They never learn why a time is taken, or whether somebody came.

What we changed since (a release date that moved, say) is not theirs to see: such an appointment reads "changed", without times.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Literal
from zoneinfo import ZoneInfo

from sqlalchemy import exists, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from server.appointments import booking, others
from server.appointments.history import Doer, changes
from server.appointments.kinds import OCCUPIES, By, Change, OfficeStatus, Status
from server.appointments.models import Appointment
from server.appointments.others import Clash, Outside
from server.appointments.partner_models import PartnerAppointment, PartnerPerson
from server.appointments.partners import Caller, hash_of, person_of
from server.appointments.taking import lock
from server.db.base import table_of
from server.hours import bank_holidays

appointments = table_of(Appointment)
theirs = table_of(PartnerAppointment)
known = table_of(PartnerPerson)

PARTNER: Final = Doer(By.PARTNER)
LONGEST: Final = timedelta(hours=12)
FURTHEST: Final = timedelta(days=731)
NEAREST: Final = 3
NEAR: Final = timedelta(days=14)
STEP: Final = timedelta(minutes=30)
OPENS, CLOSES = 9, 17
MOST: Final = 100
SATURDAY: Final = 5

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Times:
    """From when to when, aware instants."""

    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why not: a code, and with `clash` times at which the person is free."""

    code: str
    nearest: tuple[datetime, ...] = ()


@dataclass(frozen=True, slots=True)
class Known:
    """An appointment as its partner may see it. `times` is None once somebody here changed it."""

    id: uuid.UUID
    status: Literal["booked", "cancelled", "changed"]
    times: Times | None
    person_id: uuid.UUID
    area: str


def fault_of(times: Times, now: datetime) -> str:
    """What is wrong with times; empty for none."""
    if times.ends_at <= times.starts_at:
        return "ends_before"
    if times.starts_at <= now:
        return "in_the_past"
    if times.ends_at - times.starts_at > LONGEST:
        return "too_long"
    return "too_far" if times.starts_at > now + FURTHEST else ""


async def create(
    db: AsyncConnection,
    who: Caller,
    person: str,
    reference: str,
    times: Times,
    said: Mapping[str, Any],
    zone: ZoneInfo,
    nation: str,
    now: datetime,
) -> Known | Refusal:
    """Write an appointment of theirs down. `said` holds `other_place`, `contact`, `bring`."""
    person_id = await person_of(db, who, person)
    if person_id is None:
        return Refusal("person_unknown")
    if fault := fault_of(times, now):
        return Refusal(fault)
    await lock(db, person_id, who.id)
    mark = hash_of(who.id, reference)
    taken = select(theirs.c.appointment_id).where(theirs.c.partner_id == who.id, theirs.c.reference_hash == mark)
    if (await db.execute(taken)).first() is not None:
        return Refusal("reference_used")
    wish = Outside(who.owner, times.starts_at, times.ends_at, OfficeStatus.CONFIRMED, **said)
    made = await others.add(db, person_id, who.area, wish, PARTNER, now)
    if isinstance(made, Clash):
        return Refusal("clash", await _nearest(db, person_id, times, None, zone, nation, now))
    await db.execute(insert(theirs).values(appointment_id=made["id"], partner_id=who.id, reference_hash=mark))
    return Known(made["id"], "booked", times, person_id, who.area)


async def move(
    db: AsyncConnection,
    who: Caller,
    appointment_id: uuid.UUID,
    times: Times,
    zone: ZoneInfo,
    nation: str,
    now: datetime,
) -> Known | Refusal:
    """Another time for one of theirs; the texts stay."""
    row = await _own(db, who, appointment_id)
    if row is None:
        return Refusal("appointment_unknown")
    if fault := fault_of(times, now):
        return Refusal(fault)
    old = await others.one(db, appointment_id)
    if old is None or old["ends_at"] <= now:
        return Refusal("is_cancelled" if old is None else "is_over")
    names = ("place_id", "other_place", "contact", "bring", "who_comes", "companion_id", "meet_where")
    kept = {name: old[name] for name in (*names, "release_side", "establishment_ok_at", "agreed")}
    wish = Outside(who.owner, times.starts_at, times.ends_at, OfficeStatus.CONFIRMED, **kept)
    made = await others.change(db, appointment_id, wish, PARTNER, now)
    if isinstance(made, Clash):
        return Refusal("clash", await _nearest(db, row["person_id"], times, appointment_id, zone, nation, now))
    if made is None:
        return Refusal("is_cancelled")
    return Known(appointment_id, "booked", times, row["person_id"], row["area"])


async def cancel(db: AsyncConnection, who: Caller, appointment_id: uuid.UUID, now: datetime) -> Known | Refusal:
    """Call one of theirs off. Repeating is harmless."""
    row = await _own(db, who, appointment_id)
    if row is None:
        return Refusal("appointment_unknown")
    if row["status"] in OCCUPIES and row["ends_at"] <= now:
        return Refusal("is_over")
    await booking.cancel(db, appointment_id, PARTNER, now)
    return Known(appointment_id, "cancelled", Times(row["starts_at"], row["ends_at"]), row["person_id"], row["area"])


async def one(db: AsyncConnection, who: Caller, appointment_id: uuid.UUID) -> Known | None:
    """One of theirs; None for anything else."""
    row = await _own(db, who, appointment_id)
    return (await _seen(db, [row]))[0] if row else None


async def of_person(db: AsyncConnection, who: Caller, person: str, now: datetime) -> list[Known] | None:
    """Theirs of one person that are to come, soonest first, at most `MOST`; None for nobody they know."""
    person_id = await person_of(db, who, person)
    if person_id is None:
        return None
    query = _query(who).where(appointments.c.person_id == person_id, appointments.c.ends_at > now)
    rows = (await db.execute(query.order_by(appointments.c.starts_at).limit(MOST))).mappings().all()
    return await _seen(db, [dict(row) for row in rows])


def _query(who: Caller) -> Any:
    """Appointments that came from this partner, of people whom it still knows."""
    still = exists().where(known.c.partner_id == who.id, known.c.person_id == appointments.c.person_id)
    query = select(appointments).join(theirs, theirs.c.appointment_id == appointments.c.id)
    return query.where(theirs.c.partner_id == who.id, still)


async def _own(db: AsyncConnection, who: Caller, appointment_id: uuid.UUID) -> Row | None:
    query = _query(who).where(appointments.c.id == appointment_id).with_for_update(of=appointments)
    row = (await db.execute(query)).mappings().first()
    return dict(row) if row else None


async def _seen(db: AsyncConnection, rows: list[Row]) -> list[Known]:
    """As the partner may see them: its own last word, or that somebody here changed it."""
    kinds = (Change.BOOKED, Change.MOVED, Change.CANCELLED)
    query = select(changes.c.appointment_id, changes.c.by).where(changes.c.change.in_(kinds))
    query = query.where(changes.c.appointment_id.in_({row["id"] for row in rows}))
    last = {row.appointment_id: row.by for row in await db.execute(query.order_by(changes.c.at, changes.c.id))}
    found = []
    for row in rows:
        is_ours = last.get(row["id"]) is not By.PARTNER
        status: Literal["booked", "cancelled", "changed"]
        status = "changed" if is_ours else "cancelled" if row["status"] is Status.CANCELLED else "booked"
        times = None if is_ours else Times(row["starts_at"], row["ends_at"])
        found.append(Known(row["id"], status, times, row["person_id"], row["area"]))
    return found


async def _nearest(
    db: AsyncConnection,
    person_id: uuid.UUID,
    wish: Times,
    moving: uuid.UUID | None,
    zone: ZoneInfo,
    nation: str,
    now: datetime,
) -> tuple[datetime, ...]:
    """The next starts in office hours at which the person has nothing for so long."""
    length, until = wish.ends_at - wish.starts_at, wish.starts_at + NEAR
    mine = appointments.c.person_id == person_id, appointments.c.status.in_(OCCUPIES)
    query = select(appointments.c.id, appointments.c.starts_at, appointments.c.ends_at).where(*mine)
    query = query.where(appointments.c.ends_at > wish.starts_at, appointments.c.starts_at < until + length)
    taken = [(row.starts_at, row.ends_at) for row in await db.execute(query) if row.id != moving]
    holidays = bank_holidays(nation)
    found: list[datetime] = []
    at = wish.starts_at + STEP
    while at < until and len(found) < NEAREST:
        local, end = at.astimezone(zone), (at + length).astimezone(zone)
        is_open = local.weekday() < SATURDAY and local.date() not in holidays and local.hour >= OPENS
        is_open = is_open and end.date() == local.date() and (end.hour, end.minute) <= (CLOSES, 0)
        if at > now and is_open and all(at >= ends or at + length <= starts for starts, ends in taken):
            found.append(at)
        at += STEP
    return tuple(found)
