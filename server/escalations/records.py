"""Safeguarding records: opened by the program with a case about danger, appended to, never changed.

The young person's words are copied here as they came, in the transaction that stores them. While a record holds, nothing is sent
to the person of our own accord (no survey, no reminder) until somebody releases it: ask `is_held` before sending.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, ScalarSelect, exists, func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from dialogs.messages import ChannelName
from server.db.base import table_of
from server.db.ids import new_id
from server.escalations.errors import NewWords
from server.escalations.models import Case, CaseMessage
from server.escalations.records_models import DANGER, EntryKind, RecordEntry, SafeguardingRecord
from server.people.models import Address

cases = table_of(Case)
case_messages = table_of(CaseMessage)
addresses = table_of(Address)
records = table_of(SafeguardingRecord)
entries = table_of(RecordEntry)


@dataclass(frozen=True, slots=True)
class Entry:
    """What is to be appended. `said_at` is when the words were said; empty fields do not apply to the kind."""

    kind: EntryKind
    body: str
    said_at: datetime
    staff_id: uuid.UUID | None = None
    channel: ChannelName | None = None
    language: str = ""
    made_by: str | None = None
    of_id: uuid.UUID | None = None


async def note_danger(db: AsyncConnection, case_id: uuid.UUID, now: datetime) -> None:
    """A sign of danger came in this case: its record opens with every word so far, or holds again. The case's row is locked."""
    case = (await db.execute(select(cases).where(cases.c.id == case_id))).one()
    record = await _of_case(db, case_id)
    if record is None:
        record = await _open(db, case, now)
    elif not await _is_holding(db, record.id):
        await append(db, record, Entry(EntryKind.HOLD, "", now), now)


async def keep_words(
    db: AsyncConnection, case_id: uuid.UUID, words: str, now: datetime, address_id: uuid.UUID | None = None
) -> None:
    """Append what the person wrote, before it is added to the case; nothing for a case without danger. The case's row is locked."""
    case = (await db.execute(select(cases).where(cases.c.id == case_id))).one()
    record = await _of_case(db, case_id)
    if record is None:
        if case.urgency not in DANGER:
            return
        record = await _open(db, case, now)  # a case that an earlier release opened
    channel = await _channel_of(db, address_id or case.address_id)
    await append(db, record, Entry(EntryKind.WORDS, words, now, channel=channel, language=case.language), now)


async def append(db: AsyncConnection, record: Any, entry: Entry, now: datetime) -> uuid.UUID:
    """Append an entry to a record whose row is locked; the entry's id."""
    entry_id = new_id()
    last = select(func.coalesce(func.max(entries.c.place), 0)).where(entries.c.record_id == record.id)
    row = {
        "id": entry_id,
        "record_id": record.id,
        "case_id": record.case_id,
        "area": record.area,
        "place": last.scalar_subquery() + 1,
        "kind": entry.kind,
        "staff_id": entry.staff_id,
        "channel": entry.channel,
        "language": entry.language,
        "body": entry.body,
        "made_by": entry.made_by,
        "of_id": entry.of_id,
        "said_at": entry.said_at,
        "written_at": now,
    }
    await db.execute(insert(entries).values(row))
    return entry_id


async def locked(db: AsyncConnection, record_id: uuid.UUID) -> Any:
    """The record's row, locked until the transaction ends; None when there is none. Its case first, as everybody who writes both."""
    case_id = select(records.c.case_id).where(records.c.id == record_id).scalar_subquery()
    await db.execute(select(cases.c.id).where(cases.c.id == case_id).with_for_update(read=True, key_share=True))
    return (await db.execute(select(records).where(records.c.id == record_id).with_for_update())).first()


async def _of_case(db: AsyncConnection, case_id: uuid.UUID) -> Any:
    return (await db.execute(select(records).where(records.c.case_id == case_id).with_for_update())).first()


async def _open(db: AsyncConnection, case: Any, now: datetime) -> Any:
    """A new record, holding, with what the person wrote in the case until now: what came before belongs to what raised it."""
    row = {"id": new_id(), "case_id": case.id, "area": case.area, "opened_at": now}
    await db.execute(insert(records).values(row))
    record = await _of_case(db, case.id)
    await append(db, record, Entry(EntryKind.HOLD, "", now), now)
    said = (
        select(case_messages.c.body, case_messages.c.written_at)
        .where(case_messages.c.case_id == case.id, case_messages.c.author == "person")
        .order_by(case_messages.c.id)
    )
    channel = await _only_channel(db, case.person_id)
    for words in (await db.execute(said)).all():
        entry = Entry(EntryKind.WORDS, words.body, words.written_at, channel=channel, language=case.language)
        await append(db, record, entry, now)
    return record


async def _only_channel(db: AsyncConnection, person_id: uuid.UUID | None) -> ChannelName | None:
    """The channel of somebody who has one only; None where a guess could be wrong."""
    query = select(addresses.c.channel).where(addresses.c.person_id == person_id).distinct()
    found = (await db.execute(query)).scalars().all()
    return found[0] if len(found) == 1 else None


async def _channel_of(db: AsyncConnection, address_id: uuid.UUID | None) -> ChannelName | None:
    return (await db.execute(select(addresses.c.channel).where(addresses.c.id == address_id))).scalar()


def _last_mark() -> ScalarSelect[EntryKind]:
    """HOLD or RELEASE, whichever came last in the record of the outer query."""
    marks = entries.c.record_id == records.c.id, entries.c.kind.in_((EntryKind.HOLD, EntryKind.RELEASE))
    query = select(entries.c.kind).where(*marks).order_by(entries.c.place.desc()).limit(1)
    return query.correlate(records).scalar_subquery()


def holds() -> ColumnElement[bool]:
    """True in a query of `records` for those that hold."""
    return _last_mark() == EntryKind.HOLD


async def _is_holding(db: AsyncConnection, record_id: uuid.UUID) -> bool:
    return bool((await db.execute(select(holds()).select_from(records).where(records.c.id == record_id))).scalar())


async def is_held(db: AsyncConnection, person_id: uuid.UUID) -> bool:
    """True while nothing may go to this person of our own accord: no survey, no reminder, no question how it was.

    From the first sign of danger until somebody releases the record, also when the case was closed meanwhile.
    """
    by_record = exists(
        select(records.c.id)
        .join(cases, cases.c.id == records.c.case_id)
        .where(cases.c.person_id == person_id, holds())
        .correlate()
    )
    has_record = exists().where(records.c.case_id == cases.c.id)
    without = exists().where(
        cases.c.person_id == person_id, cases.c.urgency.in_(DANGER), cases.c.closed_at.is_(None), ~has_record
    )
    return bool((await db.execute(select(by_record | without))).scalar())


async def release(
    db: AsyncConnection, record_id: uuid.UUID, staff_id: uuid.UUID, reason: str, seen: int, now: datetime
) -> bool:
    """Somebody decides that surveys and reminders may go again; false when they did already.

    `seen` is the last place that they read. Raises NewWords when the person wrote after it.
    """
    record = await locked(db, record_id)
    if record is None or not await _is_holding(db, record_id):
        return False
    newer = exists().where(
        entries.c.record_id == record_id,
        entries.c.place > seen,
        entries.c.kind.in_((EntryKind.WORDS, EntryKind.HEARD, EntryKind.HOLD)),
    )
    if (await db.execute(select(newer))).scalar():
        raise NewWords
    await append(db, record, Entry(EntryKind.RELEASE, reason, now, staff_id), now)
    return True
