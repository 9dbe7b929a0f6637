"""One step of a plan: done, not needed, replaced, a task, somebody's; its appointment, and that the office knows."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, time, timedelta
from typing import Annotated, Final

from fastapi import APIRouter, Form, Request, Response
from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncConnection

from dialogs.messages import MOST_DIGITS, clean_text
from server.appointments import release_steps as steps
from server.appointments.kinds import OfficeStatus, Owner
from server.appointments.others import Outside
from server.appointments.release_errors import BadRelease
from server.appointments.release_models import Side
from server.appointments.release_steps import Instead
from server.console.acts import Did
from server.console.desk import Desk
from server.console.forms import line
from server.console.pages_release import read_day
from server.console.pages_release_plan import Seer, change_plan, draw_plan, owner_choices
from server.console.release_desk import FAULTS, Opened, settings_of
from server.escalations import tasks
from server.escalations.models import TaskKind
from server.staff.sessions import SignedIn

LONGEST: Final = 2000
MOST_MINUTES: Final = 480


class StepForm(BaseModel):
    """`do` says what is done; the other fields are those of its part of the page."""

    do: str = ""
    reason: str = ""
    title: str = ""
    on: str = ""
    at: str = ""
    minutes: str = "60"
    side: str = ""
    owner: str = ""
    appointment: str = ""
    office_of: str = ""
    where: str = ""
    bring: str = ""
    comes: str = ""
    meet: str = ""


class ReleaseStepPages:
    """The handlers."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def add(self, routes: APIRouter) -> None:
        """`/console/release/.../steps/...`."""
        routes.post("/release/{spell_id}/steps/{step_id}")(self.act)

    async def act(
        self,
        request: Request,
        who: Seer,
        spell_id: uuid.UUID,
        step_id: uuid.UUID,
        form: Annotated[StepForm, Form()],
    ) -> Response:
        """Do one thing with a step; what cannot be is named beside the field, with what was typed. Raises MayNot."""

        async def do(db: AsyncConnection, found: Opened) -> str:
            await self._do(db, who, found, step_id, form)
            return "step"

        try:
            return await change_plan(self._desk, who, spell_id, Did.RELEASE_STEP, do)
        except BadRelease as error:
            faults = {f"{error.field}-{step_id}": FAULTS[error.code]}
            given = {"step": step_id, "form": form}
            return await draw_plan(self._desk, request, who, spell_id, errors=faults, given=given, status=422)

    async def _do(  # noqa: C901 - one arm an act
        self, db: AsyncConnection, who: SignedIn, found: Opened, step_id: uuid.UUID, form: StepForm
    ) -> None:
        spell_id, me, now, settings = found.spell["id"], who.member.id, self._desk.now(), settings_of(self._desk)
        match form.do:
            case "done":
                await steps.finish(db, spell_id, step_id, me, now)
            case "skip":
                await steps.skip(db, spell_id, step_id, clean_text(form.reason)[:LONGEST], me, now)
            case "task":
                await self._make_task(db, found, step_id)
            case "replace":
                await steps.replace(db, spell_id, step_id, await self._instead(db, found, form), me, now)
            case "give":
                owners = await owner_choices(db, found)
                await steps.give_to(db, spell_id, step_id, owners.get(form.owner), _side(form))
            case "link":
                await steps.link(db, spell_id, step_id, _id(form.appointment), settings)
            case "keep":
                await steps.keep_day(db, spell_id, step_id, settings)
            case "arrange":
                if await steps.arrange(db, spell_id, step_id, self._outside(form), me, now, settings) is not None:
                    raise BadRelease("on", "clash")
            case "office":
                await steps.confirm_office(db, spell_id, step_id, me, now)
            case _:
                raise BadRelease("do", "unknown")

    async def _make_task(self, db: AsyncConnection, found: Opened, step_id: uuid.UUID) -> None:
        step = await steps.make_task(db, found.spell["id"], step_id)
        due = self._desk.conversations.area.hours.working_day(self._desk.now(), 1)
        about = {"person_id": step["person_id"], "case_id": found.case.id if found.case else None}
        wish = tasks.Wish(TaskKind.RELEASE, step["area"], due, step["title"], staff_id=step["owner_id"], **about)
        await tasks.add(db, wish, self._desk.now())

    async def _instead(self, db: AsyncConnection, found: Opened, form: StepForm) -> Instead:
        on = read_day(form.on)
        if on is None:
            raise BadRelease("on", "date")
        if on < self._desk.now().date():
            raise BadRelease("on", "past")
        owners = await owner_choices(db, found)
        return Instead(line(form.title)[:LONGEST], on, _side(form), owners.get(form.owner))

    def _outside(self, form: StepForm) -> Outside:
        on, settings = read_day(form.on), settings_of(self._desk)
        if on is None:
            raise BadRelease("on", "date")
        try:
            at = time.fromisoformat(form.at).replace(tzinfo=None)
        except ValueError:
            raise BadRelease("at", "time") from None
        is_number = form.minutes.isascii() and form.minutes.isdigit() and len(form.minutes) < MOST_DIGITS
        minutes = int(form.minutes) if is_number else 0
        if not 0 < minutes <= MOST_MINUTES:
            raise BadRelease("minutes", "unknown")
        if form.office_of not in {owner.value for owner in Owner if owner is not Owner.OURS}:
            raise BadRelease("office_of", "unknown")
        starts = datetime.combine(on, at, settings.zone).astimezone(UTC)
        texts = {name: line(getattr(form, name))[:LONGEST] or None for name in ("where", "bring", "comes", "meet")}
        said = {"other_place": texts["where"], "bring": texts["bring"]}
        said |= {"who_comes": texts["comes"], "meet_where": texts["meet"]}
        ends = starts + timedelta(minutes=minutes)
        return Outside(Owner(form.office_of), starts, ends, OfficeStatus.ASKED, **said)  # type: ignore[arg-type]


def _side(form: StepForm) -> Side:
    if form.side not in set(Side):
        raise BadRelease("side", "unknown")
    return Side(form.side)


def _id(text: str) -> uuid.UUID:
    try:
        return uuid.UUID(text)
    except ValueError:
        raise BadRelease("appointment", "unknown") from None
