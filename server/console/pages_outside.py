"""Appointments that others own: written down from a chat, changed, the office's status set, called off."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Form, Request, Response
from sqlalchemy.ext.asyncio import AsyncConnection

from dialogs.wording import N_
from server.appointments import booking, others
from server.appointments.history import Doer
from server.appointments.kinds import By, OfficeStatus
from server.appointments.others import Clash, Outside
from server.console.acts import Did
from server.console.desk import Desk
from server.console.looking import require_reason
from server.console.outside_desk import Outcome, Whose, choices_in, found, keep, whose
from server.console.outside_form import CHOSEN, NO_OFFICE, OutsideForm, form_of
from server.console.reading import case_for
from server.console.words_settings import OFFICES, OWNERS, RELEASES, WARNINGS
from server.conversations.appointing import lock_person
from server.staff import audit, guard
from server.staff.access import Act, Fact
from server.staff.errors import MayNot
from server.staff.guard import needs
from server.staff.sessions import SignedIn

Booker = Annotated[SignedIn, Depends(needs(Act.BOOK))]
CLASH: Final = N_("They have something at that time already. Choose another time.")
DONE: Final = {
    "added": N_("The appointment is written down."),
    "changed": N_("The appointment is changed."),
    "office": N_("It is written down how far they have come with it."),
}


class OutsidePages:
    """The handlers."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def add(self, routes: APIRouter) -> None:
        """From a chat, and below `/console/outside`."""
        routes.get("/cases/{case_id}/outside")(self.new_page)
        routes.post("/cases/{case_id}/outside")(self.put)
        routes.get("/outside/{appointment_id}")(self.page)
        routes.post("/outside/{appointment_id}")(self.change)
        routes.post("/outside/{appointment_id}/office")(self.set_office)
        routes.post("/outside/{appointment_id}/off")(self.call_off)

    async def new_page(self, request: Request, who: Booker, case_id: uuid.UUID) -> Response:
        """One to come, for the person of a chat. Raises MayNot, ReasonNeeded."""
        whom = await self._of_case(who, case_id)
        return await self._draw(request, who, whom, OutsideForm(), Outcome(), case_id=case_id)

    async def put(
        self, request: Request, who: Booker, case_id: uuid.UUID, form: Annotated[OutsideForm, Form()]
    ) -> Response:
        """Writes it down; or the form again with what is wrong, in the way, or asks for one more press."""
        whom, doer = await self._of_case(who, case_id), _doer(who)

        async def write(db: AsyncConnection, wish: Outside) -> Mapping[str, Any] | Clash:
            return await others.add(db, whom.person_id, whom.area, wish, doer, self._desk.now())

        done = await keep(self._desk, who, whom, form, write, Did.OUTSIDE_ADDED)
        if done.row is None:
            return await self._draw(request, who, whom, form, done, case_id=case_id)
        return guard.go(f"{guard.ROOT}/outside/{done.row['id']}", done="added")

    async def page(self, request: Request, who: Booker, appointment_id: uuid.UUID, done: str = "") -> Response:
        """One of them, to change."""
        async with self._desk.change() as db:
            row, whom = await found(db, who, appointment_id, self._desk.now())
        form = form_of(row, self._desk.conversations.area.zone)
        return await self._draw(request, who, whom, form, Outcome(), row=row, done=DONE.get(done, ""))

    async def change(
        self, request: Request, who: Booker, appointment_id: uuid.UUID, form: Annotated[OutsideForm, Form()]
    ) -> Response:
        """All of it anew, also its time."""
        async with self._desk.change() as db:
            row, whom = await found(db, who, appointment_id, self._desk.now())
        if not whom.sees_release:  # what they were not shown stays as it is
            old = form_of(row, self._desk.conversations.area.zone)
            hidden = {"release_side": old.release_side, "establishment_ok": old.establishment_ok}
            form = form.model_copy(update=hidden)

        async def write(db: AsyncConnection, wish: Outside) -> Mapping[str, Any] | Clash | None:
            return await others.change(db, appointment_id, wish, _doer(who), self._desk.now())

        done = await keep(self._desk, who, whom, form, write, Did.OUTSIDE_CHANGED, row)
        if done.row is None:
            return await self._draw(request, who, whom, form, done, row=row)
        return guard.go(f"{guard.ROOT}/outside/{appointment_id}", done="changed")

    async def set_office(
        self, request: Request, who: Booker, appointment_id: uuid.UUID, office: Annotated[str, Form(max_length=40)] = ""
    ) -> Response:
        """How far the office has come with it."""
        now = self._desk.now()
        async with self._desk.change() as db:
            row, whom = await found(db, who, appointment_id, now)
            is_known = office in set(CHOSEN)
            if is_known:
                await lock_person(db, whom.person_id)
                if not await others.set_office(db, appointment_id, OfficeStatus(office), _doer(who), now):
                    raise MayNot
                await self._note(db, who, whom, Did.OUTSIDE_OFFICE)
        if not is_known:
            form = form_of(row, self._desk.conversations.area.zone)
            return await self._draw(request, who, whom, form, Outcome(errors={"office": NO_OFFICE}), row=row)
        return guard.go(f"{guard.ROOT}/outside/{appointment_id}", done="office")

    async def call_off(self, who: Booker, appointment_id: uuid.UUID) -> Response:
        """It is not on any more; its time is free at once. Raises MayNot for one that was called off before."""
        now = self._desk.now()
        async with self._desk.change() as db:
            _, whom = await found(db, who, appointment_id, now)
            await lock_person(db, whom.person_id)
            if await others.one(db, appointment_id) is None:
                raise MayNot
            await booking.cancel(db, appointment_id, _doer(who), now)
            await self._note(db, who, whom, Did.OUTSIDE_OFF)
        return guard.go(f"{guard.ROOT}/cases/{whom.case_id}" if whom.case_id else f"{guard.ROOT}/queue")

    async def _of_case(self, who: SignedIn, case_id: uuid.UUID) -> Whose:
        """The person of a chat. Raises MayNot, ReasonNeeded."""
        now = self._desk.now()
        async with self._desk.change() as db:
            case = await case_for(db, who.member, case_id, Fact.NEXT_MEETING)
            await require_reason(db, who.member, case, now)
            whom = await whose(db, who, case.person_id, case.area, now)
        return Whose(whom.person_id, whom.area, case_id, whom.barred, whom.sees_release)

    async def _note(self, db: AsyncConnection, who: SignedIn, whom: Whose, did: Did) -> None:
        about: dict[str, Any] = {"area": whom.area, "person": whom.person_id, "case": whom.case_id}
        await audit.note(db, who.member.id, did, self._desk.now(), **about)

    async def _draw(
        self,
        request: Request,
        who: SignedIn,
        whom: Whose,
        form: OutsideForm,
        outcome: Outcome,
        *,
        case_id: uuid.UUID | None = None,
        row: Mapping[str, Any] | None = None,
        done: str = "",
    ) -> Response:
        async with self._desk.console.engine.connect() as db:
            choices, names = await choices_in(db, whom.area)
        errors = {"starts": CLASH} if outcome.is_clash else outcome.errors
        shown: dict[str, Any] = {
            "wish": form.model_copy(update={"seen": ",".join(outcome.warnings)}),
            "row": row,
            "base": f"{guard.ROOT}/outside/{row['id']}" if row else f"{guard.ROOT}/cases/{case_id}/outside",
            "case_id": whom.case_id,
            "sees_release": whom.sees_release or row is None,
            "warnings": [WARNINGS[one] for one in outcome.warnings],
            "clash": outcome.clash,
            "places": {key: one["name"] for key, one in choices.places.items()},
            "colleagues": names,
            "owners": {one.value: text for one, text in OWNERS.items()},
            "offices": {one.value: OFFICES[one] for one in CHOSEN},
            "office_now": OFFICES[row["office"]] if row and row["office"] else "",
            "sides": {one.value: text for one, text in RELEASES.items()},
            "done": done,
            "errors": errors,
        }
        status = 422 if errors or outcome.warnings else 200
        return self._desk.console.pages.draw(request, "console/outside.html", who, status=status, **shown)


def _doer(who: SignedIn) -> Doer:
    return Doer(By.ADVISER, who.member.id)
