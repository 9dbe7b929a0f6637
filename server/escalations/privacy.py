"""The cases' part in a person's rights."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from server.db.base import table_of
from server.escalations.models import Case, CaseMessage
from server.escalations.service import ABOUT_DANGER, has_danger_open
from server.people.privacy import Subject

cases = table_of(Case)
case_messages = table_of(CaseMessage)

KEPT_AFTER_CLOSING = timedelta(days=365)


class EscalationsData:
    """Cases: words about danger stay, without the person once it is closed; every other case goes."""

    tables = (table_of(Case), table_of(CaseMessage))

    async def must_keep(self, db: AsyncConnection, person_id: uuid.UUID) -> bool:
        """True while a case about danger is open: somebody still has to look, and to be able to reach them."""
        return await has_danger_open(db, person_id)

    async def erase(self, db: AsyncConnection, subject: Subject) -> None:
        """Delete cases that are not about danger with their words; take the person off those that are, unless still open."""
        mild = select(cases.c.id).where(cases.c.person_id == subject.person_id, cases.c.urgency.not_in(ABOUT_DANGER))
        await db.execute(delete(case_messages).where(case_messages.c.case_id.in_(mild)))
        await db.execute(
            delete(cases).where(cases.c.person_id == subject.person_id, cases.c.urgency.not_in(ABOUT_DANGER))
        )
        if not subject.keeps_record:
            await db.execute(
                update(cases).where(cases.c.person_id == subject.person_id).values(person_id=None, address_id=None)
            )

    async def expire(self, db: AsyncConnection, now: datetime, kept: timedelta) -> int:  # noqa: ARG002 - the protocol's
        """Delete cases a year after closing, however long messages are kept."""
        old = select(cases.c.id).where(cases.c.closed_at < now - KEPT_AFTER_CLOSING)
        await db.execute(delete(case_messages).where(case_messages.c.case_id.in_(old)))
        return (await db.execute(delete(cases).where(cases.c.id.in_(old)))).rowcount
