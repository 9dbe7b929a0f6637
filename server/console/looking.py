"""Need to know: whoever opens a chat that is not their work says once why, before anything of it is shown (threats.md)."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import and_, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from dialogs.wording import N_
from server.console.reading import case_messages
from server.db.base import table_of
from server.escalations.models import CaseNote, CaseTask, NoteKind
from server.escalations.queue import Waiting, may_hold
from server.staff import audit
from server.staff.access import Act, Member, may_do
from server.staff.errors import ReasonNeeded

notes = table_of(CaseNote)
tasks = table_of(CaseTask)

STANDS_FOR: Final = timedelta(hours=12)
"""A working day: then the reason is asked for again."""


class WhyLook(StrEnum):
    """Why somebody looks at a chat that is not theirs."""

    COVER = "cover"
    WORK = "work"
    SAFETY = "safety"
    ASKED = "asked"
    OTHER = "other"


WHY_LOOK: Final[dict[WhyLook, str]] = {
    WhyLook.COVER: N_("I stand in for whoever has it"),
    WhyLook.WORK: N_("I look after the advisers' work"),
    WhyLook.SAFETY: N_("I am worried about somebody's safety"),
    WhyLook.ASKED: N_("A colleague or the young person asked me to"),
    WhyLook.OTHER: N_("Something else: write it below"),
}


async def require_reason(db: AsyncConnection, who: Member, case: Any, now: datetime) -> None:
    """Nothing for a chat that is somebody's work, or for which they gave a reason today. Raises ReasonNeeded."""
    if _is_theirs(who, case) or await _has_part(db, who, case):
        return
    if not await audit.gave_reason(db, who.id, case.id, now - STANDS_FOR):
        raise ReasonNeeded(f"/console/cases/{case.id}/why")


def _is_theirs(who: Member, case: Any) -> bool:
    """True for who has it, had it, sees to its alarm, or may take it just now. Pure."""
    if who.id in {case.adviser_id, case.closed_by_id, case.acknowledged_by, *case.passed_over}:
        return True
    is_free = case.closed_at is None and case.adviser_id is None and may_do(who, Act.TAKE, case.area)
    since = case.waiting_since or case.opened_at
    barred, passed_over = frozenset(case.barred), frozenset(case.passed_over)
    waiting = Waiting(case.id, case.urgency, since, case.language, case.skill, barred, passed_over)
    return is_free and may_hold(who, waiting)


async def _has_part(db: AsyncConnection, who: Member, case: Any) -> bool:
    """True for who was asked in, noted or wrote something in it, or has a task of it."""
    skills = ["", *(skill.value for skill in who.skills)]  # without a skill or a name it goes to everybody
    asked = and_(notes.c.kind == NoteKind.ASK, notes.c.to_staff_id.is_(None), notes.c.to_skill.in_(skills))
    here = or_(notes.c.staff_id == who.id, notes.c.to_staff_id == who.id, asked)
    queries = (
        select(notes.c.id).where(notes.c.case_id == case.id, here),
        select(case_messages.c.id).where(case_messages.c.case_id == case.id, case_messages.c.staff_id == who.id),
        select(tasks.c.id).where(tasks.c.case_id == case.id, tasks.c.staff_id == who.id),
    )
    for query in queries:
        if (await db.execute(query.limit(1))).first() is not None:
            return True
    return False
