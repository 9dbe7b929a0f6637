"""The supported handover of a young person from one adviser to another: five ticks, or a reason (D7, D16, D17, J27)."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from server.appointments import care
from server.appointments.care_models import Handover
from server.appointments.kinds import Status
from server.appointments.models import Appointment
from server.db.base import table_of
from server.db.ids import new_id
from server.people.models import Person
from server.staff.models import Staff

handovers = table_of(Handover)
appointments = table_of(Appointment)
people = table_of(Person)
old = table_of(Staff).alias("old")
new = table_of(Staff).alias("new")

LATE_ANSWER: Final = timedelta(days=28)
"""An answer that comes so long after the end still reaches somebody."""


class Comfort(StrEnum):
    """What the young person says to "Are you ok with this?"."""

    YES = "yes"
    NOT_SURE = "not_sure"
    NO = "no"


class Tick(StrEnum):
    """What a handover needs, in order."""

    NAMED = "named"
    BRIEFED = "briefed"
    MET = "met"
    COMFORT = "comfort"
    FIRST_DATE = "first_date"


class CannotHandOver(ValueError):
    """It cannot be as asked: `why` is `no_adviser`, `is_open`, `same`, `not_named`, `no_meeting`, `no_reason`, `missing` or `until`."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


@dataclass(frozen=True, slots=True)
class Asked:
    """What the young person is to be asked: names of the two advisers, and when the three meet (None: not known yet), in UTC."""

    old: str
    new: str
    meeting_at: datetime | None


def ticks(row: Any) -> dict[Tick, bool]:
    """What is done of a handover. Only a yes of the young person ticks their comfort. Pure."""
    return {
        Tick.NAMED: row.to_id is not None,
        Tick.BRIEFED: row.briefed_at is not None,
        Tick.MET: row.met_at is not None,
        Tick.COMFORT: row.comfort == Comfort.YES,
        Tick.FIRST_DATE: row.first_id is not None,
    }


def missing(row: Any) -> list[Tick]:
    """What a handover still needs, in order. Pure."""
    return [tick for tick, is_done in ticks(row).items() if not is_done]


def _rows() -> Any:
    names = old.c.name.label("from_name"), new.c.name.label("to_name")
    query = select(handovers, *names).outerjoin(old, old.c.id == handovers.c.from_id)
    return query.outerjoin(new, new.c.id == handovers.c.to_id)


async def one(db: AsyncConnection, handover_id: uuid.UUID) -> Any:
    """A handover with `from_name` and `to_name`; None when there is none."""
    return (await db.execute(_rows().where(handovers.c.id == handover_id))).one_or_none()


async def open_of(db: AsyncConnection, person_id: uuid.UUID) -> Any:
    """The open handover of somebody, None when there is none."""
    query = _rows().where(handovers.c.person_id == person_id, handovers.c.closed_at.is_(None))
    return (await db.execute(query)).one_or_none()


async def of_people(db: AsyncConnection, ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, Any]:
    """Open handovers by person."""
    query = _rows().where(handovers.c.person_id.in_(set(ids)), handovers.c.closed_at.is_(None))
    return {row.person_id: row for row in (await db.execute(query)).all()}


async def closed_of(db: AsyncConnection, person_id: uuid.UUID) -> list[Any]:
    """Handovers of somebody that are over, the newest first."""
    query = _rows().where(handovers.c.person_id == person_id, handovers.c.closed_at.is_not(None))
    return list((await db.execute(query.order_by(handovers.c.closed_at.desc()))).all())


async def unhappy(db: AsyncConnection, area: str) -> list[Any]:
    """Open handovers of an area to which the young person did not say yes, the oldest answer first."""
    said = handovers.c.comfort.in_({Comfort.NOT_SURE.value, Comfort.NO.value})
    query = _rows().where(handovers.c.area == area, handovers.c.closed_at.is_(None), said)
    return list((await db.execute(query.order_by(handovers.c.comfort_at))).all())


async def start(db: AsyncConnection, person_id: uuid.UUID, to: uuid.UUID | None, now: datetime) -> uuid.UUID:
    """A handover from their adviser to somebody, who may be named later; its id. Raises CannotHandOver."""
    # one at a time: two who press at once meet here
    area = (await db.execute(select(people.c.area).where(people.c.id == person_id).with_for_update())).scalar()
    row = await care.care_of(db, person_id)
    if area is None or row is None or row.adviser_id is None:
        raise CannotHandOver("no_adviser")
    if await open_of(db, person_id) is not None:
        raise CannotHandOver("is_open")
    if to == row.adviser_id:
        raise CannotHandOver("same")
    handover_id = new_id()
    values = {"id": handover_id, "area": area, "person_id": person_id, "from_id": row.adviser_id, "to_id": to}
    await db.execute(insert(handovers).values(values | {"opened_at": now}))
    return handover_id


async def _locked(db: AsyncConnection, handover_id: uuid.UUID) -> Any:
    query = select(handovers).where(handovers.c.id == handover_id, handovers.c.closed_at.is_(None))
    return (await db.execute(query.with_for_update())).one_or_none()


async def _set(db: AsyncConnection, handover_id: uuid.UUID, **values: Any) -> None:
    await db.execute(update(handovers).where(handovers.c.id == handover_id).values(values))


async def name_new(db: AsyncConnection, handover_id: uuid.UUID, to: uuid.UUID) -> bool:
    """Who the new adviser is. Somebody else than before: briefing, meeting, answer and first date begin anew. Raises CannotHandOver."""
    row = await _locked(db, handover_id)
    if row is None:
        return False
    if to == row.from_id:
        raise CannotHandOver("same")
    if to != row.to_id:
        nothing = dict.fromkeys(("briefed_at", "meeting_id", "met_at", "comfort_asked_at", "comfort_at", "first_id"))
        await _set(db, handover_id, to_id=to, comfort="", **nothing)
    return True


