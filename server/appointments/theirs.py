"""What a young person can do with meetings by themselves: what they may book, what they said last time, which are theirs."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from sqlalchemy import select, text, update
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.ext.asyncio import AsyncConnection

from dialogs.meetings import FLAGS, Needs
from server.appointments import reading
from server.appointments.care_models import PersonCare
from server.appointments.diary_models import AppointmentKind
from server.appointments.kinds import Owner, ReleaseSide, Status
from server.appointments.models import Appointment
from server.db.base import table_of
from server.staff.models import Staff

appointments = table_of(Appointment)
care = table_of(PersonCare)
kinds = table_of(AppointmentKind)
staff = table_of(Staff)

Row = Mapping[str, Any]

REASONS: Final = text(
    """
    SELECT k.reason FROM appointment_kinds k
    WHERE k.area = :area AND k.is_active AND k.is_for_young_people AND EXISTS (
        SELECT 1 FROM staff s WHERE s.removed_at IS NULL AND k.area = ANY (s.areas)
            AND (k.skill = '' OR k.skill = ANY (s.skills)) AND (EXISTS (
                SELECT 1 FROM diary_patterns d JOIN places p ON p.id = d.place_id
                WHERE d.staff_id = s.id AND d.area = k.area AND d.kind = 'open' AND p.kind <> 'secure_establishment'
                    AND (cardinality(k.place_kinds) = 0 OR p.kind = ANY (k.place_kinds))
                    AND (cardinality(d.reasons) = 0 OR k.reason = ANY (d.reasons))
                    AND (d.until_on IS NULL OR d.until_on >= CAST(:today AS date))
            ) OR EXISTS (
                SELECT 1 FROM diary_exceptions x JOIN places p ON p.id = x.place_id
                WHERE x.staff_id = s.id AND x.area = k.area AND x.kind = 'extra' AND x.ends_at > :now
                    AND p.kind <> 'secure_establishment')))
    """
)


async def reasons(db: AsyncConnection, area: str, now: datetime) -> tuple[str, ...]:
    """Codes of what somebody in the area has hours for and a young person may book; empty where nobody keeps a diary."""
    return tuple((await db.execute(REASONS, {"area": area, "today": now.date(), "now": now})).scalars())


async def care_of(db: AsyncConnection, person_id: uuid.UUID, area: str) -> Row | None:
    """What is remembered of them, with `adviser_name` (None: they have no adviser in the area, or one who has left)."""
    query = (
        select(care, staff.c.name.label("adviser_name"))
        .outerjoin(
            staff,
            (staff.c.id == care.c.adviser_id) & staff.c.removed_at.is_(None) & staff.c.areas.contains([area]),
        )
        .where(care.c.person_id == person_id)
    )
    row = (await db.execute(query)).mappings().first()
    return dict(row) if row else None


async def remember(db: AsyncConnection, person_id: uuid.UUID, area: str, now: datetime, **values: Any) -> None:
    """Keep what they said (`prefers_part`, `needs`), so that nobody asks twice."""
    row = {"person_id": person_id, "area": area, "updated_at": now, **values}
    changed = {"updated_at": now, **values}
    await db.execute(pg_insert(care).values(row).on_conflict_do_update(index_elements=["person_id"], set_=changed))


async def one(db: AsyncConnection, person_id: uuid.UUID, appointment_id: uuid.UUID) -> Row | None:
    """A meeting of this person that is booked or held; None for any other."""
    row = await reading.one(db, appointment_id)
    if row is None or row["person_id"] != person_id or row["status"] not in {Status.BOOKED, Status.HELD}:
        return None
    return row


async def own_kinds(db: AsyncConnection, area: str) -> frozenset[str]:
    """Codes of the kinds that young people book, move and call off by themselves."""
    query = select(kinds.c.reason).where(kinds.c.area == area, kinds.c.is_for_young_people)
    return frozenset(reason.value for reason in (await db.execute(query)).scalars())


def may_change(row: Row, own: frozenset[str], now: datetime) -> bool:
    """True for a meeting with us alone that is to come; what others or a release plan have a part in a person changes. Pure."""
    is_ours = row["owner"] is Owner.OURS and row["release_side"] is ReleaseSide.NONE
    reason = row["reason"].value if row["reason"] else ""
    return is_ours and reason in own and row["starts_at"] > now


async def add_need(db: AsyncConnection, row: Row, need: str, now: datetime) -> None:
    """One more thing that would help, on the meeting itself. An unknown one changes nothing."""
    if need in FLAGS:
        needs = Needs.from_plain(row["needs"]).having(need)
        values = {"needs": needs.to_plain(), "changed_at": now}
        await db.execute(update(appointments).where(appointments.c.id == row["id"]).values(values))
