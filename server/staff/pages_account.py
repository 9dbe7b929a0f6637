"""One's own account: sessions, password, recovery codes, language, and how pages look."""

from __future__ import annotations

import uuid
from typing import Annotated, Final

from fastapi import APIRouter, Form, Request, Response
from pydantic import BaseModel, Field

from dialogs.wording import N_
from server.staff import accounts, audit, guard, links, sessions
from server.staff.errors import MayNot, PoorPassword
from server.staff.guard import Fresh, Whole
from server.staff.pages_draw import LANGUAGES, Console
from server.staff.pages_signin import LOCKED, STATUS
from server.staff.signing_in import Outcome
from server.web.display import COOKIE as DISPLAY_COOKIE
from server.web.display import COOKIE_SECONDS, SIZES, THEMES

DONE: Final = {
    "ended": N_("That browser is signed out."),
    "others": N_("Every other browser is signed out."),
    "password": N_("Your password is changed. Every other browser is signed out."),
    "language": N_("Your language is changed."),
    "look": N_("Pages look as you chose, in this browser."),
}
WRONG_OLD: Final = N_("This is not your password now.")
POOR: Final = N_("Choose a longer password: 12 characters or more, and not one that others would guess.")
HOME: Final = f"{guard.ROOT}/account"


class PasswordForm(BaseModel):
    """The password now, and the one to come."""

    old: str = Field("", max_length=1000)
    new: str = Field("", max_length=1000)


class LookForm(BaseModel):
    """How pages look."""

    size: str = ""
    theme: str = ""


class AccountPages:
    """The handlers."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def add(self, routes: APIRouter) -> None:
        """Below `/console/account`."""
        routes.get("/account")(self.page)
        routes.post("/account/sessions/{session_id}/end")(self.end)
        routes.post("/account/sessions/end-others")(self.end_others)
        routes.get("/account/password")(self.password_page)
        routes.post("/account/password")(self.change_password)
        routes.get("/account/recovery")(self.recovery_page)
        routes.post("/account/recovery")(self.renew_recovery)
        routes.post("/account/language")(self.choose_language)
        routes.post("/account/look")(self.choose_look)

    async def page(self, request: Request, who: Whole, done: str = "") -> Response:
        """Everything of one's own."""
        now = self._console.clock()
        async with self._console.engine.connect() as db:
            opened = await sessions.of_member(db, who.member.id, now, idle=guard.guard_of(request).idle)
            left = await links.recovery_codes_left(db, who.member.id)
        return self._console.pages.draw(
            request,
            "staff/account.html",
            who,
            sessions=opened,
            codes_left=left,
            sizes=SIZES,
            themes=THEMES,
            done=DONE.get(done, ""),
        )

    async def end(self, who: Whole, session_id: uuid.UUID) -> Response:
        """Signs one of one's own browsers out."""
        async with self._console.engine.begin() as db:
            if not await sessions.end(db, session_id, who.member.id, self._console.clock()):
                raise MayNot
        return guard.go(HOME, done="ended")

    async def end_others(self, who: Whole) -> Response:
        """Signs every other browser out."""
        async with self._console.engine.begin() as db:
            await sessions.end_all(db, who.member.id, self._console.clock(), but=who.session_id)
        return guard.go(HOME, done="others")

    async def password_page(self, request: Request, who: Fresh) -> Response:
        """Asks for the password now and the new one. A fresh code keeps a stranger at an open desk from guessing."""
        return self._console.pages.draw(request, "staff/password.html", who)

    async def change_password(self, request: Request, who: Fresh, form: Annotated[PasswordForm, Form()]) -> Response:
        """Another password; or the page again with what is wrong."""
        console, visitor = self._console, guard.visitor(request)
        try:
            async with console.hashing(), console.engine.begin() as db:
                outcome = await accounts.change_password(db, who, form.old, form.new, visitor, console.clock())
        except PoorPassword as error:
            return console.pages.draw(request, "staff/password.html", who, errors={"new": POOR}, status=error.status)
        if outcome is Outcome.OK:
            return guard.go(HOME, done="password")
        text = LOCKED if outcome is Outcome.LOCKED else WRONG_OLD
        return console.pages.draw(request, "staff/password.html", who, errors={"old": text}, status=STATUS[outcome])

    async def recovery_page(self, request: Request, who: Fresh) -> Response:
        """Says what new codes do to the old ones, and asks."""
        return self._console.pages.draw(request, "staff/renew_recovery.html", who)

    async def renew_recovery(self, request: Request, who: Fresh) -> Response:
        """New recovery codes, shown this once."""
        async with self._console.engine.begin() as db:
            shown = await links.renew_recovery_codes(db, who.member.id)
            await audit.note(db, who.member.id, "recovery_codes_renewed", self._console.clock())
        return self._console.pages.draw(request, "staff/recovery.html", who, codes=shown, is_new=False)

    async def choose_language(self, who: Whole, language: Annotated[str, Form()] = "") -> Response:
        """The console in another language."""
        if language in LANGUAGES:
            async with self._console.engine.begin() as db:
                await accounts.choose_language(db, who.member.id, language)
        return guard.go(HOME, done="language")

    async def choose_look(self, request: Request, who: Whole, form: Annotated[LookForm, Form()]) -> Response:  # noqa: ARG002 - only for staff
        """Text size and colours, kept in this browser beside what the chat page keeps."""
        pages = self._console.pages
        chosen = pages.display(request).changed(form.model_dump(), self._console.languages)
        response = guard.go(HOME, done="look")
        is_https = request.url.scheme == "https"
        response.set_cookie(
            DISPLAY_COOKIE, chosen.to_cookie(), max_age=COOKIE_SECONDS, httponly=True, samesite="lax", secure=is_https
        )
        return response
