"""Whose young people are whose: an adviser's people with what comes next, how many each adviser has, and what is red in an area."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from server.appointments import handover, timescales
from server.appointments.care_models import PersonCare, Review, TimescaleDate
from server.appointments.kinds import OfficeStatus, Owner, Status
from server.appointments.models import Appointment
from server.appointments.release_models import CustodySpell, ReleaseStep, StepState
from server.db.base import table_of
from server.staff.models import Staff

care = table_of(PersonCare)
reviews = table_of(Review)
dates = table_of(TimescaleDate)
appointments = table_of(Appointment)
spells = table_of(CustodySpell)
steps = table_of(ReleaseStep)
staff = table_of(Staff)


@dataclass(frozen=True, slots=True)
class Mine:
    """One young person of an adviser. `role` is `adviser`, `cover` or `previous`. `next_at` in UTC; `handover` is a row or None."""

    person_id: uuid.UUID
    area: str
    role: str
    next_at: datetime | None
    due: Any
    review_on: date | None
    handover: Any

    def is_red(self, today: date) -> bool:
        """True when something of theirs is late, or they are not happy with their new adviser."""
        is_late = self.due is not None and self.due.red_on <= today
        is_review_late = self.review_on is not None and self.review_on < today
        return is_late or is_review_late or (self.handover is not None and self.handover.comfort in {"no", "not_sure"})


async def of_adviser(
    db: AsyncConnection, staff_id: uuid.UUID, areas: Collection[str], now: datetime, today: date
) -> list[Mine]:
    """Everybody whom somebody looks after, stands in for, or is still around for; red ones first, then the soonest date."""
    around = and_(care.c.previous_adviser_id == staff_id, care.c.previous_until_on >= today)
    theirs = or_(care.c.adviser_id == staff_id, care.c.cover_adviser_id == staff_id, around)
    query = select(care.c.person_id, care.c.area, care.c.adviser_id, care.c.cover_adviser_id)
    rows = (await db.execute(query.where(theirs, care.c.area.in_(areas)))).all()
    ids = {row.person_id for row in rows}
    coming, due, review = await _next_meetings(db, ids, now), await _next_dates(db, ids), await _next_reviews(db, ids)
    moving = await handover.of_people(db, ids)
    found = [
        Mine(
            row.person_id,
            row.area,
            "adviser" if row.adviser_id == staff_id else "cover" if row.cover_adviser_id == staff_id else "previous",
            coming.get(row.person_id),
            due.get(row.person_id),
            review.get(row.person_id),
            moving.get(row.person_id),
        )
        for row in rows
    ]
    return sorted(found, key=lambda one: _order(one, today))


def _order(one: Mine, today: date) -> tuple[Any, ...]:
    days = [day for day in (one.due.due_on if one.due is not None else None, one.review_on) if day is not None]
    return not one.is_red(today), one.role != "adviser", min(days, default=date.max), str(one.person_id)


async def _next_meetings(db: AsyncConnection, ids: Iterable[uuid.UUID], now: datetime) -> dict[uuid.UUID, datetime]:
    wished = (
        appointments.c.person_id.in_(set(ids)),
        appointments.c.status == Status.BOOKED,
        appointments.c.ends_at > now,
    )
    query = select(appointments.c.person_id, func.min(appointments.c.starts_at)).where(*wished)
    return {row[0]: row[1] for row in (await db.execute(query.group_by(appointments.c.person_id))).all()}


async def _next_dates(db: AsyncConnection, ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, Any]:
    query = select(dates).where(dates.c.person_id.in_(set(ids)), dates.c.done_at.is_(None))
    rows = (await db.execute(query.order_by(dates.c.due_on.desc(), dates.c.code))).all()
    # of each person the earliest comes last and stays
    return {row.person_id: row for row in rows}


async def _next_reviews(db: AsyncConnection, ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, date]:
    query = select(reviews.c.person_id, func.min(reviews.c.due_on))
    query = query.where(reviews.c.person_id.in_(set(ids)), reviews.c.closed_at.is_(None))
    return {row[0]: row[1] for row in (await db.execute(query.group_by(reviews.c.person_id))).all()}


async def numbers(db: AsyncConnection, areas: Collection[str], today: date) -> list[Any]:
    """Every adviser of these areas with how many young people they have (D31), how many of them have a late date; most first."""
    late = select(dates.c.person_id).where(dates.c.done_at.is_(None), dates.c.red_on <= today)
    has_late = func.count().filter(care.c.person_id.in_(late))
    query = (
        select(staff.c.id, staff.c.name, func.count().label("people"), has_late.label("late"))
        .join(care, care.c.adviser_id == staff.c.id)
        .where(care.c.area.in_(areas), staff.c.removed_at.is_(None))
        .group_by(staff.c.id, staff.c.name)
        .order_by(func.count().desc(), staff.c.name)
    )
    return list((await db.execute(query)).all())


async def without_adviser(db: AsyncConnection, areas: Collection[str]) -> int:
    """How many young people have something coming and nobody who looks after them."""
    here = select(staff.c.id).where(staff.c.removed_at.is_(None))
    nobody = or_(care.c.adviser_id.is_(None), care.c.adviser_id.not_in(here))
    query = select(func.count()).select_from(care).where(care.c.area.in_(areas), nobody)
    return int((await db.execute(query)).scalar_one())


async def steps_without_owner(db: AsyncConnection, areas: Collection[str]) -> list[Any]:
    """Open steps of release plans that nobody owns (D24), the soonest first, with `person_id` and `area`. Reads only."""
    here = select(staff.c.id).where(staff.c.removed_at.is_(None))
    nobody = or_(steps.c.owner_id.is_(None), steps.c.owner_id.not_in(here))
    query = (
        select(steps.c.id, steps.c.title, steps.c.due_on, steps.c.side, spells.c.person_id, spells.c.area)
        .join(spells, spells.c.id == steps.c.spell_id)
        .where(spells.c.area.in_(areas), spells.c.ended_at.is_(None), steps.c.state == StepState.OPEN, nobody)
        .order_by(steps.c.due_on.nulls_first(), steps.c.position)
        .limit(timescales.MOST)
    )
    return list((await db.execute(query)).all())


async def offices_not_told(db: AsyncConnection, areas: Collection[str], now: datetime) -> list[Any]:
    """Appointments of others to come that moved and whose office was not told yet, the soonest first."""
    wished = (
        appointments.c.area.in_(areas),
        appointments.c.office == OfficeStatus.NOT_TOLD,
        appointments.c.ends_at > now,
    )
    query = select(appointments.c.id, appointments.c.person_id, appointments.c.area, appointments.c.owner)
    query = query.add_columns(appointments.c.starts_at).where(*wished, appointments.c.owner != Owner.OURS)
    taking = appointments.c.status == Status.BOOKED, appointments.c.person_id.is_not(None)
    return list((await db.execute(query.where(*taking).order_by(appointments.c.starts_at))).all())


async def seen_of(
    db: AsyncConnection, ids: Iterable[uuid.UUID], now: datetime
) -> dict[uuid.UUID, tuple[datetime | None, uuid.UUID | None]]:
    """(next meeting with us, adviser) by person, for whoever may know no more. A meeting that is over is not told from none."""
    wished = set(ids)
    ours = appointments.c.owner == Owner.OURS, appointments.c.status == Status.BOOKED, appointments.c.starts_at > now
    query = select(appointments.c.person_id, func.min(appointments.c.starts_at)).where(
        appointments.c.person_id.in_(wished), *ours
    )
    coming = {row[0]: row[1] for row in (await db.execute(query.group_by(appointments.c.person_id))).all()}
    query = select(care.c.person_id, care.c.adviser_id).where(care.c.person_id.in_(wished))
    advisers = {row[0]: row[1] for row in (await db.execute(query)).all()}
    return {one: (coming.get(one), advisers.get(one)) for one in wished}
