"""A clock that does not tick is an alarm by itself: how long nobody has taken the steps and sent the notices that are due."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from server.db.base import table_of
from server.db.heartbeats import Heartbeat
from server.escalations.clock import Rung
from server.escalations.models import Case, CaseStep, NoticeStatus, StaffNotice, StepKind

cases, steps, notices = table_of(Case), table_of(CaseStep), table_of(StaffNotice)
heartbeats = table_of(Heartbeat)

BEAT: Final = "clock"
"""The job under whose name a worker's clock beats. Who stands in for it does not beat: the alarm goes on until a worker is back."""

SILENT_AFTER: Final = timedelta(seconds=60)


async def clock_silence(db: AsyncConnection, now: datetime) -> timedelta | None:
    """How long the clock has been silent, when that is an alarm: consoles show a banner. None while all is well or no clock runs."""
    found = await silence(db, now)
    return found if found >= SILENT_AFTER else None


async def silence(db: AsyncConnection, now: datetime) -> timedelta:
    """The longest of: since a worker beat, since a step was due, since a notice was to be sent. Zero while no clock runs."""
    began, due = (await db.execute(_of_cases())).one()
    to_send = (await db.execute(_of_notices())).scalar()
    if began is None and to_send is None:
        return timedelta(0)
    beat = (await db.execute(select(heartbeats.c.ended_at).where(heartbeats.c.job == BEAT))).scalar()
    instants = [beat or began or to_send, due, to_send]
    return max((now - at for at in instants if at is not None and at < now), default=timedelta(0))


def _of_cases() -> Any:
    """Since when the oldest running clock runs, and when the first step comes, or came."""
    query = select(func.min(cases.c.clock_since), func.min(cases.c.clock_next_at))
    return query.where(cases.c.closed_at.is_(None), cases.c.clock_next_at.is_not(None))


def _of_notices() -> Any:
    """When the first notice that is still waited for was to be sent, or its call to be over."""
    waits = notices.c.status.in_((NoticeStatus.DUE, NoticeStatus.SENDING))
    return select(func.min(func.coalesce(notices.c.lease_until, notices.c.not_before))).where(waits)


async def called_everybody(db: AsyncConnection, areas: Iterable[str]) -> list[Any]:
    """Open cases whose clock has come to its last rung and that nobody acknowledged: every console of the area shows a banner.

    Rows of (id, number, area, urgency, barred, clock_since), longest first.
    """
    came = select(steps.c.case_id).where(
        steps.c.case_id == cases.c.id,
        steps.c.clock_since == cases.c.clock_since,
        steps.c.rung == Rung.EVERYBODY,
        steps.c.kind == StepKind.TAKEN,
    )
    waits = cases.c.closed_at.is_(None), cases.c.acknowledged_at.is_(None), cases.c.area.in_(list(areas))
    columns = cases.c.id, cases.c.number, cases.c.area, cases.c.urgency, cases.c.barred, cases.c.clock_since
    query = select(*columns).where(*waits, came.exists()).order_by(cases.c.clock_since)
    return list((await db.execute(query)).all())
