"""The files' part in a person's rights: they go with the person, or with the message; a record about danger keeps its own."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

from sqlalchemy import delete, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from server.conversations.files import attachments, cases, pieces
from server.escalations.privacy import KEPT_AFTER_CLOSING
from server.escalations.service import ABOUT_DANGER
from server.people.privacy import Subject


class FilesData:
    """Files of cases: before the cases that they belong to, and before their messages."""

    tables = (pieces, attachments)

    async def must_keep(self, db: AsyncConnection, person_id: uuid.UUID) -> bool:  # noqa: ARG002 - the protocol's
        """Nothing here stands in the way of a deletion: the case decides."""
        return False

    async def erase(self, db: AsyncConnection, subject: Subject) -> None:
        """Delete the person's files, bytes and all; those of a case about danger stay with it, as its words do."""
        theirs = cases.c.person_id == subject.person_id, cases.c.urgency.not_in(ABOUT_DANGER)
        await db.execute(delete(attachments).where(attachments.c.case_id.in_(select(cases.c.id).where(*theirs))))

    async def expire(self, db: AsyncConnection, now: datetime, kept: timedelta) -> int:
        """Delete files as old as messages may be; those of an open case and of a record about danger go with their case."""
        is_over = cases.c.closed_at.is_not(None) & cases.c.urgency.not_in(ABOUT_DANGER)
        closed, long_closed = select(cases.c.id).where(is_over), cases.c.closed_at < now - KEPT_AFTER_CLOSING
        is_old = (attachments.c.created_at < now - kept) & attachments.c.case_id.in_(closed)
        goes_with_case = attachments.c.case_id.in_(select(cases.c.id).where(long_closed))
        return (await db.execute(delete(attachments).where(or_(is_old, goes_with_case)))).rowcount
