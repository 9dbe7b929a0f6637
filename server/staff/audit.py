"""The audit: one row for each read of a fact about a person and each act that matters. Appended, never changed."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import delete, func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from server.db.base import table_of
from server.staff.access import Act, Fact
from server.staff.models import AuditRow, Staff

rows = table_of(AuditRow)
staff = table_of(Staff)

RECENT: Final = 200
"""Rows of one reader among which a repeated look is found."""
GAVE_REASON: Final = "gave_reason"
"""What a row is called that says why somebody looks at a chat that is not their own work."""

PAGE: Final = 100
KEPT: Final = timedelta(days=7 * 365 + 2)
"""Seven years."""


async def note(
    db: AsyncConnection,
    who: uuid.UUID | None,
    what: Fact | Act | str,
    now: datetime,
    *,
    area: str = "",
    person: uuid.UUID | None = None,
    case: uuid.UUID | None = None,
    about_staff: uuid.UUID | None = None,
    why: str | None = None,
) -> None:
    """Append one row, in the transaction that reads or acts: what is not noted is not shown."""
    row = {
        "at": now,
        "staff_id": who,
        "area": area,
        "what": str(what),
        "about_person": person,
        "about_case": case,
        "about_staff": about_staff,
        "why": why,
    }
    await db.execute(insert(rows).values(row))


async def was_noted(db: AsyncConnection, who: uuid.UUID, what: Fact, case: uuid.UUID, since: datetime) -> bool:
    """True when a row says already that they read this of the case since then. Looks at their newest rows only."""
    newest = select(rows.c.number).where(rows.c.staff_id == who).order_by(rows.c.number.desc()).limit(RECENT).subquery()
    query = select(rows.c.number).where(
        rows.c.number.in_(select(newest.c.number)),
        rows.c.what == what.value,
        rows.c.about_case == case,
        rows.c.at > since,
    )
    return (await db.execute(query.limit(1))).first() is not None


async def gave_reason(db: AsyncConnection, who: uuid.UUID, case: uuid.UUID, since: datetime) -> bool:
    """True when they said since then why they look at this case."""
    query = select(rows.c.number).where(
        rows.c.staff_id == who, rows.c.what == GAVE_REASON, rows.c.about_case == case, rows.c.at > since
    )
    return (await db.execute(query.limit(1))).first() is not None


async def gave_reason_about(db: AsyncConnection, who: uuid.UUID, person: uuid.UUID, since: datetime) -> bool:
    """True when they said since then why they look at anything of this person."""
    query = select(rows.c.number).where(
        rows.c.staff_id == who, rows.c.what == GAVE_REASON, rows.c.about_person == person, rows.c.at > since
    )
    return (await db.execute(query.limit(1))).first() is not None


async def page(
    db: AsyncConnection, areas: frozenset[str], *, before: int | None = None, staff_id: uuid.UUID | None = None
) -> list[Mapping[str, Any]]:
    """The newest rows of the areas and of accounts of their staff, newest first, `PAGE` at most, with the reader's name."""
    theirs = select(staff.c.id).where(staff.c.areas.overlap(list(areas)))
    of_accounts = (rows.c.area == "") & (rows.c.staff_id.in_(theirs) | rows.c.about_staff.in_(theirs))
    query = (
        select(rows, staff.c.name.label("staff_name"))
        .outerjoin(staff, staff.c.id == rows.c.staff_id)
        .where(rows.c.area.in_(areas) | of_accounts)
        .order_by(rows.c.number.desc())
        .limit(PAGE)
    )
    if before is not None:
        query = query.where(rows.c.number < before)
    if staff_id is not None:
        query = query.where(rows.c.staff_id == staff_id)
    return [dict(row) for row in (await db.execute(query)).mappings()]


async def expire(db: AsyncConnection, now: datetime) -> int:
    """Delete rows older than `KEPT`; how many. Repeating is harmless."""
    await db.execute(select(func.set_config("connexions.expire", rows.name, True)))
    return (await db.execute(delete(rows).where(rows.c.at < now - KEPT))).rowcount


async def people(db: AsyncConnection, areas: frozenset[str]) -> list[Mapping[str, Any]]:
    """Id and name of everybody who works or worked in the areas, in the order in which they came."""
    query = select(staff.c.id, staff.c.name).where(staff.c.areas.overlap(list(areas))).order_by(staff.c.created_at)
    return [dict(row) for row in (await db.execute(query)).mappings()]


async def reads_about(db: AsyncConnection, person_id: uuid.UUID) -> list[Mapping[str, Any]]:
    """Who looked at what of one person, oldest first: for their own `my data`. Roles and days, never names of staff."""
    query = select(rows.c.at, rows.c.what).where(rows.c.about_person == person_id).order_by(rows.c.number)
    return [dict(row) for row in (await db.execute(query)).mappings()]
