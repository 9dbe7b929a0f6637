"""A young person and advisers, as rows, for the tests of who looks after whom."""

from __future__ import annotations

import uuid
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from server.appointments.care_models import TimescaleDate
from server.appointments.diary_models import DiaryPattern, Place
from server.appointments.kinds import Agreed, HoursKind, Owner, PlaceKind, Reason, Status
from server.appointments.models import Appointment
from server.db.base import table_of
from server.db.ids import new_id
from server.people.models import Person
from server.staff.access import Role
from server.staff.models import Staff
from server.staff.signing_in import email_hash

NOW = datetime(2026, 12, 8, 12, 0, tzinfo=UTC)
TODAY = NOW.date()


async def young_person(db: AsyncConnection, area: str = "home") -> uuid.UUID:
    """Somebody young."""
    person_id = new_id()
    await db.execute(insert(table_of(Person)).values(id=person_id, area=area, first_seen_at=NOW))
    return person_id


async def an_adviser(db: AsyncConnection, name: str, *roles: Role, area: str = "home", **more: Any) -> uuid.UUID:
    """Somebody of the staff."""
    staff_id = new_id()
    email = f"{staff_id.hex}@example.org"
    row = {"id": staff_id, "name": name, "email": email, "email_hash": email_hash(email), "areas": [area]}
    row |= {"roles": list(roles or (Role.ADVISER,)), "skills": [], "languages": ["en"], "created_at": NOW}
    await db.execute(insert(table_of(Staff)).values(row | more))
    return staff_id


async def works_on(db: AsyncConnection, staff_id: uuid.UUID, *weekdays: int, **more: Any) -> None:
    """They are at the one-stop shop on these weekdays, nine to five."""
    place = {"id": new_id(), "area": "home", "kind": PlaceKind.ONE_STOP_SHOP, "name": new_id().hex, "created_at": NOW}
    await db.execute(insert(table_of(Place)).values(place))
    for weekday in weekdays:
        row = {"id": new_id(), "staff_id": staff_id, "area": "home", "kind": HoursKind.OPEN, "place_id": place["id"]}
        row |= {"weekday": weekday, "starts_minute": 540, "ends_minute": 1020, "from_on": date(2026, 1, 1)}
        await db.execute(insert(table_of(DiaryPattern)).values(row | more))


async def a_meeting(
    db: AsyncConnection,
    person_id: uuid.UUID,
    adviser_id: uuid.UUID | None,
    starts_at: datetime,
    *,
    reason: Reason | None = Reason.REVIEW,
    area: str = "home",
    **more: Any,
) -> uuid.UUID:
    """A booked hour."""
    appointment_id, ends_at = new_id(), starts_at + timedelta(hours=1)
    row = {"id": appointment_id, "area": area, "owner": Owner.OURS, "reason": reason, "person_id": person_id}
    row |= {"adviser_id": adviser_id, "session_id": appointment_id, "starts_at": starts_at, "ends_at": ends_at}
    row |= {"busy_from": starts_at, "busy_until": ends_at, "status": Status.BOOKED, "agreed": Agreed.CHAT}
    row |= {"created_at": NOW, "changed_at": NOW}
    await db.execute(insert(table_of(Appointment)).values(row | more))
    return appointment_id


async def a_date(db: AsyncConnection, person_id: uuid.UUID, code: str, due_on: date, **more: Any) -> uuid.UUID:
    """A date that a rule made, red from a week after."""
    date_id = new_id()
    row = {"id": date_id, "area": "home", "person_id": person_id, "code": code, "side": "home", "due_on": due_on}
    row |= {"red_on": due_on + timedelta(days=7), "created_at": NOW}
    await db.execute(insert(table_of(TimescaleDate)).values(row | more))
    return date_id
