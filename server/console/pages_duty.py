"""On duty or not: the switch in the bar. Who goes while holding chats says what becomes of them."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import APIRouter, Depends, Form, Request, Response
from pydantic import BaseModel

from dialogs.wording import N_
from server.console.acts import Did
from server.console.desk import Desk
from server.escalations import holding
from server.escalations.due_work import debrief_after_all
from server.staff import audit, guard, reach
from server.staff.access import Act
from server.staff.guard import needs
from server.staff.sessions import SignedIn

Taker = Annotated[SignedIn, Depends(needs(Act.TAKE))]
GIVE, KEEP = "give", "keep"
NO_CHOICE: Final = N_("Choose what becomes of your chats.")


class DutyForm(BaseModel):
    """What is wished: `on` is "yes" or "no"; `chats` "give" or "keep" when chats are held; `next` where to go on."""

    on: str = ""
    chats: str = ""
    next: str = ""
    asked: str = ""


class DutyPages:
    """The handler."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def add(self, routes: APIRouter) -> None:
        """`/console/duty`."""
        routes.post("/duty")(self.switch)

    async def switch(self, request: Request, who: Taker, form: Annotated[DutyForm, Form()]) -> Response:
        """On duty or off; off with chats held asks first. Repeating is harmless."""
        is_on, now = form.on == "yes", self._desk.now()
        async with self._desk.change() as db:
            held = 0 if is_on else await holding.held_by(db, who.member.id)
            if held and form.chats not in {GIVE, KEEP}:
                return self._ask(request, who, form, held)
            if form.chats == GIVE and not is_on:
                await debrief_after_all(db, who.member.id, now)
                await holding.give_back_all(db, who.member.id, now)
            await reach.set_duty(db, who.member.id, now, is_on=is_on)
            await audit.note(db, who.member.id, Did.ON_DUTY if is_on else Did.OFF_DUTY, now)
        return guard.go(guard.own_path(form.next))

    def _ask(self, request: Request, who: SignedIn, form: DutyForm, held: int) -> Response:
        errors = {"chats": NO_CHOICE} if form.asked else {}
        status = 422 if errors else 200
        next_ = guard.own_path(form.next)
        return self._desk.console.pages.draw(
            request, "console/duty.html", who, status=status, errors=errors, held=held, next=next_
        )
