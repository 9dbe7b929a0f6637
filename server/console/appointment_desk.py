"""One appointment as the pages about it know it: who may look, who may change it, what is noted."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from server.appointments import reading
from server.appointments.kinds import Owner, Status
from server.console.acts import Did
from server.console.care_desk import open_person
from server.console.desk import Desk
from server.staff import audit
from server.staff.access import Act, Fact, Member, may_do
from server.staff.errors import MayNot

Row = Mapping[str, Any]


async def open_appointment(desk: Desk, db: AsyncConnection, who: Member, appointment_id: uuid.UUID) -> Row:
    """An appointment that somebody may see, the look noted. Raises MayNot, the same for none; ReasonNeeded for another's work."""
    row = await reading.one(db, appointment_id)
    if row is None or row["person_id"] is None or not may_do(who, Act.SEE_DIARY, row["area"]):
        raise MayNot
    one = await open_person(desk, db, who, row["person_id"])
    await audit.note(db, who.id, Fact.NEXT_MEETING, desk.now(), **one.about)
    return {**row, "called": one.called, "case_id": one.about["case"]}


async def changeable(desk: Desk, db: AsyncConnection, who: Member, appointment_id: uuid.UUID) -> Row:
    """One of ours that is booked still, for whoever may book. Raises MayNot, ReasonNeeded."""
    row = await open_appointment(desk, db, who, appointment_id)
    if row["owner"] is not Owner.OURS or row["status"] is not Status.BOOKED or not may_do(who, Act.BOOK, row["area"]):
        raise MayNot
    return row


async def note_act(db: AsyncConnection, who: Member, did: Did, row: Row, now: datetime) -> None:
    """One row of the audit about the person whom it is for."""
    await audit.note(db, who.id, did, now, area=row["area"], person=row["person_id"], case=row["case_id"])
