"""Kinds of appointment of an area: how they begin and how leads change them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from server.appointments.diary_models import AppointmentKind
from server.appointments.kinds import Reason
from server.appointments.refusing import BadDiary, field_of
from server.db.base import table_of
from server.db.ids import new_id

kinds = table_of(AppointmentKind)

Row = Mapping[str, Any]

DEFAULT_KINDS: Final[Mapping[Reason, Mapping[str, Any]]] = {
    Reason.FIRST_TALK: {"minutes": 30},
    Reason.CAREERS: {"minutes": 45},
    Reason.BENEFITS: {"minutes": 45, "skill": "benefits"},
    Reason.HOUSING: {"minutes": 45, "skill": "housing"},
    Reason.REVIEW: {"minutes": 60, "is_for_young_people": False},
    Reason.MEET_AND_GREET: {"minutes": 30, "is_for_young_people": False},
    Reason.THREE_WAY: {"minutes": 60, "is_for_young_people": False},
    Reason.VISIT_FIRST: {"minutes": 30, "place_kinds": ["college", "one_stop_shop", "drop_in"]},
    Reason.ACCOMPANY: {"minutes": 120, "notice_hours": 24},
    Reason.GROUP: {"minutes": 60, "step_minutes": 60, "capacity": 8, "notice_hours": 1},
}
"""How an area begins. Every kind has a row; leads change lengths and rules."""


async def ensure_kinds(db: AsyncConnection, area: str) -> None:
    """Make sure that an area has a row for each kind; what was changed stays. Repeating is harmless."""
    rows = [
        {
            "id": new_id(),
            "area": area,
            "reason": reason,
            "step_minutes": 30,
            "skill": "",
            "place_kinds": [],
            "capacity": 1,
            "notice_hours": 2,
            "is_for_young_people": True,
            **more,
        }
        for reason, more in DEFAULT_KINDS.items()
    ]
    await db.execute(pg_insert(kinds).values(rows).on_conflict_do_nothing(index_elements=["area", "reason"]))


async def kinds_of(db: AsyncConnection, area: str) -> list[Row]:
    """Every kind of an area, in the order of `Reason`."""
    rows = (await db.execute(select(kinds).where(kinds.c.area == area))).mappings()
    order = list(Reason)
    return sorted((dict(row) for row in rows), key=lambda row: order.index(row["reason"]))


async def change_kind(db: AsyncConnection, area: str, reason: Reason, values: Mapping[str, Any]) -> None:
    """Change a kind's rules. Raises BadDiary for a figure that the table refuses; bookings made before keep their length."""
    try:
        async with db.begin_nested():
            await db.execute(update(kinds).where(kinds.c.area == area, kinds.c.reason == reason).values(values))
    except IntegrityError as error:
        raise BadDiary(field_of(error, ("minutes", "step_minutes", "capacity")), "too_long") from None
