"""What a member of staff does with a call: takes the case by a key, passes it on by another, or does not answer."""

from __future__ import annotations

import hmac
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import exists, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from server.db.base import table_of
from server.db.types import blind_index
from server.escalations.climbing import acknowledge, let_go, ring_next
from server.escalations.clock import Means
from server.escalations.errors import NoSuchCase
from server.escalations.models import Case, CaseStep, NoticeStatus, StaffNotice, StepKind
from server.escalations.notices import lock_case, note_of, ring_next_if_nobody
from server.hours import OpeningHours
from server.log import logger
from server.staff.models import Staff

log = logger(__name__)
cases, steps, notices, staff = table_of(Case), table_of(CaseStep), table_of(StaffNotice), table_of(Staff)

TAKE_KEY: Final = "1"
PASS_KEY: Final = "2"  # noqa: S105 - a key of a telephone
LASTS: Final = timedelta(minutes=15)
"""No call lasts so long: a key that comes later was sent again by somebody, and takes nothing."""

_TOKEN_SIGNS: Final = 32


class Heard(StrEnum):
    """What follows from a key, for the words that answer it."""

    YOURS = "yours"
    ANOTHERS = "anothers"
    OVER = "over"
    PASSED = "passed"
    NOBODY_NEXT = "nobody_next"
    AGAIN = "again"


@dataclass(frozen=True, slots=True)
class Answered:
    """What came of a key, with what the answer needs: whose language, which case."""

    heard: Heard
    language: str
    case_number: int


def token_of(notice_id: uuid.UUID) -> str:
    """The secret half of a call's addresses: whoever knows it was called, or is the provider."""
    return blind_index(str(notice_id), "staff_notices.call").hex()[:_TOKEN_SIGNS]


def is_token_of(notice_id: uuid.UUID, token: str) -> bool:
    """True for the right secret; compared in constant time."""
    return hmac.compare_digest(token_of(notice_id).encode(), token.encode())


async def take_key(
    db: AsyncConnection, hours: Mapping[str, OpeningHours], notice_id: uuid.UUID, key: str, now: datetime
) -> Answered | None:
    """Do what the member of a call pressed, in their name; None for a call that we never made or that is long over.

    Pressing again is harmless.
    """
    row = await _locked(db, notice_id)
    if row is None or (row.told_at is not None and now - row.told_at > LASTS):
        return None
    if row.removed_at is not None or row.staff_id in row.barred:
        return Answered(Heard.OVER, row.console_language, row.case_number)
    if key == TAKE_KEY:
        heard = await _take(db, row, now)
    elif key == PASS_KEY:
        heard = await _pass(db, hours, row, now)
    else:
        heard = Heard.AGAIN
    return Answered(heard, row.console_language, row.case_number)


async def _take(db: AsyncConnection, row: Any, now: datetime) -> Heard:
    try:
        is_first = await acknowledge(db, row.case_id, row.staff_id, now)
    except NoSuchCase:
        return Heard.OVER
    return Heard.YOURS if is_first or row.acknowledged_by == row.staff_id else Heard.ANOTHERS


async def _pass(db: AsyncConnection, hours: Mapping[str, OpeningHours], row: Any, now: datetime) -> Heard:
    """The next rung rings now; whoever took it before has let it go."""
    if row.closed_at is not None:
        return Heard.OVER
    if row.acknowledged_at is not None and row.acknowledged_by != row.staff_id:
        return Heard.ANOTHERS
    if row.acknowledged_at is not None:
        await let_go(db, row.case_id, now)
    if not await _is_noted(db, row, StepKind.PASSED, ""):
        await note_of(db, row, StepKind.PASSED, now)
    rings = await ring_next(db, hours, row.case_id, row.clock_since, row.number, now)
    return Heard.PASSED if rings else Heard.NOBODY_NEXT


async def note_ended(
    db: AsyncConnection, hours: Mapping[str, OpeningHours], notice_id: uuid.UUID, status: str, now: datetime
) -> bool:
    """Write down that a call reached nobody: `status` is the provider's ("busy"). False for a call that we never made.

    Twice is harmless. A call that could not be put through at all counts as a notice that failed.
    """
    row = await _locked(db, notice_id)
    if row is None:
        return False
    if await _is_noted(db, row, StepKind.FAILED, status):
        return True
    log.warning("call reached nobody", notice=str(notice_id), why=status)
    await note_of(db, row, StepKind.FAILED, now, status)
    if status == "failed":
        failed = {"status": NoticeStatus.FAILED, "lease_until": None}
        await db.execute(update(notices).where(notices.c.id == notice_id).values(failed))
        if row.closed_at is None and row.acknowledged_at is None:
            await ring_next_if_nobody(db, hours, row.case_id, row.clock_since, row.number, now)
    return True


async def _locked(db: AsyncConnection, notice_id: uuid.UUID) -> Any:
    """The notice of a call with its case and member, the case locked; None when there is none."""
    which = notices.c.id == notice_id, notices.c.means == Means.CALL
    case_id = (await db.execute(select(notices.c.case_id).where(*which))).scalar()
    if case_id is None:
        return None
    await lock_case(db, case_id)
    of_case = cases.c.number.label("case_number"), cases.c.closed_at, cases.c.barred
    of_answer = cases.c.acknowledged_at, cases.c.acknowledged_by
    query = (
        select(notices, *of_case, *of_answer, staff.c.console_language, staff.c.removed_at)
        .join(cases, cases.c.id == notices.c.case_id)
        .join(staff, staff.c.id == notices.c.staff_id)
    )
    return (await db.execute(query.where(*which))).first()


async def _is_noted(db: AsyncConnection, row: Any, kind: StepKind, code: str) -> bool:
    same = exists().where(
        steps.c.case_id == row.case_id,
        steps.c.clock_since == row.clock_since,
        steps.c.number == row.number,
        steps.c.kind == kind,
        steps.c.means == Means.CALL,
        steps.c.staff_id == row.staff_id,
        steps.c.code == code,
    )
    return bool((await db.execute(select(same))).scalar())
