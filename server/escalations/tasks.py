"""Tasks: work that somebody has to do by a time (an interpreter, a translation, a call back), seen by the whole area, done by name."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, func, insert, or_, select, update
from sqlalchemy import case as sql_case
from sqlalchemy.ext.asyncio import AsyncConnection

from server.db.base import table_of
from server.db.ids import new_id
from server.escalations.models import Case, CaseTask, TaskKind
from server.escalations.service import ORDER
from server.staff.access import Member
from server.staff.models import Staff

tasks = table_of(CaseTask)
cases = table_of(Case)
staff = table_of(Staff)

MOST: Final = 200
"""How many tasks a list shows."""


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


def _with_case() -> Select[Any]:
    # the words are read one task at a time, each read in the audit
    columns = [column for column in tasks.c if column.name != "words"]
    return (
        select(*columns, cases.c.number, cases.c.urgency, cases.c.barred, staff.c.name.label("staff_name"))
        .outerjoin(cases, cases.c.id == tasks.c.case_id)
        .outerjoin(staff, staff.c.id == tasks.c.staff_id)
    )


def _theirs(who: Member) -> tuple[ColumnElement[bool], ...]:
    """Open tasks of somebody's areas that do not belong to a case they are barred from."""
    not_barred = or_(cases.c.id.is_(None), ~cases.c.barred.contains([who.id]))
    return tasks.c.done_at.is_(None), tasks.c.area.in_(who.areas), not_barred


async def still_open(
    db: AsyncConnection, who: Member, now: datetime, *, is_own: bool = False
) -> list[Mapping[str, Any]]:
    """Open tasks of the areas (`is_own`: those of somebody), late ones first, then the most urgent, then the soonest; `MOST` of them.

    Each with `number` and `urgency` of its case, `staff_name`; without the words.
    """
    rank = sql_case({u.value: i for i, u in enumerate(ORDER)}, value=cases.c.urgency, else_=len(ORDER))
    query = _with_case().where(*_theirs(who)).order_by(tasks.c.due_at > now, rank, tasks.c.due_at, tasks.c.id)
    if is_own:
        query = query.where(tasks.c.staff_id == who.id)
    return [dict(row) for row in (await db.execute(query.limit(MOST))).mappings()]


async def find(db: AsyncConnection, task_id: uuid.UUID) -> Mapping[str, Any] | None:
    """One task, done or not, as in the list."""
    row = (await db.execute(_with_case().where(tasks.c.id == task_id))).mappings().first()
    return dict(row) if row else None


async def words_of(db: AsyncConnection, task_id: uuid.UUID) -> str:
    """What is asked, as it was written. Note the read before."""
    return (await db.execute(select(tasks.c.words).where(tasks.c.id == task_id))).scalar() or ""


async def badge(db: AsyncConnection, who: Member) -> int:
    """How many open tasks are somebody's own or nobody's yet, for the number in the bar."""
    mine = or_(tasks.c.staff_id.is_(None), tasks.c.staff_id == who.id)
    joined = tasks.outerjoin(cases, cases.c.id == tasks.c.case_id)
    query = select(func.count()).select_from(joined).where(*_theirs(who), mine)
    return int((await db.execute(query)).scalar_one())


async def take(db: AsyncConnection, who: Member, task_id: uuid.UUID) -> bool:
    """It is somebody's own from now on; false when it is another's or done. Repeating is harmless."""
    free = or_(tasks.c.staff_id.is_(None), tasks.c.staff_id == who.id)
    query = update(tasks).where(tasks.c.id == task_id, tasks.c.done_at.is_(None), free).values(staff_id=who.id)
    return bool((await db.execute(query)).rowcount)


async def finish(db: AsyncConnection, who: Member, task_id: uuid.UUID, now: datetime) -> bool:
    """It is done, by name; false when it was done already."""
    query = update(tasks).where(tasks.c.id == task_id, tasks.c.done_at.is_(None)).values(done_at=now, done_by=who.id)
    return bool((await db.execute(query)).rowcount)
