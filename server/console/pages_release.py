"""The release board, red first, and the start of a plan from a case."""

from __future__ import annotations

import uuid
from datetime import date
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Form, Request, Response
from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncConnection

from dialogs.wording import N_
from server.appointments import custody, places, release, release_reading, timescales
from server.appointments.custody import Entry
from server.appointments.kinds import PlaceKind
from server.appointments.release_errors import SpellOpen
from server.appointments.release_models import ReleaseStatus, Side
from server.appointments.release_templates import ensure_templates, of_area
from server.appointments.timescale_rules import After
from server.console.acts import Did
from server.console.colleagues import colleagues
from server.console.desk import Desk
from server.console.looking import require_reason
from server.console.reading import case_for, names_of
from server.console.release_desk import (
    FAULTS,
    MAY_BE_SET,
    ROOT,
    WORDS,
    Opened,
    barred_of,
    newest_case,
    note,
    settings_of,
)
from server.conversations.appointing import lock_person
from server.hours import bank_holidays
from server.staff.access import Act, Fact, may_read_custody
from server.staff.errors import MayNot
from server.staff.guard import go, needs
from server.staff.sessions import SignedIn

Seer = Annotated[SignedIn, Depends(needs(Act.SEE_RELEASE))]
MOST_YEARS: Final = 20


class EntryForm(BaseModel):
    """Since when, until when, how sure, where, and who has it on the other side."""

    entered_on: str = ""
    release_on: str = ""
    status: str = ReleaseStatus.PLANNED.value
    place: str = ""
    host: str = ""
    host_area: str = ""


