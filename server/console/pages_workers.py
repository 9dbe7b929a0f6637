"""Which youth justice worker works with a person: said and ended by a lead, each time with a reason (J26)."""

from __future__ import annotations

import uuid
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Form, Request, Response
from sqlalchemy.ext.asyncio import AsyncConnection

from dialogs.messages import clean_text
from dialogs.wording import N_
from server.console.desk import Desk
from server.console.looking import require_reason
from server.console.reading import case_for, names_of
from server.conversations.leaving import lock_talk
from server.escalations import workers
from server.staff import audit
from server.staff.access import Act, may_do
from server.staff.errors import MayNot
from server.staff.guard import go, needs
from server.staff.sessions import SignedIn

Linker = Annotated[SignedIn, Depends(needs(Act.LINK_WORKER))]
Words = Annotated[str, Form(max_length=4000)]

NOBODY: Final = N_("Choose somebody of the list.")
NO_REASON: Final = N_("Write why.")
DONE: Final = {
    "linked": N_("They work together from now on."),
    "before": N_("They work together already."),
    "ended": N_("They no longer work together. The worker sees nothing of them any more."),
}


class WorkerPages:
    """The handlers."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def add(self, routes: APIRouter) -> None:
        """`/console/cases/.../workers`."""
        routes.get("/cases/{case_id}/workers")(self.page)
        routes.post("/cases/{case_id}/workers")(self.link)
        routes.post("/cases/{case_id}/workers/{link_id}/end")(self.end)

    async def page(self, request: Request, who: Linker, case_id: uuid.UUID, done: str = "") -> Response:
        """Who works with this person, and who did. Raises MayNot, ReasonNeeded."""
        return await self._draw(request, who, case_id, done=DONE.get(done, ""))

    async def link(
        self,
        request: Request,
        who: Linker,
        case_id: uuid.UUID,
        to: Annotated[str, Form(max_length=60)] = "",
        why: Words = "",
    ) -> Response:
        """They work together from now on. Raises MayNot, ReasonNeeded."""
        words, now = clean_text(why), self._desk.now()
        async with self._desk.change() as db:
            case = await self._locked(db, who, case_id)
            choices = {str(key): key for key in await workers.choices(db, who.member, case)}
            wrong = {} if to in choices else {"to": NOBODY}
            wrong |= {} if words else {"why": NO_REASON}
            if not wrong and (is_new := await workers.link(db, who.member, case, choices[to], words, now)):
                await self._note(db, who, case, "worker_linked", choices[to])
        if wrong:
            return await self._draw(request, who, case_id, errors=wrong, given={"to": to, "why": why})
        return go(f"/console/cases/{case_id}/workers", done="linked" if is_new else "before")

    async def end(
        self, request: Request, who: Linker, case_id: uuid.UUID, link_id: uuid.UUID, why: Words = ""
    ) -> Response:
        """They no longer work together. Raises MayNot, ReasonNeeded."""
        words = clean_text(why)
        async with self._desk.change() as db:
            case = await self._locked(db, who, case_id)
            if words:
                ended = await workers.end(db, who.member, case, link_id, words, self._desk.now())
                if ended is not None:
                    await self._note(db, who, case, "worker_ended", ended)
        if not words:
            return await self._draw(request, who, case_id, errors={f"why-{link_id}": NO_REASON})
        return go(f"/console/cases/{case_id}/workers", done="ended")

    async def _locked(self, db: AsyncConnection, who: SignedIn, case_id: uuid.UUID) -> Any:
        """The case with its conversation locked, so that nobody is linked twice, nor while two persons become one."""
        await _seen(db, who, case_id)
        await lock_talk(db, case_id)
        case = await _seen(db, who, case_id)
        await require_reason(db, who.member, case, self._desk.now())
        return case

    async def _note(self, db: AsyncConnection, who: SignedIn, case: Any, why: str, worker: uuid.UUID) -> None:
        about = {"area": case.area, "person": case.person_id, "case": case.id, "about_staff": worker}
        await audit.note(db, who.member.id, Act.LINK_WORKER, self._desk.now(), why=why, **about)

    async def _draw(
        self,
        request: Request,
        who: SignedIn,
        case_id: uuid.UUID,
        *,
        errors: dict[str, str] | None = None,
        given: dict[str, str] | None = None,
        done: str = "",
    ) -> Response:
        async with self._desk.change() as db:
            case = await _seen(db, who, case_id)
            await require_reason(db, who.member, case, self._desk.now())
            links = await workers.links_of(db, case)
            choices = await workers.choices(db, who.member, case)
            names = await names_of(db, {x for row in links for x in (row.made_by, row.ended_by)})
        return self._desk.console.pages.draw(
            request,
            "console/workers.html",
            who,
            status=422 if errors else 200,
            case=case,
            links=links,
            choices=choices,
            names=names,
            errors=errors or {},
            given=given or {"to": "", "why": ""},
            done=done,
        )


async def _seen(db: AsyncConnection, who: SignedIn, case_id: uuid.UUID) -> Any:
    """A case of somebody whom we still know, where `who` may say this. Raises MayNot."""
    case = await case_for(db, who.member, case_id)
    if case.person_id is None or not may_do(who.member, Act.LINK_WORKER, case.area):
        raise MayNot
    return case
