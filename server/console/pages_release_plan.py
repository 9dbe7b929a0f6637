"""One release plan: what stands in it, another date with a look before it is done, both sides' word, and the phone."""

from __future__ import annotations

import uuid
from collections.abc import Awaitable, Callable
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Form, Request, Response
from sqlalchemy.ext.asyncio import AsyncConnection

from dialogs.messages import MOST_DIGITS
from dialogs.wording import N_
from server.appointments import custody, reading, release, release_reading, timescales
from server.appointments.release_errors import BadRelease
from server.appointments.release_models import ReleaseStatus, Side
from server.appointments.release_templates import of_area
from server.appointments.timescale_rules import After
from server.console.acts import Did
from server.console.colleagues import colleagues
from server.console.desk import Desk
from server.console.pages_release import read_day
from server.console.reading import names_of
from server.console.release_desk import (
    FAULTS,
    MAY_BE_SET,
    PROBLEMS,
    ROOT,
    WORDS,
    Conflict,
    Opened,
    code_of,
    note,
    opened,
    settings_of,
    to_change,
)
from server.errors import ServiceError
from server.staff.access import Act, Fact
from server.staff.guard import go, needs
from server.staff.sessions import SignedIn

Seer = Annotated[SignedIn, Depends(needs(Act.SEE_RELEASE))]
Short = Annotated[str, Form(max_length=200)]

DONE: Final = {
    "entered": N_("Nothing is sent to their phone from now on. Messages that waited were stopped."),
    "moved": N_("The plan has moved. Both sides have to accept it again."),
    "same": N_("It is written down."),
    "accepted": N_("Accepted as it stands now."),
    "started": N_("The steps are in the plan."),
    "owners": N_("It is written down who has it."),
    "released": N_("They are released. Their phone stays on pause until somebody says that they have it."),
    "phone": N_("They can be written to again. Nothing that waited before is sent."),
    "recalled": N_("Nothing is sent to their phone from now on. The plan waits for a new date."),
    "step": N_("It is written down."),
    "given": N_("They have this sheet."),
}


