"""Work with a due time that follows from a case: made in the transaction of its reason, once for each kind and language."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import exists, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from server.db.base import table_of
from server.db.ids import new_id
from server.escalations.models import Case, CaseMessage, CaseTask, TaskKind
from server.escalations.service import ABOUT_DANGER
from server.staff.models import Staff

cases = table_of(Case)
case_messages = table_of(CaseMessage)
tasks = table_of(CaseTask)
staff = table_of(Staff)

ANSWER_WITHIN: Final = timedelta(minutes=15)
"""A colleague's question has an answer within so long; then leads see it too."""

DEBRIEF_WITHIN: Final = timedelta(hours=4)
"""After a hard case the lead has a word with the adviser within so long."""

FOLLOW_UP_AFTER: Final = timedelta(days=1)
"""A human asks again within a day of a case about danger (domain.md 4.9)."""


async def make_task(
    db: AsyncConnection, case: Any, kind: TaskKind, due_at: datetime, now: datetime, *, language: str = ""
) -> None:
    """One task of a case's row. One of that kind and language that nobody has done stays the only one, at its time.

    A debrief is about whoever holds the case in that row.
    """
    about_id = case.adviser_id if kind is TaskKind.DEBRIEF else None
    same = tasks.c.case_id == case.id, tasks.c.kind == kind, tasks.c.language == language, tasks.c.done_at.is_(None)
    if (await db.execute(select(exists().where(*same, tasks.c.about_id.is_not_distinct_from(about_id))))).scalar():
        return
    row = {"id": new_id(), "area": case.area, "case_id": case.id, "person_id": case.person_id, "kind": kind}
    row["about_id"] = about_id
    await db.execute(insert(tasks).values(row | {"language": language, "due_at": due_at, "created_at": now}))


async def debrief_after(db: AsyncConnection, case: Any, now: datetime) -> bool:
    """After a chat about danger leaves somebody's hands in which they wrote: a lead has a word with them. `case` is as it was.

    True when it was such a chat. One that was given back unanswered was no hard talk.
    """
    if case.adviser_id is None or case.urgency not in ABOUT_DANGER:
        return False
    wrote = exists().where(case_messages.c.case_id == case.id, case_messages.c.staff_id == case.adviser_id)
    if not (await db.execute(select(wrote))).scalar():
        return False
    await make_task(db, case, TaskKind.DEBRIEF, now + DEBRIEF_WITHIN, now)
    return True


async def debrief_after_all(db: AsyncConnection, staff_id: uuid.UUID, now: datetime) -> None:
    """The same for every chat that somebody holds, before they give all of them back."""
    held = cases.c.adviser_id == staff_id, cases.c.closed_at.is_(None), cases.c.urgency.in_(ABOUT_DANGER)
    for case in (await db.execute(select(cases).where(*held))).all():
        await debrief_after(db, case, now)


async def tell_taken_over(db: AsyncConnection, case: Any, why: str, now: datetime) -> None:
    """Whoever held a chat is told that a lead gave it to somebody, and why: their own, to be ticked off. `case` is as it was."""
    row = {"id": new_id(), "area": case.area, "case_id": case.id, "person_id": case.person_id}
    row |= {"kind": TaskKind.TAKEN_OVER, "staff_id": case.adviser_id, "words": why, "due_at": now, "created_at": now}
    await db.execute(insert(tasks).values(row))


async def ask_colleague(
    db: AsyncConnection, case: Any, note_id: uuid.UUID, now: datetime, *, staff_id: uuid.UUID | None, skill: str
) -> None:
    """A question inside a case is work of whom it asks, with a time; its answer ends it."""
    row = {"id": new_id(), "area": case.area, "case_id": case.id, "person_id": case.person_id, "kind": TaskKind.ASKED}
    row |= {"note_id": note_id, "staff_id": staff_id, "skill": skill, "due_at": now + ANSWER_WITHIN, "created_at": now}
    await db.execute(insert(tasks).values(row))


async def note_answered(db: AsyncConnection, note_id: uuid.UUID, staff_id: uuid.UUID, now: datetime) -> None:
    """A colleague's question has its answer. Repeating is harmless."""
    its = tasks.c.note_id == note_id, tasks.c.done_at.is_(None)
    await db.execute(update(tasks).where(*its).values(done_at=now, done_by=staff_id))


async def make_task_of_person(
    db: AsyncConnection, person_id: uuid.UUID, kind: TaskKind, due_at: datetime, now: datetime, *, language: str = ""
) -> bool:
    """The same for the open case of a person; false when none is open."""
    query = select(cases).where(cases.c.person_id == person_id, cases.c.closed_at.is_(None)).with_for_update()
    case = (await db.execute(query)).first()
    if case is None:
        return False
    await make_task(db, case, kind, due_at, now, language=language)
    return True


async def somebody_speaks(db: AsyncConnection, area: str, language: str) -> bool:
    """True when a member of the area's staff works in the language."""
    here = staff.c.removed_at.is_(None), staff.c.areas.contains([area]), staff.c.languages.contains([language])
    return bool((await db.execute(select(exists().where(*here)))).scalar())
