"""The cases' part in a person's rights."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

from sqlalchemy import Select, delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from server.db.base import table_of
from server.escalations.models import Case, CaseDraft, CaseMessage, CaseNote, CaseStep, CaseTask, StaffNotice
from server.escalations.records_models import RecordEntry, SafeguardingRecord
from server.escalations.service import ABOUT_DANGER, has_danger_open
from server.escalations.talk_models import Complaint, WorkerLink
from server.people.privacy import Subject

cases = table_of(Case)
tasks = table_of(CaseTask)
complaints = table_of(Complaint)
links = table_of(WorkerLink)

OF_A_CASE = tuple(
    map(
        table_of, (CaseDraft, StaffNotice, CaseStep, CaseNote, CaseMessage, RecordEntry, SafeguardingRecord, WorkerLink)
    )
)
"""What belongs to a case and goes with it."""

KEPT_AFTER_CLOSING = timedelta(days=365)
OF_NOBODY = {"person_id": None, "case_id": None, "words": None, "outcome": None}
"""What a complaint keeps nothing of when its person is deleted."""

COMPLAINTS_KEPT = timedelta(days=6 * 365)
"""Number, dates and who looked into it; whose it was goes with the person."""


class EscalationsData:
    """Cases: words about danger stay, without the person once it is closed; every other case goes."""

    tables = (tasks, *OF_A_CASE, complaints, cases)

    async def must_keep(self, db: AsyncConnection, person_id: uuid.UUID) -> bool:
        """True while a case about danger is open: somebody still has to look, and to be able to reach them."""
        return await has_danger_open(db, person_id)

    async def erase(self, db: AsyncConnection, subject: Subject) -> None:
        """Delete cases that are not about danger with all that is theirs; take the person off those that are, unless still open."""
        theirs = cases.c.person_id == subject.person_id
        # whoever wants to be forgotten is shown to no youth justice worker any more, also while a record has to stay
        await db.execute(delete(links).where(links.c.person_id == subject.person_id))
        if not subject.keeps_record:
            their_complaints = complaints.c.person_id == subject.person_id
            await db.execute(update(complaints).where(their_complaints).values(OF_NOBODY))
        await _delete(db, select(cases.c.id).where(theirs, cases.c.urgency.not_in(ABOUT_DANGER)))
        if not subject.keeps_record:
            await db.execute(delete(tasks).where(tasks.c.person_id == subject.person_id))
            await db.execute(update(cases).where(theirs).values(person_id=None, address_id=None))

    async def expire(self, db: AsyncConnection, now: datetime, kept: timedelta) -> int:  # noqa: ARG002 - the protocol's
        """Delete cases a year after closing, however long messages are kept; complaints six years after."""
        await db.execute(delete(complaints).where(complaints.c.closed_at < now - COMPLAINTS_KEPT))
        return await _delete(db, select(cases.c.id).where(cases.c.closed_at < now - KEPT_AFTER_CLOSING))


async def _delete(db: AsyncConnection, which: Select[tuple[uuid.UUID]]) -> int:
    """Delete cases and what belongs to them; how many cases."""
    ids = list((await db.execute(which)).scalars())
    await db.execute(update(complaints).where(complaints.c.case_id.in_(ids)).values(case_id=None))
    await db.execute(update(cases).where(cases.c.follows_id.in_(ids)).values(follows_id=None))
    for table in (tasks, *OF_A_CASE):
        await db.execute(select(func.set_config("connexions.expire", table.name, True)))
        await db.execute(delete(table).where(table.c.case_id.in_(ids)))
    return (await db.execute(delete(cases).where(cases.c.id.in_(ids)))).rowcount
