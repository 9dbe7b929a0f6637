"""Work with a due time that follows from a case: made in the transaction of its reason, once for each kind and language."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import exists, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from server.db.base import table_of
from server.db.ids import new_id
from server.escalations.models import Case, CaseTask, TaskKind
from server.staff.models import Staff

cases = table_of(Case)
tasks = table_of(CaseTask)
staff = table_of(Staff)

FOLLOW_UP_AFTER: Final = timedelta(days=1)
"""A human asks again within a day of a case about danger (domain.md 4.9)."""


async def make_task(
    db: AsyncConnection, case: Any, kind: TaskKind, due_at: datetime, now: datetime, *, language: str = ""
) -> None:
    """One task of a case's row. One of that kind and language that nobody has done stays the only one, at its time."""
    same = tasks.c.case_id == case.id, tasks.c.kind == kind, tasks.c.language == language, tasks.c.done_at.is_(None)
    if (await db.execute(select(exists().where(*same)))).scalar():
        return
    row = {"id": new_id(), "area": case.area, "case_id": case.id, "person_id": case.person_id, "kind": kind}
    await db.execute(insert(tasks).values(row | {"language": language, "due_at": due_at, "created_at": now}))


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
