"""Who has waited more than a working day for a person is told so: a silence must not look like an answer (domain.md 9.1)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from dialogs.effects import CaseUrgency
from dialogs.events import LongWait
from server.conversations.leaving import contact_of
from server.conversations.models import Conversation
from server.conversations.service import Conversations
from server.db.base import table_of
from server.escalations.models import Case
from server.hours import OpeningHours
from server.people.service import contact_rules

cases = table_of(Case)
conversations = table_of(Conversation)

SHORTEST: Final = timedelta(hours=12)
"""No working day later is sooner than this."""

MOST_AT_ONCE: Final = 50


async def tell_long_waits(
    db: AsyncConnection, service: Conversations, hours: Mapping[str, OpeningHours], now: datetime
) -> int:
    """Tell each person who asked for advice and waits so long, once for each wait, while people are at their desks; how many.

    Nobody is written to about whose phone something was noted: what is safe there a person decides. Their case stands on the
    leads' list all the same. Who writes at this very moment is passed over until the next time. Repeating is harmless.
    """
    told = 0
    for case_id in await _long_ago(db, [area for area, opening in hours.items() if opening.desk(now).is_open], now):
        case = await _locked(db, case_id)
        if case is None or not _is_late(case, hours[case.area], now):
            continue
        await db.execute(update(cases).where(cases.c.id == case_id).values(long_wait_told_at=now))
        contact = await contact_of(db, service, case)
        if contact is not None and not await contact_rules(db, case.person_id):
            await service.tell(db, contact, LongWait(), now)
            told += 1
    return told


def _is_late(case: Any, hours: OpeningHours, now: datetime) -> bool:
    """True a working day after the oldest words that nobody has answered, unless it was said of this wait. Pure."""
    if case.closed_at is not None or case.waiting_since is None or case.urgency is not CaseUrgency.ADVICE:
        return False
    due = hours.same_time_next_working_day(case.waiting_since)
    was_told = case.long_wait_told_at is not None and case.long_wait_told_at >= case.waiting_since
    return due is not None and due <= now and not was_told


async def _long_ago(db: AsyncConnection, areas: Sequence[str], now: datetime) -> Sequence[Any]:
    not_told = or_(cases.c.long_wait_told_at.is_(None), cases.c.long_wait_told_at < cases.c.waiting_since)
    waits = cases.c.closed_at.is_(None), cases.c.waiting_since < now - SHORTEST, cases.c.person_id.is_not(None)
    query = select(cases.c.id).where(cases.c.area.in_(areas), cases.c.urgency == CaseUrgency.ADVICE, *waits, not_told)
    return (await db.execute(query.order_by(cases.c.waiting_since).limit(MOST_AT_ONCE))).scalars().all()


async def _locked(db: AsyncConnection, case_id: Any) -> Any:
    """The case's row, its conversation locked before it as a turn does; None for one in other hands just now."""
    person = select(cases.c.person_id).where(cases.c.id == case_id).scalar_subquery()
    talk = select(conversations.c.id).where(conversations.c.person_id == person)
    if (await db.execute(talk.with_for_update(skip_locked=True))).first() is None:
        return None
    query = select(cases).where(cases.c.id == case_id)
    return (await db.execute(query.with_for_update(skip_locked=True))).first()
