"""The sheet for a wing or a hostel: to look at, to print, as a PDF, and that it was given."""

from __future__ import annotations

import asyncio
import uuid
from typing import Annotated, Final

from fastapi import APIRouter, Form, Request, Response
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from dialogs.messages import direction
from dialogs.wording import Voice
from server.appointments import reading, release_steps
from server.appointments.release_errors import ChangedMeanwhile
from server.appointments.sheet import Sheet, foot, make_sheet
from server.console.acts import Did
from server.console.desk import Desk
from server.console.pages_release_plan import Seer, change_plan
from server.console.reading import conversations
from server.console.release_desk import Opened, note, opened, settings_of
from server.console.sheet_pdf import as_pdf
from server.staff.access import Fact
from server.staff.sessions import SignedIn

LINES: Final = ("childline", "999")
"""Whom anybody may ring, by their ids in the library."""


class ReleaseSheetPages:
    """The handlers."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def add(self, routes: APIRouter) -> None:
        """`/console/release/.../sheet`."""
        routes.get("/release/{spell_id}/sheet")(self.page)
        routes.get("/release/{spell_id}/sheet.pdf")(self.pdf)
        routes.post("/release/{spell_id}/sheet")(self.given)

    async def page(self, request: Request, who: Seer, spell_id: uuid.UUID, language: str = "") -> Response:
        """The sheet as it would be printed now. Raises MayNot."""
        found, sheet = await self._made(who, spell_id, language)
        context = {"sheet": sheet, "spell": found.spell, "case": found.case, "direction": direction(sheet.language)}
        context["offered"] = self._desk.conversations.area.languages
        return self._desk.console.pages.draw(
            request, "console/release_sheet.html", who, **context, foot=self._foot(sheet)
        )

    async def pdf(self, who: Seer, spell_id: uuid.UUID, language: str = "") -> Response:
        """The same as a PDF. Raises MayNot."""
        _, sheet = await self._made(who, spell_id, language)
        body = await asyncio.to_thread(as_pdf, sheet, self._foot(sheet), self._desk.now())
        headers = {"Content-Disposition": 'attachment; filename="plan.pdf"', "Cache-Control": "no-store"}
        return Response(body, media_type="application/pdf", headers=headers)

    async def given(
        self, who: Seer, spell_id: uuid.UUID, version: Annotated[str, Form(max_length=20)] = ""
    ) -> Response:
        """They have it in their hands. Raises MayNot."""

        async def do(db: AsyncConnection, found: Opened) -> str:
            if version != str(found.spell["version"]):
                raise ChangedMeanwhile(found.spell["version"])
            await release_steps.sheet_given(db, spell_id, found.spell["version"], who.member.id, self._desk.now())
            return "given"

        return await change_plan(self._desk, who, spell_id, Did.SHEET_GIVEN, do)

    async def _made(self, who: SignedIn, spell_id: uuid.UUID, language: str) -> tuple[Opened, Sheet]:
        area, now = self._desk.conversations.area, self._desk.now()
        async with self._desk.change() as db:
            found = await opened(db, who.member, spell_id)
            await note(db, self._desk, who.member, Fact.CUSTODY, found)
            meetings = await reading.of_person(db, found.spell["person_id"], now)
            query = select(conversations.c.language).where(conversations.c.person_id == found.spell["person_id"])
            theirs = (await db.execute(query)).scalar() or area.language
        spoken = language if language in area.languages else theirs
        voice = Voice(self._desk.conversations.ports.wording, spoken)
        sheet = make_sheet(found.spell, meetings, self._ring(spoken), voice, settings_of(self._desk), now)
        return found, sheet

    def _ring(self, language: str) -> list[tuple[str, str]]:
        book = self._desk.conversations.ports.book
        return [(line.name, line.phone) for line in (book.line(one, language) for one in LINES)]

    def _foot(self, sheet: Sheet) -> str:
        voice = Voice(self._desk.conversations.ports.wording, sheet.language)
        today = self._desk.now().astimezone(self._desk.conversations.area.zone).date()
        return foot(sheet, voice, today)
