"""What is done with one step of a release plan: done, skipped with a reason, replaced, made a task, given to somebody; never dropped."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from server.appointments import custody, others
from server.appointments.custody import TO_COME, spells, steps
from server.appointments.finding import Diaries
from server.appointments.history import Doer
from server.appointments.kinds import By, OfficeStatus, Status
from server.appointments.models import Appointment
from server.appointments.others import Clash, Outside
from server.appointments.release import dates_of
from server.appointments.release_errors import BadRelease, NotYet, StepSettled
from server.appointments.release_models import Anchor, Side, StepKind, StepState
from server.appointments.release_reading import local_day
from server.appointments.release_rules import offset_of
from server.db.base import table_of
from server.db.ids import new_id

appointments = table_of(Appointment)

Row = Mapping[str, Any]


async def _open(db: AsyncConnection, spell_id: uuid.UUID, step_id: uuid.UUID) -> tuple[Row, Row]:
    """The spell and its step that is to come, both locked. Raises NoSuchSpell, StepSettled."""
    spell = await custody.locked(db, spell_id)
    is_open = steps.c.id == step_id, steps.c.spell_id == spell_id, steps.c.state.in_(TO_COME)
    row = (await db.execute(select(steps).where(*is_open).with_for_update())).mappings().first()
    if row is None:
        raise StepSettled
    return spell, dict(row)


async def _set(db: AsyncConnection, step_id: uuid.UUID, **values: Any) -> None:
    await db.execute(update(steps).where(steps.c.id == step_id).values(values))


async def finish(db: AsyncConnection, spell_id: uuid.UUID, step_id: uuid.UUID, who: uuid.UUID, now: datetime) -> None:
    """It is done, by name. Raises NoSuchSpell, StepSettled, NotYet while something that comes first is open."""
    _, step = await _open(db, spell_id, step_id)
    waits = steps.c.spell_id == spell_id, steps.c.code.in_(step["requires"]), steps.c.state.in_(TO_COME)
    titles = tuple((await db.execute(select(steps.c.title).where(*waits).order_by(steps.c.position))).scalars())
    if titles:
        raise NotYet(titles)
    await _set(db, step_id, state=StepState.DONE, done_at=now, done_by=who)


async def skip(
    db: AsyncConnection, spell_id: uuid.UUID, step_id: uuid.UUID, reason: str, who: uuid.UUID, now: datetime
) -> None:
    """It is not needed, with the reason. Raises NoSuchSpell, StepSettled, BadRelease without one."""
    if not reason:
        raise BadRelease("reason", "missing")
    await _open(db, spell_id, step_id)
    await _set(db, step_id, state=StepState.SKIPPED, reason=reason, done_at=now, done_by=who)


@dataclass(frozen=True, slots=True)
class Instead:
    """What takes the place of a step: the day is the one meant now, and moves with the release date from then on."""

    title: str
    on: date
    side: Side
    owner_id: uuid.UUID | None


async def replace(
    db: AsyncConnection, spell_id: uuid.UUID, step_id: uuid.UUID, instead: Instead, who: uuid.UUID, now: datetime
) -> uuid.UUID:
    """Another step in its place, with its appointment; the id of the new one. Raises NoSuchSpell, StepSettled, BadRelease."""
    if not instead.title:
        raise BadRelease("title", "missing")
    spell, old = await _open(db, spell_id, step_id)
    step_id_new = new_id()
    names = ("spell_id", "code", "position", "kind", "requires", "appointment_id")
    row = {name: old[name] for name in names} | {"id": step_id_new, "title": instead.title, "side": instead.side}
    row |= {"owner_id": instead.owner_id, "state": StepState.OPEN, "version": spell["version"], "due_on": instead.on}
    row |= _counted(spell, Anchor.RELEASE, instead.on) | {"told_version": 0}
    await db.execute(insert(steps).values(row))
    await _set(
        db, step_id, state=StepState.REPLACED, replaced_by=step_id_new, appointment_id=None, done_at=now, done_by=who
    )
    return step_id_new


def _counted(spell: Row, anchor: Anchor, on: date) -> dict[str, Any]:
    """How a day is counted from now on, so that it moves with the plan. Without a release date it counts from the entry."""
    offset = offset_of(on, anchor, dates_of(spell))
    if offset is None:
        anchor, offset = Anchor.ENTERED, (on - spell["entered_on"]).days
    if abs(offset) > MOST_DAYS:
        raise BadRelease("on", "too_far")
    return {"anchor": anchor, "offset_days": offset, "is_working_days": False, "lands_on": "any", "due_on": on}


MOST_DAYS = 7_400
"""Twenty years: no step of a plan lies farther from its anchor."""


async def make_task(db: AsyncConnection, spell_id: uuid.UUID, step_id: uuid.UUID) -> Row:
    """Somebody does it as a task of their list, which the caller writes; the step. Raises NoSuchSpell, StepSettled."""
    spell, step = await _open(db, spell_id, step_id)
    await _set(db, step_id, state=StepState.TASK)
    return {**step, "area": spell["area"], "person_id": spell["person_id"]}


async def give_to(
    db: AsyncConnection, spell_id: uuid.UUID, step_id: uuid.UUID, owner_id: uuid.UUID | None, side: Side
) -> None:
    """Whose it is, and on which side. Raises NoSuchSpell, StepSettled."""
    await _open(db, spell_id, step_id)
    await _set(db, step_id, owner_id=owner_id, side=side)


async def link(
    db: AsyncConnection, spell_id: uuid.UUID, step_id: uuid.UUID, appointment_id: uuid.UUID, settings: Diaries
) -> None:
    """This booked appointment of theirs is what the step arranged: the step is on its day from now on.

    Raises NoSuchSpell, StepSettled, BadRelease for one that is not theirs, called off, or of another step.
    """
    spell, step = await _open(db, spell_id, step_id)
    theirs = appointments.c.id == appointment_id, appointments.c.person_id == spell["person_id"]
    query = select(appointments.c.starts_at).where(*theirs, appointments.c.status == Status.BOOKED).with_for_update()
    starts_at = (await db.execute(query)).scalar()
    other = select(steps.c.id).where(steps.c.appointment_id == appointment_id, steps.c.id != step_id)
    if starts_at is None or (await db.execute(other)).first() is not None:
        raise BadRelease("appointment", "unknown")
    on = local_day(starts_at, settings)
    await _set(db, step_id, appointment_id=appointment_id, **_counted(spell, step["anchor"], on))


async def keep_day(db: AsyncConnection, spell_id: uuid.UUID, step_id: uuid.UUID, settings: Diaries) -> None:
    """The appointment stays on its own day, and the step with it. Raises NoSuchSpell, StepSettled, BadRelease."""
    _, step = await _open(db, spell_id, step_id)
    if step["appointment_id"] is None:
        raise BadRelease("appointment", "missing")
    await link(db, spell_id, step_id, step["appointment_id"], settings)


async def arrange(
    db: AsyncConnection,
    spell_id: uuid.UUID,
    step_id: uuid.UUID,
    wish: Outside,
    who: uuid.UUID,
    now: datetime,
    settings: Diaries,
) -> Clash | None:
    """Write down an appointment of others for a step, or its new time; what is in the way, or None.

    Raises NoSuchSpell, StepSettled, BadRelease for a time that is past or ends before it begins.
    """
    spell, step = await _open(db, spell_id, step_id)
    if wish.starts_at <= now:
        raise BadRelease("on", "past")
    doer = Doer(By.ADVISER, who)
    old = await others.one(db, step["appointment_id"]) if step["appointment_id"] is not None else None
    if old is not None:
        made = await others.change(db, old["id"], wish, doer, now)
    else:
        made = await others.add(db, spell["person_id"], spell["area"], wish, doer, now)
    if made is None or isinstance(made, Clash):
        return made or Clash(None)
    await link(db, spell_id, step_id, made["id"], settings)
    return None


async def confirm_office(
    db: AsyncConnection, spell_id: uuid.UUID, step_id: uuid.UUID, who: uuid.UUID, now: datetime
) -> bool:
    """The office knows of the time and keeps it, says a named worker; false for no appointment of others. Raises NoSuchSpell."""
    await custody.locked(db, spell_id)
    query = select(steps.c.appointment_id).where(steps.c.id == step_id, steps.c.spell_id == spell_id)
    found = (await db.execute(query)).scalar()
    if found is None:
        return False
    return await others.set_office(db, found, OfficeStatus.CONFIRMED, Doer(By.ADVISER, who), now)


async def sheet_given(db: AsyncConnection, spell_id: uuid.UUID, version: int, who: uuid.UUID, now: datetime) -> None:
    """They have the sheet of this version in their hands: what stands on it was told. Raises NoSuchSpell."""
    await custody.locked(db, spell_id)
    await db.execute(
        update(spells).where(spells.c.id == spell_id, spells.c.version >= version).values(sheet_version=version)
    )
    told = steps.c.spell_id == spell_id, steps.c.state.in_((*TO_COME, StepState.DONE)), steps.c.version <= version
    await db.execute(update(steps).where(*told).values(told_version=version))
    of_sheet = steps.c.spell_id == spell_id, steps.c.kind == StepKind.SHEET, steps.c.state.in_(TO_COME)
    await db.execute(update(steps).where(*of_sheet).values(state=StepState.DONE, done_at=now, done_by=who))
