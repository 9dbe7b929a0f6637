"""Notices to staff: claim those that are due, and write down what became of each.

A notice is claimed in one transaction, sent with none open, and noted in another. Whoever dies in between leaves a lease that
runs out: then somebody sends it again, because a second ring harms nobody and a lost one may. Who locks the case and a notice
locks the case first.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Select, and_, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.errors import SendError
from server.db.base import table_of
from server.escalations.climbing import note_row, ring_next
from server.escalations.clock import Means, Rung
from server.escalations.models import Case, CaseStep, NoticeStatus, StaffNotice, StepKind
from server.escalations.service import ABOUT_DANGER
from server.hours import OpeningHours
from server.staff.models import Staff

cases, steps, notices, staff = table_of(Case), table_of(CaseStep), table_of(StaffNotice), table_of(Staff)

LEASE: Final = timedelta(seconds=20)
"""How long a process may take over one call to a provider."""

MOST_TRIES: Final = 6
_FIRST_WAIT: Final = timedelta(seconds=2)
_LONGEST_WAIT: Final = timedelta(seconds=30)
_WAITING: Final = (NoticeStatus.DUE, NoticeStatus.SENDING)

NO_NUMBER: Final = "no_number"
NOT_SET_UP: Final = "not_set_up"
REMOVED: Final = "removed"
NO_OUTCOME: Final = "no_outcome"


@dataclass(frozen=True, slots=True)
class Notice:
    """One notice in the hands of this process until `lease_until`. `to` is empty for somebody without such an address.

    `case_number` is what people quote; `number` is the step of the clock.
    """

    id: uuid.UUID
    case_id: uuid.UUID
    case_number: int
    clock_since: datetime
    number: int
    staff_id: uuid.UUID
    means: Means
    language: str
    to: str
    is_danger: bool
    attempt: int
    lease_until: datetime
    is_removed: bool = False


async def claim(db: AsyncConnection, now: datetime, limit: int) -> list[Notice]:
    """Take over what is due, oldest first, and what a dead process left; nobody else has the same. What is not needed is put away."""
    rows = (await db.execute(_due(now).limit(limit))).mappings().all()
    needless = [row["id"] for row in rows if _is_needless(row)]
    wanted = [row for row in rows if row["id"] not in needless]
    await _change(db, needless, status=NoticeStatus.NOT_NEEDED, lease_until=None)
    taken = {"status": NoticeStatus.SENDING, "attempt": notices.c.attempt + 1, "lease_until": now + LEASE}
    await _change(db, [row["id"] for row in wanted], **taken)
    return [_notice(row, now + LEASE) for row in wanted]


def _is_needless(row: Mapping[str, Any]) -> bool:
    """Somebody saw to it, or it is about whom it would ring."""
    return bool(row["closed_at"] or row["acknowledged_at"]) or row["staff_id"] in row["barred"]


async def _change(db: AsyncConnection, ids: list[uuid.UUID], **values: Any) -> None:
    if ids:
        await db.execute(update(notices).where(notices.c.id.in_(ids)).values(**values))


def _due(now: datetime) -> Select[Any]:
    is_due = and_(notices.c.status == NoticeStatus.DUE, notices.c.not_before <= now)
    is_left = and_(notices.c.status == NoticeStatus.SENDING, notices.c.lease_until <= now)
    of_case = cases.c.number.label("case_number"), cases.c.urgency, cases.c.closed_at, cases.c.acknowledged_at
    of_staff = staff.c.phone, staff.c.telegram_chat, staff.c.console_language, staff.c.removed_at
    return (
        select(notices, *of_case, cases.c.barred, *of_staff)
        .join(cases, cases.c.id == notices.c.case_id)
        .join(staff, staff.c.id == notices.c.staff_id)
        .where(or_(is_due, is_left))
        .order_by(notices.c.not_before, notices.c.id)
        .with_for_update(of=notices, skip_locked=True)
    )


def _notice(row: Mapping[str, Any], lease_until: datetime) -> Notice:
    to = {Means.TELEGRAM: row["telegram_chat"], Means.PUSH: str(row["staff_id"])}.get(row["means"], row["phone"])
    return Notice(
        id=row["id"],
        case_id=row["case_id"],
        case_number=row["case_number"],
        clock_since=row["clock_since"],
        number=row["number"],
        staff_id=row["staff_id"],
        means=row["means"],
        language=row["console_language"],
        to=(to or "").strip(),
        is_danger=row["urgency"] in ABOUT_DANGER,
        attempt=row["attempt"] + 1,
        lease_until=lease_until,
        is_removed=row["removed_at"] is not None,
    )


async def next_notice(db: AsyncConnection) -> datetime | None:
    """When the next notice is to be sent, or taken over from a process that died; None while nothing waits."""
    at = func.coalesce(notices.c.lease_until, notices.c.not_before)
    instant: datetime | None = (await db.execute(select(func.min(at)).where(notices.c.status.in_(_WAITING)))).scalar()
    return instant


async def note_told(db: AsyncConnection, notice: Notice, provider_id: str, now: datetime) -> bool:
    """The provider has it. False, and nothing is written, when the notice is no longer this process's."""
    await lock_case(db, notice.case_id)
    values = {"status": NoticeStatus.TOLD, "provider_id": provider_id, "told_at": now, "lease_until": None}
    if not await _end(db, notice, values):
        return False
    await _note(db, notice, StepKind.TOLD, now)
    return True


