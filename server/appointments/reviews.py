"""Reviews of a young person's plan: none closes without a date for the next one, or a reason (Q32); the overdue are listed."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from server.appointments import timescales
from server.appointments.care_models import PersonCare, Review, TimescaleDate
from server.appointments.kinds import OCCUPIES, Reason
from server.appointments.models import Appointment
from server.appointments.timescale_rules import After, add_months
from server.db.base import table_of
from server.db.ids import new_id
from server.people.models import Person
from server.staff.models import Staff

reviews = table_of(Review)
appointments = table_of(Appointment)
care = table_of(PersonCare)
dates = table_of(TimescaleDate)
people = table_of(Person)
staff = table_of(Staff)

FARTHEST_YEARS: Final = 2
MOST: Final = 500


class ReviewKind(StrEnum):
    """What is looked at again."""

    PLAN = "plan"
    CUSTODY = "custody"
    SEN = "sen"
    TRANSITION = "transition"


MONTHS_BETWEEN: Final[dict[ReviewKind, int]] = {
    ReviewKind.PLAN: 3,
    ReviewKind.CUSTODY: 3,
    ReviewKind.SEN: 11,
    ReviewKind.TRANSITION: 12,
}
"""What is proposed for the next one; a person decides."""

CODES: Final = {ReviewKind.CUSTODY: "custody_review", ReviewKind.SEN: "sen_review"}
"""The date of the timescales that a review of this kind fulfils."""


class BadReview(ValueError):
    """It cannot be so: `field` names the column; `why` is `missing`, `past`, `future`, `far` or `both`."""

    def __init__(self, field: str, why: str) -> None:
        super().__init__(f"{field}: {why}")
        self.field, self.why = field, why


@dataclass(frozen=True, slots=True)
class Ending:
    """How a review ends: when it was held (None: it was not), and the next date, or why there is none."""

    held_on: date | None
    next_on: date | None
    no_next_why: str = ""


def check(ending: Ending, today: date) -> None:
    """Raises BadReview for an ending without a next date and without a reason, with both, or with days that cannot be. Pure."""
    if ending.held_on is not None and ending.held_on > today:
        raise BadReview("held_on", "future")
    if ending.next_on is None and not ending.no_next_why:
        raise BadReview("next_on", "missing")
    if ending.next_on is not None and ending.no_next_why:
        raise BadReview("no_next_why", "both")
    if ending.next_on is not None:
        check_day("next_on", ending.next_on, today)


def check_day(field: str, on: date, today: date) -> None:
    """Raises BadReview for a day that is over, or further off than anybody plans. Pure."""
    if on <= today:
        raise BadReview(field, "past")
    if on > add_months(today, 12 * FARTHEST_YEARS):
        raise BadReview(field, "far")


def proposed(kind: ReviewKind, held_on: date) -> date:
    """The day proposed for the next one. Pure."""
    return add_months(held_on, MONTHS_BETWEEN[kind])


def _rows() -> Any:
    return (
        select(reviews, care.c.adviser_id, staff.c.name.label("adviser_name"))
        .outerjoin(care, care.c.person_id == reviews.c.person_id)
        .outerjoin(staff, staff.c.id == care.c.adviser_id)
    )


async def one(db: AsyncConnection, review_id: uuid.UUID) -> Any:
    """A review with `adviser_id` and `adviser_name` of its person; None when there is none."""
    return (await db.execute(_rows().where(reviews.c.id == review_id))).one_or_none()


async def of_person(db: AsyncConnection, person_id: uuid.UUID) -> list[Any]:
    """Every review of somebody: open ones first by day, then those that are over, the newest first."""
    found = (await db.execute(_rows().where(reviews.c.person_id == person_id))).all()
    still = sorted((row for row in found if row.closed_at is None), key=lambda row: row.due_on)
    return [*still, *sorted((row for row in found if row.closed_at), key=lambda row: row.closed_at, reverse=True)]


async def open_in(db: AsyncConnection, areas: Iterable[str], until: date) -> list[Any]:
    """Open reviews of these areas that are due by a day, the oldest first."""
    wished = reviews.c.area.in_(list(areas)), reviews.c.closed_at.is_(None), reviews.c.due_on <= until
    return list((await db.execute(_rows().where(*wished).order_by(reviews.c.due_on, reviews.c.id).limit(MOST))).all())


def is_overdue(row: Any, today: date) -> bool:
    """True for one that is not closed a day after it was due. Pure."""
    return row.closed_at is None and bool(row.due_on < today)


async def add(
    db: AsyncConnection,
    person_id: uuid.UUID,
    kind: ReviewKind,
    due_on: date,
    now: datetime,
    *,
    today: date,
    staff_id: uuid.UUID | None = None,
    appointment_id: uuid.UUID | None = None,
) -> uuid.UUID | None:
    """A review to come; its id, the open one's where one of the kind is open already (its day then moves). None without a person.

    Raises BadReview for a day that is over or far off.
    """
    if due_on != today:
        check_day("due_on", due_on, today)
    area = (await db.execute(select(people.c.area).where(people.c.id == person_id).with_for_update())).scalar()
    if area is None:
        return None
    same = reviews.c.person_id == person_id, reviews.c.kind == kind, reviews.c.closed_at.is_(None)
    known = (await db.execute(select(reviews.c.id).where(*same).limit(1))).scalar()
    if known is not None:
        await db.execute(update(reviews).where(reviews.c.id == known).values(due_on=due_on))
        return uuid.UUID(str(known))
    made = new_id()
    row = {"id": made, "area": area, "person_id": person_id, "staff_id": staff_id, "kind": kind.value}
    row |= {"due_on": due_on, "appointment_id": appointment_id, "created_at": now}
    await db.execute(insert(reviews).values(row))
    return made


async def set_meeting(db: AsyncConnection, review_id: uuid.UUID, appointment_id: uuid.UUID | None) -> bool:
    """The meeting at which it is held: an appointment of the same person; false for any other."""
    row = await one(db, review_id)
    if row is None:
        return False
    theirs = appointments.c.id == appointment_id, appointments.c.person_id == row.person_id
    if appointment_id is not None and (await db.execute(select(appointments.c.id).where(*theirs))).first() is None:
        return False
    await db.execute(update(reviews).where(reviews.c.id == review_id).values(appointment_id=appointment_id))
    return True


async def questions_for(db: AsyncConnection, row: Any, now: datetime) -> str:
    """What the young person wants to ask at this review (H13): of its meeting, else of their next review meeting; may be empty."""
    theirs = appointments.c.person_id == row.person_id
    coming = appointments.c.reason == Reason.REVIEW, appointments.c.status.in_(OCCUPIES), appointments.c.ends_at > now
    wished = (appointments.c.id == row.appointment_id,) if row.appointment_id else coming
    query = select(appointments.c.questions).where(theirs, *wished).order_by(appointments.c.starts_at).limit(1)
    return (await db.execute(query)).scalar() or ""


async def close(
    db: AsyncConnection,
    review_id: uuid.UUID,
    by: uuid.UUID,
    ending: Ending,
    now: datetime,
    *,
    today: date,
    holidays: Collection[date] = frozenset(),
) -> uuid.UUID | None:
    """It is over, by name; the next one's id when there is one. None also when it was closed before: nothing is changed then.

    Raises BadReview before anything is changed. The date of the timescales that it fulfils is done with it.
    """
    check(ending, today)
    query = select(reviews).where(reviews.c.id == review_id, reviews.c.closed_at.is_(None)).with_for_update()
    row = (await db.execute(query)).one_or_none()
    if row is None:
        return None
    values = {"held_on": ending.held_on, "next_on": ending.next_on, "no_next_why": ending.no_next_why or None}
    await db.execute(update(reviews).where(reviews.c.id == review_id).values(closed_at=now, closed_by=by, **values))
    kind = ReviewKind(row.kind)
    if ending.held_on is not None:
        await _fulfil(db, row.person_id, kind, by, ending, now, holidays)
    if ending.next_on is None:
        return None
    return await add(db, row.person_id, kind, ending.next_on, now, today=today, staff_id=row.staff_id)


async def _fulfil(
    db: AsyncConnection,
    person_id: uuid.UUID,
    kind: ReviewKind,
    by: uuid.UUID,
    ending: Ending,
    now: datetime,
    holidays: Collection[date],
) -> None:
    code, held_on = CODES.get(kind), ending.held_on
    if code is None or held_on is None:
        return
    same = dates.c.person_id == person_id, dates.c.code == code, dates.c.done_at.is_(None)
    open_one = (await db.execute(select(dates.c.id).where(*same))).scalar()
    if open_one is not None:
        await timescales.done(db, open_one, by, now, done_on=held_on, next_on=ending.next_on, holidays=holidays)
    if kind is ReviewKind.SEN and ending.next_on is not None:
        await timescales.make_dates(db, person_id, After.REVIEW, held_on, now, holidays=holidays)
