"""Find, lock and store the thread of a person: the rows around one turn, in as few statements as it takes."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.ext.asyncio import AsyncConnection

from dialogs.effects import CaseUrgency
from dialogs.facts import ClosedCase, OpenCase
from dialogs.messages import InboundMessage
from dialogs.state import ConversationState
from server.conversations import statements
from server.conversations.models import Conversation, Message
from server.db.base import table_of
from server.db.ids import new_id
from server.people.models import Address, Person, PhoneSeat
from server.people.service import Contact, add_address

people = table_of(Person)
addresses = table_of(Address)
conversations = table_of(Conversation)
messages = table_of(Message)
seats = table_of(PhoneSeat)

PACE_DRAINS = timedelta(seconds=1)
"""How long one message weighs on the pace."""

LATE_WITHIN = timedelta(hours=24)
"""So long after closing, words may be an answer to the adviser who has gone."""

DANGER = frozenset({CaseUrgency.CRISIS.value, CaseUrgency.SAFEGUARDING.value})

PACE_MOST = 40
"""However many came, half a minute of silence is enough."""


@dataclass(frozen=True, slots=True)
class Thread:
    """A locked conversation as it stood before the turn. `phone_hash` is set on a phone that several share, `seat` is whose it is there."""

    person_id: uuid.UUID
    address_id: uuid.UUID
    conversation_id: uuid.UUID
    state: ConversationState
    stopped: str
    last_sent_at: datetime | None
    pace_since: datetime
    pace_count: int
    phone_hash: bytes | None = None
    seat: str = ""


@dataclass(frozen=True, slots=True)
class Claim:
    """What else was true when the message was claimed, instants as stored.

    `closed` is the case closed last, when that was lately. `has_earlier`: an older delivery to the address is not in this process's hands.
    `message_id` is the stored row's (None for an event). `is_on_hold` is read after the conversation was locked, not with it: a
    statement that waited for the lock still sees the person as they were before.
    """

    case: OpenCase | None
    has_earlier: bool
    closed: ClosedCase | None = None
    message_id: uuid.UUID | None = None
    is_on_hold: bool = False


async def enter(db: AsyncConnection, contact: Contact, area: str, now: datetime) -> Thread:
    """The thread of this address, locked until the transaction ends; a new person is made for a new address."""
    found = await _locked(db, contact)
    if found is not None:
        return found
    # two first messages of one address at once: the second waits here and then finds the first one's person
    await db.execute(select(func.pg_advisory_xact_lock(int.from_bytes(contact.address_hash[:8], signed=True))))
    return await _locked(db, contact) or await _anew(db, contact, area, now) or await _new(db, contact, area, now)


async def _locked(db: AsyncConnection, contact: Contact) -> Thread | None:
    row = (await db.execute(statements.LOCK, {"lane": contact.lane, "hash": contact.address_hash})).first()
    if row is None:
        return None
    plain = statements.STATE.process_result_value(row[3], db.dialect)
    seat = statements.NICKNAME.process_result_value(row[9], db.dialect) or ""
    thread = Thread(row[0], row[1], row[2], ConversationState.from_plain(plain), *row[4:9])
    return replace(thread, seat=seat)


async def _seated(db: AsyncConnection, contact: Contact, thread: Thread) -> Thread:
    """The same with its place on a shared phone: a nickname that somebody wrote down before it ever wrote."""
    same = seats.c.lane == contact.lane, seats.c.address_hash == contact.address_hash
    row = (await db.execute(select(seats.c.phone_hash, seats.c.nickname).where(*same))).first()
    return thread if row is None else replace(thread, phone_hash=row.phone_hash, seat=row.nickname or "")


async def _anew(db: AsyncConnection, contact: Contact, area: str, now: datetime) -> Thread | None:
    """A fresh memory for an address that is known but has none: deleted as asked, or silent for long after a STOP."""
    same = addresses.c.lane == contact.lane, addresses.c.address_hash == contact.address_hash
    query = select(addresses.c.person_id, addresses.c.id, addresses.c.stopped).where(*same)
    row = (await db.execute(query)).first()
    if row is None:
        return None
    thread = Thread(row.person_id, row.id, new_id(), ConversationState(), row.stopped, None, now, 0)
    await _add_conversation(db, thread, area, now)
    return await _seated(db, contact, thread)


async def _new(db: AsyncConnection, contact: Contact, area: str, now: datetime) -> Thread:
    thread = Thread(new_id(), new_id(), new_id(), ConversationState(), "", None, now, 0)
    await db.execute(insert(people).values(id=thread.person_id, area=area, first_seen_at=now))
    await add_address(db, contact, area, thread.person_id, thread.address_id, now)
    await _add_conversation(db, thread, area, now)
    return await _seated(db, contact, thread)


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
    row = _message_row(thread, message, body, area, now)
    row |= {"kind": message.kind.value, "person_id": thread.person_id, "hash": contact.address_hash, "process": process}
    row["closed_after"] = now - LATE_WITHIN
    found = await statements.CLAIM.first(db, row)
    if found is None:
        return None
    return replace(_claim(db, found, has_earlier=bool(found["has_earlier"])), message_id=row["id"])


async def present(db: AsyncConnection, person_id: uuid.UUID, now: datetime) -> Claim:
    """What a turn without a message has to know about now; what it says follows whatever still waits."""
    row = {"person_id": person_id, "closed_after": now - LATE_WITHIN}
    return _claim(db, await statements.CASES.first(db, row), has_earlier=True)


def _claim(db: AsyncConnection, found: Any, *, has_earlier: bool) -> Claim:
    """The row of a statement, read. Somebody whose name is gone still holds what they hold."""

    def name(sealed: bytes | None) -> str:
        return statements.ADVISER.process_result_value(sealed, db.dialect) or ""

    case = closed = None
    if found["opened_at"]:
        adviser = name(found["adviser"]) if found["is_held"] else None
        case = OpenCase(found["opened_at"], found["urgency"] == CaseUrgency.CRISIS.value, adviser, found["is_lost"])
    if found["closed_at"]:
        adviser = name(found["closed_adviser"]) if found["was_answered"] else ""
        closed = ClosedCase(found["closed_at"], adviser, found["closed_urgency"] in DANGER)
    return Claim(case, has_earlier, closed, is_on_hold=bool(found["is_on_hold"]))


def pace(thread: Thread, now: datetime) -> tuple[datetime, int]:
    """Since when the pace has drained, and how high it stands, this message included: a bucket that never empties at once."""
    drained = max(0, (now - thread.pace_since) // PACE_DRAINS)
    if drained >= thread.pace_count:
        return now, 1
    return thread.pace_since + drained * PACE_DRAINS, min(thread.pace_count - drained + 1, PACE_MOST)


def state_row(thread: Thread, state: ConversationState, sent_at: datetime | None, now: datetime) -> dict[str, Any]:
    """What the conversation remembers after a turn, as the values of `STORE_STATE`."""
    window = pace(thread, now)
    return {
        "thread_id": thread.conversation_id,
        "state": state.to_plain(),
        "language": state.settings.language,
        "last_sent_at": max(filter(None, (thread.last_sent_at, sent_at)), default=None),
        "pace_since": window[0],
        "pace_count": window[1],
        "updated_at": now,
    }


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
