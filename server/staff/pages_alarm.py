"""Where somebody's alarms go: their own telephone number, and the Telegram chat that an administrator connects."""

from __future__ import annotations

import uuid
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Form, Request, Response

from dialogs.wording import N_
from server.staff import accounts, audit, guard, reach
from server.staff.access import Act
from server.staff.guard import Fresh, Whole, needs
from server.staff.pages_draw import Console
from server.staff.reach import Reach
from server.staff.sessions import SignedIn

Administrator = Annotated[SignedIn, Depends(needs(Act.MANAGE_STAFF))]
HOME: Final = f"{guard.ROOT}/account/alarm"
NO_PHONE: Final = N_("Write a telephone number that rings you, like 07700 900123. Not one that costs extra.")
NO_CHAT: Final = N_("Write the number of their own chat with the bot: digits only. A group cannot be used.")
LONGEST: Final = 40
DONE: Final = {"saved": N_("Your number is saved."), "gone": N_("Your number is deleted.")}


class AlarmPages:
    """The handlers."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def add(self, routes: APIRouter) -> None:
        """`/console/account/alarm`, and the Telegram chat of an account."""
        routes.get("/account/alarm")(self.page)
        routes.post("/account/alarm")(self.save)
        routes.post("/team/{staff_id}/telegram")(self.connect)

    async def page(self, request: Request, who: Whole, done: str = "") -> Response:
        """One's own number."""
        async with self._console.engine.connect() as db:
            known = await reach.reach_of(db, who.member.id)
        return self._draw(request, who, known, known.phone, done=DONE.get(done, ""))

    async def save(self, request: Request, who: Fresh, phone: Annotated[str, Form()] = "") -> Response:
        """Another number, or none. A fresh code: whoever changes it keeps an alarm from somebody."""
        typed = phone.strip()
        number = reach.read_phone(typed) if typed and len(typed) <= LONGEST else None
        async with self._console.engine.begin() as db:
            known = await reach.reach_of(db, who.member.id)
            if typed and number is None:
                return self._draw(request, who, known, phone, errors={"phone": NO_PHONE})
            await reach.set_phone(db, who.member.id, number or "")
            await audit.note(db, who.member.id, "alarm_number_changed", self._console.clock())
        return guard.go(HOME, done="saved" if number else "gone")

    async def connect(self, who: Administrator, staff_id: uuid.UUID, chat: Annotated[str, Form()] = "") -> Response:
        """Where somebody's alarms go in Telegram; nowhere when empty. What is no private chat changes nothing."""
        typed = chat.strip()
        found = reach.read_telegram(typed) if typed else ""
        back = f"{guard.ROOT}/team/{staff_id}"
        if found is None:
            return guard.go(back, telegram="wrong")
        async with self._console.engine.begin() as db:
            await accounts.connect_telegram(db, who.member, staff_id, found, self._console.clock())
        return guard.go(back, telegram="yes" if found else "no")

    def _draw(
        self,
        request: Request,
        who: SignedIn,
        known: Reach,
        typed: str,
        *,
        errors: dict[str, str] | None = None,
        done: str = "",
    ) -> Response:
        return self._console.pages.draw(
            request,
            "staff/alarm.html",
            who,
            status=422 if errors else 200,
            errors=errors or {},
            phone=typed,
            has_telegram=bool(known.telegram),
            done=done,
        )
