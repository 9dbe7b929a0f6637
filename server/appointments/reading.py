"""Reads of appointments: of a person, of advisers, one of them; with the adviser's name and the place beside each."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncConnection

from dialogs.meetings import Manner, Meeting, Needs, PlaceCard, Slot
from server.appointments.diary_models import Place
from server.appointments.finding import MANNER_OF, FreeSlot
from server.appointments.kinds import OCCUPIES, PlaceKind, Status
from server.appointments.models import Appointment
from server.db.base import table_of
from server.staff.models import Staff

appointments = table_of(Appointment)
places = table_of(Place)
staff = table_of(Staff)
companions = staff.alias("companions")

Row = Mapping[str, Any]

PLACE_FIELDS = (
    "kind",
    "name",
    "label",
    "address",
    "phone",
    "door",
    "bus_stop",
    "how_to_find",
    "translations",
    "is_step_free",
    "has_quiet_room",
)


def _of_place() -> list[Any]:
    """The columns of a place as `place_*`; of its photo only whether there is one."""
    has_photo = places.c.photo.is_not(None).label("place_has_photo")
    return [*(places.c[name].label(f"place_{name}") for name in PLACE_FIELDS), has_photo]


def joined() -> Select[Any]:
    """All columns of appointments with `adviser_name`, `companion_name` and `place_*`."""
    names = staff.c.name.label("adviser_name"), companions.c.name.label("companion_name")
    return (
        select(appointments, *names, *_of_place())
        .outerjoin(staff, staff.c.id == appointments.c.adviser_id)
        .outerjoin(companions, companions.c.id == appointments.c.companion_id)
        .outerjoin(places, places.c.id == appointments.c.place_id)
    )


async def one(db: AsyncConnection, appointment_id: uuid.UUID) -> Row | None:
    """An appointment whatever its status, with `adviser_name`, `companion_name` and `place_*`."""
    row = (await db.execute(joined().where(appointments.c.id == appointment_id))).mappings().first()
    return dict(row) if row else None


async def of_person(
    db: AsyncConnection, person_id: uuid.UUID, since: datetime, *, statuses: Iterable[Status] = (Status.BOOKED,)
) -> list[Row]:
    """Appointments of a person that end after an instant, soonest first."""
    query = joined().where(appointments.c.person_id == person_id, appointments.c.ends_at > since)
    query = query.where(appointments.c.status.in_(tuple(statuses))).order_by(appointments.c.starts_at)
    return [dict(row) for row in (await db.execute(query)).mappings()]


async def of_advisers(
    db: AsyncConnection, staff_ids: Collection[uuid.UUID], starts: datetime, until: datetime
) -> list[Row]:
    """What takes the advisers' time between two instants (held, booked, over), soonest first."""
    kept = appointments.c.status.in_({*OCCUPIES, Status.OVER})
    within = appointments.c.starts_at < until, appointments.c.ends_at > starts
    query = joined().where(appointments.c.adviser_id.in_(staff_ids), kept, *within).order_by(appointments.c.starts_at)
    return [dict(row) for row in (await db.execute(query)).mappings()]


def place_card(row: Row, language: str, prefix: str = "place_") -> PlaceCard | None:
    """The place of a row as a message may name it, in a language where somebody wrote it; None for a row without a place."""
    kind = row[f"{prefix}kind"]
    if kind is None:
        return None
    own = (row[f"{prefix}translations"] or {}).get(language, {})
    said = {name: own.get(name) or row[f"{prefix}{name}"] for name in ("door", "bus_stop", "how_to_find")}
    return PlaceCard(
        id=str(row["place_id"]),
        name=own.get("label") or row[f"{prefix}label"] or row[f"{prefix}name"],
        manner=MANNER_OF.get(PlaceKind(kind), Manner.FACE_TO_FACE),
        address=row[f"{prefix}address"],
        phone=row[f"{prefix}phone"],
        is_step_free=row[f"{prefix}is_step_free"],
        has_quiet_room=row[f"{prefix}has_quiet_room"],
        has_photo=row[f"{prefix}has_photo"],
        **said,
    )


def meeting_of(row: Row, zone: ZoneInfo, language: str) -> Meeting:
    """A row as the conversation sees it; instants in the zone, first name of the adviser as staff wrote it."""
    card = place_card(row, language)
    held = row["hold_until"]
    return Meeting(
        id=str(row["id"]),
        reason=row["reason"].value if row["reason"] else "",
        owner=row["owner"].value,
        starts_at=row["starts_at"].astimezone(zone),
        minutes=int((row["ends_at"] - row["starts_at"]).total_seconds() // 60),
        adviser=row["adviser_name"] or "",
        place=card,
        place_name=card.name if card else "",
        needs=Needs.from_plain(row["needs"]),
        is_held=row["status"] is Status.HELD,
        held_until=held.astimezone(zone) if held else None,
        who_comes=row["companion_name"] or row["who_comes"] or "",
        meet_where=row["meet_where"] or "",
        bring=row["bring"] or "",
        where=row["other_place"] or "",
        contact=row["contact"] or "",
    )


async def slots_of(db: AsyncConnection, found: Collection[FreeSlot], zone: ZoneInfo, language: str) -> list[Slot]:
    """Free times as the conversation offers them, with names, in the order given."""
    ids = {slot.adviser_id for slot in found}
    named = await db.execute(select(staff.c.id, staff.c.name).where(staff.c.id.in_(ids)))
    names = {row.id: row.name for row in named}
    query = select(places.c.id.label("place_id"), *_of_place())
    rows = (await db.execute(query.where(places.c.id.in_({slot.place_id for slot in found})))).mappings()
    cards = {row["place_id"]: place_card(dict(row), language) for row in rows}
    made = []
    for slot in found:
        card = cards.get(slot.place_id)
        if card is not None:
            minutes = int((slot.ends_at - slot.starts_at).total_seconds() // 60)
            made.append(Slot(slot.key, slot.starts_at.astimezone(zone), minutes, names.get(slot.adviser_id, ""), card))
    return made
