"""A release plan: begun from a template, moved as one, accepted by both sides.

Who calls holds the lock of the person's conversation. A move locks the spell, then everybody whose diary it touches in the order in
which bookings lock them; either all of it is done or nothing.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from typing import Any, Final

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from server.appointments import custody, release_reading
from server.appointments.custody import spells, steps
from server.appointments.finding import Diaries
from server.appointments.kinds import Status
from server.appointments.release_clashes import clashes, wanted
from server.appointments.release_errors import BadRelease, ChangedMeanwhile, OutAlready
from server.appointments.release_models import ReleaseStatus, Side, StepState
from server.appointments.release_moving import move_meetings, move_steps
from server.appointments.release_reading import PlanStep
from server.appointments.release_rules import (
    Consequence,
    Dates,
    IsWorking,
    Meeting,
    Step,
    When,
    due_on,
    plan_move,
    wished,
)
from server.appointments.release_templates import template_steps, templates
from server.appointments.taking import lock
from server.db.ids import new_id
from server.hours import bank_holidays

Row = Mapping[str, Any]

FARTHEST_YEARS: Final = 20
WEEKEND: Final = 5
MAY_BE_SET: Final = frozenset({ReleaseStatus.EARLIEST, ReleaseStatus.PLANNED, ReleaseStatus.CONFIRMED})


def working_days(settings: Diaries) -> IsWorking:
    """Monday to Friday without the nation's bank holidays."""
    holidays = bank_holidays(settings.nation)
    return lambda day: day.weekday() < WEEKEND and day not in holidays


async def start_plan(db: AsyncConnection, spell_id: uuid.UUID, template_id: uuid.UUID, settings: Diaries) -> int:
    """Add the steps of a template that are not to do already; how many. A step is its side's owner's. Raises NoSuchSpell, BadRelease."""
    spell = await custody.locked(db, spell_id)
    of_area = templates.c.id == template_id, templates.c.area.in_((spell["area"], spell["host_area"] or ""))
    if (await db.execute(select(templates.c.id).where(*of_area))).first() is None:
        raise BadRelease("template", "unknown")
    query = select(template_steps).where(template_steps.c.template_id == template_id)
    there = select(steps.c.code).where(steps.c.spell_id == spell_id, steps.c.state.in_(custody.TO_COME))
    known = set((await db.execute(there)).scalars())
    found = (await db.execute(query.order_by(template_steps.c.position))).mappings()
    rows = [_new_step(spell, dict(row), settings) for row in found if row["code"] not in known]
    if rows:
        await db.execute(insert(steps).values(rows))
    await db.execute(
        update(spells).where(spells.c.id == spell_id, spells.c.template_id.is_(None)).values(template_id=template_id)
    )
    return len(rows)


def _new_step(spell: Row, step: Row, settings: Diaries) -> dict[str, Any]:
    names = (
        "code",
        "title",
        "position",
        "kind",
        "side",
        "anchor",
        "offset_days",
        "is_working_days",
        "lands_on",
        "requires",
    )
    when = When(step["anchor"], step["offset_days"], step["is_working_days"], step["lands_on"])
    owner = spell["home_owner_id"] if step["side"] is Side.HOME else spell["host_owner_id"]
    return {
        **{name: step[name] for name in names},
        "id": new_id(),
        "spell_id": spell["id"],
        "owner_id": owner,
        "due_on": due_on(when, dates_of(spell), working_days(settings)),
        "state": StepState.OPEN,
        "version": spell["version"],
    }


def dates_of(spell: Row) -> Dates:
    """What the steps of a spell count from."""
    return Dates(spell["entered_on"], spell["release_on"])


@dataclass(frozen=True, slots=True)
class Preview:
    """What a new date would do: one consequence for each step, in their order. `seen` is another text whenever anything of it is."""

    spell: Row
    new_on: date | None
    steps: Sequence[PlanStep]
    consequences: Sequence[Consequence]

    @property
    def seen(self) -> str:
        """What whoever decides had before their eyes."""
        shown = [(one.step_id, one.new_on, sorted(one.effects), one.starts_at, one.why) for one in self.consequences]
        return sha256(repr((self.spell["version"], self.new_on, shown)).encode()).hexdigest()[:16]

    @property
    def pairs(self) -> list[tuple[PlanStep, Consequence]]:
        """Each step with what becomes of it."""
        return list(zip(self.steps, self.consequences, strict=True))


async def preview(db: AsyncConnection, spell_id: uuid.UUID, new_on: date, now: datetime, settings: Diaries) -> Preview:
    """What would change. Changes nothing. Raises NoSuchSpell, BadRelease, OutAlready."""
    spell = await custody.one(db, spell_id)
    _check(spell, new_on, now, settings)
    return await _preview(db, spell, new_on, now, settings)


