"""Find, lock and store the thread of a person: the rows around one turn, in as few statements as it takes."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import CTE, and_, exists, func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.ext.asyncio import AsyncConnection

from dialogs.effects import CaseUrgency
from dialogs.facts import OpenCase
from dialogs.messages import InboundMessage
from dialogs.state import ConversationState
from server.conversations.models import Conversation, Message
from server.db.base import table_of
from server.db.ids import new_id
from server.escalations.models import Case
from server.outbox.models import Delivery
from server.outbox.rules import WAITING
from server.people.models import Address, Person
from server.people.service import Contact, add_address

people = table_of(Person)
addresses = table_of(Address)
conversations = table_of(Conversation)
messages = table_of(Message)
cases = table_of(Case)
deliveries = table_of(Delivery)

PACE_WINDOW = timedelta(seconds=10)


@dataclass(frozen=True, slots=True)
class Thread:
    """A locked conversation as it stood before the turn."""

    person_id: uuid.UUID
    address_id: uuid.UUID
    conversation_id: uuid.UUID
    state: ConversationState
    stopped: str
    last_sent_at: datetime | None
    pace_since: datetime
    pace_count: int


@dataclass(frozen=True, slots=True)
class Claim:
    """What else was true when the message was claimed. `has_earlier`: an older delivery to the address is not in this process's hands."""

    case: OpenCase | None
    has_earlier: bool


async def enter(db: AsyncConnection, contact: Contact, area: str, now: datetime) -> Thread:
    """The thread of this address, locked until the transaction ends; a new person is made for a new address."""
    found = await _locked(db, contact)
    if found is not None:
        return found
    # two first messages of one address at once: the second waits here and then finds the first one's person
    await db.execute(select(func.pg_advisory_xact_lock(int.from_bytes(contact.address_hash[:8], signed=True))))
    return await _locked(db, contact) or await _anew(db, contact, area, now) or await _new(db, contact, area, now)


async def _locked(db: AsyncConnection, contact: Contact) -> Thread | None:
    query = (
        select(
            addresses.c.person_id,
            addresses.c.id,
            conversations.c.id,
            conversations.c.state,
            addresses.c.stopped,
            conversations.c.last_sent_at,
            conversations.c.pace_since,
            conversations.c.pace_count,
        )
        .join(conversations, conversations.c.person_id == addresses.c.person_id)
        .where(addresses.c.lane == contact.lane, addresses.c.address_hash == contact.address_hash)
        .with_for_update(of=conversations)
    )
    row = (await db.execute(query)).first()
    return None if row is None else Thread(row[0], row[1], row[2], ConversationState.from_plain(row[3]), *row[4:])


async def _anew(db: AsyncConnection, contact: Contact, area: str, now: datetime) -> Thread | None:
    """A fresh memory for an address that is known but has none: deleted as asked, or silent for long after a STOP."""
    same = addresses.c.lane == contact.lane, addresses.c.address_hash == contact.address_hash
    query = select(addresses.c.person_id, addresses.c.id, addresses.c.stopped).where(*same)
    row = (await db.execute(query)).first()
    if row is None:
        return None
    thread = Thread(row.person_id, row.id, new_id(), ConversationState(), row.stopped, None, now, 0)
    await _add_conversation(db, thread, area, now)
    return thread


async def _new(db: AsyncConnection, contact: Contact, area: str, now: datetime) -> Thread:
    thread = Thread(new_id(), new_id(), new_id(), ConversationState(), "", None, now, 0)
    await db.execute(insert(people).values(id=thread.person_id, area=area, first_seen_at=now))
    await add_address(db, contact, area, thread.person_id, thread.address_id, now)
    await _add_conversation(db, thread, area, now)
    return thread


async def _add_conversation(db: AsyncConnection, thread: Thread, area: str, now: datetime) -> None:
    row = {
        "id": thread.conversation_id,
        "person_id": thread.person_id,
        "area": area,
        "state": thread.state.to_plain(),
        "pace_since": now,
        "pace_count": 0,
        "updated_at": now,
    }
    await db.execute(insert(conversations).values(row))


