"""What was done with a case, written into the audit in the transaction that does it."""

from __future__ import annotations

import uuid
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from server.console.reading import cases
from server.staff import audit
from server.staff.access import Act, Member


class Did(StrEnum):
    """Acts that are a row of the audit, beside those that access is asked for."""

    ACKNOWLEDGED = "acknowledged"
    ASKED = "asked"
    CLOSED = "closed"
    GAVE_BACK = "gave_back"
    HELD = "held"
    WENT_ON = "went_on"
    NOTED = "noted"
    WROTE = "wrote"
    TASK_TAKEN = "task_taken"
    TASK_DONE = "task_done"
    RECORD_ADDED = "record_added"
    RECORD_TRANSLATED = "record_translated"
    RECORD_ASKED = "record_asked"
    ON_DUTY = "on_duty"
    OFF_DUTY = "off_duty"
    CONTACT_CHANGED = "contact_changed"
    WORKER_WROTE = "worker_wrote"
    CARE_CHANGED = "care_changed"
    CHECK_WORD_SET = "check_word_set"
    DATE_DONE = "date_done"
    HANDOVER_CHANGED = "handover_changed"
    HANDOVER_ASKED = "handover_asked"
    HANDOVER_ANSWERED = "handover_answered"
    HANDOVER_CLOSED = "handover_closed"
    REVIEW_PLANNED = "review_planned"
    REVIEW_CLOSED = "review_closed"
    BOOKED = "booked"
    BOOKING_MOVED = "booking_moved"
    BOOKING_CANCELLED = "booking_cancelled"
    SAID_LATE = "said_late"
    OUTCOME_KEPT = "outcome_kept"
    COMPANION_SET = "companion_set"
    CUSTODY_ENTERED = "custody_entered"
    RELEASE_MOVED = "release_moved"
    RELEASE_ACCEPTED = "release_accepted"
    RELEASE_STARTED = "release_started"
    RELEASE_OWNERS = "release_owners"
    RELEASE_STATUS = "release_status"
    RELEASE_STEP = "release_step"
    SHEET_GIVEN = "sheet_given"
    OUTSIDE_ADDED = "outside_added"
    OUTSIDE_CHANGED = "outside_changed"
    OUTSIDE_OFFICE = "outside_office"
    OUTSIDE_OFF = "outside_off"


async def note_act(db: AsyncConnection, who: Member, did: Did | Act, now: datetime, case_id: uuid.UUID | None) -> None:
    """One row, with the area and the person of the case, open or closed. Nothing for an act without a case."""
    case: Any = (await db.execute(select(cases.c.area, cases.c.person_id).where(cases.c.id == case_id))).first()
    if case is not None:
        await audit.note(db, who.id, did, now, area=case.area, person=case.person_id, case=case_id)
