"""The one door to a safeguarding record: who may open it, and the row of audit that each look leaves."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from server.console.desk import note_read
from server.escalations import records, records_reading
from server.staff.access import Fact, Member, may_read
from server.staff.errors import MayNot


async def opened(db: AsyncConnection, who: Member, record_id: uuid.UUID) -> Mapping[str, Any]:
    """The record, for somebody who may read it in its area and is not barred from it. Raises MayNot, also when there is none."""
    record = await records_reading.find(db, record_id)
    if record is None or not may_read(who, Fact.SAFEGUARDING_RECORD, record["area"], record["barred"]):
        raise MayNot
    return record


async def locked(db: AsyncConnection, who: Member, record_id: uuid.UUID) -> Any:
    """Its row, to append to. Raises MayNot."""
    await opened(db, who, record_id)
    return await records.locked(db, record_id)


async def note_record_read(db: AsyncConnection, who: Member, record: Mapping[str, Any], now: datetime) -> None:
    """Write down that somebody is about to be shown it."""
    about = {"area": record["area"], "person": record["person_id"], "case": record["case_id"]}
    await note_read(db, who, [Fact.SAFEGUARDING_RECORD], now, barred=record["barred"], **about)
