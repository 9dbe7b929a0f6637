"""Weekly patterns of a diary and what differs from them: how they are written, with a named error for what cannot be."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from sqlalchemy import delete, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from server.appointments.diary_models import DiaryException, DiaryPattern
from server.appointments.finding import Diaries
from server.appointments.kinds import AwayKind, HoursKind, Reason
from server.appointments.places import check_place
from server.appointments.refusing import BadDiary, once
from server.db.base import table_of
from server.db.ids import new_id

__all__ = ["BadDiary", "Diaries", "Exceptional", "Pattern"]

patterns = table_of(DiaryPattern)
exceptions = table_of(DiaryException)

LONGEST_AWAY: Final = timedelta(days=400)

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Pattern:
    """A span of somebody's week, in minutes from midnight of the area's local time. A break has no place."""

    weekday: int
    starts_minute: int
    ends_minute: int
    from_on: date
    until_on: date | None = None
    kind: HoursKind = HoursKind.OPEN
    place_id: uuid.UUID | None = None
    reasons: Collection[Reason] = ()


async def add_pattern(db: AsyncConnection, staff_id: uuid.UUID, area: str, wish: Pattern) -> uuid.UUID:
    """Add a span to a week; its id. Raises BadDiary: ends before it begins, overlaps another, a place of another area or none."""
    if wish.starts_minute >= wish.ends_minute:
        raise BadDiary("ends", "ends_before")
    if wish.until_on is not None and wish.until_on < wish.from_on:
        raise BadDiary("until_on", "ends_before")
    if (wish.kind is HoursKind.OPEN) != (wish.place_id is not None):
        raise BadDiary("place", "unknown")
    if wish.place_id is not None:
        await check_place(db, wish.place_id, area)
    pattern_id = new_id()
    row = {**asdict(wish), "id": pattern_id, "staff_id": staff_id, "area": area}
    row["reasons"] = [reason.value for reason in wish.reasons]
    await once(db, insert(patterns).values(row))
    return pattern_id


async def end_pattern(db: AsyncConnection, pattern_id: uuid.UUID, staff_id: uuid.UUID, last_on: date) -> bool:
    """A span's last day; one that would never have been is deleted. False when it is not theirs."""
    theirs = patterns.c.id == pattern_id, patterns.c.staff_id == staff_id
    gone = await db.execute(delete(patterns).where(*theirs, patterns.c.from_on > last_on))
    cut = await db.execute(update(patterns).where(*theirs).values(until_on=last_on))
    return bool(gone.rowcount or cut.rowcount)


async def patterns_of(db: AsyncConnection, staff_ids: Collection[uuid.UUID], on: date) -> list[Row]:
    """Spans in force on a day or later, by weekday and time."""
    is_now = or_(patterns.c.until_on.is_(None), patterns.c.until_on >= on)
    query = select(patterns).where(patterns.c.staff_id.in_(staff_ids), is_now)
    rows = await db.execute(query.order_by(patterns.c.weekday, patterns.c.starts_minute))
    return [dict(row) for row in rows.mappings()]


@dataclass(frozen=True, slots=True)
class Exceptional:
    """A span in which a diary differs from its pattern; extra time has a place."""

    kind: AwayKind
    starts_at: datetime
    ends_at: datetime
    place_id: uuid.UUID | None = None


async def add_exception(
    db: AsyncConnection, staff_id: uuid.UUID, area: str, wish: Exceptional, now: datetime
) -> uuid.UUID:
    """Add it; its id. Raises BadDiary. Bookings inside of leave stay: the caller asks what is to become of each (`booked_with`)."""
    if wish.ends_at <= wish.starts_at:
        raise BadDiary("ends", "ends_before")
    if wish.ends_at <= now:
        raise BadDiary("ends", "past")
    if wish.ends_at - wish.starts_at > LONGEST_AWAY:
        raise BadDiary("ends", "too_long")
    if (wish.kind is AwayKind.EXTRA) != (wish.place_id is not None):
        raise BadDiary("place", "unknown")
    if wish.place_id is not None:
        await check_place(db, wish.place_id, area)
    exception_id = new_id()
    await db.execute(
        insert(exceptions).values({**asdict(wish), "id": exception_id, "staff_id": staff_id, "area": area})
    )
    return exception_id


async def remove_exception(db: AsyncConnection, exception_id: uuid.UUID, staff_id: uuid.UUID) -> bool:
    """Take it away; false when it is not theirs."""
    query = delete(exceptions).where(exceptions.c.id == exception_id, exceptions.c.staff_id == staff_id)
    return bool((await db.execute(query)).rowcount)


async def exceptions_of(
    db: AsyncConnection, staff_ids: Collection[uuid.UUID], starts: datetime, until: datetime
) -> list[Row]:
    """What differs between two instants, soonest first."""
    within = exceptions.c.starts_at < until, exceptions.c.ends_at > starts
    query = select(exceptions).where(exceptions.c.staff_id.in_(staff_ids), *within).order_by(exceptions.c.starts_at)
    return [dict(row) for row in (await db.execute(query)).mappings()]
