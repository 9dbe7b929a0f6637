"""Who holds a case: take it, take the next, be given it, give it back, pass it on, end it.

The lock of the case's row is what decides between two; a turn of the bot reads the holder under the same lock, so the bot never
talks over a person. Who locks the conversation as well locks it first.
"""

from __future__ import annotations

import uuid
from contextlib import suppress
from datetime import date, datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, and_, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from dialogs.effects import CaseUrgency
from server.db.base import table_of
from server.escalations.clock import HOLDS_FOR
from server.escalations.due_work import FOLLOW_UP_AFTER, make_task
from server.escalations.errors import NoSuchCase, NotYours, TakenAlready
from server.escalations.models import Case, CaseOutcome, CaseTask, NoticeStatus, StaffNotice, TaskKind
from server.escalations.queue import Next, Waiting, may_hold, take_next
from server.escalations.service import ABOUT_DANGER, FREE, NOT_LOST, anew, tell
from server.staff.access import Member
from server.staff.models import Staff

cases = table_of(Case)
notices = table_of(StaffNotice)
tasks = table_of(CaseTask)
staff = table_of(Staff)

SILENT_AFTER: Final = timedelta(minutes=3)
"""An adviser who does nothing for so long while the person waits has lost the chat (J15)."""


async def locked(db: AsyncConnection, case_id: uuid.UUID) -> Any:
    """The open case's row, locked until the transaction ends. Raises NoSuchCase."""
    query = select(cases).where(cases.c.id == case_id, cases.c.closed_at.is_(None)).with_for_update()
    row = (await db.execute(query)).first()
    if row is None or row.person_id is None:
        raise NoSuchCase(str(case_id))
    return row


async def take(db: AsyncConnection, who: Member, case_id: uuid.UUID, now: datetime) -> None:
    """Hold it from now on; the bot is quiet. Taking again is harmless. Raises TakenAlready with the holder's name, NoSuchCase."""
    case = await locked(db, case_id)
    if case.adviser_id not in {None, who.id}:
        raise TakenAlready(await name_of(db, case.adviser_id))
    if not may_hold(who, _waiting(case)) or case.area not in who.areas:
        raise NoSuchCase(str(case_id))
    await _hold(db, case, who.id, now)


async def take_the_next(db: AsyncConnection, who: Member, now: datetime) -> Next | None:
    """Take the case that comes next for somebody; None when nothing waits.

    One row alone is locked, and waited for: whoever has it in hand (the clock, a message) lets go in a moment. When somebody
    else took it meanwhile, the next one is taken.
    """
    free = cases.c.closed_at.is_(None), cases.c.adviser_id.is_(None), cases.c.person_id.is_not(None)
    waiting = {row.id: _waiting(row) for row in (await db.execute(select(cases).where(*free, _here(who)))).all()}
    while (found := take_next(who, waiting.values(), now)) is not None:
        still = select(cases).where(*free, cases.c.id == found.case.case_id).with_for_update()
        row = (await db.execute(still)).first()
        if row is not None and may_hold(who, _waiting(row)):
            await _hold(db, row, who.id, now)
            return found
        del waiting[found.case.case_id]
    return None


def _here(who: Member) -> ColumnElement[bool]:
    """Cases of somebody's areas."""
    return cases.c.area.in_(who.areas)


async def assign(db: AsyncConnection, case_id: uuid.UUID, to: Member, now: datetime) -> None:
    """A lead gives it to somebody, whoever holds it. Raises NoSuchCase, also for one whom it may not be given to."""
    case = await locked(db, case_id)
    if not may_hold(to, _waiting(case)) or case.area not in to.areas:
        raise NoSuchCase(str(case_id))
    await _hold(db, case, to.id, now)


async def give_back(
    db: AsyncConnection, case_id: uuid.UUID, now: datetime, *, skill: str | None = None, is_open: bool | None = None
) -> None:
    """Nobody holds it any more; it waits in the queue, for a skill when one is named. Raises NoSuchCase.

    A clock begins anew only when an adviser has answered since it began. One that still climbs climbs on, and one that waited
    for an answer goes on from where it was: taking a case and giving it back must not keep anybody from being rung.
    `is_open` says whether people are at their desks now (None: as when its clock began).
    """
    case = await locked(db, case_id)
    values: dict[str, Any] = FREE | {"waiting_since": case.waiting_since or now}
    if skill is not None:
        values["skill"] = skill
    values |= _clock_of(case, now, is_open=case.clock_in_hours if is_open is None else is_open)
    await db.execute(update(cases).where(cases.c.id == case_id).values(values))
    await tell(db, case_id, case.area)


