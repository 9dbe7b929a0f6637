"""Reads of release plans: the steps of one with their appointments, and the board, red first."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import Select, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from server.appointments.care_models import PersonCare
from server.appointments.custody import spells, steps
from server.appointments.finding import Diaries
from server.appointments.kinds import OCCUPIES, OfficeStatus, Owner, Status
from server.appointments.models import Appointment
from server.appointments.release_models import ReleaseStatus, Side, StepKind, StepState
from server.db.base import table_of

appointments = table_of(Appointment)
care = table_of(PersonCare)

Row = Mapping[str, Any]
MOST: Final = 500
"""Plans that a board shows."""

OF_MEETING: Final = (
    "owner",
    "status",
    "office",
    "starts_at",
    "ends_at",
    "busy_from",
    "busy_until",
    "adviser_id",
    "place_id",
    "room",
    "person_id",
    "session_id",
    "sequence",
)


class Red(StrEnum):
    """Why a plan is red, the worst first."""

    NO_DATE = "no_date"
    OVERDUE = "overdue"
    NOT_FREE = "not_free"
    CALLED_OFF = "called_off"
    OFFICE = "office"
    NO_OWNER = "no_owner"
    NOT_ACCEPTED = "not_accepted"
    OLD_SHEET = "old_sheet"


@dataclass(frozen=True, slots=True)
class PlanStep:
    """A step with the appointment behind it (None: none). `reds` say why it is red."""

    row: Row
    meeting: Row | None
    reds: tuple[Red, ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """A spell with its steps in order of their days. `reds` are of the whole plan, the worst first, each once."""

    spell: Row
    steps: Sequence[PlanStep] = ()
    reds: tuple[Red, ...] = ()
    counts: Mapping[Red, int] = field(default_factory=dict)

    @property
    def open_steps(self) -> int:
        """How many are still to do."""
        return sum(step.row["state"] is StepState.OPEN for step in self.steps)


def _steps() -> Select[Any]:
    columns = (appointments.c[name].label(f"meeting_{name}") for name in OF_MEETING)
    joined = select(steps, *columns).outerjoin(appointments, appointments.c.id == steps.c.appointment_id)
    return joined.order_by(steps.c.due_on.is_(None), steps.c.due_on, steps.c.position, steps.c.id)


async def plan_of(db: AsyncConnection, spell: Row, today: date, settings: Diaries) -> Plan:
    """The plan of a spell, with what is red about it."""
    found = (await db.execute(_steps().where(steps.c.spell_id == spell["id"]))).mappings()
    return judged(spell, [dict(row) for row in found], today, settings)


async def board(
    db: AsyncConnection,
    areas: Collection[str],
    today: date,
    settings: Diaries,
    *,
    own: uuid.UUID | None = None,
    side: Side | None = None,
) -> list[Plan]:
    """The open plans of some areas, red first, then by the date. `own`: those that somebody has to do with. `side`: theirs alone."""
    home, host = spells.c.area.in_(areas), spells.c.host_area.in_(areas)
    where = {Side.HOME: home, Side.HOST: host, None: or_(home, host)}[side]
    query = select(spells).where(spells.c.ended_at.is_(None), where)
    if own is not None:
        query = query.where(own_spell(own))
    query = query.order_by(spells.c.release_on.is_(None), spells.c.release_on).limit(MOST)
    rows = [dict(row) for row in (await db.execute(query)).mappings()]
    ids = [row["id"] for row in rows]
    by_spell: dict[uuid.UUID, list[Row]] = {one: [] for one in ids}
    for step in (await db.execute(_steps().where(steps.c.spell_id.in_(ids)))).mappings():
        by_spell[step["spell_id"]].append(dict(step))
    plans = [judged(row, by_spell[row["id"]], today, settings) for row in rows]
    return sorted(plans, key=lambda plan: (not plan.reds, plan.spell["release_on"] or date.max))


def own_spell(staff_id: uuid.UUID) -> Any:
    """A spell that is somebody's own work: they own it on a side, own a step of it, or are the person's adviser."""
    has_step = select(steps.c.spell_id).where(steps.c.owner_id == staff_id)
    theirs = select(care.c.person_id).where(care.c.adviser_id == staff_id)
    return or_(
        spells.c.home_owner_id == staff_id,
        spells.c.host_owner_id == staff_id,
        spells.c.id.in_(has_step),
        spells.c.person_id.in_(theirs),
    )


async def is_own(db: AsyncConnection, spell_id: uuid.UUID, staff_id: uuid.UUID) -> bool:
    """True for a spell that is somebody's own work."""
    query = select(spells.c.id).where(spells.c.id == spell_id, own_spell(staff_id))
    return (await db.execute(query)).first() is not None


def judged(spell: Row, found: Iterable[Row], today: date, settings: Diaries) -> Plan:
    """The plan with what is red about it. Pure."""
    made = [_judged_step(row, today, settings) for row in found]
    counts: dict[Red, int] = {}
    for red in (red for step in made for red in step.reds):
        counts[red] = counts.get(red, 0) + 1
    for red in _of_spell(spell, [step.row for step in made]):
        counts[red] = counts.get(red, 0) + 1
    return Plan(spell, made, tuple(red for red in Red if red in counts), counts)


def _of_spell(spell: Row, found: Sequence[Row]) -> list[Red]:
    reds = []
    if spell["release_on"] is None:
        reds.append(Red.NO_DATE)
    if not is_accepted(spell):
        reds.append(Red.NOT_ACCEPTED)
    was_given = any(row["kind"] is StepKind.SHEET and row["state"] is StepState.DONE for row in found)
    is_inside = spell["status"] is not ReleaseStatus.RELEASED
    if is_inside and (spell["sheet_version"] or was_given) and spell["sheet_version"] < spell["version"]:
        reds.append(Red.OLD_SHEET)
    return reds


def is_accepted(spell: Row) -> bool:
    """True when both sides have accepted the plan as it stands."""
    return bool(spell["home_accepted"] >= spell["version"] and spell["host_accepted"] >= spell["version"])


def _judged_step(row: Row, today: date, settings: Diaries) -> PlanStep:
    meeting = _meeting(row)
    reds = []
    if row["state"] is StepState.OPEN:
        if row["due_on"] is not None and row["due_on"] < today:
            reds.append(Red.OVERDUE)
        if row["owner_id"] is None:
            reds.append(Red.NO_OWNER)
    if meeting is not None and row["state"] not in {StepState.SKIPPED, StepState.REPLACED}:
        reds += _of_meeting(row, meeting, today, settings)
    return PlanStep(row, meeting, tuple(reds))


def _of_meeting(row: Row, meeting: Row, today: date, settings: Diaries) -> list[Red]:
    if meeting["status"] is Status.CANCELLED:
        return [Red.CALLED_OFF] if row["state"] is StepState.OPEN else []
    on = local_day(meeting["starts_at"], settings)
    if meeting["status"] not in OCCUPIES or on < today:
        return []
    reds = [Red.NOT_FREE] if on != row["due_on"] else []
    if meeting["owner"] is not Owner.OURS and meeting["office"] is OfficeStatus.NOT_TOLD:
        reds.append(Red.OFFICE)
    return reds


def _meeting(row: Row) -> Row | None:
    if row["appointment_id"] is None or row["meeting_status"] is None:
        return None
    return {"id": row["appointment_id"], **{name: row[f"meeting_{name}"] for name in OF_MEETING}}


def local_day(at: datetime, settings: Diaries) -> date:
    """The day of an instant by the area's clocks."""
    return at.astimezone(settings.zone).date()
