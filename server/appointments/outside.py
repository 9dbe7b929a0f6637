"""Advisers' calendars elsewhere: whose address is read when, and the busy times that were found. Nothing else of them is kept."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import delete, exists, insert, or_, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from server.appointments.diary_models import BusyTime, OutsideCalendar
from server.appointments.fetching import Reach, clean_address, fetch
from server.appointments.ics_reading import read_apart
from server.appointments.ics_series import CalendarFault, Span
from server.db.base import table_of
from server.db.ids import new_id
from server.staff.models import Staff

calendars = table_of(OutsideCalendar)
busy_times = table_of(BusyTime)
staff = table_of(Staff)

EVERY: Final = timedelta(minutes=15)
BEHIND: Final = timedelta(days=1)
AHEAD: Final = timedelta(days=190)
"""How far ahead busy times are kept: longer than anybody books."""

Row = Mapping[str, Any]


async def connect(db: AsyncConnection, staff_id: uuid.UUID, wish: str, now: datetime, reach: Reach) -> str:
    """Read somebody's calendar at this address from now on, in place of an earlier one. The code of what is wrong with it, or nothing."""
    try:
        address = clean_address(wish, is_local_ok=reach.is_local_ok)
    except CalendarFault as fault:
        return fault.code
    row = {"address": address, "failure": "", "tried_at": None, "read_at": None, "created_at": now}
    query = upsert(calendars).values(id=new_id(), staff_id=staff_id, **row)
    await db.execute(query.on_conflict_do_update(index_elements=["staff_id"], set_=row))
    await db.execute(delete(busy_times).where(busy_times.c.staff_id == staff_id))
    return ""


async def disconnect(db: AsyncConnection, staff_id: uuid.UUID) -> None:
    """Forget the address and every busy time from it. Repeating is harmless."""
    await db.execute(delete(calendars).where(calendars.c.staff_id == staff_id))


async def of_staff(db: AsyncConnection, staff_id: uuid.UUID) -> Row | None:
    """Their calendar with its address, `failure`, `tried_at`, `read_at`; None without one."""
    row = (await db.execute(select(calendars).where(calendars.c.staff_id == staff_id))).mappings().first()
    return dict(row) if row else None


async def expire(db: AsyncConnection) -> None:
    """Delete the calendars of staff who left."""
    gone = select(staff.c.id).where(staff.c.removed_at.is_not(None))
    await db.execute(delete(calendars).where(calendars.c.staff_id.in_(gone)))


async def read_next(engine: AsyncEngine, reach: Reach, zone: ZoneInfo, now: datetime) -> bool:
    """Read the calendar that is due longest; false when none is. No transaction is open while it is fetched and read.

    A reading that fails leaves its code, and the busy times of the one before: old ones are nearer the truth than none.
    """
    async with engine.begin() as db:
        claimed = await _claim(db, now)
    if claimed is None:
        return False
    spans: list[Span] = []
    code = ""
    try:
        content = await fetch(claimed["address"], reach)
        spans = await read_apart(content, now - BEHIND, now + AHEAD, zone)
    except CalendarFault as fault:
        code = fault.code
    async with engine.begin() as db:
        await _store(db, claimed, spans, code, now)
    return True


async def _claim(db: AsyncConnection, now: datetime) -> Row | None:
    """The one that is due longest, marked as tried: a process that dies in the middle tries again a round later."""
    is_due = or_(calendars.c.tried_at.is_(None), calendars.c.tried_at <= now - EVERY)
    is_here = exists().where(staff.c.id == calendars.c.staff_id, staff.c.removed_at.is_(None))
    query = select(calendars).where(is_due, is_here).order_by(calendars.c.tried_at.nulls_first()).limit(1)
    row = (await db.execute(query.with_for_update(skip_locked=True, of=calendars))).mappings().first()
    if row is None:
        return None
    await db.execute(update(calendars).where(calendars.c.id == row["id"]).values(tried_at=now))
    return dict(row)


async def _store(db: AsyncConnection, claimed: Row, spans: list[Span], code: str, now: datetime) -> None:
    """Write busy times anew, all or none; nothing where the address was changed or taken away meanwhile."""
    query = select(calendars).where(calendars.c.id == claimed["id"]).with_for_update()
    row = (await db.execute(query)).mappings().first()
    if row is None or row["address"] != claimed["address"]:
        return
    change: dict[str, Any] = {"failure": code} if code else {"failure": "", "read_at": now}
    await db.execute(update(calendars).where(calendars.c.id == row["id"]).values(change))
    if code:
        return
    await db.execute(delete(busy_times).where(busy_times.c.calendar_id == row["id"]))
    own = {"calendar_id": row["id"], "staff_id": row["staff_id"]}
    rows = [{"id": new_id(), **own, "starts_at": one.starts_at, "ends_at": one.ends_at} for one in spans]
    for first in range(0, len(rows), 1000):
        await db.execute(insert(busy_times), rows[first : first + 1000])