async def brief(db: AsyncConnection, handover_id: uuid.UUID, now: datetime) -> bool:
    """The new adviser knows the history and the next steps. Raises CannotHandOver while nobody is named; false when it is closed."""
    row = await _locked(db, handover_id)
    if row is not None and row.to_id is None:
        raise CannotHandOver("not_named")
    if row is not None and row.briefed_at is None:
        await _set(db, handover_id, briefed_at=now)
    return row is not None


async def set_meeting(db: AsyncConnection, handover_id: uuid.UUID, appointment_id: uuid.UUID | None) -> bool:
    """When the three meet: an appointment of this young person. Raises CannotHandOver for any other; false when it is closed."""
    row = await _locked(db, handover_id)
    if row is not None:
        await _require_theirs(db, row.person_id, appointment_id)
        await _set(db, handover_id, meeting_id=appointment_id)
    return row is not None


async def met(db: AsyncConnection, handover_id: uuid.UUID, now: datetime) -> bool:
    """The three have met. Raises CannotHandOver before the meeting's time, or while nobody is named; false when it is closed."""
    row = await _locked(db, handover_id)
    if row is None:
        return False
    if row.to_id is None:
        raise CannotHandOver("not_named")
    query = select(appointments.c.starts_at).where(appointments.c.id == row.meeting_id)
    starts_at = (await db.execute(query)).scalar()
    if starts_at is not None and starts_at > now:
        raise CannotHandOver("no_meeting")
    if row.met_at is None:
        await _set(db, handover_id, met_at=now)
    return True


async def set_first(db: AsyncConnection, handover_id: uuid.UUID, appointment_id: uuid.UUID | None) -> bool:
    """The first date with the new adviser. Raises CannotHandOver for one that is not theirs; false when it is closed."""
    row = await _locked(db, handover_id)
    if row is not None:
        await _require_theirs(db, row.person_id, appointment_id)
        await _set(db, handover_id, first_id=appointment_id)
    return row is not None


async def _require_theirs(db: AsyncConnection, person_id: uuid.UUID, appointment_id: uuid.UUID | None) -> None:
    if appointment_id is None:
        return
    theirs = appointments.c.person_id == person_id, appointments.c.status.in_({Status.BOOKED, Status.OVER})
    query = select(appointments.c.id).where(appointments.c.id == appointment_id, *theirs)
    if (await db.execute(query)).first() is None:
        raise CannotHandOver("no_meeting")


async def ask_comfort(db: AsyncConnection, handover_id: uuid.UUID, now: datetime) -> Asked | None:
    """What the caller asks the young person, apart from both advisers; None when it is closed. Raises CannotHandOver.

    An answer that was there stays until a new one comes.
    """
    if await _locked(db, handover_id) is None:
        return None
    row = await one(db, handover_id)
    if row.to_id is None:
        raise CannotHandOver("not_named")
    query = select(appointments.c.starts_at).where(
        appointments.c.id == row.meeting_id, appointments.c.status == Status.BOOKED, appointments.c.starts_at > now
    )
    await _set(db, handover_id, comfort_asked_at=now)
    return Asked(row.from_name, row.to_name, (await db.execute(query)).scalar())


async def answer_comfort(db: AsyncConnection, person_id: uuid.UUID, answer: str, now: datetime) -> Any:
    """Keep what the young person answers (yes, not_sure, no); the handover's row, or None when nothing was asked.

    For anything but a yes the caller makes a task for `from_id`: a private talk. An answer that comes late is still kept: so
    nobody's no is lost.
    """
    said = Comfort(answer)
    asked = handovers.c.person_id == person_id, handovers.c.comfort_asked_at.is_not(None)
    query = select(handovers).where(*asked).order_by(handovers.c.closed_at.desc().nulls_first()).limit(1)
    row = (await db.execute(query.with_for_update())).one_or_none()
    if row is None or (row.closed_at is not None and row.closed_at < now - LATE_ANSWER):
        return None
    await _set(db, row.id, comfort=said.value, comfort_at=now)
    return await one(db, row.id)


async def close(
    db: AsyncConnection,
    handover_id: uuid.UUID,
    by: uuid.UUID,
    now: datetime,
    *,
    today: date,
    why: str = "",
    until: date | None = None,
) -> bool:
    """The new adviser is theirs from now on, the one before is around until a day (None: not any more); false when it is closed.

    Raises CannotHandOver: `missing` without all five ticks and without a reason, `not_named`, `until` for a day that is over.
    """
    row = await _locked(db, handover_id)
    if row is None:
        return False
    if row.to_id is None:
        raise CannotHandOver("not_named")
    if missing(row) and not why:
        raise CannotHandOver("missing")
    if until is not None and until < today:
        raise CannotHandOver("until")
    await _set(db, handover_id, closed_at=now, closed_by=by, closed_why=why or None)
    await care.hand_to(db, row.person_id, row.to_id, row.from_id, until, now)
    return True


async def call_off(db: AsyncConnection, handover_id: uuid.UUID, by: uuid.UUID, why: str, now: datetime) -> bool:
    """Nothing changes after all, with a reason; false when it is closed. Raises CannotHandOver without a reason."""
    if not why:
        raise CannotHandOver("no_reason")
    row = await _locked(db, handover_id)
    if row is not None:
        await _set(db, handover_id, closed_at=now, closed_by=by, closed_why=why)
    return row is not None
