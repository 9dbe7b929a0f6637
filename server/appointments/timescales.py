"""Timescales: an area's rules, the dates they make for a person, and what is due. Nothing here makes a task or sends anything."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict
from datetime import date, datetime, timedelta
from typing import Any, Final

from sqlalchemy import or_, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from server.appointments.care_models import PersonCare, TimescaleDate, TimescaleRule
from server.appointments.timescale_rules import DEFAULTS, After, Rule, Unit, dates_of, fault, next_dates, stem, was_done
from server.db.base import table_of
from server.db.ids import new_id
from server.people.models import Person

rules = table_of(TimescaleRule)
dates = table_of(TimescaleDate)
care = table_of(PersonCare)
people = table_of(Person)

MOST: Final = 500
"""How many dates a list shows."""


class BadRule(ValueError):
    """A rule that cannot be: `field` is `amount`, `red_amount` or `repeat`."""

    def __init__(self, field: str) -> None:
        super().__init__(field)
        self.field = field


async def ensure_rules(db: AsyncConnection, area: str) -> None:
    """The default rules of an area, each written once: what leads changed stays. Repeating is harmless."""
    rows = [{"id": new_id(), "area": area, **asdict(rule)} for rule in DEFAULTS]
    await db.execute(upsert(rules).values(rows).on_conflict_do_nothing(index_elements=["area", "code"]))


async def rules_of(db: AsyncConnection, area: str) -> list[Any]:
    """An area's rules as rows, in the order of the defaults."""
    order = [rule.code for rule in DEFAULTS]
    found = (await db.execute(select(rules).where(rules.c.area == area))).all()
    return sorted(found, key=lambda row: (order.index(row.code) if row.code in order else len(order), row.code))


def rule_in(row: Any) -> Rule:
    """The rule of a row. Pure."""
    more = row.repeat_months, row.repeat_days, row.side, row.is_active
    return Rule(row.code, After(row.after), row.amount, row.red_amount, Unit(row.unit), *more)


async def area_of_rule(db: AsyncConnection, rule_id: uuid.UUID) -> str | None:
    """Whose rule it is; None when there is none."""
    found: str | None = (await db.execute(select(rules.c.area).where(rules.c.id == rule_id))).scalar()
    return found


async def change_rule(db: AsyncConnection, rule_id: uuid.UUID, **values: Any) -> Rule:
    """Change numbers, unit or `is_active` of a rule: dates that are made already stay. Raises BadRule, LookupError."""
    row = (await db.execute(select(rules).where(rules.c.id == rule_id).with_for_update())).one_or_none()
    if row is None:
        raise LookupError(rule_id)
    wished = Rule(**(asdict(rule_in(row)) | values))
    if wrong := fault(wished):
        raise BadRule(wrong)
    await db.execute(update(rules).where(rules.c.id == rule_id).values(values))
    return wished


async def make_dates(
    db: AsyncConnection,
    person_id: uuid.UUID,
    after: After,
    on: date | None,
    now: datetime,
    *,
    holidays: Collection[date] = frozenset(),
) -> int:
    """The dates that rules make for something that is on a day (None: it is not any more); how many are open.

    Open ones move with the day; what was done for the same thing is not made again, also when its day moved. Repeating is
    harmless. `holidays` are the bank holidays of the area's nation.
    """
    area = (await db.execute(select(people.c.area).where(people.c.id == person_id))).scalar()
    if area is None:
        return 0
    known = [rule_in(row) for row in await rules_of(db, area)]
    wished = [rule for rule in known if rule.after is after]
    if on is None:
        await _forget(db, person_id, {rule.code for rule in wished})
        return 0
    done = await _done_days(db, person_id)
    made = 0
    for rule in wished:
        due_on, red_on = dates_of(rule, on, holidays)
        if rule.is_active and not was_done(rule, on, due_on, done.get(rule.code, ())):
            await _put(db, person_id, area, rule, due_on, red_on, now)
            made += 1
    return made


async def _put(
    db: AsyncConnection, person_id: uuid.UUID, area: str, rule: Rule, due_on: date, red_on: date, now: datetime
) -> None:
    values = {"due_on": due_on, "red_on": red_on, "side": rule.side}
    row = {"id": new_id(), "area": area, "person_id": person_id, "code": rule.code, "created_at": now, **values}
    query = upsert(dates).values(row)
    moved = query.excluded.due_on != dates.c.due_on
    query = query.on_conflict_do_update(
        index_elements=["person_id", "code"],
        index_where=dates.c.done_at.is_(None),
        # one that moved has its task anew
        set_={**values, "task_id": None},
        where=moved,
    )
    await db.execute(query)


async def _forget(db: AsyncConnection, person_id: uuid.UUID, codes: Collection[str]) -> None:
    theirs = dates.c.person_id == person_id, dates.c.code.in_(codes), dates.c.done_at.is_(None)
    await db.execute(dates.delete().where(*theirs))


