"""Who is typing in a case just now: whoever changed what they have not sent yet a moment ago."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from server.db.base import table_of
from server.escalations.models import Case, CaseDraft
from server.staff.models import Staff

cases = table_of(Case)
drafts = table_of(CaseDraft)
staff = table_of(Staff)

TYPES: Final = timedelta(seconds=8)
"""Whoever changed a draft within this time is typing."""


async def writing_adviser(db: AsyncConnection, person_id: uuid.UUID, now: datetime) -> str:
    """The name of the adviser who holds the person's case and is typing to them; empty when nobody is."""
    query = (
        select(staff.c.name)
        .join(cases, cases.c.adviser_id == staff.c.id)
        .join(drafts, (drafts.c.case_id == cases.c.id) & (drafts.c.staff_id == staff.c.id))
        .where(cases.c.person_id == person_id, cases.c.closed_at.is_(None), drafts.c.kept_at > now - TYPES)
    )
    return (await db.execute(query)).scalar() or ""
