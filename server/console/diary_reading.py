"""What the diary pages read: diaries of some members, and who keeps one."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from datetime import datetime

from sqlalchemy import exists, select
from sqlalchemy.ext.asyncio import AsyncConnection

from server.appointments import diaries, reading
from server.appointments.diary_models import BusyTime, DiaryException, DiaryPattern, Place
from server.console.diary_view import Written
from server.db.base import table_of
from server.staff.access import Act, Member, may_do
from server.staff.models import Staff
from server.staff.sessions import MEMBER_COLUMNS, member_of

staff = table_of(Staff)
patterns = table_of(DiaryPattern)
exceptions = table_of(DiaryException)
busy_times = table_of(BusyTime)
places = table_of(Place)


async def keepers(db: AsyncConnection, who: Member) -> dict[uuid.UUID, str]:
    """Names by id of the members of one's areas who keep a diary there, oneself first."""
    areas = [area for area in who.areas if may_do(who, Act.SEE_DIARY, area)]
    has = exists().where(patterns.c.staff_id == staff.c.id, patterns.c.area.in_(areas))
    extra = exists().where(exceptions.c.staff_id == staff.c.id, exceptions.c.area.in_(areas))
    query = select(*MEMBER_COLUMNS).where(staff.c.removed_at.is_(None), staff.c.areas.overlap(areas), has | extra)
    found = [member_of(row) for row in (await db.execute(query)).mappings()]
    return {one.id: one.name for one in sorted(found, key=lambda one: (one.id != who.id, one.name.casefold()))}


async def read_diaries(
    db: AsyncConnection, ids: Collection[uuid.UUID], starts: datetime, until: datetime
) -> dict[uuid.UUID, Written]:
    """What stands in the diaries of these members between two instants."""
    hours = await diaries.patterns_of(db, ids, starts.date())
    other = await diaries.exceptions_of(db, ids, starts, until)
    query = select(busy_times).where(
        busy_times.c.staff_id.in_(ids), busy_times.c.starts_at < until, busy_times.c.ends_at > starts
    )
    busy = [dict(row) for row in (await db.execute(query)).mappings()]
    meetings = await reading.of_advisers(db, ids, starts, until)
    return {
        one: Written(
            [row for row in hours if row["staff_id"] == one],
            [row for row in other if row["staff_id"] == one],
            [row for row in busy if row["staff_id"] == one],
            [row for row in meetings if row["adviser_id"] == one],
        )
        for one in ids
    }


async def place_names(db: AsyncConnection, areas: Collection[str]) -> dict[uuid.UUID, str]:
    """Names of the areas' places by id."""
    query = select(places.c.id, places.c.name).where(places.c.area.in_(areas))
    return {row[0]: row[1] for row in (await db.execute(query)).all()}
