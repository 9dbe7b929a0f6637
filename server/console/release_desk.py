"""What the pages of release plans share: who may open one, that each look is noted, and the words for what is red."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from dialogs.wording import N_
from server.appointments import custody, release_reading
from server.appointments.finding import Diaries
from server.appointments.kinds import OfficeStatus, Owner
from server.appointments.release_errors import (
    ChangedMeanwhile,
    NoSuchSpell,
    NotReleased,
    NotYet,
    OutAlready,
    SpellOpen,
    StepSettled,
    StepsOpen,
    TimeTaken,
)
from server.appointments.release_models import ReleaseStatus, Side, StepState
from server.appointments.release_reading import Red
from server.appointments.release_rules import Effect
from server.console.acts import Did
from server.console.desk import Desk
from server.console.reading import cases
from server.conversations.appointing import lock_person
from server.errors import ServiceError
from server.staff import audit
from server.staff.access import Fact, Member, may_read_custody
from server.staff.errors import MayNot

ROOT: Final = "/console/release"

REDS: Final[dict[Red, str]] = {
    Red.NO_DATE: N_("No release date"),
    Red.OVERDUE: N_("Overdue"),
    Red.NOT_FREE: N_("The appointment is on another day"),
    Red.CALLED_OFF: N_("Called off: needs a new time"),
    Red.OFFICE: N_("Office not told yet"),
    Red.NO_OWNER: N_("Nobody has it"),
    Red.NOT_ACCEPTED: N_("Not accepted by both"),
    Red.OLD_SHEET: N_("The sheet is old"),
}
STATUSES: Final[dict[ReleaseStatus, str]] = {
    ReleaseStatus.EARLIEST: N_("Earliest possible"),
    ReleaseStatus.PLANNED: N_("Planned"),
    ReleaseStatus.CONFIRMED: N_("Confirmed"),
    ReleaseStatus.RELEASED: N_("Released"),
    ReleaseStatus.RECALLED: N_("Inside again"),
}
MAY_BE_SET: Final = (ReleaseStatus.EARLIEST, ReleaseStatus.PLANNED, ReleaseStatus.CONFIRMED)
SIDES: Final[dict[Side, str]] = {Side.HOME: N_("Home"), Side.HOST: N_("Host")}
STATES: Final[dict[StepState, str]] = {
    StepState.OPEN: N_("To do"),
    StepState.DONE: N_("Done"),
    StepState.REPLACED: N_("Replaced"),
    StepState.SKIPPED: N_("Not needed"),
    StepState.TASK: N_("In the tasks"),
}
EFFECTS: Final[dict[Effect, str]] = {
    Effect.MOVED: N_("Moves"),
    Effect.OFFICE: N_("The office has to be told"),
    Effect.TAKEN: N_("Cannot move by itself"),
    Effect.TOLD: N_("They have it on paper: a new sheet is needed"),
    Effect.PAST: N_("Its day is past: replace it, skip it with a reason, or make it a task"),
    Effect.AGAIN: N_("Was done, is to do again"),
    Effect.NO_DATE: N_("No date"),
}
WHYS: Final = {
    "person": N_("They have something else at that time."),
    "adviser": N_("The adviser has something else at that time."),
    "room": N_("The room is taken at that time."),
    "away": N_("The adviser is away at that time."),
    "place": N_("The place is closed by then."),
    "hours": N_("The adviser does not work there at that time."),
    "closed": N_("It would be a weekend or a bank holiday."),
    "shared": N_("It is a meeting of several people."),
    "past": N_("That time is past, or no date is known."),
}
OWNERS: Final[dict[Owner, str]] = {
    Owner.OURS: N_("Ours"),
    Owner.JOBCENTRE: N_("Jobcentre"),
    Owner.COURT: N_("Court"),
    Owner.COLLEGE: N_("College"),
    Owner.WORK: N_("Work"),
    Owner.PROBATION: N_("Probation"),
    Owner.YJS: N_("Youth justice service"),
    Owner.HOUSING: N_("Housing"),
    Owner.HEALTH: N_("Health"),
}
OFFICES: Final[dict[OfficeStatus, str]] = {
    OfficeStatus.ASKED: N_("asked for"),
    OfficeStatus.OFFERED: N_("offered"),
    OfficeStatus.CONFIRMED: N_("confirmed by the office"),
    OfficeStatus.TOLD: N_("told to the person"),
    OfficeStatus.NOT_TOLD: N_("office not told yet"),
}
FAULTS: Final[dict[str, str]] = {
    "past": N_("That is past. Choose a day and time to come."),
    "before_entry": N_("That is before they came in."),
    "too_far": N_("That is too far off."),
    "unknown": N_("Choose one of the list."),
    "missing": N_("Fill this in."),
    "date": N_("Choose a day."),
    "time": N_("Choose a time."),
    "clash": N_("They have something else at that time. Choose another."),
}
CONFLICT_CODES: Final[dict[type[ServiceError], str]] = {
    ChangedMeanwhile: "changed",
    TimeTaken: "taken",
    OutAlready: "out",
    NotReleased: "inside",
    StepsOpen: "open",
    StepSettled: "settled",
    NotYet: "first",
    SpellOpen: "there",
}
PROBLEMS: Final = {
    "changed": N_("Somebody changed this plan meanwhile. Nothing was changed. Look at it again."),
    "taken": N_("A time of this plan was taken just now. Nothing was changed. Look at it again."),
    "out": N_("They are released already. Nothing was changed."),
    "inside": N_("They are not released, or have no phone yet. Nothing was changed."),
    "open": N_("Some steps are still open. Finish, replace or skip each of them first."),
    "settled": N_("Somebody settled this step already. Nothing was changed."),
    "first": N_("Something else of this plan has to be done first. Nothing was changed."),
    "bad": N_("Something in this form cannot be so. Nothing was changed."),
    "there": N_("There is a plan for this person already. Nothing was changed."),
}
WORDS: Final[Mapping[str, Any]] = {
    "reds": REDS,
    "statuses": STATUSES,
    "settable": MAY_BE_SET,
    "sides": SIDES,
    "states": STATES,
    "effects": EFFECTS,
    "whys": WHYS,
    "owners": OWNERS,
    "offices": OFFICES,
    "Red": Red,
    "StepState": StepState,
    "ReleaseStatus": ReleaseStatus,
}
"""Words that the templates look up."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A spell that somebody may open, with the newest case of its person: what people call them by."""

    spell: Mapping[str, Any]
    case: Any


