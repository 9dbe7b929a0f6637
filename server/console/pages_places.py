"""Places to meet: the list, adding and changing one, its photo, the ways between them, and what is booked where one closes."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, time
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Form, Request, Response
from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncConnection
from starlette.datastructures import UploadFile

from dialogs.wording import N_
from server.appointments import places
from server.appointments.refusing import BadDiary
from server.console.desk import Desk
from server.console.picture import redrawn
from server.console.place_form import SAID, PlaceForm, faults, form_of, place_of, read_form
from server.console.settings_forms import areas_for, whole
from server.console.words_settings import PLACE_KINDS, bad_words
from server.staff import audit, guard
from server.staff.access import Act, may_do
from server.staff.errors import MayNot
from server.staff.guard import needs
from server.staff.sessions import SignedIn

Setter = Annotated[SignedIn, Depends(needs(Act.SET_DIARIES))]
HOME: Final = f"{guard.ROOT}/places"
NO_AREA: Final = N_("Choose an area.")
NO_PLACE: Final = N_("Choose a place.")
NO_MINUTES: Final = N_("Give the minutes as a number, or leave them empty to forget the way.")
NO_PHOTO: Final = N_("Choose a picture: JPEG, PNG, WebP or GIF, smaller than 8 MB.")
DONE: Final = {
    "added": N_("The place is added."),
    "changed": N_("The place is changed. Bookings there stay as they are."),
    "way": N_("The way is changed."),
    "photo": N_("The photo is changed."),
}
PNG: Final = b"\x89PNG"


class WayForm(BaseModel):
    """How long the way between two places takes."""

    one: str = ""
    other: str = ""
    minutes: str = ""


class PlacePages:
    """The handlers."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def add(self, routes: APIRouter) -> None:
        """Below `/console/places`."""
        routes.get("/places")(self.page)
        routes.get("/places/add")(self.new_page)
        routes.post("/places/add")(self.put)
        routes.post("/places/ways")(self.set_way)
        routes.get("/places/{place_id}")(self.place_page)
        routes.post("/places/{place_id}")(self.change)
        routes.get("/places/{place_id}/photo")(self.photo)
        routes.post("/places/{place_id}/photo")(self.set_photo)
        routes.post("/places/{place_id}/photo/remove")(self.remove_photo)

    async def page(self, request: Request, who: Setter, done: str = "") -> Response:
        """Every place of the reader's areas, and the ways."""
        return await self._draw_list(request, who, WayForm(), {}, done=DONE.get(done, ""))

    async def new_page(self, request: Request, who: Setter) -> Response:
        """A place to come."""
        areas = areas_for(self._desk, who.member, Act.SET_DIARIES)
        return await self._draw(request, who, PlaceForm(area=areas[0] if len(areas) == 1 else ""), None)

    async def put(self, request: Request, who: Setter) -> Response:
        """Adds it; or the form again with what is wrong and everything typed."""
        form = await self._form(request)
        wrong = faults(form)
        if form.area not in areas_for(self._desk, who.member, Act.SET_DIARIES):
            wrong["area"] = NO_AREA
        if not wrong:
            try:
                async with self._desk.change() as db:
                    await places.add_place(db, form.area, place_of(form), self._desk.now())
                    await self._note(db, who, form.area, "place added")
            except BadDiary as error:
                wrong = {error.field: bad_words(error)}
        if wrong:
            return await self._draw(request, who, form, None, wrong)
        return guard.go(HOME, done="added")

    async def place_page(self, request: Request, who: Setter, place_id: uuid.UUID, done: str = "") -> Response:
        """One place, to change."""
        async with self._desk.console.engine.connect() as db:
            row = await self._own(db, who, place_id)
        return await self._draw(request, who, form_of(row), row, done=DONE.get(done, ""))

    async def change(self, request: Request, who: Setter, place_id: uuid.UUID) -> Response:
        """All of it anew; bookings stay. Or the form again."""
        form = await self._form(request)
        async with self._desk.console.engine.connect() as db:
            row = await self._own(db, who, place_id)
        wrong = faults(form)
        if not wrong:
            try:
                async with self._desk.change() as db:
                    await places.change_place(db, place_id, place_of(form))
                    await self._note(db, who, row["area"], "place changed")
            except BadDiary as error:
                wrong = {error.field: bad_words(error)}
        if wrong:
            return await self._draw(request, who, form, row, wrong)
        return guard.go(f"{HOME}/{place_id}", done="changed")

    async def set_way(self, request: Request, who: Setter, form: Annotated[WayForm, Form()]) -> Response:
        """How long the way between two takes, either way; empty minutes forget it."""
        async with self._desk.console.engine.connect() as db:
            ids = {str(row["id"]): row for area in self._areas(who) for row in await places.places_of(db, area)}
        one, other, minutes = ids.get(form.one), ids.get(form.other), whole(form.minutes)
        wrong = {"one": "" if one else NO_PLACE, "other": "" if other else NO_PLACE}
        wrong["minutes"] = NO_MINUTES if form.minutes.strip() and minutes is None else ""
        wrong = {name: text for name, text in wrong.items() if text}
        if one and other and not wrong:
            try:
                async with self._desk.change() as db:
                    await places.set_way(db, one["id"], other["id"], minutes)
                    await self._note(db, who, one["area"], "way changed")
            except BadDiary as error:
                wrong = {"other" if error.field == "to" else error.field: bad_words(error)}
        if wrong:
            return await self._draw_list(request, who, form, wrong)
        return guard.go(HOME, done="way")

    async def photo(self, who: Setter, place_id: uuid.UUID) -> Response:
        """The picture, as we drew it."""
        async with self._desk.console.engine.connect() as db:
            await self._own(db, who, place_id)
            content = await places.photo_of(db, place_id)
        if content is None:
            raise MayNot
        kind = "image/png" if content.startswith(PNG) else "image/jpeg"
        headers = {"X-Content-Type-Options": "nosniff", "Content-Security-Policy": "default-src 'none'; sandbox"}
        return Response(content, media_type=kind, headers=headers | {"Cache-Control": "no-store"})

    async def set_photo(self, request: Request, who: Setter, place_id: uuid.UUID) -> Response:
        """A picture that somebody chose, drawn anew without anything else that its file tells; or what is wrong with it."""
        async with self._desk.console.engine.connect() as db:
            row = await self._own(db, who, place_id)
        upload = (await request.form()).get("photo")
        content = await upload.read() if isinstance(upload, UploadFile) else b""
        drawn = await redrawn(content) if content else None
        if drawn is None:
            return await self._draw(request, who, form_of(row), row, {"photo": NO_PHOTO})
        return await self._keep_photo(who, row, drawn)

    async def remove_photo(self, who: Setter, place_id: uuid.UUID) -> Response:
        """Takes the picture away."""
        async with self._desk.console.engine.connect() as db:
            row = await self._own(db, who, place_id)
        return await self._keep_photo(who, row, None)

    async def _keep_photo(self, who: SignedIn, row: Mapping[str, Any], drawn: bytes | None) -> Response:
        async with self._desk.change() as db:
            await places.set_photo(db, row["id"], drawn)
            await self._note(db, who, row["area"], "photo changed")
        return guard.go(f"{HOME}/{row['id']}", done="photo")

    def _areas(self, who: SignedIn) -> list[str]:
        return areas_for(self._desk, who.member, Act.SET_DIARIES)

    async def _form(self, request: Request) -> PlaceForm:
        return read_form(dict(await request.form()), self._languages())

    def _languages(self) -> list[str]:
        """Languages of young people beside English, in which a place is written down."""
        return [code for code in self._desk.console.languages if code != "en"]

    async def _own(self, db: AsyncConnection, who: SignedIn, place_id: uuid.UUID) -> Mapping[str, Any]:
        """A place of the reader's areas. Raises MayNot, also for one that is not there."""
        row = await places.place(db, place_id)
        if row is None or not may_do(who.member, Act.SET_DIARIES, row["area"]):
            raise MayNot
        return row

    async def _note(self, db: AsyncConnection, who: SignedIn, area: str, what: str) -> None:
        await audit.note(db, who.member.id, Act.SET_DIARIES, self._desk.now(), area=area, why=what)

    async def _stranded(self, db: AsyncConnection, row: Mapping[str, Any] | None) -> Sequence[Mapping[str, Any]]:
        """What is booked at a place after it closes."""
        if row is None or row["closed_from"] is None:
            return []
        zone = self._desk.hours[row["area"]].zone if row["area"] in self._desk.hours else UTC
        closing = datetime.combine(row["closed_from"], time(), zone)
        return await places.outline(db, await places.booked_at(db, row["id"], max(closing, self._desk.now())))

    async def _draw_list(
        self, request: Request, who: SignedIn, form: WayForm, errors: Mapping[str, str], *, done: str = ""
    ) -> Response:
        found = []
        async with self._desk.console.engine.connect() as db:
            for area in self._areas(who):
                rows, ways = await places.places_of(db, area), await places.ways_of(db, area)
                found.append({"slug": area, "places": rows, "ways": ways, "names": {x["id"]: x["name"] for x in rows}})
        context = {"areas": found, "kinds": PLACE_KINDS, "wish": form, "errors": errors, "done": done}
        shown = context | {"usual": self._desk.conversations.area.diaries.default_travel_minutes}
        return self._desk.console.pages.draw(
            request, "console/places.html", who, status=422 if errors else 200, **shown
        )

    async def _draw(
        self,
        request: Request,
        who: SignedIn,
        form: PlaceForm,
        row: Mapping[str, Any] | None,
        errors: Mapping[str, str] | None = None,
        *,
        done: str = "",
    ) -> Response:
        async with self._desk.console.engine.connect() as db:
            stranded = await self._stranded(db, row)
        context = {
            "wish": form,
            "row": row,
            "areas": self._areas(who),
            "kinds": PLACE_KINDS,
            "said": SAID,
            "said_in": self._languages(),
            "stranded": stranded,
            "done": done,
            "errors": errors or {},
        }
        status = 422 if errors else 200
        return self._desk.console.pages.draw(request, "console/place.html", who, status=status, **context)
