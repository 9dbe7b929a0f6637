"""The rota: who is called from when to when, what is not covered in the next days, and who could not be reached."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Form, Request, Response
from pydantic import BaseModel

from dialogs.wording import N_
from server.console.desk import Desk
from server.escalations import oncall, rota
from server.escalations.clock import Rung
from server.escalations.rota import Stander
from server.staff import audit, guard
from server.staff.access import Act, may_do
from server.staff.errors import MayNot
from server.staff.guard import needs
from server.staff.sessions import SignedIn

Planner = Annotated[SignedIn, Depends(needs(Act.SET_ROTA))]
HOME: Final = f"{guard.ROOT}/rota"
RUNGS: Final[dict[Rung, str]] = {
    Rung.FIRST: N_("First on call"),
    Rung.SECOND: N_("Second on call"),
    Rung.MANAGER: N_("Manager"),
    Rung.SAFEGUARDING_LEAD: N_("Safeguarding lead"),
}
NO_AREA: Final = N_("Choose an area.")
NO_RUNG: Final = N_("Choose when they are called.")
NO_MEMBER: Final = N_(
    "Choose somebody who may stand there: no trainees, and for a lead's or manager's place one of them."
)
NO_START: Final = N_("Choose the day and time from which they stand, within a year.")
NO_END: Final = N_("Choose the day and time until which they stand, within a year.")
TURNED: Final = N_("This is before it begins. Choose a later time.")
OVER: Final = N_("This is over already. Choose a later time.")
TOO_LONG: Final = N_("That is more than 31 days. Put it in two parts.")
TWICE: Final = N_("They stand there at a part of this time already.")
DONE: Final = {"added": N_("The rota is changed."), "removed": N_("The rota is changed.")}


class RotaForm(BaseModel):
    """Who is to stand where, and from when to when, in the area's own time."""

    area: str = ""
    rung: str = ""
    staff: str = ""
    starts: str = ""
    ends: str = ""


class RotaPages:
    """The handlers."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def add(self, routes: APIRouter) -> None:
        """Below `/console/rota`."""
        routes.get("/rota")(self.page)
        routes.post("/rota")(self.put)
        routes.post("/rota/{entry_id}/remove")(self.remove)

    async def page(self, request: Request, who: Planner, done: str = "") -> Response:
        """The rota of the reader's areas."""
        return await self._draw(request, who, RotaForm(), {}, done=DONE.get(done, ""))

    async def put(self, request: Request, who: Planner, form: Annotated[RotaForm, Form()]) -> Response:
        """Names somebody; or the page again with what is wrong and everything chosen."""
        now = self._desk.now()
        if form.area not in self._areas(who):
            return await self._draw(request, who, form, {"area": NO_AREA})
        async with self._desk.change() as db:
            everybody = await rota.standers(db, form.area)
            wrong = self._faults(form, everybody, now)
            if not wrong:
                rung, staff_id = Rung(form.rung), uuid.UUID(form.staff)
                span = self._span(form, now)
                if await rota.stands_then(db, form.area, rung, staff_id, span):
                    wrong = {"staff": TWICE}
                else:
                    await oncall.put_on_call(db, form.area, rung, staff_id, *span)
                    await audit.note(db, who.member.id, Act.SET_ROTA, now, area=form.area, about_staff=staff_id)
        if wrong:
            return await self._draw(request, who, form, wrong)
        return guard.go(HOME, done="added")

    async def remove(self, who: Planner, entry_id: uuid.UUID) -> Response:
        """Takes an entry off."""
        async with self._desk.change() as db:
            entry = await rota.find(db, entry_id)
            if entry is None or not may_do(who.member, Act.SET_ROTA, entry.area):
                raise MayNot
            await oncall.take_off_call(db, entry.area, entry_id)
            about = {"area": entry.area, "about_staff": entry.staff_id, "why": "removed"}
            await audit.note(db, who.member.id, Act.SET_ROTA, self._desk.now(), **about)
        return guard.go(HOME, done="removed")

    def _areas(self, who: SignedIn) -> list[str]:
        """Areas that the reader plans for and this program serves."""
        return [area for area in sorted(self._desk.hours) if may_do(who.member, Act.SET_ROTA, area)]

    def _span(self, form: RotaForm, now: datetime) -> rota.Span:
        """From when to when, once it was checked."""
        zone = self._desk.hours[form.area].zone
        starts, ends = rota.instant(form.starts, zone, now), rota.instant(form.ends, zone, now, is_end=True)
        assert starts is not None and ends is not None  # noqa: S101, PT018 - the caller looked
        return starts, ends

    def _faults(self, form: RotaForm, everybody: list[Stander], now: datetime) -> dict[str, str]:
        """What is wrong, by field."""
        zone = self._desk.hours[form.area].zone
        rung = next((one for one in RUNGS if one.value == form.rung), None)
        starts, ends = rota.instant(form.starts, zone, now), rota.instant(form.ends, zone, now, is_end=True)
        chosen = next((one.member for one in everybody if str(one.member.id) == form.staff), None)
        wrong = {
            "rung": "" if rung else NO_RUNG,
            "staff": "" if chosen and (rung is None or rota.may_stand(chosen, rung, form.area)) else NO_MEMBER,
            "starts": "" if starts else NO_START,
            "ends": _end_fault(starts, ends, now),
        }
        return {name: text for name, text in wrong.items() if text}

    async def _draw(
        self, request: Request, who: SignedIn, form: RotaForm, errors: Mapping[str, str], *, done: str = ""
    ) -> Response:
        now = self._desk.now()
        areas: list[dict[str, Any]] = []
        async with self._desk.console.engine.connect() as db:
            for area in self._areas(who):
                rows, everybody = await rota.entries(db, area, now), await rota.standers(db, area)
                areas.append({"slug": area, "rungs": [_rung(rung, rows, everybody, now) for rung in RUNGS]})
                areas[-1]["standers"] = everybody
        names = {str(one.member.id): one.member.name for area in areas for one in area["standers"]}
        return self._desk.console.pages.draw(
            request,
            "console/rota.html",
            who,
            status=422 if errors else 200,
            errors=errors,
            areas=areas,
            rungs=RUNGS,
            names=names,
            now=now,
            wish=form,
            done=done,
        )


def _end_fault(starts: datetime | None, ends: datetime | None, now: datetime) -> str:
    if ends is None:
        return NO_END
    if ends <= now:
        return OVER
    if starts is not None and ends <= starts:
        return TURNED
    if starts is not None and ends - starts > rota.LONGEST:
        return TOO_LONG
    return ""


def _rung(rung: Rung, rows: list[Mapping[str, Any]], everybody: list[Stander], now: datetime) -> dict[str, Any]:
    """One rung: who stands, where nobody does in the next days, who is told there instead, and who cannot be reached."""
    mine = [row for row in rows if row["rung"] is rung]
    instead = rota.by_role(everybody, rung)
    standing = {row["staff_id"] for row in mine}
    until = now + rota.AHEAD
    found = rota.gaps([(row["starts_at"], row["ends_at"]) for row in mine], now, until)
    called = [one for one in everybody if one.member.id in standing] + (instead if found else [])
    return {
        "name": RUNGS[rung],
        "key": rung.value,
        "rows": mine,
        "gaps": found,
        "is_empty": found == [(now, until)],
        "instead": [one.member.name for one in instead],
        "mute": list(dict.fromkeys(one.member.name for one in called if not one.is_reachable)),
    }