async def claim(
    db: AsyncConnection,
    thread: Thread,
    message: InboundMessage,
    body: str,
    contact: Contact,
    area: str,
    process: str,
    now: datetime,
) -> Claim | None:
    """Store the message under its external id; None when it was stored before. Also what the turn has to know about now."""
    stored = (
        pg_insert(messages)
        .values(_message_row(thread, message, body, area, now))
        .on_conflict_do_nothing(index_elements=["lane", "external_id"])
        .returning(messages.c.id)
        .cte("stored")
    )
    has_earlier = exists().where(
        deliveries.c.address_hash == contact.address_hash,
        deliveries.c.status.in_(WAITING),
        deliveries.c.leased_by.is_distinct_from(process),
    )
    is_open = and_(cases.c.person_id == thread.person_id, cases.c.closed_at.is_(None))
    heard_from = (
        update(addresses)
        .where(addresses.c.id == thread.address_id)
        .values(last_inbound_at=now, is_reachable=True)
        .returning(addresses.c.id)
        .cte("heard_from")
    )
    columns = (stored.c.id, cases.c.opened_at, cases.c.urgency, cases.c.adviser, has_earlier)
    query = select(*columns).select_from(stored.outerjoin(cases, is_open)).add_cte(heard_from)
    found = (await db.execute(query)).first()
    if found is None:
        return None
    case = OpenCase(found[1], found[2] is CaseUrgency.CRISIS, found[3]) if found[1] else None
    return Claim(case, bool(found[4]))


def pace(thread: Thread, now: datetime) -> tuple[datetime, int]:
    """Start of the present ten seconds and the messages in it, this one included."""
    if now - thread.pace_since >= PACE_WINDOW:
        return now, 1
    return thread.pace_since, thread.pace_count + 1


def state_update(
    thread: Thread, state: ConversationState, sent_at: datetime | None, window: tuple[datetime, int], now: datetime
) -> Any:
    """The statement that stores what the conversation remembers after a turn."""
    latest = max(filter(None, (thread.last_sent_at, sent_at)), default=None)
    return (
        update(conversations)
        .where(conversations.c.id == thread.conversation_id)
        .values(
            state=state.to_plain(),
            language=state.settings.language,
            last_sent_at=latest,
            pace_since=window[0],
            pace_count=window[1],
            updated_at=now,
        )
    )


def as_cte(statement: Any) -> CTE:
    """The statement as part of another one, so that both go in one round trip."""
    cte: CTE = statement.returning(conversations.c.id).cte("state_stored")
    return cte


async def enter_again(db: AsyncConnection, contact: Contact, area: str, now: datetime) -> Thread:
    """The thread of an address after its person changed in this transaction; a new, farewell person after a deletion.

    When a record has to stay, the person and the address are still there and only the memory is made anew.
    """
    if (found := await _locked(db, contact) or await _anew(db, contact, area, now)) is not None:
        return found
    thread = await _new(db, contact, area, now)
    await db.execute(update(people).where(people.c.id == thread.person_id).values(is_farewell=True))
    return thread


async def remember_id(db: AsyncConnection, thread: Thread, message: InboundMessage, area: str, now: datetime) -> None:
    """Keep the bare id of the message that asked for a deletion: its provider may send it once more."""
    row = _message_row(thread, message, "", area, now)
    await db.execute(pg_insert(messages).values(row).on_conflict_do_nothing(index_elements=["lane", "external_id"]))


def _message_row(thread: Thread, message: InboundMessage, body: str, area: str, now: datetime) -> dict[str, Any]:
    return {
        "id": new_id(),
        "conversation_id": thread.conversation_id,
        "address_id": thread.address_id,
        "area": area,
        "lane": message.lane,
        "external_id": message.external_id,
        "kind": message.kind,
        "body": body,
        "sent_at": message.sent_at,
        "received_at": now,
    }
