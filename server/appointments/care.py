"""Who looks after a young person, and what they told us once so that nobody asks twice: needs, trusted adults, the check word."""

from __future__ import annotations

import hmac
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any, Final

from sqlalchemy import func, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from dialogs.fold import fold
from dialogs.meetings import Needs, PartOfDay
from server.appointments.care_models import PersonCare
from server.appointments.diary_models import DiaryPattern
from server.appointments.kinds import HoursKind
from server.db.base import table_of
from server.people.models import Person
from server.staff.models import Staff

care = table_of(PersonCare)
people = table_of(Person)
patterns = table_of(DiaryPattern)
staff = table_of(Staff)

MOST_TRUSTED: Final = 3
SHORTEST_WORD: Final = 3
LONGEST_WORD: Final = 40
CHECK_TRIES: Final = 5
"""Wrong check words within `CHECK_SPAN`; then none is right until the span is over."""

CHECK_SPAN: Final = timedelta(hours=1)


class NoSuchPerson(LookupError):
    """There is nobody with this id any more."""


class BadCheckWord(ValueError):
    """A check word needs 3 to 40 letters or digits."""


class TooManyTrusted(ValueError):
    """At most three trusted adults are kept."""


@dataclass(frozen=True, slots=True)
class Carer:
    """A member of staff as a young person may be told of them. `days` are weekdays with diary hours, 0 is Monday; may be empty."""

    id: uuid.UUID
    name: str
    days: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class WhoCares:
    """Who looks after somebody. `adviser` None: no one yet, and the caller makes a task. `previous` is still around until a day."""

    adviser: Carer | None = None
    cover: Carer | None = None
    previous: Carer | None = None
    previous_until: date | None = None


@dataclass(frozen=True, slots=True)
class Trusted:
    """An adult whom the young person named: `who` says what they are to them, both in their words."""

    name: str
    who: str = ""


async def care_of(db: AsyncConnection, person_id: uuid.UUID) -> Any:
    """The row of a person; None when nothing is kept yet."""
    return (await db.execute(select(care).where(care.c.person_id == person_id))).first()


async def adviser_of(db: AsyncConnection, person_id: uuid.UUID, today: date) -> WhoCares:
    """Who their adviser is, on which days, and who stands in. Somebody who left is nobody. `today` in the area's zone."""
    row = await care_of(db, person_id)
    if row is None:
        return WhoCares()
    is_around = row.previous_until_on is not None and row.previous_until_on >= today
    previous = row.previous_adviser_id if is_around else None
    found = await _carers(db, {row.adviser_id, row.cover_adviser_id, previous}, today)
    return WhoCares(
        adviser=found.get(row.adviser_id),
        cover=found.get(row.cover_adviser_id),
        previous=found.get(previous),
        previous_until=row.previous_until_on if found.get(previous) else None,
    )


async def _carers(db: AsyncConnection, ids: set[uuid.UUID | None], today: date) -> dict[uuid.UUID | None, Carer]:
    days = (
        select(func.array_agg(func.distinct(patterns.c.weekday)))
        .where(
            patterns.c.staff_id == staff.c.id,
            patterns.c.kind == HoursKind.OPEN,
            or_(patterns.c.until_on.is_(None), patterns.c.until_on >= today),
            patterns.c.from_on <= today + timedelta(days=7),
        )
        .scalar_subquery()
    )
    wished = staff.c.id.in_({x for x in ids if x is not None}), staff.c.removed_at.is_(None)
    rows = (await db.execute(select(staff.c.id, staff.c.name, days.label("days")).where(*wished))).all()
    return {row.id: Carer(row.id, row.name, tuple(sorted(row.days or ()))) for row in rows}


async def still_here(db: AsyncConnection, ids: set[uuid.UUID | None]) -> set[uuid.UUID]:
    """Of these members of staff those who still work here."""
    query = select(staff.c.id).where(staff.c.id.in_({x for x in ids if x is not None}), staff.c.removed_at.is_(None))
    return set((await db.execute(query)).scalars())


