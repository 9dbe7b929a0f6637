"""Writing again after a chat was closed: a new case that follows it, held from the start by whoever writes."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from dialogs.effects import CaseUrgency
from server.db.base import table_of
from server.db.ids import new_id
from server.escalations.errors import NoSuchCase
from server.escalations.models import Case
from server.escalations.service import ABOUT_DANGER, tell
from server.staff.access import Member

cases = table_of(Case)

REASON = "follow_up"


async def follow(db: AsyncConnection, who: Member, closed: Any, now: datetime) -> uuid.UUID:
    """The case in which somebody writes again to the person of a closed one: their open case, else a new one that follows it.

    What was closed stays closed. Whoever a complaint of that person barred stays barred. The way to them is looked at by the
    caller. Raises NoSuchCase for a person who is gone, one who is barred, and a trainee after danger.
    """
    barred, passed = await _kept_away(db, closed.person_id)
    is_hard = closed.urgency in ABOUT_DANGER and who.is_trainee
    if closed.person_id is None or closed.closed_at is None or who.id in barred or is_hard:
        raise NoSuchCase(str(closed.id))
    row = {
        "id": new_id(),
        "area": closed.area,
        "person_id": closed.person_id,
        "address_id": closed.address_id,
        "reason": REASON,
        "urgency": CaseUrgency.ADVICE,
        "language": closed.language,
        "follows_id": closed.id,
        "barred": sorted(barred, key=str),
        "passed_over": sorted(passed, key=str),
        "adviser_id": who.id,
        "taken_at": now,
        "adviser_active_at": now,
        "opened_at": now,
    }
    # nothing waits and nobody has to be rung: danger in what they write begins a clock, as in any chat
    row |= {"clock_since": now, "clock_next_at": None, "waiting_since": None}
    added = insert(cases).values(row).on_conflict_do_nothing().returning(cases.c.id)
    case_id = (await db.execute(added)).scalar() or await _open(db, closed.person_id)
    await tell(db, case_id, closed.area)
    return case_id


async def _open(db: AsyncConnection, person_id: uuid.UUID) -> uuid.UUID:
    """Somebody, or the person, was quicker."""
    query = select(cases.c.id).where(cases.c.person_id == person_id, cases.c.closed_at.is_(None))
    found: uuid.UUID | None = (await db.execute(query)).scalar()
    if found is None:
        raise NoSuchCase(str(person_id))
    return found


async def _kept_away(db: AsyncConnection, person_id: uuid.UUID | None) -> tuple[set[uuid.UUID], set[uuid.UUID]]:
    """Members who are barred from any case of a person, and those whom the person did not want."""
    found = []
    for column in (cases.c.barred, cases.c.passed_over):
        query = select(func.unnest(column)).where(cases.c.person_id == person_id)
        found.append(set((await db.execute(query)).scalars()))
    return found[0], found[1]
