"""What a person of ours writes: kept with the case and sent on the channel they wrote from last, in one transaction."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from dialogs.messages import Reply, ReplyKind, Urgency
from dialogs.wording import Voice
from server.conversations import sharing
from server.conversations.leaving import lock_talk
from server.conversations.models import Conversation
from server.conversations.service import LIVE_TOPIC, Conversations, notify
from server.conversations.unseen import unseen_words
from server.db.base import table_of
from server.escalations import holding
from server.escalations import service as escalations
from server.escalations.errors import CannotReach, NoSuchCase, OnHold
from server.outbox.models import Delivery
from server.outbox.rules import DeliveryKind
from server.outbox.service import Destination
from server.people.models import Address, Person
from server.staff.access import Member

addresses = table_of(Address)
deliveries = table_of(Delivery)
conversations = table_of(Conversation)
people = table_of(Person)

MOST_MESSAGES: Final = 20
"""What one sending of an adviser is split into at most."""


async def write_as_adviser(
    service: Conversations,
    case_id: uuid.UUID,
    who: Member,
    text: str,
    now: datetime,
    *,
    key: str | None = None,
    seen: int | None = None,
) -> None:
    """Send the words of the adviser who holds the case, named as a person, on the channel that asked.

    Writing twice under one `key` sends once. `seen` is the newest cursor of the thread that they had before their eyes (None: all
    of it): words after it are not answered by this. Raises NoSuchCase, NotYours, OnHold, CannotReach with the channels that are left.
    """
    async with service.engine.begin() as db:
        await lock_talk(
            db, case_id
        )  # before the case, as a turn does: a row for the outbox points at the conversation too
        case = await holding.still_mine(db, who, case_id)
        to = await _where_asked(db, case.person_id, case.address_id)
        whole = Reply(case.language, text, ReplyKind.ADVISER, Urgency.ADVISER, author=who.name)
        aside = await sharing.notice_for(db, to, Voice(service.ports.wording, case.language), now)
        replies = _fitting(service, to.lane, aside or whole)
        unique_key = f"{case_id}:{key}" if key else None
        enqueued = service.outbox.prepare(to, replies, now, kind=DeliveryKind.ADVISER, unique_key=unique_key)
        stored = await service.outbox.store(db, enqueued)
        if await _is_new(db, enqueued.rows[0]["id"]):
            if aside is not None:
                await sharing.set_aside(db, to.conversation_id, whole)
            await escalations.add_words(db, case_id, case.area, text, now, author="adviser", staff_id=who.id)
        unseen = await unseen_words(db, case.person_id, seen)
        await holding.note_answer(db, case, now, unseen_since=unseen[0].received_at if unseen else None)
        await escalations.tell(db, case_id, case.area)
        await notify(db, LIVE_TOPIC, to.address_hash.hex())
    service.sender.send_soon(stored)


async def check_way(db: AsyncConnection, case: Any) -> None:
    """Raises CannotReach, with the channels that are left, when the way on which a case's person asked is closed; OnHold, NoSuchCase."""
    if case.person_id is None:
        raise NoSuchCase("nobody to reach")
    await _where_asked(db, case.person_id, case.address_id)


def _fitting(service: Conversations, lane: str, whole: Reply) -> list[Reply]:
    """An adviser's words in as many messages as the channel needs: nobody has to ask for the rest of what a person said."""
    channel = service.channels.get(lane)
    replies: list[Reply] = []
    rest: Reply | None = whole
    while rest is not None and channel is not None and len(replies) < MOST_MESSAGES:
        fitting, rest = channel.fit(rest)
        replies.append(fitting)
    return [*replies, rest] if rest is not None else replies


async def show_typing(db: AsyncConnection, case: Any, key: str, *, is_shown_to_them: bool) -> tuple[str, str] | None:
    """Somebody types in a case: colleagues are told under the key, and the young person's page when it shows such things.

    The lane and address whose channel may show it too, after the commit; None where nothing is shown.
    """
    await notify(db, escalations.CASES_TOPIC, key)
    if not is_shown_to_them or case.address_id is None:
        return None
    query = select(addresses).where(addresses.c.id == case.address_id)
    row = (await db.execute(query)).first()
    if row is None or not row.is_reachable:
        return None
    await notify(db, LIVE_TOPIC, row.address_hash.hex())
    return row.lane, row.address


async def _is_new(db: AsyncConnection, delivery_id: uuid.UUID) -> bool:
    """False when the row was not stored because its key was there before."""
    return (await db.execute(select(deliveries.c.id).where(deliveries.c.id == delivery_id))).first() is not None


async def _where_asked(db: AsyncConnection, person_id: uuid.UUID, address_id: uuid.UUID | None) -> Destination:
    """The address that asked; without one, the one they wrote from last.

    Raises CannotReach when that way is closed: they blocked us, or said stop, which holds for everybody of ours; OnHold while their
    phone may be in other hands. The caller holds the lock of the conversation, so that a freeze waits and finds the words.

    Words for one phone are not sent to another by themselves: somebody else may hold it.
    """
    held = select(people.c.on_hold_since).where(people.c.id == person_id)
    if (await db.execute(held)).scalar() is not None:
        raise OnHold
    query = (
        select(addresses, conversations.c.id.label("conversation_id"))
        .join(conversations, conversations.c.person_id == addresses.c.person_id)
        .where(addresses.c.person_id == person_id)
        .order_by(addresses.c.id != address_id, addresses.c.last_inbound_at.desc())
    )
    rows = (await db.execute(query)).mappings().all()
    if not rows:
        raise NoSuchCase("nobody to reach")
    row = rows[0]
    if not _may_write(row):
        left = (other["channel"].value for other in rows[1:] if _may_write(other))
        raise CannotReach(tuple(dict.fromkeys(left)))
    return Destination(
        row["area"], row["channel"], row["lane"], row["address"], row["address_hash"], row["id"], row["conversation_id"]
    )


def _may_write(address: Any) -> bool:
    """False for an address that is gone, or whose owner does not want to hear from us."""
    return bool(address["is_reachable"]) and address["stopped"] != "all"
