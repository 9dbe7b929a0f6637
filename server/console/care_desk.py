"""One young person as the pages about their care know them: who may look, what is noted, what they are called, which day it is there."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Final

from sqlalchemy import func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from server.appointments import care
from server.appointments.models import Appointment
from server.console.acts import Did
from server.console.desk import Desk
from server.console.looking import STANDS_FOR, require_reason
from server.console.reading import cases, staff
from server.db.base import table_of
from server.hours import bank_holidays
from server.people.models import Person
from server.staff import audit
from server.staff.access import Act, Fact, Member, may_do, may_read, may_read_of_own
from server.staff.errors import MayNot, ReasonNeeded
from server.staff.sessions import MEMBER_COLUMNS, member_of

people = table_of(Person)
appointments = table_of(Appointment)

SHOWN: Final = (Fact.NAME, Fact.NEXT_MEETING, Fact.ADVISER)
"""What a page about somebody's care shows of them."""


@dataclass(frozen=True, slots=True)
class Somebody:
    """A young person. `case` is the row of their newest case (None: they never asked for a person), `care` theirs of `person_care`."""

    id: uuid.UUID
    area: str
    case: Any
    barred: frozenset[uuid.UUID]
    care: Any
    called: str

    @property
    def about(self) -> dict[str, Any]:
        """Whom a row of the audit is about."""
        return {"area": self.area, "person": self.id, "case": self.case.id if self.case is not None else None}


def called(person_id: uuid.UUID, number: int | None) -> str:
    """What staff call somebody whose name is not kept: the number of their newest case, else a piece of their id."""
    return f"C-{number}" if number is not None else f"P-{person_id.hex[-6:]}"


async def names_of_people(db: AsyncConnection, ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, str]:
    """What staff call these people."""
    wished = set(ids)
    query = select(cases.c.person_id, func.max(cases.c.number)).where(cases.c.person_id.in_(wished))
    numbers = {row[0]: row[1] for row in (await db.execute(query.group_by(cases.c.person_id))).all()}
    return {one: called(one, numbers.get(one)) for one in wished}


async def barred_from(db: AsyncConnection, who: Member, ids: Iterable[uuid.UUID]) -> set[uuid.UUID]:
    """Of these people those of whom somebody may see nothing: a complaint is about them."""
    query = select(cases.c.person_id).where(cases.c.person_id.in_(set(ids)), cases.c.barred.any_() == who.id)
    return set((await db.execute(query)).scalars())


async def find(db: AsyncConnection, who: Member, person_id: uuid.UUID) -> Somebody:
    """A person of whom somebody may see who looks after them. Raises MayNot, the same for nobody and for one not theirs to see."""
    area = (await db.execute(select(people.c.area).where(people.c.id == person_id))).scalar()
    rows = (await db.execute(select(cases).where(cases.c.person_id == person_id).order_by(cases.c.number.desc()))).all()
    barred = frozenset(one for row in rows for one in row.barred)
    may = area is not None and may_do(who, Act.SEE_CARE, area) and all(may_read(who, x, area, barred) for x in SHOWN)
    if area is None or not may:
        raise MayNot
    newest = rows[0] if rows else None
    name = called(person_id, newest.number if newest is not None else None)
    return Somebody(person_id, area, newest, barred, await care.care_of(db, person_id), name)


async def open_person(desk: Desk, db: AsyncConnection, who: Member, person_id: uuid.UUID) -> Somebody:
    """The same for a page that shows or changes something: also with a reason where it is not their work. Raises also ReasonNeeded."""
    one, now = await find(db, who, person_id), desk.now()
    if is_own(who, one, today_of(desk, one.area, now)) or await _meets(db, who, person_id):
        return one
    if await audit.gave_reason_about(db, who.id, person_id, now - STANDS_FOR):
        return one
    try:
        if one.case is not None:
            await require_reason(db, who, one.case, now)
            return one
    except ReasonNeeded:
        pass
    raise ReasonNeeded(f"/console/people/{person_id}/why")


def is_own(who: Member, one: Somebody, today: date) -> bool:
    """True for the adviser, who stands in, and who was it before and is still around. Pure."""
    row = one.care
    if row is None:
        return False
    is_around = row.previous_until_on is not None and row.previous_until_on >= today
    return who.id in {row.adviser_id, row.cover_adviser_id, row.previous_adviser_id if is_around else None}


async def _meets(db: AsyncConnection, who: Member, person_id: uuid.UUID) -> bool:
    """True for whoever has a meeting with them in the diary."""
    theirs = or_(appointments.c.adviser_id == who.id, appointments.c.companion_id == who.id)
    query = select(appointments.c.id).where(appointments.c.person_id == person_id, theirs).limit(1)
    return (await db.execute(query)).first() is not None


def sees_custody(who: Member, one: Somebody, today: date) -> bool:
    """True for whoever may read that somebody is inside: by their role, or because they look after them. Pure."""
    may = may_read_of_own if is_own(who, one, today) else may_read
    return may(who, Fact.CUSTODY, one.area, one.barred)


async def note(db: AsyncConnection, who: Member, what: Did | Act | Fact, one: Somebody, now: datetime) -> None:
    """One row of the audit about this person."""
    await audit.note(db, who.id, what, now, **one.about)


async def carers(db: AsyncConnection, one: Somebody) -> dict[str, str]:
    """Names by id of those who can be somebody's adviser: advisers of the area and youth justice workers, none who are barred."""
    query = select(*MEMBER_COLUMNS).where(staff.c.removed_at.is_(None), staff.c.areas.contains([one.area]))
    found = [member_of(row) for row in (await db.execute(query)).mappings()]
    acts = (Act.SEE_CARE, Act.SEE_OWN_PEOPLE)
    may = [x for x in found if x.id not in one.barred and any(may_do(x, act, one.area) for act in acts)]
    return {str(x.id): x.name for x in sorted(may, key=lambda x: x.name.casefold())}


def today_of(desk: Desk, area: str, now: datetime) -> date:
    """Which day it is in an area."""
    hours = desk.hours.get(area)
    return now.astimezone(hours.zone if hours else UTC).date()


def holidays_of(desk: Desk, area: str) -> frozenset[date]:
    """Bank holidays of an area; none for one that this program does not serve."""
    hours = desk.hours.get(area)
    return bank_holidays(hours.nation) if hours else frozenset()


def read_day(text: str) -> date | None:
    """The day in a field; None for an empty field. Raises ValueError for anything else."""
    return date.fromisoformat(text) if text.strip() else None
