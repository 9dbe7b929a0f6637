"""Complaints: what is open, whom it is about, who looks into it and by when. Never shown to whoever it is about (Q34)."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Form, Request, Response
from sqlalchemy.ext.asyncio import AsyncConnection

from dialogs.messages import clean_text
from dialogs.wording import N_
from server.console.desk import Desk, note_read
from server.console.reading import names_of
from server.escalations import complaints, tasks
from server.escalations.models import TaskKind
from server.staff import audit
from server.staff.access import Act, Fact
from server.staff.errors import MayNot
from server.staff.guard import go, needs
from server.staff.sessions import SignedIn

Handler = Annotated[SignedIn, Depends(needs(Act.HANDLE_COMPLAINTS))]
Words = Annotated[str, Form(max_length=4000)]
HOME: Final = "/console/complaints"
CALL_WITHIN: Final = timedelta(days=1)
NO_OUTCOME: Final = N_("Write what came of it.")
NO_WORDS: Final = N_("Write what is to be said to them.")
NO_HANDLER: Final = N_("Choose somebody of the list.")
DONE: Final = {
    "closed": N_("The complaint is closed."),
    "answered": N_("The first answer is noted."),
    "named": N_("They look into it from now on."),
    "call": N_("A colleague is asked to call them back. It stands in the tasks."),
}


class ComplaintPages:
    """The handlers."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def add(self, routes: APIRouter) -> None:
        """`/console/complaints`."""
        routes.get("/complaints")(self.page)
        routes.get("/complaints/{complaint_id}")(self.one)
        routes.post("/complaints/{complaint_id}/handler")(self.name)
        routes.post("/complaints/{complaint_id}/call")(self.call)
        routes.post("/complaints/{complaint_id}/answered")(self.answered)
        routes.post("/complaints/{complaint_id}/close")(self.close)

    async def page(self, request: Request, who: Handler, done: str = "") -> Response:
        """What is open in the reader's areas, the earliest due first."""
        async with self._desk.console.engine.connect() as db:
            rows = await complaints.open_complaints(db, who.member)
            names = await names_of(db, {x for row in rows for x in (row.about_id, row.handler_id)})
        return self._desk.console.pages.draw(
            request,
            "console/complaints.html",
            who,
            rows=rows,
            names=names,
            now=self._desk.now(),
            done=DONE.get(done, ""),
        )

    async def one(self, request: Request, who: Handler, complaint_id: uuid.UUID, done: str = "") -> Response:
        """One with its own words, each look noted. Raises MayNot for one that is not theirs to see."""
        return await self._draw(request, who, complaint_id, done=DONE.get(done, ""))

    async def name(
        self, request: Request, who: Handler, complaint_id: uuid.UUID, to: Annotated[str, Form(max_length=60)] = ""
    ) -> Response:
        """Somebody looks into it from now on. Raises MayNot."""
        async with self._desk.change() as db:
            row = await _seen(db, who, complaint_id)
            is_named = _is_id(to) and await complaints.name_handler(db, row, uuid.UUID(to))
            if is_named:
                await self._note(db, who, row, "complaint_named", about_staff=uuid.UUID(to))
        if not is_named:
            return await self._draw(request, who, complaint_id, errors={"to": NO_HANDLER})
        return go(f"{HOME}/{complaint_id}", done="named")

    async def call(self, request: Request, who: Handler, complaint_id: uuid.UUID, text: Words = "") -> Response:
        """For a handler who may not chat: a colleague tells the person, as a task that the one complained about never sees."""
        words, now = clean_text(text), self._desk.now()
        if not words:
            return await self._draw(request, who, complaint_id, errors={"text": NO_WORDS})
        async with self._desk.change() as db:
            row = await _seen(db, who, complaint_id)
            if row.person_id is None or row.case_id is None or row.closed_at is not None:
                raise MayNot
            about = {"case_id": row.case_id, "person_id": row.person_id}
            await tasks.add(db, tasks.Wish(TaskKind.CALL_BACK, row.area, now + CALL_WITHIN, words, **about), now)
            await self._note(db, who, row, "complaint_call")
        return go(f"{HOME}/{complaint_id}", done="call")

    async def answered(self, who: Handler, complaint_id: uuid.UUID) -> Response:
        """The first answer was given. Raises MayNot for one that is not theirs to see."""
        async with self._desk.change() as db:
            row = await _seen(db, who, complaint_id)
            await complaints.note_answer(db, complaint_id, self._desk.now())
            await self._note(db, who, row, "complaint_answered")
        return go(HOME, done="answered")

    async def close(self, request: Request, who: Handler, complaint_id: uuid.UUID, outcome: Words = "") -> Response:
        """It was looked into and answered: what came of it is asked for. Raises MayNot for one that is not theirs to see."""
        words = clean_text(outcome)
        if not words:
            return await self._draw(request, who, complaint_id, errors={"outcome": NO_OUTCOME})
        async with self._desk.change() as db:
            row = await _seen(db, who, complaint_id)
            await complaints.note_answer(db, complaint_id, self._desk.now(), outcome=words)
            await self._note(db, who, row, "complaint_closed")
        return go(HOME, done="closed")

    async def _note(self, db: AsyncConnection, who: SignedIn, row: Any, why: str, **more: Any) -> None:
        about = {"area": row.area, "case": row.case_id, "person": row.person_id, "why": why, **more}
        await audit.note(db, who.member.id, Act.HANDLE_COMPLAINTS, self._desk.now(), **about)

    async def _draw(
        self,
        request: Request,
        who: SignedIn,
        complaint_id: uuid.UUID,
        *,
        errors: dict[str, str] | None = None,
        done: str = "",
    ) -> Response:
        now = self._desk.now()
        async with self._desk.change() as db:
            row = await _seen(db, who, complaint_id)
            about = {"area": row.area, "person": row.person_id, "case": row.case_id}
            await note_read(db, who.member, [Fact.COMPLAINT], now, barred=row.barred or (), **about)
            names = await names_of(db, {row.about_id, row.handler_id})
            handlers = await complaints.handlers(db, row)
        return self._desk.console.pages.draw(
            request,
            "console/complaint.html",
            who,
            status=422 if errors else 200,
            row=row,
            names=names,
            handlers=handlers,
            now=now,
            errors=errors or {},
            done=done,
        )


async def _seen(db: AsyncConnection, who: SignedIn, complaint_id: uuid.UUID) -> Any:
    """The complaint, when it is theirs to see. Raises MayNot."""
    row = await complaints.find(db, who.member, complaint_id)
    if row is None:
        raise MayNot
    return row


def _is_id(text: str) -> bool:
    try:
        uuid.UUID(text)
    except ValueError:
        return False
    return True
