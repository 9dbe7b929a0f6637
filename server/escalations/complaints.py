"""Complaints: a number, somebody to look into it who had no part in it, two dates; never seen by whoever it is about (Q34)."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import Select, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from dialogs.effects import Complain
from dialogs.names import is_named
from server.db.base import table_of
from server.db.ids import new_id
from server.escalations import holding
from server.escalations.models import Case, CaseMessage
from server.escalations.talk_models import Complaint
from server.hours import OpeningHours
from server.staff.access import Act, Member, Role, may_do
from server.staff.models import Staff
from server.staff.sessions import MEMBER_COLUMNS, member_of

cases = table_of(Case)
case_messages = table_of(CaseMessage)
complaints = table_of(Complaint)
staff = table_of(Staff)

FIRST_ANSWER_DAYS: Final = 2
ANSWER_DAYS: Final = 10
"""Working days."""

MOST_WORDS: Final = 20_000
"""So many characters of somebody's own words are kept with a complaint; all of them are in the case."""

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
    is_known: bool = False


async def complain(
    db: AsyncConnection, case_id: uuid.UUID, wish: Complain, words: str, hours: OpeningHours, now: datetime
) -> Made:
    """Write it down with the case. Whoever it is about may neither hold nor open the case from now on.

    More words about one that is open belong to it, and may name whom it is about. Raises NoSuchCase.
    """
    case = await holding.locked(db, case_id)
    about_id = await _about(db, case, words)
    known = await _known(db, case, about_id)
    about_id = about_id or (known.about_id if known else None)
    handler_id = known.handler_id if known else None
    if known is None or known.about_id != about_id:
        handler_id = await _handler(db, case.area, {about_id, *case.barred, *case.passed_over, *await _met(db, case)})
    row = await _keep(db, known, wish, about_id, handler_id, words) or await _write(
        db, case, about_id, handler_id, wish, hours, now, words
    )
    if about_id is not None:
        await _take_off(db, case, about_id, handler_id)
        await holding.bar(db, case_id, about_id, now)
    names = [await holding.name_of(db, staff_id) for staff_id in (about_id, row.handler_id)]
    first_by, last_by = (at.astimezone(hours.zone).date() for at in (row.first_due_at, row.due_at))
    is_interrupted = about_id is not None and about_id == case.adviser_id
    is_known = known is not None and known.about_id == about_id
    return Made(row.number, names[0], names[1], first_by, last_by, is_interrupted, is_known)


async def open_complaints(db: AsyncConnection, who: Member) -> list[Any]:
    """Open complaints that somebody may see, the earliest due first: of their areas, and never one about themselves.

    Without the words, which are read one complaint at a time.
    """
    columns = [column for column in complaints.c if column.name not in {"words", "outcome"}]
    query = _seen_by(select(*columns), who).where(complaints.c.closed_at.is_(None))
    return list((await db.execute(query.order_by(complaints.c.first_due_at, complaints.c.id))).all())


async def find(db: AsyncConnection, who: Member, complaint_id: uuid.UUID) -> Any:
    """One complaint with its words, open or closed; None also for one that is not theirs to see. `barred` are the case's."""
    query = _seen_by(select(complaints, cases.c.barred), who).where(complaints.c.id == complaint_id)
    return (await db.execute(query)).first()


def _seen_by(query: Select[Any], who: Member) -> Select[Any]:
    areas = [area for area in who.areas if may_do(who, Act.HANDLE_COMPLAINTS, area)]
    others = complaints.c.about_id.is_distinct_from(who.id)
    not_barred = ~func.coalesce(cases.c.barred, []).contains([who.id])
    joined = query.outerjoin(cases, cases.c.id == complaints.c.case_id)
    return joined.where(complaints.c.area.in_(areas), others, not_barred)


async def handlers(db: AsyncConnection, row: Any) -> dict[uuid.UUID, str]:
    """Names of members who may look into a complaint: with the right, in its area, and not those whom it is about or who are barred."""
    barred = {row.about_id, *(row.barred or ())}
    query = select(*MEMBER_COLUMNS).where(staff.c.removed_at.is_(None), staff.c.areas.contains([row.area]))
    found = [member_of(one) for one in (await db.execute(query)).mappings()]
    may = (who for who in found if may_do(who, Act.HANDLE_COMPLAINTS, row.area) and who.id not in barred)
    return {who.id: who.name for who in sorted(may, key=lambda who: who.name.casefold())}


