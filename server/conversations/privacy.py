"""The conversations' part in a person's rights, and what `my data` tells."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import delete, exists, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from dialogs.events import HeldAddress, MyDataCompiled
from server.answers.unanswered import UnansweredQuestion
from server.conversations import files
from server.conversations.models import Conversation, Message
from server.db.base import table_of
from server.escalations.models import Case
from server.outbox.models import Delivery
from server.people.models import Address, JoinCode, Person
from server.people.privacy import Subject
from server.people.service import addresses_of, masked

conversations = table_of(Conversation)
messages = table_of(Message)
people = table_of(Person)
addresses = table_of(Address)
cases = table_of(Case)
deliveries = table_of(Delivery)
join_codes = table_of(JoinCode)
unanswered = table_of(UnansweredQuestion)


class ConversationsData:
    """Threads: what came in and what is remembered of it."""

    tables = (table_of(Conversation), table_of(Message))

    async def must_keep(self, db: AsyncConnection, person_id: uuid.UUID) -> bool:  # noqa: ARG002 - the protocol's
        """Nothing here stands in the way of a deletion: words about danger are in the case."""
        return False

    async def erase(self, db: AsyncConnection, subject: Subject) -> None:
        """Delete the messages and the memory of the conversation."""
        own = select(conversations.c.id).where(conversations.c.person_id == subject.person_id)
        await db.execute(delete(messages).where(messages.c.conversation_id.in_(own)))
        await db.execute(delete(conversations).where(conversations.c.person_id == subject.person_id))

    async def expire(self, db: AsyncConnection, now: datetime, kept: timedelta) -> int:
        """Delete messages older than they may be, and persons who have been silent that long; open cases keep theirs."""
        before = now - kept
        with_case = exists().where(cases.c.person_id == conversations.c.person_id, cases.c.closed_at.is_(None))
        in_use = select(conversations.c.id).where(with_case)
        old = (messages.c.received_at < before) & messages.c.conversation_id.not_in(in_use)
        gone = (await db.execute(delete(messages).where(old))).rowcount
        await db.execute(delete(unanswered).where(unanswered.c.asked_at < before))  # they can hold personal words
        await self._forget_silent(db, before)
        return gone

    async def _forget_silent(self, db: AsyncConnection, before: datetime) -> None:
        """A person with no message, delivery or case left, silent since then, is nobody any more."""
        in_use = (
            exists().where(messages.c.conversation_id == conversations.c.id)
            | exists().where(cases.c.person_id == conversations.c.person_id)
            | exists().where(deliveries.c.conversation_id == conversations.c.id)
        )
        silent = select(conversations.c.person_id).where(conversations.c.updated_at < before, ~in_use)
        ids = [row[0] for row in (await db.execute(silent.limit(1000))).all()]
        await db.execute(delete(conversations).where(conversations.c.person_id.in_(ids)))
        await db.execute(delete(join_codes).where(join_codes.c.person_id.in_(ids)))
        await db.execute(delete(addresses).where(addresses.c.person_id.in_(ids), addresses.c.stopped == ""))
        has_stop = exists().where(addresses.c.person_id == people.c.id)
        await db.execute(delete(people).where(people.c.id.in_(ids), ~has_stop))


async def compile_my_data(db: AsyncConnection, person_id: uuid.UUID, kept_days: int, zone: ZoneInfo) -> MyDataCompiled:
    """What is held about the person, counted in the real record, instants in the area's zone."""
    first_seen_at = (await db.execute(select(people.c.first_seen_at).where(people.c.id == person_id))).scalar_one()
    counted = (
        select(func.count()).select_from(messages.join(conversations)).where(conversations.c.person_id == person_id)
    )
    message_count = (await db.execute(counted)).scalar_one()
    open_cases = (
        select(cases.c.opened_at)
        .where(cases.c.person_id == person_id, cases.c.closed_at.is_(None))
        .order_by(cases.c.opened_at)
    )
    held = [
        HeldAddress(row["channel"].value, masked(row["address"], row["channel"]))
        for row in await addresses_of(db, person_id)
    ]
    return MyDataCompiled(
        first_seen_at=first_seen_at.astimezone(zone),
        addresses=tuple(held),
        message_count=message_count,
        kept_days=kept_days,
        files_sent_at=tuple(at.astimezone(zone) for at in await files.sent_at(db, person_id)),
        case_opened_at=tuple(row[0].astimezone(zone) for row in (await db.execute(open_cases)).all()),
    )
