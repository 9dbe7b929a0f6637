"""What to heed when writing to a person: whose phone it is, who may see it, safe times, what no message may say (domain.md 4.3)."""

from __future__ import annotations

import uuid
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Form, Request, Response

from dialogs.messages import clean_text
from dialogs.wording import N_
from server.console.acts import Did, note_act
from server.console.desk import Desk
from server.console.reading import case_for
from server.conversations.leaving import lock_talk
from server.escalations import holding
from server.escalations.service import tell
from server.people.service import set_contact_rules
from server.staff.access import Act
from server.staff.guard import go, needs
from server.staff.sessions import SignedIn

Taker = Annotated[SignedIn, Depends(needs(Act.TAKE))]
LONGEST: Final = 500
TOO_LONG: Final = N_("Use 500 characters or fewer. Nothing was changed.")


class ContactPages:
    """The handler."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def add(self, routes: APIRouter) -> None:
        """The form below the brief."""
        routes.post("/cases/{case_id}/contact")(self.change)

    async def change(
        self, request: Request, who: Taker, case_id: uuid.UUID, text: Annotated[str, Form(max_length=4000)] = ""
    ) -> Response:
        """Keep it for everybody who writes to them next. Raises MayNot, NotYours; what is too long is shown again, unsaved."""
        words = clean_text(text)
        if len(words) > LONGEST:
            shown = {"case_id": case_id, "typed": words, "errors": {"text": TOO_LONG}}
            return self._desk.console.pages.draw(request, "console/contact.html", who, status=422, **shown)
        async with self._desk.change() as db:
            await case_for(db, who.member, case_id)
            await lock_talk(db, case_id)
            case = await holding.still_mine(db, who.member, case_id)
            await set_contact_rules(db, case.person_id, words)
            await note_act(db, who.member, Did.CONTACT_CHANGED, self._desk.now(), case_id)
            await tell(db, case.id, case.area)
        return go(f"/console/cases/{case_id}")
