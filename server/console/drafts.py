"""What somebody has typed and not sent: kept on the server, so that a reload, a lost line or an ended session loses nothing."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import delete, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from server.console.reading import staff
from server.db.base import table_of
from server.escalations.models import CaseDraft
from server.escalations.typing import TYPES

drafts = table_of(CaseDraft)


async def keep_draft(db: AsyncConnection, case_id: uuid.UUID, staff_id: uuid.UUID, text: str, now: datetime) -> bool:
    """Keep what was typed, or forget it when it is empty. True when somebody began to type just now."""
    same = drafts.c.case_id == case_id, drafts.c.staff_id == staff_id
    if not text:
        await db.execute(delete(drafts).where(*same))
        return False
    kept_at = (await db.execute(select(drafts.c.kept_at).where(*same))).scalar()
    row = {"case_id": case_id, "staff_id": staff_id, "body": text, "kept_at": now}
    statement = insert(drafts).values(row)
    changed = {"body": statement.excluded.body, "kept_at": statement.excluded.kept_at}
    await db.execute(statement.on_conflict_do_update(index_elements=["case_id", "staff_id"], set_=changed))
    return kept_at is None or now - kept_at > TYPES / 2


async def note_typing(db: AsyncConnection, case_id: uuid.UUID, staff_id: uuid.UUID, now: datetime) -> bool:
    """Somebody types for colleagues; True when they began just now. The young person is never shown it (`kept_at` is theirs)."""
    same = drafts.c.case_id == case_id, drafts.c.staff_id == staff_id
    noted_at = (await db.execute(select(drafts.c.noted_at).where(*same))).scalar()
    row = {"case_id": case_id, "staff_id": staff_id, "body": "", "kept_at": now - 2 * TYPES, "noted_at": now}
    again = (
        insert(drafts).values(row).on_conflict_do_update(index_elements=["case_id", "staff_id"], set_={"noted_at": now})
    )
    await db.execute(again)
    return noted_at is None or now - noted_at > TYPES / 2


async def draft_of(db: AsyncConnection, case_id: uuid.UUID, staff_id: uuid.UUID) -> str:
    """What somebody typed in a chat and did not send; empty when nothing."""
    query = select(drafts.c.body).where(drafts.c.case_id == case_id, drafts.c.staff_id == staff_id)
    return (await db.execute(query)).scalar() or ""


async def drop_draft(db: AsyncConnection, case_id: uuid.UUID, staff_id: uuid.UUID) -> None:
    """It was sent."""
    await db.execute(delete(drafts).where(drafts.c.case_id == case_id, drafts.c.staff_id == staff_id))


async def drop_drafts(db: AsyncConnection, case_id: uuid.UUID) -> None:
    """The chat is over: nobody sends what stood in its boxes."""
    await db.execute(delete(drafts).where(drafts.c.case_id == case_id))


async def who_types(db: AsyncConnection, case_id: uuid.UUID, but: uuid.UUID, now: datetime) -> list[str]:
    """Names of others who are typing in a chat just now, to them or for colleagues."""
    begun = now - TYPES
    query = (
        select(staff.c.name)
        .join(drafts, drafts.c.staff_id == staff.c.id)
        .where(
            drafts.c.case_id == case_id,
            drafts.c.staff_id != but,
            or_(drafts.c.kept_at > begun, drafts.c.noted_at > begun),
        )
    )
    return sorted((await db.execute(query)).scalars())
