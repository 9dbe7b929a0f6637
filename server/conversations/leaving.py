"""When an adviser goes: lost in the middle of a talk (J15), or saying goodbye at its end. Who locks here locks the conversation first."""

from __future__ import annotations

import uuid
from datetime import date, datetime, timedelta
from typing import Any, Final

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from dialogs.effects import CaseUrgency
from dialogs.events import AdviserLeft, AdviserLost
from server.conversations.models import Conversation
from server.conversations.service import Conversations
from server.db.base import table_of
from server.escalations import holding, records
from server.escalations.errors import NoSuchCase
from server.escalations.lost import Lost
from server.escalations.models import Case, CaseOutcome
from server.escalations.service import ABOUT_DANGER
from server.people.models import Address
from server.people.service import Contact
from server.staff.access import Member

addresses = table_of(Address)
cases = table_of(Case)
conversations = table_of(Conversation)

TOLD_AGAIN_AFTER: Final = timedelta(minutes=10)
"""Who chose to wait, or did not answer, is asked again after so long: nobody waits unattended."""

MAY_BE_ASKED: Final = frozenset({CaseOutcome.ANSWERED, CaseOutcome.BOOKED, CaseOutcome.PASSED_ON})
"""Ends after which one question is fair."""

SAYS_NOTHING: Final = frozenset({CaseOutcome.WRONG_NUMBER})
"""Ends after which a word would tell somebody else that there was a talk."""


async def tell_adviser_lost(service: Conversations, case_id: uuid.UUID, now: datetime) -> datetime | None:
    """Say that the adviser has lost connection, once; when to look again. Harmless to repeat, or when it is not so any more.

    About danger the case goes to the queue at once and that is said; so does one whose person cannot be asked. Anybody else chooses.
    None when nobody has to look again: it is closed or in the queue, or the adviser is there.
    """
    async with service.engine.begin() as db:
        await lock_talk(db, case_id)
        try:
            case = await holding.locked(db, case_id)
        except NoSuchCase:
            return None
        if not _is_lost(case, now):
            return _look_again(case)
        contact = await contact_of(db, service, case)
        event = AdviserLost(await holding.name_of(db, case.adviser_id), case.urgency in ABOUT_DANGER)
        if event.is_given_on or contact is None:
            await holding.pass_over(db, case_id, now)
        else:
            await db.execute(update(cases).where(cases.c.id == case_id).values(lost_told_at=now))
        if contact is not None:
            await service.tell(db, contact, event, now)
    return now + TOLD_AGAIN_AFTER


async def tell_lost(service: Conversations, lost: Lost, now: datetime) -> datetime | None:
    """Tell the person of a lost adviser; when to look again (None: not). Harmless to repeat."""
    if not lost.is_taken_back:
        return await tell_adviser_lost(service, lost.case_id, now)
    async with service.engine.begin() as db:
        await lock_talk(db, lost.case_id)
        try:
            case = await holding.locked(db, lost.case_id)
        except NoSuchCase:
            return None
        if case.adviser_id is None and case.lost_told_at is None:
            await _tell_taken_back(db, service, case, lost, now)
    return None


async def _tell_taken_back(db: AsyncConnection, service: Conversations, case: Any, lost: Lost, now: datetime) -> None:
    """It is in the queue again already: say so, and give it to somebody else first."""
    passed = sorted({*case.passed_over, lost.staff_id}, key=str)
    await db.execute(update(cases).where(cases.c.id == case.id).values(lost_told_at=now, passed_over=passed))
    contact = await contact_of(db, service, case)
    if contact is not None:
        await service.tell(db, contact, AdviserLost(await holding.name_of(db, lost.staff_id), True), now)


async def close_talk(
    db: AsyncConnection,
    service: Conversations,
    who: Member,
    case_id: uuid.UUID,
    outcome: CaseOutcome,
    now: datetime,
    *,
    next_on: date | None = None,
    next_step: str = "",
) -> None:
    """Close what somebody holds and say goodbye, in one transaction that has begun. Raises NotYours, NoSuchCase."""
    await lock_talk(db, case_id)
    await holding.close(db, who, case_id, outcome, now, next_on=next_on, next_step=next_step)
    row = (await db.execute(select(cases).where(cases.c.id == case_id))).one()
    await say_goodbye(db, service, row, now)


async def say_goodbye(db: AsyncConnection, service: Conversations, case: Any, now: datetime) -> None:
    """The farewell of a case's row as it stands closed, in the closing transaction, which called `lock_talk` first.

    Nothing to whoever cannot or must not be written to. Nobody is asked after danger, a complaint, or a talk that did not happen.
    """
    contact = await contact_of(db, service, case)
    if contact is None or case.outcome in SAYS_NOTHING:
        return
    name = await holding.name_of(db, case.closed_by_id)
    has_answered = case.first_answer_at is not None
    may_ask = _may_ask(case) and not await records.is_held(db, case.person_id)
    await service.tell(db, contact, AdviserLeft(name, has_answered, may_ask, case.next_on), now)


async def lock_talk(db: AsyncConnection, case_id: uuid.UUID) -> None:
    """Lock the conversation of a case's person, before the case is locked: a turn takes them in this order too."""
    person = select(cases.c.person_id).where(cases.c.id == case_id).scalar_subquery()
    await db.execute(select(conversations.c.id).where(conversations.c.person_id == person).with_for_update())


def _is_lost(case: Any, now: datetime) -> bool:
    """True while somebody holds it, has done nothing for long, their person waits, and was not told lately. Pure."""
    long_ago = now - holding.SILENT_AFTER
    if case.adviser_id is None or case.waiting_since is None or case.waiting_since > long_ago:
        return False
    is_on_hold = case.held_until is not None and case.held_until > now and case.urgency is not CaseUrgency.CRISIS
    is_active = case.adviser_active_at is not None and case.adviser_active_at > long_ago
    was_told = case.lost_told_at is not None and case.lost_told_at > now - TOLD_AGAIN_AFTER
    return not (is_on_hold or is_active or was_told)


def _look_again(case: Any) -> datetime | None:
    """When a chat whose person is not told just now comes up again: they were told and the teller died, or it is on hold. Pure."""
    if case.adviser_id is None or case.lost_since is None or case.waiting_since is None:
        return None
    told_again = case.lost_told_at and case.lost_told_at + TOLD_AGAIN_AFTER
    return max(filter(None, (told_again, case.held_until)), default=None)


def _may_ask(case: Any) -> bool:
    is_hard = case.urgency in ABOUT_DANGER or case.urgency is CaseUrgency.COMPLAINT or bool(case.alarms)
    return case.outcome in MAY_BE_ASKED and case.first_answer_at is not None and not is_hard


async def contact_of(db: AsyncConnection, service: Conversations, case: Any) -> Contact | None:
    """Where the case was asked for; None when that is gone, its owner does not want to hear from us, or it is not set up here."""
    query = select(addresses).where(addresses.c.id == case.address_id, addresses.c.person_id == case.person_id)
    row = (await db.execute(query)).first()
    if row is None or not row.is_reachable or row.stopped == "all" or row.lane not in service.channels:
        return None
    return Contact(row.channel, row.lane, row.address, row.address_hash)
