"""A stay in custody: entering freezes every way to write to somebody at once, and a named worker or the check word lifts it.

Who calls holds the lock of the person's conversation (`lock_person`), as a turn does. The cause of a stay or of a recall is stored
nowhere.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import insert, or_, select, update
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.ext.asyncio import AsyncConnection

from server.appointments.release_errors import NoSuchSpell, NotReleased, SpellOpen, StepsOpen
from server.appointments.release_models import (
    Anchor,
    CustodySpell,
    ReleaseChange,
    ReleaseStatus,
    ReleaseStep,
    Side,
    StepState,
)
from server.db.base import table_of
from server.db.ids import new_id
from server.outbox.freezing import freeze
from server.people import service as people

spells = table_of(CustodySpell)
changes = table_of(ReleaseChange)
steps = table_of(ReleaseStep)

Row = Mapping[str, Any]

INSIDE: Final = frozenset(
    {ReleaseStatus.EARLIEST, ReleaseStatus.PLANNED, ReleaseStatus.CONFIRMED, ReleaseStatus.RECALLED}
)
TO_COME: Final = frozenset({StepState.OPEN, StepState.TASK})


@dataclass(frozen=True, slots=True)
class Entry:
    """What is known when somebody enters custody. `release_on` may come later."""

    person_id: uuid.UUID
    area: str
    entered_on: date
    host_area: str | None = None
    place_id: uuid.UUID | None = None
    home_owner_id: uuid.UUID | None = None
    host_owner_id: uuid.UUID | None = None
    release_on: date | None = None
    status: ReleaseStatus = ReleaseStatus.PLANNED


async def enter(db: AsyncConnection, entry: Entry, who: uuid.UUID, now: datetime) -> uuid.UUID:
    """Write it down and freeze every way to write to them; the id of the spell. Raises SpellOpen."""
    row = {name: getattr(entry, name) for name in Entry.__slots__}
    put = pg_insert(spells).values(row | {"id": new_id(), "created_at": now}).on_conflict_do_nothing()
    spell_id: uuid.UUID | None = (await db.execute(put.returning(spells.c.id))).scalar()
    if spell_id is None:
        raise SpellOpen
    await _freeze(db, entry.person_id, now)
    await note_change(db, spell_id, 1, None, entry.release_on, "", entry.status, who, now)
    return spell_id


async def _freeze(db: AsyncConnection, person_id: uuid.UUID, now: datetime) -> None:
    # the mark before the sweep: whoever adds words reads it under a lock, and waits for us
    await people.set_on_hold(db, person_id, now)
    await freeze(db, person_id, now)


async def note_change(
    db: AsyncConnection,
    spell_id: uuid.UUID,
    version: int,
    old_on: date | None,
    new_on: date | None,
    old_status: str,
    new_status: ReleaseStatus,
    who: uuid.UUID | None,
    now: datetime,
) -> None:
    """Append one line to the history of the date."""
    row = {"id": new_id(), "spell_id": spell_id, "version": version, "old_on": old_on, "new_on": new_on}
    row |= {"old_status": old_status, "new_status": new_status.value, "staff_id": who, "at": now}
    await db.execute(insert(changes).values(row))


async def locked(db: AsyncConnection, spell_id: uuid.UUID) -> Row:
    """An open spell, locked until the transaction ends. Raises NoSuchSpell."""
    query = select(spells).where(spells.c.id == spell_id, spells.c.ended_at.is_(None)).with_for_update()
    row = (await db.execute(query)).mappings().first()
    if row is None:
        raise NoSuchSpell
    return dict(row)


async def one(db: AsyncConnection, spell_id: uuid.UUID) -> Row:
    """A spell, open or over. Raises NoSuchSpell."""
    row = (await db.execute(select(spells).where(spells.c.id == spell_id))).mappings().first()
    if row is None:
        raise NoSuchSpell
    return dict(row)


async def open_of(db: AsyncConnection, person_id: uuid.UUID) -> Row | None:
    """The open spell of a person."""
    query = select(spells).where(spells.c.person_id == person_id, spells.c.ended_at.is_(None))
    row = (await db.execute(query)).mappings().first()
    return dict(row) if row else None


async def history_of(db: AsyncConnection, spell_id: uuid.UUID) -> list[Row]:
    """Every change of the date and the status, oldest first."""
    query = select(changes).where(changes.c.spell_id == spell_id).order_by(changes.c.at, changes.c.version)
    return [dict(row) for row in (await db.execute(query)).mappings()]


async def set_owners(
    db: AsyncConnection, spell_id: uuid.UUID, home: uuid.UUID | None, host: uuid.UUID | None, host_area: str | None
) -> None:
    """Who has it at home and inside. Open steps of a side that nobody has get its owner. Raises NoSuchSpell."""
    old = await locked(db, spell_id)
    values = {"home_owner_id": home, "host_owner_id": host, "host_area": host_area}
    await db.execute(update(spells).where(spells.c.id == spell_id).values(values))
    for side, was, now_is in ((Side.HOME, old["home_owner_id"], home), (Side.HOST, old["host_owner_id"], host)):
        theirs = steps.c.spell_id == spell_id, steps.c.side == side, steps.c.state.in_(TO_COME)
        nobodys = or_(steps.c.owner_id.is_(None), steps.c.owner_id == was)
        await db.execute(update(steps).where(*theirs, nobodys).values(owner_id=now_is))


async def released(db: AsyncConnection, spell_id: uuid.UUID, who: uuid.UUID, now: datetime) -> Row:
    """They are out; the freeze stays until the phone is back with them. Repeating changes nothing. Raises NoSuchSpell."""
    spell = await locked(db, spell_id)
    if spell["status"] is ReleaseStatus.RELEASED:
        return spell
    values = {"status": ReleaseStatus.RELEASED, "released_at": now}
    await db.execute(update(spells).where(spells.c.id == spell_id).values(values))
    dates = spell["version"], spell["release_on"], spell["release_on"]
    await note_change(db, spell_id, *dates, spell["status"].value, ReleaseStatus.RELEASED, who, now)
    return spell


async def phone_back(db: AsyncConnection, spell_id: uuid.UUID, who: uuid.UUID, now: datetime) -> None:
    """They are released and have their phone, says a named worker: from now on they can be written to. Raises NoSuchSpell."""
    spell = await released(db, spell_id, who, now)
    if spell["phone_back_at"] is None:
        await _lift(db, spell, who, now)


async def _lift(db: AsyncConnection, spell: Row, who: uuid.UUID | None, now: datetime) -> None:
    values = {"phone_back_at": now, "phone_back_by": who}
    await db.execute(update(spells).where(spells.c.id == spell["id"]).values(values))
    await people.set_on_hold(db, spell["person_id"], None)


async def recall(db: AsyncConnection, spell_id: uuid.UUID, who: uuid.UUID, now: datetime) -> None:
    """Inside again: freezes at once, and no date is known. What counts from the release waits for the new one.

    The cause is not stored. Raises NoSuchSpell, NotReleased.
    """
    spell = await locked(db, spell_id)
    if spell["status"] is not ReleaseStatus.RELEASED:
        raise NotReleased
    version = spell["version"] + 1
    values: dict[str, Any] = {"status": ReleaseStatus.RECALLED, "release_on": None, "version": version}
    values |= {"released_at": None, "phone_back_at": None, "phone_back_by": None}
    await db.execute(update(spells).where(spells.c.id == spell_id).values(values))
    waits = steps.c.spell_id == spell_id, steps.c.state.in_(TO_COME), steps.c.anchor != Anchor.ENTERED
    await db.execute(update(steps).where(*waits).values(due_on=None, version=version))
    await _freeze(db, spell["person_id"], now)
    await note_change(
        db, spell_id, version, spell["release_on"], None, spell["status"].value, ReleaseStatus.RECALLED, who, now
    )


async def end(db: AsyncConnection, spell_id: uuid.UUID, now: datetime) -> None:
    """Nothing of the plan is open any more: it is put away, and deleted six months later. Raises NoSuchSpell, NotReleased, StepsOpen."""
    spell = await locked(db, spell_id)
    if spell["status"] is not ReleaseStatus.RELEASED or spell["phone_back_at"] is None:
        raise NotReleased
    waits = steps.c.spell_id == spell_id, steps.c.state == StepState.OPEN
    if (await db.execute(select(steps.c.id).where(*waits).limit(1))).first() is not None:
        raise StepsOpen
    await db.execute(update(spells).where(spells.c.id == spell_id).values(ended_at=now))
