"""The young person's part in a handover: asked apart whether they are ok with it, and never left alone with a no (D17, J27)."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from dialogs.around import ComfortAsked
from dialogs.wording import N_
from server.appointments import care, handover
from server.appointments.handover import Comfort
from server.conversations.appointing import Telling, contact_of, lock_person
from server.db.base import table_of
from server.escalations import tasks
from server.escalations.models import CaseTask, TaskKind
from server.hours import OpeningHours

case_tasks = table_of(CaseTask)

WORDS: Final = {
    Comfort.NOT_SURE: N_("They are not sure about their new adviser. Talk with them alone."),
    Comfort.NO: N_("They do not want their new adviser. Talk with them alone."),
}
"""What the task for the adviser they know says."""


async def ask_comfort(db: AsyncConnection, service: Telling, handover_id: uuid.UUID, now: datetime) -> bool | None:
    """Ask the young person; false where no message may reach them and somebody asks face to face, None when it is closed.

    Raises CannotHandOver while nobody is named.
    """
    row = await handover.one(db, handover_id)
    if row is None:
        return None
    await lock_person(db, row.person_id)
    asked = await handover.ask_comfort(db, handover_id, now)
    if asked is None:
        return None
    found = await contact_of(db, row.person_id, lanes=service.channels)
    if found is None:
        return False
    meeting_at = asked.meeting_at.astimezone(service.area.zone) if asked.meeting_at else None
    await service.tell(db, found[0], ComfortAsked(_first(asked.old), _first(asked.new), meeting_at), now)
    return True


def _first(name: str) -> str:
    return name.split(maxsplit=1)[0] if name.split() else name


async def answer_comfort(
    db: AsyncConnection, hours: OpeningHours, person_id: uuid.UUID, answer: str, now: datetime
) -> Any:
    """Keep what they answer; without a yes the adviser they know has a private talk with them. The handover's row, None when
    nothing was asked.
    """
    row = await handover.answer_comfort(db, person_id, answer, now)
    if row is None or row.comfort == Comfort.YES:
        return row
    is_there = case_tasks.c.person_id == person_id, case_tasks.c.kind == TaskKind.HANDOVER
    query = select(case_tasks.c.id).where(*is_there, case_tasks.c.done_at.is_(None)).limit(1)
    if (await db.execute(query)).first() is None:
        here = await care.still_here(db, {row.from_id})
        wish = tasks.Wish(
            TaskKind.HANDOVER,
            row.area,
            hours.working_day(now, 1),
            words=WORDS[Comfort(row.comfort)],
            person_id=person_id,
            staff_id=row.from_id if row.from_id in here else None,
        )
        await tasks.add(db, wish, now)
    return row
