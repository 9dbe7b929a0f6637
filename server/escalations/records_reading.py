"""Reading safeguarding records. Who may is decided before, by the console, and written into the audit."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping
from typing import Any, Final

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncConnection

from server.db.base import table_of
from server.escalations.models import Case
from server.escalations.records import holds
from server.escalations.records_models import EntryKind, RecordEntry, SafeguardingRecord
from server.staff.models import Staff

cases = table_of(Case)
records = table_of(SafeguardingRecord)
entries = table_of(RecordEntry)
staff = table_of(Staff)

PAGE: Final = 50
ENTRIES: Final = 200
"""How many records a list, and entries a page, show."""


def _header() -> Select[Any]:
    columns = (
        records,
        cases.c.number.label("case_number"),
        cases.c.person_id,
        cases.c.urgency,
        cases.c.language,
        cases.c.barred,
        cases.c.closed_at,
        holds().label("is_held"),
    )
    return select(*columns).join(cases, cases.c.id == records.c.case_id)


async def find(db: AsyncConnection, record_id: uuid.UUID) -> Mapping[str, Any] | None:
    """A record with case_number, person_id, urgency, language, barred, closed_at of its case, and is_held."""
    row = (await db.execute(_header().where(records.c.id == record_id))).mappings().first()
    return dict(row) if row else None


async def newest(
    db: AsyncConnection, areas: Collection[str], *, but_of: uuid.UUID, before: int | None = None
) -> list[Mapping[str, Any]]:
    """Records of the areas, newest first, `PAGE` at most, without those that `but_of` is barred from; fields as of `find`."""
    query = _header().where(records.c.area.in_(areas), ~cases.c.barred.contains([but_of]))
    if before is not None:
        query = query.where(records.c.number < before)
    query = query.order_by(records.c.number.desc()).limit(PAGE)
    return [dict(row) for row in (await db.execute(query)).mappings()]


def _entries(record_id: uuid.UUID) -> Select[Any]:
    name = staff.c.name.label("staff_name")
    return (
        select(entries, name).outerjoin(staff, staff.c.id == entries.c.staff_id).where(entries.c.record_id == record_id)
    )


async def entries_before(
    db: AsyncConnection, record_id: uuid.UUID, before: int | None = None
) -> list[Mapping[str, Any]]:
    """The last `ENTRIES` entries, or those before a place, in order, each with `staff_name`; and the translations of theirs."""
    query = _entries(record_id)
    if before is not None:
        query = query.where(entries.c.place < before)
    rows = (await db.execute(query.order_by(entries.c.place.desc()).limit(ENTRIES))).mappings().all()
    found = {row["id"]: dict(row) for row in reversed(rows)}
    of_these = _entries(record_id).where(entries.c.of_id.in_(found)).order_by(entries.c.place)
    found |= {row["id"]: dict(row) for row in (await db.execute(of_these)).mappings() if row["id"] not in found}
    return list(found.values())


async def all_entries(db: AsyncConnection, record_id: uuid.UUID) -> list[Mapping[str, Any]]:
    """Every entry, in order, each with `staff_name`."""
    rows = (await db.execute(_entries(record_id).order_by(entries.c.place))).mappings()
    return [dict(row) for row in rows]


async def words_entry(db: AsyncConnection, record_id: uuid.UUID, entry_id: uuid.UUID) -> Mapping[str, Any] | None:
    """One entry with somebody's words (their own, or heard); None for any other."""
    are_words = entries.c.kind.in_((EntryKind.WORDS, EntryKind.HEARD))
    row = (await db.execute(_entries(record_id).where(entries.c.id == entry_id, are_words))).mappings().first()
    return dict(row) if row else None
