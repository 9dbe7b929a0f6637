"""What the pages of appointments of others read and write: who may, what is around, the checks, the write."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from server.appointments import places, reading
from server.appointments.checks import Settings, Warn
from server.appointments.kinds import Owner, Status
from server.appointments.others import Clash, Outside
from server.console.desk import Desk, note_read
from server.console.outside_form import Choices, OutsideForm, faults, outside_of, warned
from server.console.reading import cases
from server.conversations.appointing import lock_person
from server.escalations.rota import standers
from server.staff import audit
from server.staff.access import Act, Fact, may_do, may_read
from server.staff.errors import MayNot
from server.staff.sessions import SignedIn

AROUND: Final = timedelta(days=1)
Row = Mapping[str, Any]
Write = Callable[[AsyncConnection, Outside], Coroutine[Any, Any, Row | Clash | None]]


@dataclass(frozen=True, slots=True)
class Whose:
    """A person as far as these pages need: their area, their newest case there (for the audit), and who is barred."""

    person_id: uuid.UUID
    area: str
    case_id: uuid.UUID | None
    barred: tuple[uuid.UUID, ...]
    sees_release: bool


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a form: written down as `row`, or why not."""

    row: Row | None = None
    errors: Mapping[str, str] = field(default_factory=dict)
    warnings: tuple[Warn, ...] = ()
    clash: Row | None = None
    is_clash: bool = False


class _Clashed(Exception):
    """They have something then. Carries what, so that all of the transaction is undone."""

    def __init__(self, clash: Clash) -> None:
        super().__init__("clash")
        self.clash = clash


async def whose(db: AsyncConnection, who: SignedIn, person_id: uuid.UUID | None, area: str, now: datetime) -> Whose:
    """The person of an appointment, the look at their meetings noted. Raises MayNot, also for a person who was deleted."""
    if person_id is None or not may_do(who.member, Act.BOOK, area):
        raise MayNot
    query = select(cases.c.id, cases.c.barred).where(cases.c.person_id == person_id, cases.c.area == area)
    rows = (await db.execute(query.order_by(cases.c.opened_at.desc()))).all()
    barred = tuple({one for row in rows for one in row.barred})
    case_id = rows[0].id if rows else None
    sees_release = may_read(who.member, Fact.CUSTODY, area, barred)
    facts = (Fact.NEXT_MEETING, Fact.CUSTODY) if sees_release else (Fact.NEXT_MEETING,)
    await note_read(db, who.member, facts, now, area=area, person=person_id, case=case_id, barred=barred)
    return Whose(person_id, area, case_id, barred, sees_release)


async def found(db: AsyncConnection, who: SignedIn, appointment_id: uuid.UUID, now: datetime) -> tuple[Row, Whose]:
    """An appointment of others that is still on, for somebody who may see it. Raises MayNot for anything else."""
    row = await reading.one(db, appointment_id)
    if row is None or row["owner"] is Owner.OURS or row["status"] is not Status.BOOKED:
        raise MayNot
    return row, await whose(db, who, row["person_id"], row["area"], now)


async def choices_in(db: AsyncConnection, area: str) -> tuple[Choices, dict[str, str]]:
    """What may be chosen in an area, and the colleagues' names by id."""
    rows = {str(row["id"]): row for row in await places.places_of(db, area)}
    names = {str(one.member.id): one.member.name for one in await standers(db, area)}
    return Choices(rows, names.keys()), names


async def keep(
    desk: Desk, who: SignedIn, whom: Whose, form: OutsideForm, write: Write, did: str, old: Row | None = None
) -> Outcome:
    """Check a form and write it down; or what is wrong, in the way, or asks for one more press. All or nothing."""
    try:
        async with desk.change() as db:
            return await _keep(db, desk, who, whom, form, write, did, old)
    except _Clashed as error:
        async with desk.console.engine.connect() as db:
            row = await reading.one(db, error.clash.appointment_id) if error.clash.appointment_id else None
        # when it is, only for those of the area it belongs to
        is_theirs = row is not None and may_read(who.member, Fact.NEXT_MEETING, row["area"], whom.barred)
        return Outcome(clash=row if is_theirs else None, is_clash=True)


async def _keep(
    db: AsyncConnection,
    desk: Desk,
    who: SignedIn,
    whom: Whose,
    form: OutsideForm,
    write: Write,
    did: str,
    old: Row | None,
) -> Outcome:
    now, diary = desk.now(), desk.conversations.area.diaries
    await lock_person(db, whom.person_id)
    choices, _ = await choices_in(db, whom.area)
    wrong = faults(form, choices, diary.zone, now)
    if wrong:
        return Outcome(errors=wrong)
    wish = outside_of(form, diary.zone, now, old["establishment_ok_at"] if old else None)
    ways = {
        frozenset({way["from_place_id"], way["to_place_id"]}): way["minutes"]
        for way in await places.ways_of(db, whom.area)
    }
    settings = Settings(diary.zone, diary.nation, diary.default_travel_minutes, ways)
    around = await reading.of_person(db, whom.person_id, wish.starts_at - AROUND)
    near = [one for one in around if one["starts_at"] < wish.ends_at + AROUND and (not old or one["id"] != old["id"])]
    warnings = warned(form, wish, near, choices.places.get(form.place), settings)
    if not {one.value for one in warnings} <= set(form.seen.split(",")) and not _clashes(near, wish):
        return Outcome(warnings=tuple(warnings))
    row = await write(db, wish)
    if isinstance(row, Clash):
        raise _Clashed(row)
    if row is None:
        raise MayNot
    await audit.note(db, who.member.id, did, now, area=whom.area, person=whom.person_id, case=whom.case_id)
    return Outcome(row=row)


def _clashes(near: list[Row], wish: Outside) -> bool:
    """True when it cannot be anyway: then nobody is asked to press once more first."""
    return any(one["starts_at"] < wish.ends_at and one["ends_at"] > wish.starts_at for one in near)