async def name_handler(db: AsyncConnection, row: Any, handler_id: uuid.UUID) -> bool:
    """They look into it from now on; false for somebody who may not, or when it is closed."""
    if row.closed_at is not None or handler_id not in await handlers(db, row):
        return False
    of_it = complaints.c.id == row.id, complaints.c.closed_at.is_(None)
    return bool((await db.execute(update(complaints).where(*of_it).values(handler_id=handler_id))).rowcount)


async def _about(db: AsyncConnection, case: Any, words: str) -> uuid.UUID | None:
    """Whom it is about: somebody of ours who wrote to them and is named; else whoever holds the case; else nobody."""
    known = {*await _met(db, case), *case.passed_over, *filter(None, (case.adviser_id,))}
    query = select(staff.c.id, staff.c.name).where(staff.c.id.in_(known)).order_by(staff.c.id)
    rows = (await db.execute(query)).all()
    named = [row.id for row in rows if is_named(words, row.name or "")]
    if case.adviser_id in named or not named:
        return case.adviser_id  # type: ignore[no-any-return]
    return named[0]  # type: ignore[no-any-return]


async def _met(db: AsyncConnection, case: Any) -> set[uuid.UUID]:
    """Members of staff who wrote to this person, in whatever case: none of them is independent."""
    query = (
        select(case_messages.c.staff_id)
        .join(cases, cases.c.id == case_messages.c.case_id)
        .where(cases.c.person_id == case.person_id, case_messages.c.staff_id.is_not(None))
    )
    return set((await db.execute(query.distinct())).scalars())


async def _take_off(db: AsyncConnection, case: Any, about_id: uuid.UUID | None, handler_id: uuid.UUID | None) -> None:
    """Another complaint of the same case that they look into goes to the new handler too."""
    theirs = complaints.c.case_id == case.id, complaints.c.handler_id == about_id, complaints.c.closed_at.is_(None)
    if about_id is not None:
        await db.execute(update(complaints).where(*theirs).values(handler_id=handler_id))


async def _known(db: AsyncConnection, case: Any, about_id: uuid.UUID | None) -> Any:
    """The open complaint of the case that this belongs to: about the same, or so far about nobody; for words without a name the newest."""
    query = select(complaints).where(complaints.c.case_id == case.id, complaints.c.closed_at.is_(None))
    found = (await db.execute(query.order_by(complaints.c.opened_at.desc()))).all()
    if about_id is None:
        return found[0] if found else None
    same = [row for row in found if row.about_id == about_id] or [row for row in found if row.about_id is None]
    return same[0] if same else None


async def _keep(
    db: AsyncConnection,
    known: Any,
    wish: Complain,
    about_id: uuid.UUID | None,
    handler_id: uuid.UUID | None,
    words: str,
) -> Any:
    """The known one with what is new about it; None when there is none."""
    if known is None:
        return None
    values = {
        "about_id": about_id or known.about_id,
        "handler_id": handler_id,
        "is_discrimination": known.is_discrimination or wish.is_discrimination,
        "words": "\n".join(filter(None, (known.words, words)))[:MOST_WORDS] or None,
    }
    change = update(complaints).where(complaints.c.id == known.id).values(values)
    return (await db.execute(change.returning(complaints))).one()


async def _handler(db: AsyncConnection, area: str, without: Collection[uuid.UUID | None]) -> uuid.UUID | None:
    """A manager, else a lead, of the area who had no part in it; whoever has the fewest open ones. None when nobody is left."""
    has = select(func.count()).where(complaints.c.handler_id == staff.c.id, complaints.c.closed_at.is_(None))
    here = (
        staff.c.removed_at.is_(None),
        staff.c.areas.contains([area]),
        staff.c.id.not_in([who for who in without if who]),
    )
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
    words: str,
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
        "words": words[:MOST_WORDS] or None,
    }
    return (await db.execute(insert(complaints).values(row).returning(complaints))).one()


async def note_answer(db: AsyncConnection, complaint_id: uuid.UUID, now: datetime, *, outcome: str = "") -> None:
    """The first answer was given, or, with what came of it, the last, which closes it. Repeating changes nothing."""
    of_it = complaints.c.id == complaint_id, complaints.c.closed_at.is_(None)
    values: dict[str, Any] = {"first_answer_at": func.coalesce(complaints.c.first_answer_at, now)}
    values |= {"closed_at": now, "outcome": outcome} if outcome else {}
    await db.execute(update(complaints).where(*of_it).values(values))
