"""Youth justice workers: whom a lead linked with whom, and the little that such a worker is shown (J26, Q37)."""

from __future__ import annotations

import uuid
from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from server.db.base import table_of
from server.db.ids import new_id
from server.escalations.models import Case
from server.escalations.talk_models import WorkerLink
from server.staff.access import Act, Fact, Member, may_do, may_read
from server.staff.models import Staff
from server.staff.sessions import MEMBER_COLUMNS, member_of

links = table_of(WorkerLink)
cases = table_of(Case)
staff = table_of(Staff)

SEEN = (Fact.NEXT_MEETING, Fact.ADVISER)
"""All that a worker is shown of a person, beside the number of the case from which they were linked."""


Planned = Callable[[AsyncConnection, set[uuid.UUID]], Awaitable[dict[uuid.UUID, tuple[date | None, uuid.UUID | None]]]]
"""(day of the next meeting, adviser) by person, from the diaries, which this slice does not know."""


@dataclass(frozen=True, slots=True)
class Known:
    """One person as a worker sees them. `number` is that of the case from which they were linked.

    `next_on` is a day that was agreed with the person, today or later (None: none is known); `adviser_id` who has them now,
    else who closed last (None: nobody yet). `case` is the row of the newest case, for what is written and for the audit;
    `link_ids` are all that say so, of which there are several where two persons became one.
    """

    link_id: uuid.UUID
    number: int
    next_on: date | None
    adviser_id: uuid.UUID | None
    case: Any
    link_ids: frozenset[uuid.UUID]


async def choices(db: AsyncConnection, who: Member, case: Any) -> dict[uuid.UUID, str]:
    """Names by id of the youth justice workers of a case's area whom `who` may link: not themselves, nor those who are barred."""
    query = select(*MEMBER_COLUMNS).where(staff.c.removed_at.is_(None), staff.c.areas.contains([case.area]))
    found = [member_of(row) for row in (await db.execute(query)).mappings()]
    barred = {who.id, *case.barred}
    may = (one for one in found if may_do(one, Act.SEE_OWN_PEOPLE, case.area) and one.id not in barred)
    return {one.id: one.name for one in sorted(may, key=lambda one: one.name.casefold())}


async def links_of(db: AsyncConnection, case: Any) -> list[Any]:
    """Every link of a case's person in its area, those in force first; with `staff_name`."""
    query = (
        select(links, staff.c.name.label("staff_name"))
        .join(staff, staff.c.id == links.c.staff_id)
        .where(links.c.person_id == case.person_id, links.c.area == case.area)
        .order_by(links.c.ended_at.desc().nulls_first(), links.c.created_at.desc())
    )
    return list((await db.execute(query)).all())


async def link(db: AsyncConnection, by: Member, case: Any, staff_id: uuid.UUID, why: str, now: datetime) -> bool:
    """They work together from now on; false when they do already. The caller holds the lock of the person's conversation."""
    same = links.c.person_id == case.person_id, links.c.staff_id == staff_id, links.c.ended_at.is_(None)
    if (await db.execute(select(links.c.id).where(*same).limit(1))).first() is not None:
        return False
    row = {"id": new_id(), "area": case.area, "case_id": case.id, "person_id": case.person_id, "staff_id": staff_id}
    await db.execute(insert(links).values(row | {"why": why, "made_by": by.id, "created_at": now}))
    return True


async def end(db: AsyncConnection, by: Member, case: Any, link_id: uuid.UUID, why: str, now: datetime) -> Any:
    """They no longer work together, by any link; the worker's id, None when it was ended before. Repeating is harmless."""
    theirs = links.c.person_id == case.person_id, links.c.area == case.area, links.c.ended_at.is_(None)
    query = select(links.c.staff_id).where(links.c.id == link_id, *theirs)
    staff_id = (await db.execute(query)).scalar()
    values = {"ended_at": now, "ended_by": by.id, "end_why": why}
    await db.execute(update(links).where(links.c.staff_id == staff_id, *theirs).values(values))
    return staff_id


async def _nothing_planned(
    db: AsyncConnection,  # noqa: ARG001 - the caller's
    ids: set[uuid.UUID],  # noqa: ARG001 - the caller's
) -> dict[uuid.UUID, tuple[date | None, uuid.UUID | None]]:
    """Without diaries nothing is planned."""
    return {}


async def known_to(db: AsyncConnection, who: Member, today: date, planned: Planned = _nothing_planned) -> list[Known]:
    """Everybody whom a worker is linked with and may be shown, by number; each once, also when two links say so."""
    rows = [row for row in await _in_force(db, who) if may_do(who, Act.SEE_OWN_PEOPLE, row.area)]
    diaries = await planned(db, {row.person_id for row in rows})
    theirs = cases.c.person_id.in_({row.person_id for row in rows})
    found = (await db.execute(select(cases).where(theirs).order_by(cases.c.opened_at.desc(), cases.c.id))).all()
    shown: dict[uuid.UUID, Known] = {}
    for row in rows:
        of_them = [case for case in found if case.person_id == row.person_id and case.area == row.area]
        if row.person_id not in shown and may_see(who, of_them):
            same = frozenset(other.id for other in rows if other.person_id == row.person_id)
            shown[row.person_id] = with_diary(
                known(row, of_them, today, same), diaries.get(row.person_id, (None, None))
            )
    return list(shown.values())


def with_diary(one: Known, planned: tuple[date | None, uuid.UUID | None]) -> Known:
    """The same with the next meeting of the diary where it is sooner, and the adviser who is named. Pure."""
    days = [day for day in (one.next_on, planned[0]) if day is not None]
    return replace(one, next_on=min(days, default=None), adviser_id=planned[1] or one.adviser_id)


async def _in_force(db: AsyncConnection, who: Member) -> Sequence[Any]:
    query = (
        select(links.c.id, links.c.area, links.c.person_id, cases.c.number)
        .join(cases, cases.c.id == links.c.case_id)
        .where(links.c.staff_id == who.id, links.c.ended_at.is_(None))
    )
    return (await db.execute(query.order_by(cases.c.number))).all()


def may_see(who: Member, of_them: Collection[Any]) -> bool:
    """True when a worker may be shown a person with these cases: they are barred from none of them. Pure."""
    return bool(of_them) and all(may_read(who, fact, case.area, case.barred) for case in of_them for fact in SEEN)


def known(row: Any, of_them: Sequence[Any], today: date, link_ids: frozenset[uuid.UUID]) -> Known:
    """What is shown of a person with these cases, newest first. Pure."""
    newest = next((case for case in of_them if case.closed_at is None), of_them[0])
    # only what was agreed with the person: a task's time is ours, and one after a crisis would tell of it
    days = [case.next_on for case in of_them if case.next_on is not None and case.next_on >= today]
    closed = sorted((case for case in of_them if case.closed_at is not None), key=lambda case: case.closed_at)
    last = next((case.closed_by_id for case in reversed(closed) if case.closed_by_id is not None), None)
    return Known(row.id, row.number, min(days, default=None), newest.adviser_id or last, newest, link_ids)
