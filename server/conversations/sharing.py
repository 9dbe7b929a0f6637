"""Whose turn it is on a phone that several share: who writes now, and what they had written before we knew."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from dialogs.messages import InboundMessage, MessageKind, Reply
from dialogs.state import ConversationState
from dialogs.topics import whose
from dialogs.wording import Voice
from server.conversations.models import Conversation, Message
from server.conversations.thread import Thread
from server.db.base import table_of
from server.outbox.service import Destination
from server.people import phones
from server.people.service import Contact

messages = table_of(Message)
conversations = table_of(Conversation)

KEPT_UNASKED = timedelta(minutes=30)
"""What was written so long before somebody said who they are is still answered; older words are not: who wrote them is past asking."""

MOST_KEPT = 5
OF_ANY_HAND = frozenset(
    {"whose_known", "whose_again", "stopped", "reminders_stopped", "started", "help", "blocked", "unblocked"}
)


@dataclass(frozen=True, slots=True)
class Sharing:
    """Who shares the phone of a turn. `is_unknown`: nobody there has said lately that it is them.

    `speaker` is the address of whoever writes now (None: not known), `mine` that of the turn.
    """

    nicknames: tuple[str, ...] = ()
    speaker: bytes | None = None
    mine: bytes = b""

    @property
    def is_unknown(self) -> bool:
        """True where it has to be asked who writes, or somebody else holds the phone just now."""
        return bool(self.nicknames) and self.speaker != self.mine


NOT_SHARED = Sharing()


async def sharing_of(db: AsyncConnection, contact: Contact, thread: Thread, now: datetime) -> Sharing:
    """What is known of the phone of this thread. One statement where it is shared, none elsewhere."""
    if thread.phone_hash is None:
        return NOT_SHARED
    seats = await phones.seats_of(db, contact.lane, thread.phone_hash, now)
    speaker = next((seat.address_hash for seat in seats if seat.is_speaking), None)
    return Sharing(tuple(seat.nickname for seat in seats if seat.nickname), speaker, contact.address_hash)


def contact_of(contact: Contact, thread: Thread, nickname: str) -> Contact:
    """The way to one who shares this phone; with an empty nickname to whoever is not on the list."""
    if not nickname:
        return replace(contact, address_hash=thread.phone_hash or contact.address_hash)
    return replace(contact, address_hash=phones.seat_hash(contact.lane, contact.address, nickname))


async def goes_on(
    db: AsyncConnection, contact: Contact, thread: Thread, state: ConversationState, now: datetime
) -> None:
    """They hold the phone for a while longer, in danger for longer."""
    if thread.phone_hash is not None:
        lasts = phones.SPEAKS_IN_DANGER_FOR if state.crisis_since else phones.SPEAKS_FOR
        await phones.speaks(db, contact.lane, thread.phone_hash, contact.address_hash, now + lasts)


async def after(
    db: AsyncConnection,
    contact: Contact,
    thread: Thread,
    message_id: uuid.UUID | None,
    state: ConversationState,
    outcome: str,
    now: datetime,
) -> None:
    """After the turn of a message: it waits for its writer, or whoever wrote goes on. What any hand may do tells nothing of whose it is."""
    if thread.phone_hash is None:
        return
    if outcome == "whose_asked":
        await db.execute(update(messages).where(messages.c.id == message_id).values(is_unasked=True))
    elif outcome not in OF_ANY_HAND:
        await goes_on(db, contact, thread, state, now)


async def take_kept(
    db: AsyncConnection, asked: Thread, to: Thread, message: InboundMessage, now: datetime
) -> list[tuple[Any, InboundMessage]]:
    """(row, message) of what was written before it was known who wrote, oldest first: from now on it is theirs."""
    since = now - KEPT_UNASKED
    query = (
        select(messages.c.id, messages.c.external_id, messages.c.body, messages.c.sent_at)
        .where(
            messages.c.conversation_id == asked.conversation_id, messages.c.is_unasked, messages.c.received_at >= since
        )
        .order_by(messages.c.received_at.desc(), messages.c.id.desc())
        .limit(MOST_KEPT)
    )
    rows: Sequence[Any] = (await db.execute(query)).all()
    theirs = {"conversation_id": to.conversation_id, "address_id": to.address_id, "is_unasked": False}
    await db.execute(update(messages).where(messages.c.id.in_([row.id for row in rows])).values(theirs))
    rest = messages.c.conversation_id == asked.conversation_id, messages.c.is_unasked
    await db.execute(update(messages).where(*rest).values(is_unasked=False))
    plain = replace(message, kind=MessageKind.TEXT, press=None, payload="", files=())
    return [
        (row.id, replace(plain, external_id=row.external_id, text=row.body, sent_at=row.sent_at)) for row in rows[::-1]
    ]


async def notice_for(db: AsyncConnection, to: Destination, voice: Voice, now: datetime) -> Reply | None:
    """What may be read by anybody, in place of words to one who shares a phone and does not hold it just now; else None."""
    phone = await phones.phone_of(db, to.lane, to.address_hash)
    if phone is None:
        return None
    mine = next(seat for seat in await phones.seats_of(db, to.lane, phone, now) if seat.address_hash == to.address_hash)
    return whose.notice(voice, mine.nickname) if mine.nickname and not mine.is_speaking else None


async def set_aside(db: AsyncConnection, conversation_id: uuid.UUID | None, reply: Reply) -> None:
    """These words wait until it is them: they come first then. The conversation is locked by the caller."""
    same = conversations.c.id == conversation_id
    plain = (await db.execute(select(conversations.c.state).where(same))).scalar_one()
    state = ConversationState.from_plain(plain)
    waiting = replace(state, unread=(*state.unread, reply))
    await db.execute(update(conversations).where(same).values(state=waiting.to_plain()))
