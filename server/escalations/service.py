"""Open a case, add words to it, close it, say which are waiting."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import case as sql_case
from sqlalchemy import exists, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from dialogs.effects import CaseUrgency, OpenCase
from server.db.base import table_of
from server.db.ids import new_id
from server.escalations import records
from server.escalations.models import Case, CaseMessage, CaseNote, CaseOutcome, CaseTask, NoticeStatus, StaffNotice
from server.escalations.records_models import DANGER
from server.escalations.talk_models import Complaint
from server.log import logger
from server.staff.access import Skill
from server.staff.models import Staff

log = logger(__name__)
cases = table_of(Case)
case_messages = table_of(CaseMessage)
notices = table_of(StaffNotice)
staff = table_of(Staff)

ORDER = (CaseUrgency.CRISIS, CaseUrgency.SAFEGUARDING, CaseUrgency.COMPLAINT, CaseUrgency.ADVICE, CaseUrgency.ACCESS)
"""Most urgent first."""

ABOUT_DANGER = DANGER


NOT_LOST: Final = {"lost_since": None, "lost_ask_at": None, "lost_adviser_id": None, "lost_told_at": None}
"""The columns of a chat whose adviser is there, or that nobody holds."""

FREE: Final = {"adviser_id": None, "taken_at": None, "adviser_active_at": None, "held_until": None, **NOT_LOST}
"""The columns of a case that nobody holds."""

CASES_TOPIC = "connexions_cases"
"""Consoles are told under this name that something changed in a case (key: its id) or in an area's queue (key: the area)."""

CLOCK_TOPIC = "connexions_clock"
"""Workers are told under this name that a clock began or stopped."""


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks, on which of their addresses, and whether people of the area are at their desks."""

    person_id: uuid.UUID
    address_id: uuid.UUID
    area: str
    is_open: bool = True


async def open_case(db: AsyncConnection, asker: Asker, wish: OpenCase, words: str, now: datetime) -> uuid.UUID:
    """The person's open case, made or raised: an open one takes the new words and alarms, and its urgency only rises."""
    person_id, area = asker.person_id, asker.area
    query = select(cases).where(cases.c.person_id == person_id, cases.c.closed_at.is_(None))
    found = (await db.execute(query.with_for_update())).first()
    if found is None:
        case_id, follows = new_id(), await _closed_last(db, person_id)
        row = {
            "id": case_id,
            "area": area,
            "person_id": person_id,
            "address_id": asker.address_id,
            "reason": wish.reason,
            "urgency": wish.urgency,
            "language": wish.language,
            "alarms": list(wish.alarms),
            "skill": _skill(wish.urgency),
            "follows_id": follows.id if follows is not None and wish.is_late_answer else None,
            "barred": await barred_before(db, person_id),
            "passed_over": follows.passed_over if follows is not None and wish.is_late_answer else [],
            "clock_since": now,
            "clock_in_hours": asker.is_open,
            "clock_next_at": now,
            "waiting_since": now,  # whoever asks for a person waits, also with no words beside it
            "opened_at": now,
        }
        await db.execute(insert(cases).values(row))
        say = log.warning if wish.urgency in ABOUT_DANGER else log.info
        say("case opened", case=str(case_id), urgency=wish.urgency.value, area=area)
    else:
        case_id = found.id
        await _raise(db, found, wish, now, is_open=asker.is_open)
    if wish.urgency in ABOUT_DANGER:
        await records.note_danger(db, case_id, now)
    await add_words(db, case_id, area, words, now, address_id=asker.address_id)
    await tell(db, case_id, area)
    return case_id


async def _raise(db: AsyncConnection, found: Any, wish: OpenCase, now: datetime, *, is_open: bool) -> None:
    """Alarms are added; a higher urgency starts its own clock, which somebody has to acknowledge anew."""
    values: dict[str, Any] = {"alarms": list(dict.fromkeys((*found.alarms, *wish.alarms)))}
    if ORDER.index(wish.urgency) < ORDER.index(found.urgency):
        values |= {"urgency": wish.urgency, "reason": wish.reason}
        values["skill"] = _skill(wish.urgency) or found.skill
        values |= anew(now, is_open=is_open)
        if wish.urgency in ABOUT_DANGER and await is_trainee(db, found.adviser_id):
            values |= FREE | {"waiting_since": found.waiting_since or now}
    await db.execute(update(cases).where(cases.c.id == found.id).values(**values))


