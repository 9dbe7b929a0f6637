"""Tasks: work that somebody has to do by a time (an interpreter, a translation, a call back), seen by the whole area, done by name."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Select, and_, insert, not_, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from server.db.base import table_of
from server.db.ids import new_id
from server.escalations.models import Case, CaseTask, TaskKind
from server.escalations.service import ORDER
from server.staff.access import Act, Member, may_do
from server.staff.models import Staff

tasks = table_of(CaseTask)
cases = table_of(Case)
staff = table_of(Staff)
about = staff.alias("about")

FOR_LEADS: Final = frozenset({TaskKind.DEBRIEF, TaskKind.MORNING})
"""What only leads see."""

MOST: Final = 200
"""How many tasks a list shows."""

MOST_READ: Final = 2000
"""How many open tasks of some areas are looked at."""

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Wish:
    """A task to come. `words` say what is asked (personal); `staff_id` whose it is, nobody's when empty."""

    kind: TaskKind
    area: str
    due_at: datetime
    words: str = ""
    language: str = ""
    case_id: uuid.UUID | None = None
    person_id: uuid.UUID | None = None
    staff_id: uuid.UUID | None = None


async def add(db: AsyncConnection, wish: Wish, now: datetime) -> uuid.UUID:
    """Write a task down; its id."""
    task_id = new_id()
    row = {
        "id": task_id,
        "area": wish.area,
        "case_id": wish.case_id,
        "person_id": wish.person_id,
        "kind": wish.kind,
        "language": wish.language,
        "words": wish.words or None,
        "staff_id": wish.staff_id,
        "due_at": wish.due_at,
        "created_at": now,
    }
    await db.execute(insert(tasks).values(row))
    return task_id


async def add_unsaid(db: AsyncConnection, wish: Wish, now: datetime) -> uuid.UUID | None:
    """Write a task of a person down unless one of its kind says the same and is open; its id, or None."""
    same = tasks.c.person_id == wish.person_id, tasks.c.kind == wish.kind, tasks.c.done_at.is_(None)
    said = (await db.execute(select(tasks.c.words).where(*same))).scalars().all()
    return None if wish.words in said else await add(db, wish, now)


def _with_case() -> Select[Any]:
    # the words are read one task at a time, each read in the audit
    columns = [column for column in tasks.c if column.name != "words"]
    of_case = cases.c.number, cases.c.urgency, cases.c.barred
    return (
        select(*columns, *of_case, staff.c.name.label("staff_name"), about.c.name.label("about_name"))
        .outerjoin(cases, cases.c.id == tasks.c.case_id)
        .outerjoin(staff, staff.c.id == tasks.c.staff_id)
        .outerjoin(about, about.c.id == tasks.c.about_id)
    )


async def read_open(db: AsyncConnection, areas: Iterable[str]) -> list[Row]:
    """Open tasks of the areas whoever may see them, the soonest due first; `MOST_READ` of them.

    Each with `number`, `urgency` and `barred` of its case, `staff_name` and `about_name`; without the words. A question in a
    chat that is closed asks nothing any more, nor a morning's list of one answered.
    """
    is_closed = and_(tasks.c.kind.in_({TaskKind.ASKED, TaskKind.MORNING}), cases.c.closed_at.is_not(None))
    is_answered = and_(tasks.c.kind == TaskKind.MORNING, cases.c.id.is_not(None), cases.c.waiting_since.is_(None))
    query = _with_case().where(tasks.c.done_at.is_(None), tasks.c.area.in_(areas), not_(is_closed), not_(is_answered))
    query = query.order_by(tasks.c.due_at, tasks.c.id).limit(MOST_READ)
    return [dict(row) for row in (await db.execute(query)).mappings()]


def is_shown(row: Row, who: Member, now: datetime) -> bool:
    """True for a task of somebody's areas that is for them to see, and not of a case they are barred from. Pure.

    What concerns a colleague is for leads, and not for that colleague; a question is for whom it asks, and late for leads too.
    """
    if not may_do(who, Act.SEE_QUEUE, row["area"]) or who.id in (row["barred"] or ()):
        return False
    is_lead, kind = may_do(who, Act.ASSIGN, row["area"]), row["kind"]
    if kind in FOR_LEADS:
        return is_lead and row["about_id"] != who.id
    if kind is TaskKind.ASKED:
        return row["staff_id"] == who.id or row["skill"] in who.skills or (is_lead and row["due_at"] <= now)
    return kind is not TaskKind.TAKEN_OVER or row["staff_id"] == who.id


async def still_open(db: AsyncConnection, who: Member, now: datetime, *, is_own: bool = False) -> list[Row]:
    """Open tasks for somebody (`is_own`: theirs), late ones first, then the most urgent, then the soonest; `MOST` of them."""
    rows = [row for row in await read_open(db, who.areas) if is_shown(row, who, now)]
    mine = [row for row in rows if not is_own or row["staff_id"] == who.id]
    return sorted(mine, key=lambda row: (row["due_at"] > now, _rank(row), row["due_at"]))[:MOST]


def _rank(row: Row) -> int:
    return ORDER.index(row["urgency"]) if row["urgency"] is not None else len(ORDER)


async def find(db: AsyncConnection, who: Member, task_id: uuid.UUID, now: datetime) -> Row | None:
    """One task, done or not, as in the list; None also for one that is not for them to see."""
    row = (await db.execute(_with_case().where(tasks.c.id == task_id))).mappings().first()
    return dict(row) if row and is_shown(dict(row), who, now) else None


def asked_of(rows: Iterable[Row], who: Member, now: datetime) -> list[Row]:
    """Of open tasks the questions that wait for somebody's answer; late ones of others for leads. Pure."""
    return [row for row in rows if row["kind"] is TaskKind.ASKED and is_shown(row, who, now)]


def badge(rows: Iterable[Row], who: Member, now: datetime) -> int:
    """How many of the open tasks are somebody's own or nobody's yet, with late questions, for the number in the bar. Pure."""
    return sum(_waits_for(row, who, now) for row in rows if is_shown(row, who, now))


def _waits_for(row: Row, who: Member, now: datetime) -> bool:
    return row["staff_id"] in {None, who.id} or (row["kind"] is TaskKind.ASKED and row["due_at"] <= now)


async def words_of(db: AsyncConnection, task_id: uuid.UUID) -> str:
    """What is asked, as it was written. Note the read before."""
    return (await db.execute(select(tasks.c.words).where(tasks.c.id == task_id))).scalar() or ""


async def take(db: AsyncConnection, who: Member, task_id: uuid.UUID) -> bool:
    """It is somebody's own from now on; false when it is another's or done. Repeating is harmless."""
    free = or_(tasks.c.staff_id.is_(None), tasks.c.staff_id == who.id)
    query = update(tasks).where(tasks.c.id == task_id, tasks.c.done_at.is_(None), free).values(staff_id=who.id)
    return bool((await db.execute(query)).rowcount)


async def finish(db: AsyncConnection, who: Member, task_id: uuid.UUID, now: datetime) -> bool:
    """It is done, by name; false when it was done already."""
    query = update(tasks).where(tasks.c.id == task_id, tasks.c.done_at.is_(None)).values(done_at=now, done_by=who.id)
    return bool((await db.execute(query)).rowcount)
