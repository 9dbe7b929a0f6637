"""Why somebody looks at a chat that is not theirs: asked before it is shown, kept in the audit."""

from __future__ import annotations

import uuid
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Form, Request, Response

from dialogs.messages import clean_text
from dialogs.wording import N_
from server.console.desk import Desk
from server.console.looking import WHY_LOOK, WhyLook
from server.console.reading import case_for
from server.staff import audit
from server.staff.access import Act
from server.staff.guard import ROOT, go, needs
from server.staff.sessions import SignedIn

Seer = Annotated[SignedIn, Depends(needs(Act.SEE_QUEUE))]

NO_REASON: Final = N_("Choose why you look.")
NO_WORDS: Final = N_("Write in a few words why you look.")


class WhyPages:
    """The handlers."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def add(self, routes: APIRouter) -> None:
        """The question, and its answer."""
        routes.get("/cases/{case_id}/why")(self.page)
        routes.post("/cases/{case_id}/why")(self.give)

    async def page(self, request: Request, who: Seer, case_id: uuid.UUID) -> Response:
        """The question; nothing on it says who the young person is. Raises MayNot."""
        return await self._draw(request, who, case_id, {}, {"reason": "", "words": ""})

    async def give(
        self,
        request: Request,
        who: Seer,
        case_id: uuid.UUID,
        reason: Annotated[str, Form(max_length=40)] = "",
        words: Annotated[str, Form(max_length=1000)] = "",
    ) -> Response:
        """Write it down, and on to the chat. Raises MayNot."""
        chosen, why = WhyLook(reason) if reason in set(WhyLook) else None, clean_text(words)
        wrong = {"reason": NO_REASON} if chosen is None else {}
        if chosen is WhyLook.OTHER and not why:
            wrong["words"] = NO_WORDS
        if wrong or chosen is None:
            return await self._draw(request, who, case_id, wrong, {"reason": reason, "words": words})
        kept = f"{WHY_LOOK[chosen]}: {why}" if why else WHY_LOOK[chosen]
        async with self._desk.change() as db:
            case = await case_for(db, who.member, case_id)
            about = {"area": case.area, "person": case.person_id, "case": case.id}
            await audit.note(db, who.member.id, audit.GAVE_REASON, self._desk.now(), why=kept, **about)
        return go(f"{ROOT}/cases/{case_id}")

    async def _draw(
        self, request: Request, who: SignedIn, case_id: uuid.UUID, errors: dict[str, str], given: dict[str, str]
    ) -> Response:
        async with self._desk.console.engine.connect() as db:
            case = await case_for(db, who.member, case_id)
        status = 422 if errors else 200
        return self._desk.console.pages.draw(
            request, "console/why.html", who, status=status, case=case, reasons=WHY_LOOK, errors=errors, given=given
        )