class ReleasePlanPages:
    """The handlers."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def add(self, routes: APIRouter) -> None:
        """`/console/release/...`."""
        routes.get("/release/{spell_id}")(self.page)
        routes.get("/release/{spell_id}/move")(self.look)
        routes.post("/release/{spell_id}/move")(self.move)
        routes.post("/release/{spell_id}/accept")(self.accept)
        routes.post("/release/{spell_id}/start")(self.start)
        routes.post("/release/{spell_id}/owners")(self.owners)
        routes.post("/release/{spell_id}/released")(self.released)
        routes.post("/release/{spell_id}/phone-back")(self.phone_back)
        routes.post("/release/{spell_id}/recall")(self.recall)
        routes.post("/release/{spell_id}/end")(self.end)

    async def page(
        self, request: Request, who: Seer, spell_id: uuid.UUID, done: str = "", problem: str = ""
    ) -> Response:
        """The plan. Raises MayNot."""
        said, wrong = DONE.get(done, ""), PROBLEMS.get(problem, "")
        return await draw_plan(self._desk, request, who, spell_id, done=said, problem=wrong)

    async def look(self, request: Request, who: Seer, spell_id: uuid.UUID, on: str = "", status: str = "") -> Response:
        """What another date would change; changes nothing. Raises MayNot."""
        day, settings = read_day(on), settings_of(self._desk)
        wish = status if status in {x.value for x in MAY_BE_SET} else ReleaseStatus.PLANNED.value
        if day is None:
            faults = {"on": FAULTS["date"]}
            return await draw_plan(self._desk, request, who, spell_id, errors=faults, status=422)
        try:
            async with self._desk.change() as db:
                found = await opened(db, who.member, spell_id)
                await note(db, self._desk, who.member, Fact.CUSTODY, found)
                shown = await release.preview(db, spell_id, day, self._desk.now(), settings)
        except BadRelease as error:
            faults = {"on": FAULTS[error.code]}
            return await draw_plan(self._desk, request, who, spell_id, errors=faults, status=422)
        except Conflict as error:
            return self._conflict(spell_id, error)
        context = {"spell": found.spell, "case": found.case, "preview": shown, "wish": wish}
        return self._desk.console.pages.draw(request, "console/release_move.html", who, **context, **WORDS)

    async def move(
        self, who: Seer, spell_id: uuid.UUID, on: Short = "", status: Short = "", seen: Short = ""
    ) -> Response:
        """Do what was shown, all of it or nothing. Raises MayNot."""
        day, settings = read_day(on), settings_of(self._desk)

        async def do(db: AsyncConnection, found: Opened) -> str:
            if day is None or status not in {x.value for x in MAY_BE_SET}:
                raise BadRelease("on", "date")
            args = spell_id, day, ReleaseStatus(status), seen, who.member.id, self._desk.now(), settings
            await release.move(db, *args)
            return "same" if day == found.spell["release_on"] else "moved"

        try:
            return await change_plan(self._desk, who, spell_id, Did.RELEASE_MOVED, do)
        except BadRelease:
            return go(f"{ROOT}/{spell_id}/move", on=on, status=status)

    async def accept(self, who: Seer, spell_id: uuid.UUID, side: Short = "", version: Short = "") -> Response:
        """A side agrees with the plan as it stands. Raises MayNot."""

        async def do(db: AsyncConnection, _: Opened) -> str:
            await release.accept(db, spell_id, *_side_and_version(side, version))
            return "accepted"

        return await self._change(who, spell_id, Did.RELEASE_ACCEPTED, do)

    async def start(self, who: Seer, spell_id: uuid.UUID, template: Short = "") -> Response:
        """The steps of a template that are not there yet. Raises MayNot."""

        async def do(db: AsyncConnection, found: Opened) -> str:
            known = {str(row.id): row.id for row in await of_area(db, found.spell["area"])}
            if template not in known:
                raise BadRelease("template", "unknown")
            await release.start_plan(db, spell_id, known[template], settings_of(self._desk))
            return "started"

        return await self._change(who, spell_id, Did.RELEASE_STARTED, do)

    async def owners(self, who: Seer, spell_id: uuid.UUID, home: Short = "", host: Short = "") -> Response:
        """Who has it at home and inside. Raises MayNot."""

        async def do(db: AsyncConnection, found: Opened) -> str:
            choices = await owner_choices(db, found)
            of_home, of_host = choices.get(home), choices.get(host)
            area = found.spell["host_area"] or (found.spell["area"] if of_host else None)
            await custody.set_owners(db, spell_id, of_home, of_host, area)
            return "owners"

        return await self._change(who, spell_id, Did.RELEASE_OWNERS, do)

    async def released(self, who: Seer, spell_id: uuid.UUID) -> Response:
        """They are out; nothing is sent yet. Raises MayNot."""

        async def do(db: AsyncConnection, _: Opened) -> str:
            await custody.released(db, spell_id, who.member.id, self._desk.now())
            return "released"

        return await self._change(who, spell_id, Did.RELEASE_STATUS, do)

    async def phone_back(self, who: Seer, spell_id: uuid.UUID) -> Response:
        """Released, and the phone is in their hands, says who presses this. Raises MayNot."""

        async def do(db: AsyncConnection, _: Opened) -> str:
            await custody.phone_back(db, spell_id, who.member.id, self._desk.now())
            return "phone"

        return await self._change(who, spell_id, Did.RELEASE_STATUS, do)

    async def recall(self, who: Seer, spell_id: uuid.UUID) -> Response:
        """Inside again. Raises MayNot."""

        async def do(db: AsyncConnection, _: Opened) -> str:
            await custody.recall(db, spell_id, who.member.id, self._desk.now())
            return "recalled"

        return await self._change(who, spell_id, Did.RELEASE_STATUS, do)

    async def end(self, who: Seer, spell_id: uuid.UUID) -> Response:
        """Nothing is open any more: put away. Raises MayNot."""

        async def do(db: AsyncConnection, _: Opened) -> str:
            spell = await custody.one(db, spell_id)
            await custody.end(db, spell_id, self._desk.now())
            await timescales.stop_dates(db, spell["person_id"], After.CUSTODY, self._desk.now())
            return "ended"

        answer = await self._change(who, spell_id, Did.RELEASE_STATUS, do)
        is_over = "problem=" not in answer.headers.get("location", "")
        return go(ROOT, done="ended") if is_over else answer

    async def _change(
        self,
        who: SignedIn,
        spell_id: uuid.UUID,
        did: Did,
        do: Callable[[AsyncConnection, Opened], Awaitable[str]],
    ) -> Response:
        try:
            return await change_plan(self._desk, who, spell_id, did, do)
        except BadRelease:
            return go(f"{ROOT}/{spell_id}", problem="bad")

    def _conflict(self, spell_id: uuid.UUID, error: ServiceError) -> Response:
        return go(f"{ROOT}/{spell_id}", problem=code_of(error))


def _side_and_version(side: str, version: str) -> tuple[Side, int]:
    """Of a form. Raises BadRelease."""
    if side not in set(Side) or not (version.isascii() and version.isdigit() and len(version) < MOST_DIGITS):
        raise BadRelease("side", "unknown")
    return Side(side), int(version)


async def change_plan(
    desk: Desk,
    who: SignedIn,
    spell_id: uuid.UUID,
    did: Did,
    do: Callable[[AsyncConnection, Opened], Awaitable[str]],
) -> Response:
    """One change in one transaction, with its row of the audit; a conflict is named on the plan's page. Raises MayNot, BadRelease."""
    try:
        async with desk.change() as db:
            found = await to_change(db, who.member, spell_id)
            done = await do(db, found)
            await note(db, desk, who.member, did, found)
    except Conflict as error:
        return go(f"{ROOT}/{spell_id}", problem=code_of(error))
    return go(f"{ROOT}/{spell_id}", done=done)