def _clock_of(case: Any, now: datetime, *, is_open: bool) -> dict[str, Any]:
    """The columns of the clock when nobody holds a case any more. Pure."""
    if case.clock_next_at is None:  # it was answered, or came to its end
        return anew(now, is_open=is_open)
    if case.acknowledged_at is not None:
        return {"acknowledged_at": None, "acknowledged_by": None, "clock_next_at": now}
    return {}


async def pass_over(db: AsyncConnection, case_id: uuid.UUID, now: datetime) -> None:
    """Back to the queue, and whoever held it is the last to be given it again. Nothing for one that nobody holds. Raises NoSuchCase."""
    case = await locked(db, case_id)
    if case.adviser_id is None:
        return
    passed = sorted({*case.passed_over, case.adviser_id}, key=str)
    await db.execute(update(cases).where(cases.c.id == case_id).values(passed_over=passed))
    await give_back(db, case_id, now)


async def give_back_all(db: AsyncConnection, staff_id: uuid.UUID, now: datetime) -> int:
    """Every case of somebody who was removed or went home returns to the queue; how many."""
    return await give_back_outside(db, staff_id, frozenset(), now)


async def give_back_outside(db: AsyncConnection, staff_id: uuid.UUID, areas: frozenset[str], now: datetime) -> int:
    """Every case that somebody holds outside these areas returns to the queue; how many."""
    held = cases.c.adviser_id == staff_id, cases.c.closed_at.is_(None), cases.c.area.not_in(areas)
    count = 0
    for case_id in (await db.execute(select(cases.c.id).where(*held).order_by(cases.c.id))).scalars():
        with suppress(NoSuchCase):  # closed by them at this instant
            await give_back(db, case_id, now)
            count += 1
    return count


async def held_by(db: AsyncConnection, staff_id: uuid.UUID) -> int:
    """How many cases somebody holds."""
    held = cases.c.adviser_id == staff_id, cases.c.closed_at.is_(None)
    return int((await db.execute(select(func.count()).select_from(cases).where(*held))).scalar_one())


async def still_mine(db: AsyncConnection, who: Member, case_id: uuid.UUID) -> Any:
    """The case, locked, while somebody holds it. Raises NotYours, NoSuchCase."""
    case = await locked(db, case_id)
    if case.adviser_id != who.id:
        raise NotYours
    return case


async def note_answer(db: AsyncConnection, case: Any, now: datetime, *, unseen_since: datetime | None = None) -> None:
    """The adviser answered: nothing waits, and the clock stops for good, in their name.

    Not so while words came that they had not seen when they sent it (`unseen_since` is when the first of them came): those wait
    on, and their clock runs.
    """
    values: dict[str, Any] = {"adviser_active_at": now, "held_until": None, **NOT_LOST}
    if case.first_answer_at is None:
        values["first_answer_at"] = now
    if unseen_since is not None:
        values["waiting_since"] = unseen_since
    else:
        values |= {"waiting_since": None, "clock_next_at": None}
        if case.acknowledged_at is None:
            values |= {"acknowledged_at": now, "acknowledged_by": case.adviser_id}
    await db.execute(update(cases).where(cases.c.id == case.id).values(values))


async def note_activity(db: AsyncConnection, who: Member, case_id: uuid.UUID, now: datetime) -> None:
    """The adviser is there: typing, reading. Repeating is harmless; nothing for a chat that is not theirs."""
    mine = cases.c.id == case_id, cases.c.adviser_id == who.id, cases.c.closed_at.is_(None)
    await db.execute(update(cases).where(*mine).values(adviser_active_at=now, **NOT_LOST))


