"""What the queue and the chat show, read from the database: rows made plain, nothing decided and nothing drawn here."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, NamedTuple

from sqlalchemy import DateTime, Select, func, select, type_coerce
from sqlalchemy import case as sql_case
from sqlalchemy.ext.asyncio import AsyncConnection

from dialogs.effects import CaseUrgency
from dialogs.messages import ChannelName, Reply
from server.conversations.models import Conversation, Message
from server.db.base import table_of
from server.escalations.models import Case, CaseMessage
from server.escalations.service import ABOUT_DANGER, ORDER
from server.outbox.models import Delivery
from server.outbox.rules import Status
from server.people.models import Address
from server.staff.access import Fact, Member, may_read
from server.staff.errors import MayNot
from server.staff.models import Staff

cases = table_of(Case)
case_messages = table_of(CaseMessage)
conversations = table_of(Conversation)
messages = table_of(Message)
deliveries = table_of(Delivery)
addresses = table_of(Address)
staff = table_of(Staff)

PAGE: Final = 60
"""Lines of a thread that are shown at once."""

LARGEST: Final = 2**53
"""No cursor is larger: a browser counts no further."""

PLACES: Final = {urgency.value: place for place, urgency in enumerate(ORDER)}
MOST_WAITING: Final = 1000
"""Rows of a queue that one page holds."""


class QueueRow(NamedTuple):
    """One open case as the queue shows it: nothing in it says who the young person is.

    `since` is when the oldest words came that nobody answered (None: nothing waits). `holder` is a name (empty: nobody).
    A tuple, because a queue of hundreds is made and compared again and again.
    """

    id: uuid.UUID
    number: int
    area: str
    urgency: CaseUrgency
    reason: str
    language: str
    channel: ChannelName | None
    skill: str
    since: datetime | None
    opened_at: datetime
    adviser_id: uuid.UUID | None
    held_until: datetime | None
    clock_since: datetime
    is_acknowledged: bool
    barred: frozenset[uuid.UUID]
    holder: str
    acknowledged_by: str

    @property
    def is_danger(self) -> bool:
        """True for a case about danger."""
        return self.urgency in ABOUT_DANGER


@dataclass(frozen=True, slots=True)
class Line:
    """One message of a thread. `cursor` grows with time and is unique in it. `author` is `person`, `bot` or `adviser`.

    `reply` is there for what the bot or an adviser said. `state` is where an outgoing message stands (None: came in).
    """

    cursor: int
    id: uuid.UUID
    at: datetime
    author: str
    name: str
    text: str
    channel: ChannelName
    reply: Reply | None = None
    state: Status | None = None
    reason: str = ""
    kind: str = "text"


@dataclass(frozen=True, slots=True)
class Thread:
    """A piece of a conversation, oldest first. `has_earlier` when more lies before it; `last` is its newest cursor (0: none)."""

    lines: tuple[Line, ...]
    has_earlier: bool
    last: int


QUEUE_COLUMNS: Final = (
    cases.c.id,
    cases.c.number,
    cases.c.area,
    cases.c.urgency,
    cases.c.reason,
    cases.c.language,
    addresses.c.channel,
    cases.c.skill,
    type_coerce(cases.c.waiting_since, DateTime(timezone=True)),
    type_coerce(cases.c.opened_at, DateTime(timezone=True)),
    cases.c.adviser_id,
    type_coerce(cases.c.held_until, DateTime(timezone=True)),
    type_coerce(cases.c.clock_since, DateTime(timezone=True)),
    cases.c.acknowledged_at.is_not(None),
)
"""The fields of a `QueueRow` before the names, in their order. By place, and instants as the driver gives them (in UTC): a
queue of hundreds is read again and again."""

SOME_BARRED: Final = sql_case((func.cardinality(cases.c.barred) > 0, cases.c.barred))
"""NULL for most: turning an array into a list takes longer than all other fields of a row."""

HOLDER: Final = QueueRow._fields.index("adviser_id")


async def read_queue(db: AsyncConnection, areas: Iterable[str]) -> list[QueueRow]:
    """Every open case of the areas, whoever may see it, at most `MOST_WAITING`, most urgent first."""
    query = (
        select(*QUEUE_COLUMNS, SOME_BARRED, cases.c.acknowledged_by)
        .outerjoin(addresses, addresses.c.id == cases.c.address_id)
        .where(cases.c.closed_at.is_(None), cases.c.person_id.is_not(None), cases.c.area.in_(areas))
        .order_by(sql_case(PLACES, value=cases.c.urgency), cases.c.opened_at)
        .limit(MOST_WAITING)
    )
    rows = (await db.execute(query)).all()
    names = await names_of(db, {x for row in rows for x in (row[HOLDER], row[-1])})
    return [
        QueueRow._make((*row[:-2], frozenset(row[-2] or ()), names.get(row[HOLDER], ""), names.get(row[-1], "")))
        for row in rows
    ]


def seen_by(rows: Iterable[QueueRow], who: Member) -> list[QueueRow]:
    """Of open cases those of somebody's areas that are not about themselves. Pure."""
    return [row for row in rows if row.area in who.areas and who.id not in row.barred]