async def owner_choices(db: AsyncConnection, found: Opened) -> dict[str, uuid.UUID]:
    """Ids of those who may have it, by their text."""
    areas = {area for area in (found.spell["area"], found.spell["host_area"]) if area}
    return {str(one.id): one.id for area in areas for one in await colleagues(db, area)}


async def draw_plan(
    desk: Desk,
    request: Request,
    who: SignedIn,
    spell_id: uuid.UUID,
    *,
    errors: dict[str, str] | None = None,
    given: dict[str, Any] | None = None,
    done: str = "",
    problem: str = "",
    status: int = 200,
) -> Response:
    """The page of a plan. Raises MayNot."""
    settings, now = settings_of(desk), desk.now()
    async with desk.change() as db:
        found = await opened(db, who.member, spell_id)
        await note(db, desk, who.member, Fact.CUSTODY, found)
        plan = await release_reading.plan_of(db, found.spell, release_reading.local_day(now, settings), settings)
        linked = {step.row["appointment_id"] for step in plan.steps}
        free = [row for row in await reading.of_person(db, found.spell["person_id"], now) if row["id"] not in linked]
        history = await custody.history_of(db, spell_id)
        ids = {step.row["owner_id"] for step in plan.steps} | {line["staff_id"] for line in history}
        ids |= {found.spell[name] for name in ("home_owner_id", "host_owner_id", "phone_back_by")}
        choices = await owner_choices(db, found)
        names = await names_of(db, ids | set(choices.values()))
        templates = await of_area(db, found.spell["area"])
    context = {"plan": plan, "spell": found.spell, "case": found.case, "names": names, "choices": choices}
    context |= {"history": history, "free": free, "templates": templates, "errors": errors or {}, "given": given or {}}
    context |= {"done": done, "problem": problem, "is_accepted": release_reading.is_accepted(found.spell)}
    return desk.console.pages.draw(request, "console/release_plan.html", who, status=status, **context, **WORDS)