async def is_trainee(db: AsyncConnection, staff_id: uuid.UUID | None) -> bool:
    """True for somebody who may not hold a case about danger alone."""
    found = await db.execute(select(staff.c.is_trainee).where(staff.c.id == staff_id))
    return bool(found.scalar())


async def barred_before(db: AsyncConnection, person_id: uuid.UUID) -> list[uuid.UUID]:
    """Members of staff about whom the person complained in any case: they get none of the next ones either (J30)."""
    query = select(cases.c.barred).where(cases.c.person_id == person_id, func.cardinality(cases.c.barred) > 0)
    return sorted({staff_id for row in (await db.execute(query)).all() for staff_id in row.barred}, key=str)


def _skill(urgency: CaseUrgency) -> str:
    """Danger asks for whoever was trained for it."""
    return Skill.SAFEGUARDING.value if urgency in ABOUT_DANGER else ""


async def _closed_last(db: AsyncConnection, person_id: uuid.UUID) -> Any:
    query = select(cases).where(cases.c.person_id == person_id, cases.c.closed_at.is_not(None))
    return (await db.execute(query.order_by(cases.c.closed_at.desc()).limit(1))).first()


def anew(now: datetime, *, is_open: bool) -> dict[str, Any]:
    """The columns of a clock that begins just now, acknowledged by nobody."""
    stopped = {"acknowledged_at": None, "acknowledged_by": None}
    return {"clock_since": now, "clock_in_hours": is_open, "clock_next_at": now, **stopped}


async def tell(db: AsyncConnection, case_id: uuid.UUID, area: str) -> None:
    """Tell consoles and workers, once this transaction is committed, that a case of the area changed."""
    told = ((CASES_TOPIC, str(case_id)), (CASES_TOPIC, area), (CLOCK_TOPIC, ""))
    await db.execute(select(*(func.pg_notify(topic, key) for topic, key in told)))


def typing_key(case_id: uuid.UUID) -> str:
    """Consoles are told under this key of `CASES_TOPIC` that somebody types in a case."""
    return f"typing:{case_id}"


def they_type_key(case_id: uuid.UUID) -> str:
    """Consoles are told under this key of `CASES_TOPIC` that the young person types."""
    return f"they-type:{case_id}"


async def add_words(
    db: AsyncConnection,
    case_id: uuid.UUID,
    area: str,
    words: str,
    now: datetime,
    author: str = "person",
    staff_id: uuid.UUID | None = None,
    address_id: uuid.UUID | None = None,
) -> None:
    """Append words to a case, exactly as written; nothing is written for no words.

    The person's own wait from then on for an answer, and go into the record of a case about danger; `address_id` is where they came.
    """
    if not words:
        return
    if author == "person":
        await records.keep_words(db, case_id, words, now, address_id)
    row = {"id": new_id(), "case_id": case_id, "area": area, "author": author, "body": words, "written_at": now}
    await db.execute(insert(case_messages).values(row | {"staff_id": staff_id}))
    if author == "person":
        waits = func.coalesce(cases.c.waiting_since, now)
        await db.execute(update(cases).where(cases.c.id == case_id).values(waiting_since=waits))


async def add_to_open_case(
    db: AsyncConnection,
    person_id: uuid.UUID,
    area: str,
    words: str,
    now: datetime,
    address_id: uuid.UUID | None = None,
) -> bool:
    """Append words to the person's open case, which cannot be closed meanwhile; false when there is none."""
    query = select(cases.c.id).where(cases.c.person_id == person_id, cases.c.closed_at.is_(None)).with_for_update()
    if (case_id := (await db.execute(query)).scalar()) is None:
        return False
    await add_words(db, case_id, area, words, now, address_id=address_id)
    await tell(db, case_id, area)
    return True