async def _done_days(db: AsyncConnection, person_id: uuid.UUID) -> dict[str, list[date]]:
    query = select(dates.c.code, dates.c.due_on).where(dates.c.person_id == person_id, dates.c.done_at.is_not(None))
    found: dict[str, list[date]] = {}
    for row in (await db.execute(query)).all():
        found.setdefault(row.code, []).append(row.due_on)
    return found


async def stop_dates(db: AsyncConnection, person_id: uuid.UUID, after: After, now: datetime) -> None:
    """It is over (a release, say): what was still open of it asks nobody any more."""
    await make_dates(db, person_id, after, None, now)


async def done(
    db: AsyncConnection,
    date_id: uuid.UUID,
    who: uuid.UUID | None,
    now: datetime,
    *,
    done_on: date | None = None,
    next_on: date | None = None,
    holidays: Collection[date] = frozenset(),
) -> Sequence[Any] | None:
    """It is done, by name, with all that remind of the same; the rows. None when it was done before. Makes the one that repeats.

    `done_on` is the day in the area's zone; `next_on` is a day agreed for the next one in place of the rule's.
    """
    found = (await db.execute(select(dates).where(dates.c.id == date_id))).one_or_none()
    if found is None or found.done_at is not None:
        return None
    name = stem(found.code)
    same = or_(dates.c.code == name, dates.c.code.startswith(f"{name}.", autoescape=True))
    query = update(dates).where(dates.c.person_id == found.person_id, same, dates.c.done_at.is_(None))
    rows = (await db.execute(query.values(done_at=now, done_by=who).returning(*dates.c))).all()
    if not rows:
        return None
    known = {row.code: rule_in(row) for row in await rules_of(db, found.area)}
    rule, main = known.get(name), next((row for row in rows if row.code == name), None)
    if rule is not None and main is not None and rule.is_active:
        coming = next_dates(rule, main.due_on, done_on or now.date(), holidays)
        if coming and next_on:
            coming = next_on, next_on + (coming[1] - coming[0])
        if coming:
            await _put(db, found.person_id, found.area, rule, *coming, now)
    return rows


async def set_owner(db: AsyncConnection, date_id: uuid.UUID, staff_id: uuid.UUID | None) -> None:
    """Whose it is; None: their adviser's."""
    await db.execute(update(dates).where(dates.c.id == date_id).values(staff_id=staff_id))


async def due(db: AsyncConnection, areas: Iterable[str], today: date) -> list[Any]:
    """Open dates of these areas that are due, red ones first, then the oldest; each with `adviser_id`, whose person it is."""
    wished = dates.c.area.in_(list(areas)), dates.c.done_at.is_(None), dates.c.due_on <= today
    rows = (await db.execute(_with_owner().where(*wished).order_by(dates.c.red_on, dates.c.id).limit(MOST))).all()
    return sorted(rows, key=lambda row: (row.red_on > today, row.red_on, row.due_on))


async def of_person(db: AsyncConnection, person_id: uuid.UUID, *, is_open: bool = True) -> list[Any]:
    """Dates of one person by day: open ones, or those that are done, the newest first."""
    is_done = dates.c.done_at.is_not(None)
    query = _with_owner().where(dates.c.person_id == person_id, ~is_done if is_open else is_done)
    order = (dates.c.due_on, dates.c.code) if is_open else (dates.c.done_at.desc(), dates.c.code)
    return list((await db.execute(query.order_by(*order).limit(MOST))).all())


async def one(db: AsyncConnection, date_id: uuid.UUID) -> Any:
    """A date's row, None when there is none."""
    return (await db.execute(_with_owner().where(dates.c.id == date_id))).one_or_none()


async def without_task(db: AsyncConnection, area: str, today: date, most: int) -> list[Any]:
    """Dates that are due and of which no task was made yet, locked; those in other hands are left for the next time."""
    wished = dates.c.area == area, dates.c.done_at.is_(None), dates.c.due_on <= today, dates.c.task_id.is_(None)
    query = _with_owner().where(*wished).order_by(dates.c.due_on, dates.c.id).limit(most)
    return list((await db.execute(query.with_for_update(of=dates, skip_locked=True))).all())


async def note_task(db: AsyncConnection, date_id: uuid.UUID, task_id: uuid.UUID) -> None:
    """A task says that it is due."""
    await db.execute(update(dates).where(dates.c.id == date_id).values(task_id=task_id))


def _with_owner() -> Any:
    owner = care.c.adviser_id
    return select(dates, owner.label("adviser_id")).outerjoin(care, care.c.person_id == dates.c.person_id)


def owner_of(row: Any) -> uuid.UUID | None:
    """Whose a date is: somebody's by name, else their adviser's; None: nobody's. Pure."""
    owner: uuid.UUID | None = row.staff_id or row.adviser_id
    return owner


def is_red(row: Any, today: date) -> bool:
    """True once the last day on time is over. Pure."""
    return bool(row.red_on <= today)


def days_late(row: Any, today: date) -> int:
    """How many days it is past its last day on time; 0 when it is not. Pure."""
    return max(0, int((today - row.red_on + timedelta(days=1)).days))
