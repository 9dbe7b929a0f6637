"""Which partners' systems know a person, by which reference and on what basis: said and ended by a lead."""

from __future__ import annotations

import re
import uuid
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Form, Request, Response
from sqlalchemy.ext.asyncio import AsyncConnection

from dialogs.messages import clean_text
from dialogs.wording import N_
from server.appointments import partners
from server.console.desk import Desk
from server.console.looking import require_reason
from server.console.reading import case_for, names_of
from server.conversations.leaving import lock_talk
from server.staff import audit
from server.staff.access import Act, may_do
from server.staff.errors import MayNot
from server.staff.guard import go, needs
from server.staff.sessions import SignedIn

Linker = Annotated[SignedIn, Depends(needs(Act.LINK_WORKER))]
REFERENCE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9./_:-]{0,63}")
"""As the API takes it."""

NOBODY: Final = N_("Choose a partner of the list.")
NO_REFERENCE: Final = N_("Write the partner's reference as it is: letters, digits and . / _ : - only.")
NO_BASIS: Final = N_("Write on what basis.")
TAKEN: Final = N_("The partner uses this reference for somebody already.")
DONE: Final = {
    "linked": N_("The partner can put its appointments here from now on."),
    "ended": N_("The partner knows them no more."),
}


class PartnerPages:
    """The handlers."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def add(self, routes: APIRouter) -> None:
        """`/console/cases/.../partners`."""
        routes.get("/cases/{case_id}/partners")(self.page)
        routes.post("/cases/{case_id}/partners")(self.link)
        routes.post("/cases/{case_id}/partners/{known_id}/end")(self.end)

    async def page(self, request: Request, who: Linker, case_id: uuid.UUID, done: str = "") -> Response:
        """Which partners know this person. Raises MayNot, ReasonNeeded."""
        return await self._draw(request, who, case_id, done=DONE.get(done, ""))

    async def link(
        self,
        request: Request,
        who: Linker,
        case_id: uuid.UUID,
        to: Annotated[str, Form(max_length=60)] = "",
        reference: Annotated[str, Form(max_length=200)] = "",
        basis: Annotated[str, Form(max_length=4000)] = "",
    ) -> Response:
        """The partner knows them by this reference from now on. Raises MayNot, ReasonNeeded."""
        words, mark = clean_text(basis), reference.strip()
        async with self._desk.change() as db:
            case = await self._locked(db, who, case_id)
            choices = {str(row["id"]): row["id"] for row in await _choices(db, case.area)}
            wrong = {} if to in choices else {"to": NOBODY}
            wrong |= {} if REFERENCE.fullmatch(mark) else {"reference": NO_REFERENCE}
            wrong |= {} if words else {"basis": NO_BASIS}
            if not wrong:
                told = choices[to], case.person_id, mark, words, who.member.id, self._desk.now()
                wrong = {} if await partners.link(db, *told) else {"reference": TAKEN}
            if not wrong:
                await self._note(db, who, case, "partner_linked")
        if wrong:
            given = {"to": to, "reference": reference, "basis": basis}
            return await self._draw(request, who, case_id, errors=wrong, given=given)
        return go(f"/console/cases/{case_id}/partners", done="linked")

    async def end(self, who: Linker, case_id: uuid.UUID, known_id: uuid.UUID) -> Response:
        """The partner knows them no more. Raises MayNot, ReasonNeeded."""
        async with self._desk.change() as db:
            case = await self._locked(db, who, case_id)
            if await partners.unlink(db, known_id, case.person_id):
                await self._note(db, who, case, "partner_ended")
        return go(f"/console/cases/{case_id}/partners", done="ended")

    async def _locked(self, db: AsyncConnection, who: SignedIn, case_id: uuid.UUID) -> Any:
        """The case with its conversation locked, so that nobody is linked while two persons become one."""
        await _seen(db, who, case_id)
        await lock_talk(db, case_id)
        case = await _seen(db, who, case_id)
        await require_reason(db, who.member, case, self._desk.now())
        return case

    async def _note(self, db: AsyncConnection, who: SignedIn, case: Any, why: str) -> None:
        about = {"area": case.area, "person": case.person_id, "case": case.id}
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
            links = await partners.links_of(db, case.person_id)
            choices = {str(row["id"]): row["name"] for row in await _choices(db, case.area)}
            names = await names_of(db, {row["linked_by"] for row in links})
            await self._note(db, who, case, "partners_read")
        return self._desk.console.pages.draw(
            request,
            "console/partners.html",
            who,
            status=422 if errors else 200,
            case=case,
            links=links,
            choices=choices,
            names=names,
            errors=errors or {},
            given=given or {"to": "", "reference": "", "basis": ""},
            done=done,
        )


async def _choices(db: AsyncConnection, area: str) -> list[Any]:
    """Partners of the area whose token is good."""
    return [row for row in await partners.listed(db, area) if row["revoked_at"] is None]


async def _seen(db: AsyncConnection, who: SignedIn, case_id: uuid.UUID) -> Any:
    """A case of somebody whom we still know, where `who` may say this. Raises MayNot."""
    case = await case_for(db, who.member, case_id)
    if case.person_id is None or not may_do(who.member, Act.LINK_WORKER, case.area):
        raise MayNot
    return case