async def put(db: AsyncConnection, person_id: uuid.UUID, now: datetime, **values: Any) -> None:
    """Write columns of a person's row, made when missing. Raises NoSuchPerson."""
    area = (await db.execute(select(people.c.area).where(people.c.id == person_id))).scalar()
    if area is None:
        raise NoSuchPerson(person_id)
    row = {"person_id": person_id, "area": area, "updated_at": now, **values}
    query = insert(care).values(row)
    await db.execute(query.on_conflict_do_update(index_elements=["person_id"], set_={"updated_at": now, **values}))


async def set_adviser(db: AsyncConnection, person_id: uuid.UUID, adviser_id: uuid.UUID, now: datetime) -> bool:
    """The first adviser of somebody; false while another one is there, who hands over instead. Raises NoSuchPerson."""
    await put(db, person_id, now)
    there = select(staff.c.id).where(staff.c.id == care.c.adviser_id, staff.c.removed_at.is_(None)).exists()
    free = or_(care.c.adviser_id == adviser_id, ~there)
    query = update(care).where(care.c.person_id == person_id, free).values(adviser_id=adviser_id, updated_at=now)
    return bool((await db.execute(query)).rowcount)


async def hand_to(
    db: AsyncConnection, person_id: uuid.UUID, to: uuid.UUID, previous: uuid.UUID, until: date | None, now: datetime
) -> None:
    """A new adviser; the one before is still around until a day (None: not any more). Raises NoSuchPerson."""
    row = await care_of(db, person_id)
    values = {"adviser_id": to, "previous_adviser_id": previous, "previous_until_on": until}
    if row is not None and row.cover_adviser_id == to:
        values["cover_adviser_id"] = None
    await put(db, person_id, now, **values)


async def set_cover(db: AsyncConnection, person_id: uuid.UUID, cover_id: uuid.UUID | None, now: datetime) -> None:
    """Who stands in while the adviser is away; None for nobody. Raises NoSuchPerson."""
    await put(db, person_id, now, cover_adviser_id=cover_id)


async def set_part(db: AsyncConnection, person_id: uuid.UUID, part: PartOfDay | None, now: datetime) -> None:
    """The part of the day they like best; None for any. Raises NoSuchPerson."""
    await put(db, person_id, now, prefers_part=part.value if part else "")


async def part_of_day(db: AsyncConnection, person_id: uuid.UUID) -> PartOfDay | None:
    """The part of the day they like best; None when they did not say."""
    row = await care_of(db, person_id)
    said = row.prefers_part if row is not None else ""
    return PartOfDay(said) if said in set(PartOfDay) else None


def merged(kept: Needs, told: Needs) -> Needs:
    """What is kept after a booking that says `told`. Pure.

    What would help is added to what did before. Who comes along and when to wake them belong to one meeting and are not carried on.
    """
    return replace(
        kept,
        with_somebody=told.with_somebody,
        comes_with=told.comes_with,
        interpreter=told.interpreter or kept.interpreter,
        step_free=kept.step_free or told.step_free,
        quiet=kept.quiet or told.quiet,
        childcare=kept.childcare or told.childcare,
        fare=kept.fare or told.fare,
        barriers=tuple(dict.fromkeys((*kept.barriers, *told.barriers))),
        wake_at="",
    )


async def needs_of(db: AsyncConnection, person_id: uuid.UUID) -> Needs:
    """What would help them, as they told us before; nothing when they never did."""
    row = await care_of(db, person_id)
    return Needs.from_plain(row.needs if row is not None else None)


async def keep_needs(db: AsyncConnection, person_id: uuid.UUID, told: Needs, now: datetime) -> None:
    """Add what a booking says to what is kept. Raises NoSuchPerson."""
    await set_needs(db, person_id, merged(await needs_of(db, person_id), told), now)