async def note_failed(
    db: AsyncConnection, hours: Mapping[str, OpeningHours], notice: Notice, error: SendError, now: datetime
) -> bool:
    """It did not go out: later once more, or never, which is a step of its own. False when it is no longer this process's.

    When nobody could be told at that step by any means, the next rung is rung at once.
    """
    await lock_case(db, notice.case_id)
    if error.is_retryable and notice.attempt < MOST_TRIES:
        again = now + wait_before(notice.attempt, error.retry_after_seconds)
        return await _end(db, notice, {"status": NoticeStatus.DUE, "not_before": again, "lease_until": None})
    if not await _end(db, notice, {"status": NoticeStatus.FAILED, "lease_until": None}):
        return False
    await _note(db, notice, StepKind.FAILED, now, code=error.code)
    await ring_next_if_nobody(db, hours, notice.case_id, notice.clock_since, notice.number, now)
    return True


def wait_before(attempt: int, retry_after_seconds: float | None) -> timedelta:
    """How long to wait after failed try number `attempt` (1 is the first): doubling, or what the provider asks, at most half a minute."""
    if retry_after_seconds is not None:
        return min(timedelta(seconds=retry_after_seconds), _LONGEST_WAIT)
    return min(_FIRST_WAIT * int(2 ** (attempt - 1)), _LONGEST_WAIT)


async def ring_next_if_nobody(
    db: AsyncConnection,
    hours: Mapping[str, OpeningHours],
    case_id: uuid.UUID,
    clock_since: datetime,
    number: int,
    now: datetime,
) -> None:
    """Ring the next rung when every notice of a step has failed: it reached nobody, and five minutes are long."""
    of_step = notices.c.case_id == case_id, notices.c.clock_since == clock_since, notices.c.number == number
    query = select(func.count()).select_from(notices).where(*of_step, notices.c.status != NoticeStatus.FAILED)
    if not (await db.execute(query)).scalar_one():
        await ring_next(db, hours, case_id, clock_since, number, now)


async def lock_case(db: AsyncConnection, case_id: uuid.UUID) -> None:
    """Hold the case's row until the transaction ends: before any of its notices is locked."""
    await db.execute(select(cases.c.id).where(cases.c.id == case_id).with_for_update())


async def _end(db: AsyncConnection, notice: Notice, values: dict[str, Any]) -> bool:
    """Change a notice that this process still holds."""
    ours = (
        notices.c.id == notice.id,
        notices.c.status == NoticeStatus.SENDING,
        notices.c.lease_until == notice.lease_until,
    )
    return bool((await db.execute(update(notices).where(*ours).values(values))).rowcount)


async def _note(db: AsyncConnection, notice: Notice, kind: StepKind, now: datetime, code: str = "") -> None:
    row = (await db.execute(select(notices).where(notices.c.id == notice.id))).one()
    await note_of(db, row, kind, now, code)


async def note_of(db: AsyncConnection, row: Any, kind: StepKind, now: datetime, code: str = "") -> None:
    """Append a row about a notice's member and means at the notice's step. `row` is the notice's."""
    place = _Place(row.case_id, row.area, row.clock_since)
    rung = await _rung(db, row)
    await note_row(db, place, row.number, rung, kind, now, means=row.means, staff_id=row.staff_id, code=code)


@dataclass(frozen=True, slots=True)
class _Place:
    """Which clock a row belongs to."""

    id: uuid.UUID
    area: str
    clock_since: datetime


async def _rung(db: AsyncConnection, row: Any) -> Rung:
    query = select(steps.c.rung).where(
        steps.c.case_id == row.case_id,
        steps.c.clock_since == row.clock_since,
        steps.c.number == row.number,
        steps.c.kind == StepKind.TAKEN,
    )
    rung: Rung = (await db.execute(query)).scalar_one()
    return rung