class ReleasePages:
    """The handlers."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def add(self, routes: APIRouter) -> None:
        """`/console/release`, and `/console/cases/.../release`."""
        routes.get("/release")(self.board)
        routes.get("/cases/{case_id}/release")(self.ask)
        routes.post("/cases/{case_id}/release")(self.enter)

    async def board(self, request: Request, who: Seer, side: str = "", done: str = "") -> Response:
        """The plans that are theirs to see: for advisers those they work on, for leads and host advisers all of their areas."""
        wished = Side(side) if side in set(Side) else None
        settings, member = settings_of(self._desk), who.member
        async with self._desk.change() as db:
            today = release_reading.local_day(self._desk.now(), settings)
            sees_all = any(may_read_custody(member, [area]) for area in member.areas)
            own = None if sees_all else member.id
            plans = await release_reading.board(db, member.areas, today, settings, own=own, side=wished)
            shown = []
            for plan in plans:
                if member.id in await barred_of(db, plan.spell["person_id"]):
                    continue
                found = Opened(plan.spell, await newest_case(db, plan.spell["person_id"]))
                await note(db, self._desk, member, Fact.CUSTODY, found)
                shown.append((plan, found.case))
            ids = {plan.spell[name] for plan, _ in shown for name in ("home_owner_id", "host_owner_id")}
            names = await names_of(db, ids)
        lists: dict[str, Any] = {"plans": shown, "names": names, "side": wished, "sees_all": sees_all}
        text = BOARD_DONE if done == "ended" else ""
        return self._desk.console.pages.draw(request, "console/release.html", who, **lists, **WORDS, done=text)

    async def ask(self, request: Request, who: Seer, case_id: uuid.UUID) -> Response:
        """Asks since when and until when; or the plan that is there already. Raises MayNot, ReasonNeeded."""
        async with self._desk.change() as db:
            case = await self._case(db, who, case_id)
            there = await custody.open_of(db, case.person_id)
        if there is not None:
            return go(f"{ROOT}/{there['id']}")
        return await self._draw(request, who, case_id, EntryForm(), {})

    async def enter(
        self, request: Request, who: Seer, case_id: uuid.UUID, form: Annotated[EntryForm, Form()]
    ) -> Response:
        """They are inside from now on for all of us, and nothing is sent to them any more. Raises MayNot, ReasonNeeded."""
        async with self._desk.change() as db:
            case = await self._case(db, who, case_id)
            today = release_reading.local_day(self._desk.now(), settings_of(self._desk))
            choices = await self._choices(db, case.area)
            entry, faults = read_entry(form, case, who.member.id, today, choices)
            if entry is not None:
                spell_id = await self._enter(db, who, case, entry)
        if entry is None:
            return await self._draw(request, who, case_id, form, faults)
        return go(f"{ROOT}/{spell_id}", done="entered")

    async def _enter(self, db: AsyncConnection, who: SignedIn, case: Any, entry: Entry) -> uuid.UUID:
        await lock_person(db, entry.person_id)
        try:
            spell_id = await custody.enter(db, entry, who.member.id, self._desk.now())
        except SpellOpen:
            there = await custody.open_of(db, entry.person_id)
            assert there is not None  # noqa: S101 - its lock is held
            found: uuid.UUID = there["id"]
            return found
        await ensure_templates(db, case.area)
        for template in await of_area(db, case.area):
            await release.start_plan(db, spell_id, template.id, settings_of(self._desk))
        holidays = bank_holidays(settings_of(self._desk).nation)
        after = entry.person_id, After.CUSTODY, entry.entered_on
        await timescales.make_dates(db, *after, self._desk.now(), holidays=holidays)
        await note(db, self._desk, who.member, Did.CUSTODY_ENTERED, Opened(await custody.one(db, spell_id), case))
        return spell_id

    async def _case(self, db: AsyncConnection, who: SignedIn, case_id: uuid.UUID) -> Any:
        case = await case_for(db, who.member, case_id)
        if case.person_id is None:
            raise MayNot
        await require_reason(db, who.member, case, self._desk.now())
        return case

    async def _choices(self, db: AsyncConnection, area: str) -> dict[str, dict[str, str]]:
        """Places to be inside, and colleagues who could have it there, by id."""
        inside = (row for row in await places.places_of(db, area) if row["kind"] is PlaceKind.SECURE_ESTABLISHMENT)
        return {
            "place": {str(row["id"]): row["name"] for row in inside},
            "host": {str(one.id): one.name for one in await colleagues(db, area)},
        }

    async def _draw(
        self, request: Request, who: SignedIn, case_id: uuid.UUID, form: EntryForm, faults: dict[str, str]
    ) -> Response:
        async with self._desk.change() as db:
            case = await self._case(db, who, case_id)
            choices = await self._choices(db, case.area)
        context = {"case": case, "given": form, "choices": choices, "errors": faults, **WORDS}
        status = 422 if faults else 200
        return self._desk.console.pages.draw(request, "console/release_enter.html", who, status=status, **context)


BOARD_DONE: Final = N_("The plan is put away.")


def read_entry(
    form: EntryForm, case: Any, who: uuid.UUID, today: date, choices: dict[str, dict[str, str]]
) -> tuple[Entry | None, dict[str, str]]:
    """What was typed, or what is wrong with it by field. Pure."""
    entered, out = read_day(form.entered_on), read_day(form.release_on)
    faults: dict[str, str] = {}
    if entered is None:
        faults["entered_on"] = FAULTS["date"]
    elif entered > today:
        faults["entered_on"] = FAULTS["unknown"] if form.entered_on == "" else FAULTS["date"]
    if form.release_on and out is None:
        faults["release_on"] = FAULTS["date"]
    if out is not None and out < today:
        faults["release_on"] = FAULTS["past"]
    if out is not None and out.year > today.year + MOST_YEARS:
        faults["release_on"] = FAULTS["too_far"]
    for name in ("place", "host"):
        if getattr(form, name) not in {"", *choices[name]}:
            faults[name] = FAULTS["unknown"]
    if form.status not in {status.value for status in MAY_BE_SET}:
        faults["status"] = FAULTS["unknown"]
    if faults or entered is None:
        return None, faults
    place, host = (uuid.UUID(value) if value else None for value in (form.place, form.host))
    status = ReleaseStatus(form.status)
    return Entry(case.person_id, case.area, entered, case.area if host else None, place, who, host, out, status), {}


def read_day(text: str) -> date | None:
    """A day as a browser sends it; None for anything else, and for what no plan reaches."""
    try:
        found = date.fromisoformat(text.strip())
    except ValueError:
        return None
    return found if FIRST_YEAR <= found.year <= LAST_YEAR else None


FIRST_YEAR: Final = 2000
LAST_YEAR: Final = 2100
