"""A youth justice worker's page: the next meeting and who the adviser is, never the chat (J26, Q37)."""

from __future__ import annotations

import uuid
from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Form, Request, Response
from sqlalchemy.ext.asyncio import AsyncConnection

from dialogs.messages import clean_text
from dialogs.wording import N_
from server.appointments.caseloads import seen_of
from server.console.acts import Did
from server.console.colleague_notes import add_note
from server.console.colleagues import NotForThem, fit_member
from server.console.desk import Desk, note_read
from server.console.reading import names_of
from server.escalations import tasks, workers
from server.escalations.models import NoteKind, TaskKind
from server.staff import audit
from server.staff.access import Act
from server.staff.errors import MayNot
from server.staff.guard import go, needs
from server.staff.sessions import SignedIn

Worker = Annotated[SignedIn, Depends(needs(Act.SEE_OWN_PEOPLE))]
HOME: Final = "/console/my-people"
READ_WITHIN: Final = timedelta(days=1)
NO_WORDS: Final = N_("Write what the adviser should know.")
DONE: Final = {"sent": N_("The adviser will read it. The young person does not see it.")}


class MyPeoplePages:
    """The handlers."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def add(self, routes: APIRouter) -> None:
        """`/console/my-people`."""
        routes.get("/my-people")(self.page)
        routes.post("/my-people/{link_id}/write")(self.write)

    async def page(self, request: Request, who: Worker, done: str = "") -> Response:
        """Everybody whom they work with, each look noted."""
        return await self._draw(request, who, done=DONE.get(done, ""))

    async def write(
        self,
        request: Request,
        who: Worker,
        link_id: uuid.UUID,
        text: Annotated[str, Form(max_length=4000)] = "",
    ) -> Response:
        """For the adviser, as a note of the case and a task; the young person never sees it. Raises MayNot."""
        words, now = clean_text(text), self._desk.now()
        async with self._desk.change() as db:
            found = next((one for one in await self._known(db, who, now) if link_id in one.link_ids), None)
            if found is None:
                raise MayNot
            if words:
                await _hand_on(db, who, found, words, now)
        if not words:
            return await self._draw(request, who, errors={f"text-{link_id}": NO_WORDS})
        return go(HOME, done="sent")

    async def _known(self, db: AsyncConnection, who: SignedIn, now: datetime) -> list[workers.Known]:
        zones = {hours.zone for hours in self._desk.hours.values()}
        # of several areas' days the earliest is taken: a meeting of today is never left out
        today = min((now.astimezone(zone).date() for zone in zones), default=now.date())
        zone = next(iter(zones), UTC)

        async def planned(
            db: AsyncConnection, ids: set[uuid.UUID]
        ) -> dict[uuid.UUID, tuple[date | None, uuid.UUID | None]]:
            found = await seen_of(db, ids, now)
            return {one: (at.astimezone(zone).date() if at else None, staff) for one, (at, staff) in found.items()}

        return await workers.known_to(db, who.member, today, planned)

    async def _draw(
        self, request: Request, who: SignedIn, *, errors: dict[str, str] | None = None, done: str = ""
    ) -> Response:
        now = self._desk.now()
        async with self._desk.change() as db:
            found = await self._known(db, who, now)
            for one in found:
                about = {"area": one.case.area, "person": one.case.person_id, "case": one.case.id}
                await note_read(db, who.member, workers.SEEN, now, barred=one.case.barred, **about)
            names = await names_of(db, {one.adviser_id for one in found})
        return self._desk.console.pages.draw(
            request,
            "console/my_people.html",
            who,
            status=422 if errors else 200,
            people=found,
            names=names,
            errors=errors or {},
            done=done,
        )


async def _hand_on(db: AsyncConnection, who: SignedIn, found: workers.Known, words: str, now: datetime) -> None:
    """A note in the newest case, and a task for its adviser, or for anybody when there is none who may read it."""
    case = found.case
    await add_note(db, case, NoteKind.NOTE, words, now, staff_id=who.member.id)
    about = {"case_id": case.id, "person_id": case.person_id, "staff_id": found.adviser_id}
    try:
        if found.adviser_id is not None:
            await fit_member(db, found.adviser_id, case)
    except NotForThem:
        about["staff_id"] = None
    await tasks.add(db, tasks.Wish(TaskKind.WORKER_WROTE, case.area, now + READ_WITHIN, words, **about), now)
    of_them = {"area": case.area, "person": case.person_id, "case": case.id}
    await audit.note(db, who.member.id, Did.WORKER_WROTE, now, **of_them)
