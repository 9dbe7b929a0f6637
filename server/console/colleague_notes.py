"""What colleagues say to each other inside a case: notes, questions to somebody, whispers, and why it was passed on."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from server.db.base import table_of
from server.db.ids import new_id
from server.escalations.models import CaseNote, NoteKind
from server.escalations.service import tell

notes = table_of(CaseNote)


async def add_note(
    db: AsyncConnection,
    case: Any,
    kind: NoteKind,
    body: str,
    now: datetime,
    *,
    staff_id: uuid.UUID | None,
    to_staff_id: uuid.UUID | None = None,
    to_skill: str = "",
    answers_id: uuid.UUID | None = None,
) -> uuid.UUID:
    """Append what was said; whoever has the case open sees it. The note's id."""
    note_id = new_id()
    row = {
        "id": note_id,
        "case_id": case.id,
        "area": case.area,
        "kind": kind,
        "staff_id": staff_id,
        "to_staff_id": to_staff_id,
        "to_skill": to_skill,
        "answers_id": answers_id,
        "body": body,
        "written_at": now,
    }
    await db.execute(insert(notes).values(row))
    await tell(db, case.id, case.area)
    return note_id


async def is_question_of(db: AsyncConnection, case: Any, note_id: uuid.UUID) -> bool:
    """True for a question that was asked in this case."""
    query = select(notes.c.id).where(notes.c.id == note_id, notes.c.case_id == case.id, notes.c.kind == NoteKind.ASK)
    return (await db.execute(query)).first() is not None