async def names_of(db: AsyncConnection, ids: Iterable[uuid.UUID | None]) -> dict[uuid.UUID | None, str]:
    """Names of members of staff by id; those that are nobody are left out."""
    wished = {x for x in ids if x is not None}
    if not wished:
        return {}
    query = select(staff.c.id, staff.c.name).where(staff.c.id.in_(wished))
    return {row.id: row.name for row in (await db.execute(query)).all()}


async def case_for(db: AsyncConnection, who: Member, case_id: uuid.UUID, *facts: Fact) -> Any:
    """The case's row, open or closed, for somebody who may read these facts of it (the chat, when none is named).

    Raises MayNot, the same for one that does not exist, is not theirs to see, or is about themselves.
    """
    row = (await db.execute(select(cases).where(cases.c.id == case_id))).first()
    wished = facts or (Fact.CHAT,)
    if row is None or not all(may_read(who, fact, row.area, row.barred) for fact in wished):
        raise MayNot
    return row


async def read_thread(
    db: AsyncConnection, case: Any, *, after: int = 0, before: int | None = None, limit: int = PAGE
) -> Thread:
    """One thread for a person, whatever the channel: the newest lines, those after a cursor, or those before one.

    A closed case shows only what was kept with it: the person may be talking with somebody else by now.
    """
    if case.closed_at is not None or case.person_id is None:
        return await _kept_thread(db, case)
    find = select(conversations.c.id).where(conversations.c.person_id == case.person_id)
    conversation_id = (await db.execute(find)).scalar()
    theirs = (await db.execute(_piece(_theirs(conversation_id), messages.c.seq, after, before, limit))).all()
    ours = (await db.execute(_piece(_ours(conversation_id), deliveries.c.seq, after, before, limit))).all()
    lines = sorted((*map(_said, theirs), *map(_told, ours)), key=lambda line: line.cursor)
    shown = lines[-limit:] if not after else lines[:limit]
    return Thread(tuple(shown), not after and len(lines) > limit, shown[-1].cursor if shown else after)


def _theirs(conversation_id: uuid.UUID | None) -> Select[Any]:
    columns = (
        messages.c.seq,
        messages.c.id,
        messages.c.received_at,
        messages.c.body,
        messages.c.kind,
        addresses.c.channel,
    )
    return (
        select(*columns)
        .join(addresses, addresses.c.id == messages.c.address_id)
        .where(messages.c.conversation_id == conversation_id)
    )


def _ours(conversation_id: uuid.UUID | None) -> Select[Any]:
    columns = (
        deliveries.c.seq,
        deliveries.c.id,
        deliveries.c.created_at,
        deliveries.c.reply,
        deliveries.c.channel,
        deliveries.c.status,
        deliveries.c.reason,
    )
    return select(*columns).where(deliveries.c.conversation_id == conversation_id)


def _piece(query: Select[Any], seq: Any, after: int, before: int | None, limit: int) -> Select[Any]:
    if after:
        return query.where(seq > after).order_by(seq).limit(limit)
    if before is not None:
        query = query.where(seq < before)
    return query.order_by(seq.desc()).limit(limit + 1)


def _said(row: Any) -> Line:
    return Line(row.seq, row.id, row.received_at, "person", "", row.body, row.channel, kind=row.kind.value)


def _told(row: Any) -> Line:
    reply = Reply.from_plain(row.reply)
    author = "adviser" if reply.author else "bot"
    text = reply.text
    return Line(row.seq, row.id, row.created_at, author, reply.author, text, row.channel, reply, row.status, row.reason)


async def _kept_thread(db: AsyncConnection, case: Any) -> Thread:
    query = (
        select(case_messages)
        .where(case_messages.c.case_id == case.id)
        .order_by(case_messages.c.written_at, case_messages.c.id)
    )
    rows = (await db.execute(query)).all()
    names = await names_of(db, {row.staff_id for row in rows})
    lines = tuple(
        Line(
            place,
            row.id,
            row.written_at,
            row.author,
            names.get(row.staff_id, ""),
            row.body,
            ChannelName.WEBCHAT,
        )
        for place, row in enumerate(rows, start=1)
    )
    return Thread(lines, has_earlier=False, last=len(lines))


async def states_of(db: AsyncConnection, case: Any, ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, tuple[Status, str]]:
    """Where outgoing messages of a case's person stand just now, with the reason where one has failed."""
    if case.person_id is None or not ids:
        return {}
    query = (
        select(deliveries.c.id, deliveries.c.status, deliveries.c.reason)
        .join(conversations, conversations.c.id == deliveries.c.conversation_id)
        .where(conversations.c.person_id == case.person_id, deliveries.c.id.in_(ids))
    )
    return {row.id: (row.status, row.reason) for row in (await db.execute(query)).all()}


async def count_waiting(db: AsyncConnection, who: Member) -> int:
    """How many open cases of somebody's areas nobody holds."""
    query = select(func.count()).where(
        cases.c.closed_at.is_(None),
        cases.c.adviser_id.is_(None),
        cases.c.person_id.is_not(None),
        cases.c.area.in_(who.areas),
    )
    return int((await db.execute(query)).scalar_one())
