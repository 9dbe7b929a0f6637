"""Kinds of appointment of an area: how long, how soon, how far ahead, for whom. Bookings made before keep their length."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Form, Request, Response
from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncConnection

from dialogs.wording import N_
from server.appointments import offered
from server.appointments.kinds import PlaceKind
from server.appointments.refusing import BadDiary
from server.console.desk import Desk
from server.console.settings_forms import areas_for, whole
from server.console.words_settings import KINDS, PLACE_KINDS, bad_words
from server.staff import audit, guard
from server.staff.access import Act, Skill
from server.staff.errors import MayNot
from server.staff.guard import needs
from server.staff.pages_words import SKILLS
from server.staff.sessions import SignedIn

Setter = Annotated[SignedIn, Depends(needs(Act.SET_DIARIES))]
HOME: Final = f"{guard.ROOT}/kinds"
DONE: Final = {"changed": N_("It is changed. Bookings made before keep their length.")}
NO_SKILL: Final = N_("Choose a skill of the list, or none.")
NO_PLACES: Final = N_("Choose kinds of place of the list.")
FIGURES: Final[dict[str, tuple[int, int, str]]] = {
    "minutes": (5, 480, N_("Give a number from 5 to 480.")),
    "step_minutes": (5, 120, N_("Give a number from 5 to 120.")),
    "before_minutes": (0, 240, N_("Give a number from 0 to 240.")),
    "after_minutes": (0, 240, N_("Give a number from 0 to 240.")),
    "notice_hours": (0, 720, N_("Give a number from 0 to 720.")),
    "ahead_days": (1, 365, N_("Give a number from 1 to 365.")),
    "capacity": (1, 40, N_("Give a number from 1 to 40.")),
}
"""By field: the least, the most, and what is said beside any other."""


class KindForm(BaseModel):
    """A kind's rules as they were typed."""

    minutes: str = ""
    step_minutes: str = ""
    before_minutes: str = ""
    after_minutes: str = ""
    notice_hours: str = ""
    ahead_days: str = ""
    capacity: str = ""
    skill: str = ""
    place_kinds: list[str] = []
    is_for_young_people: str = ""
    is_active: str = ""


class KindPages:
    """The handlers."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def add(self, routes: APIRouter) -> None:
        """Below `/console/kinds`."""
        routes.get("/kinds")(self.page)
        routes.get("/kinds/{kind_id}")(self.kind_page)
        routes.post("/kinds/{kind_id}")(self.change)

    async def page(self, request: Request, who: Setter, done: str = "") -> Response:
        """Every kind of the reader's areas."""
        async with self._desk.console.engine.connect() as db:
            areas = [{"slug": area, "kinds": await offered.kinds_of(db, area)} for area in self._areas(who)]
        shown: dict[str, Any] = {"areas": areas, "names": KINDS, "skills": SKILLS, "done": DONE.get(done, "")}
        return self._desk.console.pages.draw(request, "console/kinds.html", who, **shown)

    async def kind_page(self, request: Request, who: Setter, kind_id: uuid.UUID) -> Response:
        """One of them, to change."""
        async with self._desk.console.engine.connect() as db:
            row = await self._own(db, who, kind_id)
        return self._draw(request, who, row, _form_of(row), {})

    async def change(
        self, request: Request, who: Setter, kind_id: uuid.UUID, form: Annotated[KindForm, Form()]
    ) -> Response:
        """Its rules anew; or the form again with what is wrong and everything typed."""
        async with self._desk.console.engine.connect() as db:
            row = await self._own(db, who, kind_id)
        wrong = _faults(form)
        if not wrong:
            try:
                async with self._desk.change() as db:
                    await offered.change_kind(db, row["area"], row["reason"], _values(form))
                    about = {"area": row["area"], "why": f"kind {row['reason'].value}"}
                    await audit.note(db, who.member.id, Act.SET_DIARIES, self._desk.now(), **about)
            except BadDiary as error:
                wrong = {error.field: bad_words(error)}
        if wrong:
            return self._draw(request, who, row, form, wrong)
        return guard.go(HOME, done="changed")

    def _areas(self, who: SignedIn) -> list[str]:
        return areas_for(self._desk, who.member, Act.SET_DIARIES)

    async def _own(self, db: AsyncConnection, who: SignedIn, kind_id: uuid.UUID) -> Mapping[str, Any]:
        """A kind of the reader's areas. Raises MayNot, also for one that is not there."""
        for area in self._areas(who):
            for row in await offered.kinds_of(db, area):
                if row["id"] == kind_id:
                    return row
        raise MayNot

    def _draw(
        self, request: Request, who: SignedIn, row: Mapping[str, Any], form: KindForm, errors: Mapping[str, str]
    ) -> Response:
        skills = {skill.value: text for skill, text in SKILLS.items()}
        places = {kind.value: text for kind, text in PLACE_KINDS.items()}
        shown = {"row": row, "wish": form, "name": KINDS[row["reason"]], "skills": skills, "places": places}
        status = 422 if errors else 200
        return self._desk.console.pages.draw(request, "console/kind.html", who, status=status, errors=errors, **shown)


def _form_of(row: Mapping[str, Any]) -> KindForm:
    return KindForm(
        **{name: str(row[name]) for name in FIGURES},
        skill=row["skill"],
        place_kinds=row["place_kinds"],
        is_for_young_people="yes" if row["is_for_young_people"] else "",
        is_active="yes" if row["is_active"] else "",
    )


def _faults(form: KindForm) -> dict[str, str]:
    wrong = {}
    for name, (least, most, text) in FIGURES.items():
        figure = whole(getattr(form, name))
        if figure is None or not least <= figure <= most:
            wrong[name] = text
    if form.skill and form.skill not in set(Skill):
        wrong["skill"] = NO_SKILL
    if not set(form.place_kinds) <= {kind.value for kind in PlaceKind}:
        wrong["place_kinds"] = NO_PLACES
    return wrong


def _values(form: KindForm) -> dict[str, Any]:
    figures: dict[str, Any] = {name: whole(getattr(form, name)) for name in FIGURES}
    return figures | {
        "skill": form.skill,
        "place_kinds": sorted(set(form.place_kinds)),
        "is_for_young_people": bool(form.is_for_young_people),
        "is_active": bool(form.is_active),
    }
