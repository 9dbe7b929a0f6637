"""Advisers who have fallen silent while somebody waits (J15): danger goes back to the queue at once, other chats are marked."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from dialogs.effects import CaseUrgency
from server.db.base import table_of
from server.escalations.holding import give_back, silent_chats
from server.escalations.models import Case
from server.escalations.service import ABOUT_DANGER, tell
from server.hours import OpeningHours
from server.log import logger

log = logger(__name__)
cases = table_of(Case)

ASKED_AGAIN_AFTER: Final = timedelta(seconds=30)
"""A process that found somebody and died before the person was told leaves it to the next one after this long."""


@dataclass(frozen=True, slots=True)
class Lost:
    """A chat whose adviser fell silent. `is_taken_back`: it is in the queue again already; otherwise the person may choose."""

    case_id: uuid.UUID
    staff_id: uuid.UUID
    urgency: CaseUrgency
    since: datetime
    is_taken_back: bool


async def take_back(db: AsyncConnection, hours: Mapping[str, OpeningHours], now: datetime) -> int:
    """Give crises and disclosures of silent advisers back to the queue, their clocks begun anew, and mark other chats.

    How many were found. Repeating is harmless: each is found once until its adviser is there again.
    """
    found = [case for case in await silent_chats(db, now) if case.lost_since is None and case.person_id is not None]
    for case in found:
        is_danger = case.urgency in ABOUT_DANGER
        log.warning("adviser silent", case=str(case.id), staff=str(case.adviser_id), taken_back=is_danger)
        if is_danger:
            is_open = hours[case.area].desk(now).is_open if case.area in hours else None
            await give_back(db, case.id, now, is_open=is_open)
        mark = {"lost_since": now, "lost_ask_at": now, "lost_adviser_id": case.adviser_id}
        await db.execute(update(cases).where(cases.c.id == case.id).values(mark))
        await tell(db, case.id, case.area)
    return len(found)


async def lost_advisers(db: AsyncConnection, now: datetime) -> list[Lost]:
    """Chats whose person is to be told that their adviser is gone; each once, to one caller.

    Commit before telling them (the telling locks the conversation first), then call `note_told`. Without it, because somebody
    died in between, the chat is found again `ASKED_AGAIN_AFTER` later: the telling has to be harmless to repeat.
    """
    query = select(cases).where(cases.c.lost_ask_at <= now, cases.c.closed_at.is_(None))
    rows = (await db.execute(query.order_by(cases.c.lost_ask_at).with_for_update(skip_locked=True))).all()
    later = {"lost_ask_at": now + ASKED_AGAIN_AFTER}
    await db.execute(update(cases).where(cases.c.id.in_([row.id for row in rows])).values(later))
    return [_lost(row) for row in rows]


async def note_told(db: AsyncConnection, case_id: uuid.UUID, again_at: datetime | None = None) -> None:
    """The person was told of it: again at that instant, or not until an adviser is lost anew. Repeating is harmless.

    Nothing for an adviser who came back meanwhile.
    """
    still = cases.c.id == case_id, cases.c.lost_since.is_not(None)
    await db.execute(update(cases).where(*still).values(lost_ask_at=again_at))


def _lost(row: Any) -> Lost:
    return Lost(row.id, row.lost_adviser_id, row.urgency, row.lost_since, is_taken_back=row.adviser_id is None)