async def set_needs(db: AsyncConnection, person_id: uuid.UUID, needs: Needs, now: datetime) -> None:
    """Keep exactly this: also what does not help any more goes. Raises NoSuchPerson."""
    await put(db, person_id, now, needs=needs.to_plain() or None)


async def trusted_of(db: AsyncConnection, person_id: uuid.UUID) -> list[Trusted]:
    """The adults they named, in their order."""
    row = await care_of(db, person_id)
    return [Trusted(name, who) for name, who in (row.trusted if row is not None else None) or ()]


async def set_trusted(db: AsyncConnection, person_id: uuid.UUID, adults: Sequence[Trusted], now: datetime) -> None:
    """Keep these adults and no others; those without a name are left out. Raises TooManyTrusted, NoSuchPerson."""
    named = [[one.name, one.who] for one in adults if one.name]
    if len(named) > MOST_TRUSTED:
        raise TooManyTrusted(len(named))
    await put(db, person_id, now, trusted=named or None)


async def set_check_word(db: AsyncConnection, person_id: uuid.UUID, word: str, now: datetime) -> None:
    """The word by which they are known again, by an adviser or by themselves; kept folded. Raises BadCheckWord, NoSuchPerson."""
    plain = fold(word[: 4 * LONGEST_WORD])
    if not SHORTEST_WORD <= len(plain) <= LONGEST_WORD:
        raise BadCheckWord
    await put(db, person_id, now, check_word=plain, check_tries=0, check_tried_at=None)


async def drop_check_word(db: AsyncConnection, person_id: uuid.UUID, now: datetime) -> None:
    """Somebody else may know it: no word is right from now on. Raises NoSuchPerson."""
    await put(db, person_id, now, check_word=None, check_tries=0, check_tried_at=None)


async def has_check_word(db: AsyncConnection, person_id: uuid.UUID) -> bool:
    """True when a word is kept; which one is never shown."""
    query = select(care.c.person_id).where(care.c.person_id == person_id, care.c.check_word.is_not(None))
    return (await db.execute(query)).first() is not None


async def fits_check_word(db: AsyncConnection, person_id: uuid.UUID, word: str, now: datetime) -> bool:
    """True for the right word. Wrong ones are counted: after five within an hour none is right, and a right one counts anew."""
    await put(db, person_id, now)
    is_fresh = func.coalesce(care.c.check_tried_at, now - 2 * CHECK_SPAN) < now - CHECK_SPAN
    await db.execute(update(care).where(care.c.person_id == person_id, is_fresh).values(check_tries=0))
    counted = (
        update(care)
        .where(care.c.person_id == person_id)
        .values(check_tries=func.least(care.c.check_tries + 1, 100), check_tried_at=now)
        .returning(care.c.check_tries, care.c.check_word)
    )
    row = (await db.execute(counted)).one()
    given = fold(word[: 4 * LONGEST_WORD])
    is_right = bool(row.check_word) and hmac.compare_digest(given.encode(), row.check_word.encode())
    if not is_right or row.check_tries > CHECK_TRIES:
        return False
    await db.execute(update(care).where(care.c.person_id == person_id).values(check_tries=0))
    return True


async def set_dates(
    db: AsyncConnection, person_id: uuid.UUID, now: datetime, *, order_ends: date | None, eighteenth: date | None
) -> None:
    """The day an order ends (D18) and the eighteenth birthday (D39); None takes one away. Raises NoSuchPerson."""
    ends, birthday = (on.isoformat() if on else None for on in (order_ends, eighteenth))
    await put(db, person_id, now, order_ends_on=ends, eighteenth_on=birthday)


def dates_in(row: Any) -> tuple[date | None, date | None]:
    """(day the order ends, eighteenth birthday) of a person's row, which may be None. Pure."""
    if row is None:
        return None, None
    ends, birthday = (date.fromisoformat(text) if text else None for text in (row.order_ends_on, row.eighteenth_on))
    return ends, birthday
