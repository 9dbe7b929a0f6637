"""What is red this morning, in one list by urgency (J24): dates, talks to have, steps nobody owns, offices not told, reviews, tasks."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from enum import StrEnum
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from server.appointments import caseloads, handover, reviews, timescales
from server.appointments.reviews import ReviewKind
from server.console import care_desk
from server.console.desk import Desk
from server.console.pages_person import OF_CUSTODY
from server.escalations import tasks
from server.staff.access import Act, Fact, Member, may_do, may_read


class Red(StrEnum):
    """Why something is on the list, the most urgent first."""

    NUMBER = "number"
    TALK = "talk"
    STEP = "step"
    OFFICE = "office"
    DATE = "date"
    TASK = "task"
    REVIEW = "review"


ORDER = tuple(Red)
NUMBERS = frozenset({"unreachable", "number_on_hold"})
"""Tasks that say that nobody can be reached: before everything else."""


@dataclass(frozen=True, slots=True)
class Item:
    """One line. `what` is a code or words to be said; `facts` are noted as read of the person. `since`: when it was due, in UTC."""

    red: Red
    what: str
    since: datetime
    href: str
    area: str
    person_id: uuid.UUID | None
    owner_id: uuid.UUID | None = None
    is_late: bool = True
    facts: tuple[Fact, ...] = ()


def sorted_items(items: Iterable[Item]) -> list[Item]:
    """Late ones first, then by urgency, then the longest late. Pure."""
    return sorted(items, key=lambda one: (not one.is_late, ORDER.index(one.red), one.since, one.href))


def at_day(on: date | None) -> datetime:
    """The beginning of a day, for sorting; a day that is not set counts as the earliest. Pure."""
    return datetime.combine(on or date.min, time(), UTC)


def is_for(who: Member, item: Item) -> bool:
    """True for one's own, for nobody's, and for leads everything of their areas. Pure."""
    return may_do(who, Act.ASSIGN, item.area) or item.owner_id in {None, who.id}


def may_know(who: Member, item: Item) -> bool:
    """True unless it tells that somebody is inside, to one who may not know. Pure."""
    return item.owner_id == who.id or all(may_read(who, fact, item.area) for fact in item.facts)


async def read_day(desk: Desk, db: AsyncConnection, who: Member) -> list[Item]:
    """Everything that is red in somebody's areas and is for them, by urgency; nothing of those they are barred from."""
    now = desk.now()
    found = [item for area in sorted(who.areas) for item in await _of_area(desk, db, area, now)]
    found += await _tasks(db, who, now)
    barred = await care_desk.barred_from(db, who, {item.person_id for item in found if item.person_id})
    mine = [one for one in found if one.person_id not in barred and is_for(who, one) and may_know(who, one)]
    return sorted_items(mine)


async def _of_area(desk: Desk, db: AsyncConnection, area: str, now: datetime) -> list[Item]:
    today = care_desk.today_of(desk, area, now)
    items = [_date(row, today) for row in await timescales.due(db, [area], today)]
    items += [_review(row) for row in await reviews.open_in(db, [area], today) if reviews.is_overdue(row, today)]
    steps, offices = await caseloads.steps_without_owner(db, [area]), await caseloads.offices_not_told(db, [area], now)
    owners = await caseloads.seen_of(db, {row.person_id for row in (*steps, *offices)}, now)
    items += [_step(row, owners[row.person_id][1], today) for row in steps]
    items += [_office(row, owners[row.person_id][1]) for row in offices]
    return items + [_talk(row) for row in await handover.unhappy(db, area)]


def _person(row: Any) -> str:
    return f"/console/people/{row.person_id}"


def _date(row: Any, today: date) -> Item:
    facts = (Fact.CUSTODY,) if row.code in OF_CUSTODY else ()
    owner = timescales.owner_of(row)
    late = timescales.is_red(row, today)
    return Item(Red.DATE, row.code, at_day(row.due_on), _person(row), row.area, row.person_id, owner, late, facts)


def _review(row: Any) -> Item:
    facts = (Fact.CUSTODY,) if row.kind == ReviewKind.CUSTODY else ()
    at, href = at_day(row.due_on), f"/console/reviews/{row.id}"
    return Item(Red.REVIEW, row.kind, at, href, row.area, row.person_id, row.adviser_id, facts=facts)


def _step(row: Any, adviser: uuid.UUID | None, today: date) -> Item:
    at = at_day(row.due_on if row.due_on is not None else today)
    return Item(Red.STEP, row.title, at, _person(row), row.area, row.person_id, adviser, facts=(Fact.CUSTODY,))


def _office(row: Any, adviser: uuid.UUID | None) -> Item:
    facts = (Fact.NEXT_MEETING,)
    return Item(Red.OFFICE, row.owner.value, row.starts_at, _person(row), row.area, row.person_id, adviser, facts=facts)


def _talk(row: Any) -> Item:
    href = f"/console/handovers/{row.id}"
    return Item(Red.TALK, row.comfort, row.comfort_at, href, row.area, row.person_id, row.from_id)


async def _tasks(db: AsyncConnection, who: Member, now: datetime) -> list[Item]:
    """Tasks that are late, and everybody who cannot be reached. Dates stand on the list themselves."""
    items = []
    for row in await tasks.still_open(db, who, now):
        red = Red.NUMBER if row["kind"].value in NUMBERS else Red.TASK
        if row["kind"].value in {"date", "handover"} or (red is Red.TASK and row["due_at"] > now):
            continue
        href = f"/console/tasks/{row['id']}"
        about = row["area"], row["person_id"], row["staff_id"]
        items.append(Item(red, row["kind"].value, row["due_at"], href, *about, is_late=True))
    return items
