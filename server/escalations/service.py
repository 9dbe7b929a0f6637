"""Open a case, add words to it, close it, say which are waiting."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import case as sql_case
from sqlalchemy import delete, exists, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from dialogs.effects import CaseUrgency, OpenCase
from server.db.base import table_of
from server.db.ids import new_id
from server.escalations.errors import NoSuchCase
from server.escalations.models import Case, CaseMessage
from server.log import logger

log = logger(__name__)
cases = table_of(Case)
case_messages = table_of(CaseMessage)

ORDER = (CaseUrgency.CRISIS, CaseUrgency.SAFEGUARDING, CaseUrgency.COMPLAINT, CaseUrgency.ADVICE, CaseUrgency.ACCESS)
"""Most urgent first."""

ABOUT_DANGER = (CaseUrgency.CRISIS, CaseUrgency.SAFEGUARDING)


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks, and on which of their addresses."""

    person_id: uuid.UUID
    address_id: uuid.UUID
    area: str


async def open_case(db: AsyncConnection, asker: Asker, wish: OpenCase, words: str, now: datetime) -> uuid.UUID:
    """The person's open case, made or raised: an open one takes the new words and alarms, and its urgency only rises."""
    person_id, area = asker.person_id, asker.area
    query = select(cases.c.id, cases.c.urgency, cases.c.alarms).where(
        cases.c.person_id == person_id, cases.c.closed_at.is_(None)
    )
    found = (await db.execute(query.with_for_update())).first()
    if found is None:
        case_id = new_id()
        row = {
            "id": case_id,
            "area": area,
            "person_id": person_id,
            "address_id": asker.address_id,
            "reason": wish.reason,
            "urgency": wish.urgency,
            "language": wish.language,
            "alarms": list(wish.alarms),
            "opened_at": now,
        }
        await db.execute(insert(cases).values(row))
        say = log.warning if wish.urgency in ABOUT_DANGER else log.info
        say("case opened", case=str(case_id), urgency=wish.urgency.value, area=area)
    else:
        case_id = found.id
        await _raise(db, case_id, found.urgency, found.alarms, wish)
    await add_words(db, case_id, area, words, now)
    return case_id


async def _raise(
    db: AsyncConnection, case_id: uuid.UUID, urgency: CaseUrgency, alarms: Sequence[str], wish: OpenCase
) -> None:
    values: dict[str, Any] = {"alarms": list(dict.fromkeys((*alarms, *wish.alarms)))}
    if ORDER.index(wish.urgency) < ORDER.index(urgency):
        values |= {"urgency": wish.urgency, "reason": wish.reason}
    await db.execute(update(cases).where(cases.c.id == case_id).values(**values))


async def add_words(
    db: AsyncConnection, case_id: uuid.UUID, area: str, words: str, now: datetime, author: str = "person"
) -> None:
    """Append words to a case, exactly as written; nothing is written for no words."""
    if words:
        row = {"id": new_id(), "case_id": case_id, "area": area, "author": author, "body": words, "written_at": now}
        await db.execute(insert(case_messages).values(row))


async def add_to_open_case(db: AsyncConnection, person_id: uuid.UUID, area: str, words: str, now: datetime) -> bool:
    """Append words to the person's open case, which cannot be closed meanwhile; false when there is none."""
    query = select(cases.c.id).where(cases.c.person_id == person_id, cases.c.closed_at.is_(None)).with_for_update()
    if (case_id := (await db.execute(query)).scalar()) is None:
        return False
    await add_words(db, case_id, area, words, now)
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


async def take_case(db: AsyncConnection, case_id: uuid.UUID, adviser: str) -> None:
    """From now on this adviser talks: what the person writes goes to the case, and the bot is quiet until it is closed."""
    await db.execute(update(cases).where(cases.c.id == case_id).values(adviser=adviser))


async def close_case(db: AsyncConnection, case_id: uuid.UUID, adviser: str, now: datetime) -> uuid.UUID | None:
    """Close a case in an adviser's name; the person it was about. Raises NoSuchCase when it is not open."""
    change = (
        update(cases)
        .where(cases.c.id == case_id, cases.c.closed_at.is_(None))
        .values(closed_at=now, closed_by=adviser)
        .returning(cases.c.person_id)
    )
    row = (await db.execute(change)).first()
    if row is None:
        raise NoSuchCase(str(case_id))
    person_id: uuid.UUID | None = row[0]
    return person_id


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


async def absorb(db: AsyncConnection, *, gone: Any, stays: Any) -> None:
    """Put the words of one open case into another of the same person and drop the first; urgency and alarms only grow."""
    wish = OpenCase(gone.reason, gone.urgency, gone.language, tuple(gone.alarms))
    await _raise(db, stays.id, stays.urgency, stays.alarms, wish)
    await db.execute(update(case_messages).where(case_messages.c.case_id == gone.id).values(case_id=stays.id))
    await db.execute(delete(cases).where(cases.c.id == gone.id))


async def open_case_of(db: AsyncConnection, case_id: uuid.UUID) -> Any:
    """The open case with its person, area and language. Raises NoSuchCase."""
    columns = (cases.c.person_id, cases.c.address_id, cases.c.area, cases.c.language)
    row = (await db.execute(select(*columns).where(cases.c.id == case_id, cases.c.closed_at.is_(None)))).first()
    if row is None or row.person_id is None:
        raise NoSuchCase(str(case_id))
    return row