def settings_of(desk: Desk) -> Diaries:
    """What holds for all diaries of the area."""
    return desk.conversations.area.diaries


async def newest_case(db: AsyncConnection, person_id: uuid.UUID) -> Any:
    """The case opened last of a person, or None."""
    query = select(cases).where(cases.c.person_id == person_id).order_by(cases.c.opened_at.desc()).limit(1)
    return (await db.execute(query)).first()


async def barred_of(db: AsyncConnection, person_id: uuid.UUID) -> set[uuid.UUID]:
    """Members of staff who may not have to do with a person."""
    query = select(cases.c.barred).where(cases.c.person_id == person_id)
    return {one for barred in (await db.execute(query)).scalars() for one in barred or ()}


async def opened(db: AsyncConnection, who: Member, spell_id: uuid.UUID) -> Opened:
    """The spell, open or over, for somebody who may. Raises MayNot, the same for one that does not exist."""
    try:
        spell = await custody.one(db, spell_id)
    except NoSuchSpell:
        raise MayNot from None
    areas = spell["area"], spell["host_area"]
    is_own = await release_reading.is_own(db, spell_id, who.id)
    if not may_read_custody(who, areas, await barred_of(db, spell["person_id"]), is_own=is_own):
        raise MayNot
    return Opened(spell, await newest_case(db, spell["person_id"]))


async def to_change(db: AsyncConnection, who: Member, spell_id: uuid.UUID) -> Opened:
    """The same with the person's conversation locked, as before every change of theirs. Raises MayNot."""
    found = await opened(db, who, spell_id)
    await lock_person(db, found.spell["person_id"])
    return found


async def note(db: AsyncConnection, desk: Desk, who: Member, what: Fact | Did, found: Opened) -> None:
    """One row of the audit."""
    spell = found.spell
    area = spell["area"] if spell["area"] in who.areas else spell["host_area"] or spell["area"]
    about = {"area": area, "person": spell["person_id"], "case": found.case.id if found.case else None}
    await audit.note(db, who.id, what, desk.now(), **about)


def code_of(error: ServiceError) -> str:
    """What a page is called back with for a conflict."""
    return CONFLICT_CODES[type(error)]


Conflict: Final = tuple(CONFLICT_CODES)
