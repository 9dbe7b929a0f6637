"""A small town with diaries: places, kinds and weekly hours for tests, written through the services."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncConnection

from server.appointments import diaries, offered, places
from server.appointments.diaries import Pattern
from server.appointments.finding import Diaries
from server.appointments.kinds import HoursKind, PlaceKind, Reason
from server.appointments.places import NewPlace
from server.clock import utc_now

LONDON = ZoneInfo("Europe/London")
SETTINGS = Diaries(LONDON, "england-and-wales")
WEEKDAYS = range(5)
LONG_AGO = date(2026, 1, 1)


def local(day: str, clock: str) -> datetime:
    """An instant by London's clock: local("2026-12-08", "14:30")."""
    return datetime.fromisoformat(f"{day}T{clock}").replace(tzinfo=LONDON)


def minute(clock: str) -> int:
    """Minutes from midnight of "14:30"."""
    hours, minutes = clock.split(":")
    return int(hours) * 60 + int(minutes)


async def a_place(
    db: AsyncConnection, area: str, name: str = "The Hub", kind: PlaceKind = PlaceKind.ONE_STOP_SHOP, **more: Any
) -> uuid.UUID:
    """A place with one room; its id."""
    return await places.add_place(db, area, NewPlace(kind, name, **more), utc_now())


async def a_kind(db: AsyncConnection, area: str, reason: Reason = Reason.FIRST_TALK, **changes: Any) -> None:
    """The default kinds of an area, one of them changed."""
    await offered.ensure_kinds(db, area)
    if changes:
        await offered.change_kind(db, area, reason, changes)


async def a_pattern(
    db: AsyncConnection,
    staff_id: uuid.UUID,
    area: str,
    place_id: uuid.UUID | None,
    hours: str = "09:00-17:00",
    days: Collection[int] = WEEKDAYS,
    kind: HoursKind = HoursKind.OPEN,
    **more: Any,
) -> None:
    """The same hours on some weekdays, since long ago."""
    starts, ends = map(minute, hours.split("-"))
    for day in days:
        wish = Pattern(day, starts, ends, more.pop("from_on", LONG_AGO), kind=kind, place_id=place_id, **more)
        await diaries.add_pattern(db, staff_id, area, wish)


@dataclass(frozen=True)
class Town:
    """One place and one adviser who is there on weekdays."""

    area: str
    place_id: uuid.UUID
    adviser_id: uuid.UUID


async def a_town(
    db: AsyncConnection, area: str, adviser_id: uuid.UUID, hours: str = "09:00-17:00", name: str = "The Hub"
) -> Town:
    """Default kinds, The Hub, and an adviser there from Monday to Friday with an hour off at noon."""
    await a_kind(db, area)
    place_id = await a_place(db, area, name)
    await a_pattern(db, adviser_id, area, place_id, hours)
    await a_pattern(db, adviser_id, area, None, "12:00-13:00", kind=HoursKind.BREAK)
    return Town(area, place_id, adviser_id)


def next_week(now: datetime) -> tuple[datetime, datetime]:
    """From now for a week."""
    return now, now + timedelta(days=7)
