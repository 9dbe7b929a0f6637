"""Tasks: work that somebody has to do by a time (an interpreter, a translation, a call back), seen by the whole area, done by name."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, and_, func, insert, not_, or_, select, update
from sqlalchemy import case as sql_case
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
    of_case = cases.c.number, cases.c.urgency, cases.c.barred
    return (
        select(*columns, *of_case, staff.c.name.label("staff_name"), about.c.name.label("about_name"))
        .outerjoin(cases, cases.c.id == tasks.c.case_id)
        .outerjoin(staff, staff.c.id == tasks.c.staff_id)
        .outerjoin(about, about.c.id == tasks.c.about_id)
    )


def _shown_to(who: Member, now: datetime) -> tuple[ColumnElement[bool], ...]:
    """Tasks of somebody's areas that are for them to see, and do not belong to a case they are barred from.

    What concerns a colleague is for leads, and not for that colleague; a question is for whom it asks, and late for leads too.
    """
    works = [area for area in who.areas if may_do(who, Act.SEE_QUEUE, area)]
    leads = tasks.c.area.in_([area for area in who.areas if may_do(who, Act.ASSIGN, area)])
    asked = or_(tasks.c.staff_id == who.id, tasks.c.skill.in_(sorted(who.skills)), and_(leads, tasks.c.due_at <= now))
    for_all = tasks.c.kind.not_in(FOR_LEADS | {TaskKind.ASKED, TaskKind.TAKEN_OVER})
    for_one = and_(tasks.c.kind == TaskKind.TAKEN_OVER, tasks.c.staff_id == who.id)
    for_leads = and_(tasks.c.kind.in_(FOR_LEADS), leads, tasks.c.about_id.is_distinct_from(who.id))
    for_asked = and_(tasks.c.kind == TaskKind.ASKED, asked)
    not_barred = or_(cases.c.id.is_(None), ~cases.c.barred.contains([who.id]))
    return tasks.c.area.in_(works), not_barred, or_(for_all, for_one, for_leads, for_asked)


def _theirs(who: Member, now: datetime) -> tuple[ColumnElement[bool], ...]:
    """Of those the open ones. A question in a chat that is closed asks nothing any more, nor a morning's list of one answered."""
    is_closed = and_(tasks.c.kind.in_({TaskKind.ASKED, TaskKind.MORNING}), cases.c.closed_at.is_not(None))
    is_answered = and_(tasks.c.kind == TaskKind.MORNING, cases.c.id.is_not(None), cases.c.waiting_since.is_(None))
    return (tasks.c.done_at.is_(None), not_(is_closed), not_(is_answered), *_shown_to(who, now))


async def still_open(
    db: AsyncConnection, who: Member, now: datetime, *, is_own: bool = False
) -> list[Mapping[str, Any]]:
    """Open tasks of the areas (`is_own`: those of somebody), late ones first, then the most urgent, then the soonest; `MOST` of them.

    Each with `number` and `urgency` of its case, `staff_name`; without the words.
    """
    rank = sql_case({u.value: i for i, u in enumerate(ORDER)}, value=cases.c.urgency, else_=len(ORDER))
    query = _with_case().where(*_theirs(who, now)).order_by(tasks.c.due_at > now, rank, tasks.c.due_at, tasks.c.id)
    if is_own:
        query = query.where(tasks.c.staff_id == who.id)
    return [dict(row) for row in (await db.execute(query.limit(MOST))).mappings()]


async def find(db: AsyncConnection, who: Member, task_id: uuid.UUID, now: datetime) -> Mapping[str, Any] | None:
    """One task, done or not, as in the list; None also for one that is not for them to see."""
    query = _with_case().where(tasks.c.id == task_id, *_shown_to(who, now))
    row = (await db.execute(query)).mappings().first()
    return dict(row) if row else None


async def asked_of(db: AsyncConnection, who: Member, now: datetime) -> list[Mapping[str, Any]]:
    """Questions of colleagues that wait for somebody's answer, the soonest due first; late ones of others for leads."""
    query = _with_case().where(*_theirs(who, now), tasks.c.kind == TaskKind.ASKED)
    return [dict(row) for row in (await db.execute(query.order_by(tasks.c.due_at, tasks.c.id).limit(MOST))).mappings()]


async def words_of(db: AsyncConnection, task_id: uuid.UUID) -> str:
    """What is asked, as it was written. Note the read before."""
    return (await db.execute(select(tasks.c.words).where(tasks.c.id == task_id))).scalar() or ""


async def badge(db: AsyncConnection, who: Member, now: datetime) -> int:
    """How many open tasks are somebody's own or nobody's yet, with late questions, for the number in the bar."""
    late = and_(tasks.c.kind == TaskKind.ASKED, tasks.c.due_at <= now)
    mine = or_(tasks.c.staff_id.is_(None), tasks.c.staff_id == who.id, late)
    joined = tasks.outerjoin(cases, cases.c.id == tasks.c.case_id)
    query = select(func.count()).select_from(joined).where(*_theirs(who, now), mine)
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