async def _preview(db: AsyncConnection, spell: Row, new_on: date, now: datetime, settings: Diaries) -> Preview:
    today, is_working = release_reading.local_day(now, settings), working_days(settings)
    plan = await release_reading.plan_of(db, spell, today, settings)
    planned = [_step(one.row) for one in plan.steps]
    meetings = {
        one.row["id"]: _meeting(one.meeting, settings)
        for one in plan.steps
        if one.meeting is not None and one.meeting["status"] is Status.BOOKED
    }
    rows = {one.meeting["id"]: one.meeting for one in plan.steps if one.meeting is not None}
    given = dates_of(spell), planned, meetings, new_on, today, is_working
    wishes = [wanted(rows[key], wall, settings) for key, wall in wished(plan_move(*given)).items()]
    known = await clashes(db, wishes, settings, is_working, now)
    return Preview(spell, new_on, plan.steps, plan_move(*given, clashes=known))


def _step(row: Row) -> Step:
    when = When(row["anchor"], row["offset_days"], row["is_working_days"], row["lands_on"])
    return Step(row["id"], when, row["state"], row["due_on"], row["appointment_id"], is_told=row["told_version"] > 0)


def _meeting(row: Row, settings: Diaries) -> Meeting:
    wall = row["starts_at"].astimezone(settings.zone).replace(tzinfo=None)
    is_shared = row["session_id"] != row["id"]
    return Meeting(row["id"], row["owner"], wall, row["status"], row["office"], is_shared=is_shared)


def _check(spell: Row, new_on: date, now: datetime, settings: Diaries) -> None:
    today = release_reading.local_day(now, settings)
    if spell["status"] is ReleaseStatus.RELEASED:
        raise OutAlready
    if new_on < spell["entered_on"]:
        raise BadRelease("release_on", "before_entry")
    if new_on < today:
        raise BadRelease("release_on", "past")
    if new_on.year > today.year + FARTHEST_YEARS:
        raise BadRelease("release_on", "too_far")


async def move(
    db: AsyncConnection,
    spell_id: uuid.UUID,
    new_on: date,
    status: ReleaseStatus,
    seen: str,
    who: uuid.UUID,
    now: datetime,
    settings: Diaries,
) -> Preview:
    """Do what a preview showed, all of it. The same date again changes nothing but how sure it is.

    Raises NoSuchSpell, BadRelease, OutAlready, ChangedMeanwhile where the plan is not what they saw, TimeTaken.
    """
    if status not in MAY_BE_SET:
        raise BadRelease("status", "unknown")
    spell = await custody.locked(db, spell_id)
    _check(spell, new_on, now, settings)
    if new_on == spell["release_on"]:
        await _only_status(db, spell, status, who, now)
        return Preview(spell, new_on, (), ())
    await _lock_diaries(db, spell)
    found = await _preview(db, spell, new_on, now, settings)
    if found.seen != seen:
        raise ChangedMeanwhile(spell["version"])
    version = spell["version"] + 1
    values = {"release_on": new_on, "status": status, "version": version}
    await db.execute(update(spells).where(spells.c.id == spell_id).values(values))
    await move_steps(db, found.pairs, version)
    await move_meetings(db, found.pairs, who, now, settings)
    dates = version, spell["release_on"], new_on
    await custody.note_change(db, spell_id, *dates, spell["status"].value, status, who, now)
    return found


async def _only_status(db: AsyncConnection, spell: Row, status: ReleaseStatus, who: uuid.UUID, now: datetime) -> None:
    if status is spell["status"]:
        return
    await db.execute(update(spells).where(spells.c.id == spell["id"]).values(status=status))
    dates = spell["version"], spell["release_on"], spell["release_on"]
    await custody.note_change(db, spell["id"], *dates, spell["status"].value, status, who, now)


async def _lock_diaries(db: AsyncConnection, spell: Row) -> None:
    """Whoever books with the same advisers, places or person waits until we are done, as we wait for them."""
    meetings = release_reading.appointments
    query = (
        select(meetings.c.adviser_id, meetings.c.place_id)
        .join(steps, steps.c.appointment_id == meetings.c.id)
        .where(steps.c.spell_id == spell["id"])
    )
    ids = {one for row in (await db.execute(query)).all() for one in row}
    await lock(db, spell["person_id"], *ids)


async def accept(db: AsyncConnection, spell_id: uuid.UUID, side: Side, version: int) -> None:
    """A side has read the plan as it stands and agrees. Repeating is harmless. Raises NoSuchSpell, ChangedMeanwhile."""
    spell = await custody.locked(db, spell_id)
    if spell["version"] != version:
        raise ChangedMeanwhile(spell["version"])
    name = "home_accepted" if side is Side.HOME else "host_accepted"
    await db.execute(update(spells).where(spells.c.id == spell_id).values({name: version}))
