"""Complaints: a number, somebody to look into it who had no part in it, two dates; never seen by whoever it is about (Q34)."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from dialogs.effects import Complain
from dialogs.names import is_named
from server.db.base import table_of
from server.db.ids import new_id
from server.escalations import holding
from server.escalations.hours import OpeningHours
from server.escalations.models import Case, CaseMessage
from server.escalations.talk_models import Complaint
from server.staff.access import Act, Member, Role, may_do
from server.staff.models import Staff

cases = table_of(Case)
case_messages = table_of(CaseMessage)
complaints = table_of(Complaint)
staff = table_of(Staff)

FIRST_ANSWER_DAYS: Final = 2
ANSWER_DAYS: Final = 10
"""Working days."""

HANDLERS: Final = (Role.MANAGER, Role.LEAD)
"""Who looks into complaints, first choice first."""


@dataclass(frozen=True, slots=True)
class Made:
    """A complaint as the person is told of it. `about` and `handler` are names, empty for nobody."""

    number: int
    about: str
    handler: str
    first_by: date
    last_by: date
    is_interrupted: bool


async def complain(
    db: AsyncConnection, case_id: uuid.UUID, wish: Complain, words: str, hours: OpeningHours, now: datetime
) -> Made:
    """Write it down with the case. Whoever it is about may neither hold nor open the case from now on.

    A second complaint about the same is the first one. Raises NoSuchCase.
    """
    case = await holding.locked(db, case_id)
    about_id = await _about(db, case, words)
    row = await _known(db, case, about_id)
    if row is None:
        handler = await _handler(db, case.area, {about_id, *case.barred} - {None})
        row = await _write(db, case, about_id, handler, wish, hours, now)
    elif wish.is_discrimination:
        await _flag(db, row.id)
    is_interrupted = about_id is not None and about_id == case.adviser_id
    if about_id is not None:
        await holding.bar(db, case_id, about_id, now)
    about, handler_name = await holding.name_of(db, about_id), await holding.name_of(db, row.handler_id)
    first_by, last_by = (at.astimezone(hours.zone).date() for at in (row.first_due_at, row.due_at))
    return Made(row.number, about, handler_name, first_by, last_by, is_interrupted)


async def flag_discrimination(db: AsyncConnection, person_id: uuid.UUID) -> None:
    """The newest open complaint of a person is about discrimination. Nothing for somebody without one."""
    query = (
        select(complaints.c.id)
        .where(complaints.c.person_id == person_id, complaints.c.closed_at.is_(None))
        .order_by(complaints.c.opened_at.desc())
        .limit(1)
    )
    if (found := (await db.execute(query)).scalar()) is not None:
        await _flag(db, found)


async def open_complaints(db: AsyncConnection, who: Member) -> list[Any]:
    """Open complaints that somebody may see, the earliest due first: of their areas, and never one about themselves."""
    areas = [area for area in who.areas if may_do(who, Act.HANDLE_COMPLAINTS, area)]
    others = complaints.c.about_id.is_distinct_from(who.id)
    query = (
        select(complaints)
        .outerjoin(cases, cases.c.id == complaints.c.case_id)
        .where(complaints.c.area.in_(areas), complaints.c.closed_at.is_(None), others)
        .where(~func.coalesce(cases.c.barred, []).contains([who.id]))
        .order_by(complaints.c.first_due_at, complaints.c.id)
    )
    return list((await db.execute(query)).all())


async def _about(db: AsyncConnection, case: Any, words: str) -> uuid.UUID | None:
    """Whom it is about: somebody of ours who wrote to them and is named; else whoever holds the case; else nobody."""
    met = (
        select(case_messages.c.staff_id)
        .join(cases, cases.c.id == case_messages.c.case_id)
        .where(cases.c.person_id == case.person_id, case_messages.c.staff_id.is_not(None))
    )
    known = staff.c.id.in_(met) | staff.c.id.in_([*case.passed_over, *filter(None, (case.adviser_id,))])
    rows = (await db.execute(select(staff.c.id, staff.c.name).where(known).order_by(staff.c.id))).all()
    named = [row.id for row in rows if is_named(words, row.name or "")]
    if case.adviser_id in named or not named:
        return case.adviser_id  # type: ignore[no-any-return]
    return named[0]  # type: ignore[no-any-return]


async def _known(db: AsyncConnection, case: Any, about_id: uuid.UUID | None) -> Any:
    same = complaints.c.case_id == case.id, complaints.c.about_id.is_not_distinct_from(about_id)
    return (await db.execute(select(complaints).where(*same, complaints.c.closed_at.is_(None)))).first()


async def _handler(db: AsyncConnection, area: str, without: Collection[uuid.UUID]) -> uuid.UUID | None:
    """A manager, else a lead, of the area who had no part in it; whoever has the fewest open ones. None when nobody is left."""
    has = select(func.count()).where(complaints.c.handler_id == staff.c.id, complaints.c.closed_at.is_(None))
    here = staff.c.removed_at.is_(None), staff.c.areas.contains([area]), staff.c.id.not_in(list(without))
    for role in HANDLERS:
        query = select(staff.c.id).where(*here, staff.c.roles.contains([role.value]))
        if (
            found := (await db.execute(query.order_by(has.scalar_subquery(), staff.c.id).limit(1))).scalar()
        ) is not None:
            return found  # type: ignore[no-any-return]
    return None


async def _write(
    db: AsyncConnection,
    case: Any,
    about_id: uuid.UUID | None,
    handler_id: uuid.UUID | None,
    wish: Complain,
    hours: OpeningHours,
    now: datetime,
) -> Any:
    row = {
        "id": new_id(),
        "number": case.number,
        "area": case.area,
        "case_id": case.id,
        "person_id": case.person_id,
        "about_id": about_id,
        "is_discrimination": wish.is_discrimination,
        "handler_id": handler_id,
        "first_due_at": hours.working_day(now, FIRST_ANSWER_DAYS),
        "due_at": hours.working_day(now, ANSWER_DAYS),
        "opened_at": now,
    }
    return (await db.execute(insert(complaints).values(row).returning(complaints))).one()


async def _flag(db: AsyncConnection, complaint_id: uuid.UUID) -> None:
    await db.execute(update(complaints).where(complaints.c.id == complaint_id).values(is_discrimination=True))
