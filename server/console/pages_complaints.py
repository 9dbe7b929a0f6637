"""Complaints: what is open, whom it is about, who looks into it and by when. Never shown to whoever it is about (Q34)."""

from __future__ import annotations

import uuid
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Request, Response

from server.console.desk import Desk
from server.console.reading import names_of
from server.escalations import complaints
from server.staff import audit
from server.staff.access import Act
from server.staff.errors import MayNot
from server.staff.guard import go, needs
from server.staff.sessions import SignedIn

Handler = Annotated[SignedIn, Depends(needs(Act.HANDLE_COMPLAINTS))]
HOME: Final = "/console/complaints"


class ComplaintPages:
    """The handlers."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def add(self, routes: APIRouter) -> None:
        """`/console/complaints`."""
        routes.get("/complaints")(self.page)
        routes.post("/complaints/{complaint_id}/answered")(self.answered)
        routes.post("/complaints/{complaint_id}/close")(self.close)

    async def page(self, request: Request, who: Handler, done: str = "") -> Response:
        """What is open in the reader's areas, the earliest due first."""
        async with self._desk.console.engine.connect() as db:
            rows = await complaints.open_complaints(db, who.member)
            names = await names_of(db, {x for row in rows for x in (row.about_id, row.handler_id)})
        return self._desk.console.pages.draw(
            request, "console/complaints.html", who, rows=rows, names=names, now=self._desk.now(), done=done
        )

    async def answered(self, who: Handler, complaint_id: uuid.UUID) -> Response:
        """The first answer was given. Raises MayNot for one that is not theirs to see."""
        return await self._note(who, complaint_id, is_end=False)

    async def close(self, who: Handler, complaint_id: uuid.UUID) -> Response:
        """It was looked into and answered. Raises MayNot for one that is not theirs to see."""
        return await self._note(who, complaint_id, is_end=True)

    async def _note(self, who: SignedIn, complaint_id: uuid.UUID, *, is_end: bool) -> Response:
        now = self._desk.now()
        async with self._desk.change() as db:
            rows = await complaints.open_complaints(db, who.member)
            row = next((row for row in rows if row.id == complaint_id), None)
            if row is None:
                raise MayNot
            await complaints.note_answer(db, complaint_id, now, is_end=is_end)
            why = "complaint_closed" if is_end else "complaint_answered"
            about = {"area": row.area, "person": row.person_id, "case": row.case_id}
            await audit.note(db, who.member.id, Act.HANDLE_COMPLAINTS, now, why=why, **about)
        return go(HOME, done="closed" if is_end else "answered")