async def silent_chats(db: AsyncConnection, now: datetime) -> list[Any]:
    """Held cases whose person waits while the adviser has done nothing for `SILENT_AFTER`, locked; others' hands are passed over."""
    long_ago = now - SILENT_AFTER
    is_on_hold = cases.c.held_until.is_not(None) & (cases.c.held_until > now)
    query = (
        select(cases)
        .where(
            cases.c.closed_at.is_(None),
            cases.c.adviser_id.is_not(None),
            cases.c.waiting_since <= long_ago,
            or_(cases.c.adviser_active_at.is_(None), cases.c.adviser_active_at <= long_ago),
            or_(~is_on_hold, cases.c.urgency == CaseUrgency.CRISIS),
        )
        .with_for_update(skip_locked=True)
    )
    return list((await db.execute(query)).all())


async def close(
    db: AsyncConnection,
    who: Member,
    case_id: uuid.UUID,
    outcome: CaseOutcome,
    now: datetime,
    *,
    next_on: date | None = None,
    next_step: str = "",
) -> Any:
    """Close what somebody holds; the row as it was. Raises NotYours, NoSuchCase. Nobody but a person closes a case."""
    case = await still_mine(db, who, case_id)
    values = {
        "closed_at": now,
        "closed_by_id": who.id,
        "outcome": outcome,
        "next_on": next_on,
        "next_step": next_step or None,
        "waiting_since": None,
    }
    if case.acknowledged_at is None:
        values |= {"acknowledged_at": now, "acknowledged_by": who.id}
    await db.execute(update(cases).where(cases.c.id == case_id).values(values))
    if case.urgency in ABOUT_DANGER:
        await make_task(db, case, TaskKind.FOLLOW_UP, now + FOLLOW_UP_AFTER, now, language=case.language)
    await tell(db, case_id, case.area)
    return case


async def bar(db: AsyncConnection, case_id: uuid.UUID, staff_id: uuid.UUID, now: datetime) -> None:
    """From now on somebody may neither hold nor open it: a complaint is about them (J30). Raises NoSuchCase."""
    case = await locked(db, case_id)
    barred = sorted({*case.barred, staff_id}, key=str)
    await db.execute(update(cases).where(cases.c.id == case_id).values(barred=barred))
    theirs = notices.c.case_id == case_id, notices.c.staff_id == staff_id, notices.c.status == NoticeStatus.DUE
    await db.execute(update(notices).where(*theirs).values(status=NoticeStatus.NOT_NEEDED))
    given = tasks.c.case_id == case_id, tasks.c.staff_id == staff_id, tasks.c.done_at.is_(None)
    await db.execute(update(tasks).where(*given).values(staff_id=None))
    if case.acknowledged_by == staff_id and case.adviser_id != staff_id and case.waiting_since is not None:
        on = {"acknowledged_at": None, "acknowledged_by": None, "clock_next_at": now}
        await db.execute(update(cases).where(cases.c.id == case_id).values(on))
    if case.adviser_id == staff_id:
        await give_back(db, case_id, now)


async def name_of(db: AsyncConnection, staff_id: uuid.UUID | None) -> str:
    """The name of a member of staff as young people see it; empty for nobody."""
    return (await db.execute(select(staff.c.name).where(staff.c.id == staff_id))).scalar() or ""


async def _hold(db: AsyncConnection, case: Any, staff_id: uuid.UUID, now: datetime) -> None:
    """It is theirs. Raises NoSuchCase for somebody who is being removed at this instant: else nobody would give it back."""
    values: dict[str, Any] = {"adviser_id": staff_id, "taken_at": now, "adviser_active_at": now, "held_until": None}
    values |= NOT_LOST
    if case.urgency not in ABOUT_DANGER and case.acknowledged_at is None:
        values |= {"acknowledged_at": now, "acknowledged_by": staff_id, "clock_next_at": now + HOLDS_FOR}
    is_same = and_(cases.c.id == case.id, cases.c.closed_at.is_(None))
    await db.execute(update(cases).where(is_same).values(values))
    here = select(staff.c.id).where(staff.c.id == staff_id, staff.c.removed_at.is_(None))
    if (await db.execute(here.with_for_update(read=True, key_share=True))).first() is None:
        raise NoSuchCase(str(case.id))
    await tell(db, case.id, case.area)


def _waiting(case: Any) -> Waiting:
    since = case.waiting_since or case.opened_at
    barred, passed_over = frozenset(case.barred), frozenset(case.passed_over)
    return Waiting(case.id, case.urgency, since, case.language, case.skill, barred, passed_over)
