"""The appointments' part in a person's rights, and in two addresses becoming one person."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from server.appointments.care_models import Handover, PersonCare, Review, TimescaleDate
from server.appointments.diary_models import CalendarFeed
from server.appointments.kinds import OCCUPIES, Status
from server.appointments.models import Appointment, AppointmentChange, WaitingRequest
from server.appointments.partner_models import PartnerAppointment, PartnerCall, PartnerPerson
from server.appointments.release_models import CustodySpell, ReleaseChange, ReleaseStep
from server.db.base import table_of
from server.people.privacy import Subject

appointments = table_of(Appointment)
spells = table_of(CustodySpell)
waiting = table_of(WaitingRequest)
calls = table_of(PartnerCall)

THEIRS = tuple(map(table_of, (WaitingRequest, Handover, Review, TimescaleDate, PartnerPerson, PersonCare)))
"""What is about one person and nothing else, in the order in which to delete."""

NOTHING_SEALED: dict[str, Any] = dict.fromkeys(
    ("needs", "questions", "other_place", "contact", "bring", "who_comes", "meet_where")
)
KEPT_AFTER = timedelta(days=365)
WAITING_KEPT = timedelta(days=92)
CUSTODY_KEPT = timedelta(days=183)
CALLS_KEPT = timedelta(days=3)


class AppointmentsData:
    """Appointments stay as times that were taken, without the person; what was to come is called off. All else goes."""

    tables = (
        table_of(ReleaseStep),
        table_of(ReleaseChange),
        spells,
        *THEIRS,
        table_of(CalendarFeed),
        table_of(PartnerAppointment),
        table_of(AppointmentChange),
        appointments,
    )

    async def must_keep(self, db: AsyncConnection, person_id: uuid.UUID) -> bool:  # noqa: ARG002 - the protocol's
        """Nothing here stands in the way of a deletion."""
        return False

    async def erase(self, db: AsyncConnection, subject: Subject) -> None:
        """Take the person off every appointment, free the times to come, delete the rest. Repeating is harmless."""
        person_id = subject.person_id
        await db.execute(delete(spells).where(spells.c.person_id == person_id))
        for table in THEIRS:
            await db.execute(delete(table).where(table.c.person_id == person_id))
        theirs = appointments.c.person_id == person_id
        taken = theirs, appointments.c.status.in_(OCCUPIES)
        await db.execute(update(appointments).where(*taken).values(status=Status.CANCELLED, hold_until=None))
        nobody = {"person_id": None, "address_id": None, **NOTHING_SEALED}
        await db.execute(update(appointments).where(theirs).values(nobody))

    async def expire(self, db: AsyncConnection, now: datetime, kept: timedelta) -> int:  # noqa: ARG002 - the protocol's
        """Delete appointments a year after their date, spells six months after their end, waits after three."""
        await db.execute(delete(waiting).where(waiting.c.created_at < now - WAITING_KEPT))
        await db.execute(delete(spells).where(spells.c.ended_at < now - CUSTODY_KEPT))
        await db.execute(delete(calls).where(calls.c.at < now - CALLS_KEPT))
        gone = delete(appointments).where(appointments.c.ends_at < now - KEPT_AFTER)
        return (await db.execute(gone)).rowcount


async def merge(db: AsyncConnection, gone: uuid.UUID, stays: uuid.UUID) -> None:
    """All of one person belongs to another from now on. Of two that may be only once the one who stays keeps theirs.

    Where the two hold the same time, the booking that was made first stays and the other is called off.
    """
    both = await _that_clash(db, gone, stays)
    await db.execute(
        update(appointments).where(appointments.c.id.in_(both)).values(status=Status.CANCELLED, hold_until=None)
    )
    for table in (table_of(PersonCare), spells, table_of(Handover), table_of(TimescaleDate)):
        await _move_or_drop(db, table, gone, stays)
    for table in (appointments, waiting, table_of(Review), table_of(PartnerPerson)):
        await db.execute(update(table).where(table.c.person_id == gone).values(person_id=stays))


async def _that_clash(db: AsyncConnection, one: uuid.UUID, other: uuid.UUID) -> list[uuid.UUID]:
    """Of each pair of the two persons' appointments that overlap, the one that was made later."""
    later, first = appointments.alias("later"), appointments.alias("first")
    query = select(later.c.id).join(
        first,
        (later.c.starts_at < first.c.ends_at)
        & (first.c.starts_at < later.c.ends_at)
        & (later.c.person_id != first.c.person_id)
        & or_(
            later.c.created_at > first.c.created_at,
            (later.c.created_at == first.c.created_at) & (later.c.id > first.c.id),
        ),
    )
    pair = (one, other)
    query = query.where(later.c.person_id.in_(pair), first.c.person_id.in_(pair))
    query = query.where(later.c.status.in_(OCCUPIES), first.c.status.in_(OCCUPIES))
    return list((await db.execute(query)).scalars())


async def _move_or_drop(db: AsyncConnection, table: Any, gone: uuid.UUID, stays: uuid.UUID) -> None:
    """Rows of which a person has one: theirs who stays if there is one, else the other's."""
    has_one = (await db.execute(select(table.c.person_id).where(table.c.person_id == stays).limit(1))).first()
    if has_one:
        await db.execute(delete(table).where(table.c.person_id == gone))
    else:
        await db.execute(update(table).where(table.c.person_id == gone).values(person_id=stays))