async def has_danger_open(db: AsyncConnection, person_id: uuid.UUID) -> bool:
    """True while a case about danger is open: somebody still has to look."""
    of_danger = exists().where(
        cases.c.person_id == person_id, cases.c.closed_at.is_(None), cases.c.urgency.in_(ABOUT_DANGER)
    )
    return bool((await db.execute(select(of_danger))).scalar())


async def holds_record_of_danger(db: AsyncConnection, person_id: uuid.UUID) -> bool:
    """True when a case about danger, open or closed, is held about this person: it outlives a deletion."""
    of_danger = exists().where(cases.c.person_id == person_id, cases.c.urgency.in_(ABOUT_DANGER))
    return bool((await db.execute(select(of_danger))).scalar())


async def waiting_cases(db: AsyncConnection, area: str) -> list[Mapping[str, Any]]:
    """Open cases: most urgent first, then longest waiting. Each with id, reason, urgency, language, alarms, opened_at."""
    rank = sql_case({u.value: i for i, u in enumerate(ORDER)}, value=cases.c.urgency)
    columns = (
        cases.c.id,
        cases.c.person_id,
        cases.c.reason,
        cases.c.urgency,
        cases.c.language,
        cases.c.alarms,
        cases.c.opened_at,
    )
    query = select(*columns).where(cases.c.area == area, cases.c.closed_at.is_(None)).order_by(rank, cases.c.opened_at)
    return [dict(row) for row in (await db.execute(query)).mappings()]


async def words_of(db: AsyncConnection, case_id: uuid.UUID) -> list[Mapping[str, Any]]:
    """What was said in a case, oldest first, as (author, body, written_at)."""
    query = (
        select(case_messages.c.author, case_messages.c.body, case_messages.c.written_at)
        .where(case_messages.c.case_id == case_id)
        .order_by(case_messages.c.id)
    )
    return [dict(row) for row in (await db.execute(query)).mappings()]


async def oldest_waiting_seconds(db: AsyncConnection, now: datetime) -> dict[str, float]:
    """Age of the oldest open case of each urgency, in seconds; urgencies with none are left out."""
    query = (
        select(cases.c.urgency, func.min(cases.c.opened_at))
        .where(cases.c.closed_at.is_(None))
        .group_by(cases.c.urgency)
    )
    return {urgency.value: (now - opened_at).total_seconds() for urgency, opened_at in (await db.execute(query)).all()}


MOVE_WITH_WORDS = tuple(map(table_of, (CaseMessage, CaseNote, CaseTask, Complaint)))


async def absorb(db: AsyncConnection, *, gone: Any, stays: Any, now: datetime) -> None:
    """Put one open case into another of the same person: words, notes, tasks, complaints; urgency, alarms and bars only grow.

    The first is closed and kept, because what its clock did is written for good.
    """
    wish = OpenCase(gone.reason, gone.urgency, gone.language, tuple(gone.alarms))
    await _raise(db, stays, wish, gone.clock_since, is_open=gone.clock_in_hours)
    for table in MOVE_WITH_WORDS:
        await db.execute(update(table).where(table.c.case_id == gone.id).values(case_id=stays.id))
    waiting = notices.c.case_id == gone.id, notices.c.status == NoticeStatus.DUE
    await db.execute(update(notices).where(*waiting).values(status=NoticeStatus.NOT_NEEDED))
    ended = {"closed_at": now, "outcome": CaseOutcome.PASSED_ON, "person_id": stays.person_id, "waiting_since": None}
    await db.execute(update(cases).where(cases.c.id == gone.id).values(ended | {"adviser_id": None}))
    joined = {
        name: sorted({*getattr(gone, name), *getattr(stays, name)}, key=str) for name in ("barred", "passed_over")
    }
    waits = min(filter(None, (gone.waiting_since, stays.waiting_since)), default=None)
    values: dict[str, Any] = joined | {"waiting_since": waits}
    if stays.adviser_id in joined["barred"]:
        values |= FREE | {"waiting_since": waits or now} | anew(now, is_open=stays.clock_in_hours)
    elif gone.acknowledged_at is None and stays.acknowledged_at is not None:
        values |= anew(now, is_open=gone.clock_in_hours)  # whoever has one of them may not know of the other
    await db.execute(update(cases).where(cases.c.id == stays.id).values(values))
