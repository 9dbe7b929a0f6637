"""Places to meet and the ways between them: how they are written, with a named error for what cannot be."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from server.appointments.diary_models import Place, TravelTime
from server.appointments.kinds import OCCUPIES, PlaceKind
from server.appointments.models import Appointment
from server.appointments.refusing import BadDiary, once
from server.db.base import table_of
from server.db.ids import new_id
from server.hours import BadHours, read_hours
from server.staff.models import Staff

places = table_of(Place)
ways = table_of(TravelTime)
appointments = table_of(Appointment)
staff = table_of(Staff)

LONGEST_WAY: Final = 240
"""Minutes between two places: longer is a slip of the finger."""

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class NewPlace:
    """A place as somebody wrote it down."""

    kind: PlaceKind
    name: str
    label: str = ""
    address: str = ""
    phone: str = ""
    door: str = ""
    bus_stop: str = ""
    how_to_find: str = ""
    translations: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    rooms: int = 1
    is_step_free: bool = False
    has_quiet_room: bool = False
    hours: str = ""
    closed_from: date | None = None


async def add_place(db: AsyncConnection, area: str, wish: NewPlace, now: datetime) -> uuid.UUID:
    """Write a place down; its id. Raises BadDiary."""
    place_id = new_id()
    row = {**_checked(wish), "id": place_id, "area": area, "created_at": now}
    await once(db, insert(places).values(row))
    return place_id


async def change_place(db: AsyncConnection, place_id: uuid.UUID, wish: NewPlace) -> None:
    """All of a place anew. Raises BadDiary. Bookings there stay, whatever changes: see `booked_at`."""
    await once(db, update(places).where(places.c.id == place_id).values(_checked(wish)))


def _checked(wish: NewPlace) -> dict[str, Any]:
    if not wish.name.strip():
        raise BadDiary("name", "unknown")
    if not 0 <= wish.rooms <= 50:  # noqa: PLR2004 - no house of ours has more
        raise BadDiary("rooms", "too_long")
    try:
        read_hours(wish.hours, "UTC", "england-and-wales")
    except (BadHours, ValueError):
        raise BadDiary("hours", "hours") from None
    return {**asdict(wish), "translations": {language: dict(said) for language, said in wish.translations.items()}}


async def places_of(db: AsyncConnection, area: str) -> list[Row]:
    """Places of an area by name, without their photos (`has_photo` says whether there is one)."""
    columns = [column for column in places.c if column.name != "photo"]
    query = select(*columns, places.c.photo.is_not(None).label("has_photo")).where(places.c.area == area)
    return [dict(row) for row in (await db.execute(query.order_by(places.c.name))).mappings()]


async def place(db: AsyncConnection, place_id: uuid.UUID) -> Row | None:
    """One place without its photo (`has_photo`)."""
    columns = [column for column in places.c if column.name != "photo"]
    query = select(*columns, places.c.photo.is_not(None).label("has_photo")).where(places.c.id == place_id)
    row = (await db.execute(query)).mappings().first()
    return dict(row) if row else None


async def set_photo(db: AsyncConnection, place_id: uuid.UUID, photo: bytes | None) -> None:
    """A picture of the place that was drawn anew by us; None takes it away."""
    await db.execute(update(places).where(places.c.id == place_id).values(photo=photo))


async def photo_of(db: AsyncConnection, place_id: uuid.UUID) -> bytes | None:
    """Its picture, if there is one."""
    photo: bytes | None = (await db.execute(select(places.c.photo).where(places.c.id == place_id))).scalar()
    return photo


async def booked_at(db: AsyncConnection, place_id: uuid.UUID, since: datetime) -> list[uuid.UUID]:
    """Appointments that are booked or held at a place after an instant, soonest first: they need another when it closes."""
    return await _booked(db, appointments.c.place_id == place_id, since, None)


async def booked_with(
    db: AsyncConnection, staff_id: uuid.UUID, since: datetime, until: datetime | None = None
) -> list[uuid.UUID]:
    """Appointments of an adviser between two instants, soonest first: leave and removal leave none of them in silence."""
    return await _booked(db, appointments.c.adviser_id == staff_id, since, until)


async def _booked(db: AsyncConnection, which: Any, since: datetime, until: datetime | None) -> list[uuid.UUID]:
    query = select(appointments.c.id).where(which, appointments.c.status.in_(OCCUPIES), appointments.c.ends_at > since)
    query = query if until is None else query.where(appointments.c.starts_at < until)
    return list((await db.execute(query.order_by(appointments.c.starts_at))).scalars())


async def outline(db: AsyncConnection, ids: Sequence[uuid.UUID]) -> list[Row]:
    """When appointments are and with whom of ours (id, starts_at, ends_at, adviser_name), soonest first; nothing of the person."""
    columns = appointments.c.id, appointments.c.starts_at, appointments.c.ends_at, staff.c.name.label("adviser_name")
    query = select(*columns).outerjoin(staff, staff.c.id == appointments.c.adviser_id).where(appointments.c.id.in_(ids))
    return [dict(row) for row in (await db.execute(query.order_by(appointments.c.starts_at))).mappings()]


async def set_way(db: AsyncConnection, one: uuid.UUID, other: uuid.UUID, minutes: int | None) -> None:
    """How long the way between two places takes; None forgets it. Raises BadDiary."""
    if one == other:
        raise BadDiary("to", "unknown")
    if minutes is not None and not 0 <= minutes <= LONGEST_WAY:
        raise BadDiary("minutes", "too_long")
    pair = {"from_place_id": min(one, other), "to_place_id": max(one, other)}
    await db.execute(delete(ways).filter_by(**pair))
    if minutes is not None:
        await db.execute(insert(ways).values(**pair, minutes=minutes))


async def ways_of(db: AsyncConnection, area: str) -> Sequence[Row]:
    """Every way of an area that somebody wrote down."""
    query = select(ways).join(places, places.c.id == ways.c.from_place_id).where(places.c.area == area)
    return [dict(row) for row in (await db.execute(query)).mappings()]


async def check_place(db: AsyncConnection, place_id: uuid.UUID, area: str) -> None:
    """Raises BadDiary for a place that is not of the area."""
    query = select(places.c.id).where(places.c.id == place_id, places.c.area == area)
    if (await db.execute(query)).first() is None:
        raise BadDiary("place", "unknown")
