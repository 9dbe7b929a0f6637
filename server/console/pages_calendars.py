"""Somebody's own calendars: the secret address of theirs here, and the calendar elsewhere whose busy times are kept free."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Final
from urllib.parse import urlsplit

from fastapi import APIRouter, Depends, Form, Request, Response

from dialogs.wording import N_
from server.appointments import feeds, outside
from server.appointments.fetching import Reach
from server.console.desk import Desk
from server.staff import guard
from server.staff.access import Act
from server.staff.guard import needs
from server.staff.sessions import SignedIn

Owner = Annotated[SignedIn, Depends(needs(Act.OWN_ACCOUNT))]
HOME: Final = f"{guard.ROOT}/calendars"
BAD_ADDRESS: Final = N_("Give an address that begins with https:// or webcal://, without a name or password in it.")
DONE: Final = {
    "ended": N_("The address works no longer."),
    "connected": N_("We read this calendar within a few minutes."),
    "removed": N_("The calendar and its busy times are gone from here."),
}
FAILURES: Final = {
    "bad_address": BAD_ADDRESS,
    "private_address": N_("This address is inside a private network. We read calendars of the open internet only."),
    "no_such_host": N_("There is no computer with this name. Look for a slip in the address."),
    "no_answer": N_("The calendar did not answer in time."),
    "not_reached": N_("We could not reach the calendar, or its certificate is wrong."),
    "too_many_redirects": N_("The address leads on and on to others."),
    "not_allowed": N_("The calendar asks for a sign-in. Share it by a secret address."),
    "not_found": N_("There is no calendar at this address any more."),
    "server_error": N_("The calendar's computer answered with a fault."),
    "empty": N_("The file is empty."),
    "not_a_calendar": N_("There is something else at this address, not a calendar."),
    "cut_off": N_("The file ends in the middle."),
    "broken": N_("There is an entry in the file that cannot be read."),
    "too_large": N_("The file is larger than 5 MB."),
    "too_many_events": N_("There are more than 20,000 entries in the calendar."),
    "too_often": N_("An entry repeats more often than once a day."),
    "endless": N_("The entries repeat too many times."),
    "free_busy_only": N_(
        "The calendar shows free and busy times in a form that we do not read. Share it with its entries."
    ),
    "unknown_zone": N_("An entry is in a time zone that we do not know."),
    "too_slow": N_("It takes too long to read the file."),
}
"""Why a calendar could not be read, in words."""

UNKNOWN: Final = N_("The calendar could not be read.")


class CalendarPages:
    """The handlers."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._reach = Reach(is_local_ok=desk.calendars_local)

    def add(self, routes: APIRouter) -> None:
        """Below `/console/calendars`."""
        routes.get("/calendars")(self.page)
        routes.post("/calendars/feed")(self.make)
        routes.post("/calendars/feed/end")(self.end)
        routes.post("/calendars/outside")(self.connect)
        routes.post("/calendars/outside/remove")(self.remove)

    async def page(self, request: Request, who: Owner, done: str = "") -> Response:
        """Both calendars, and how the last reading went."""
        return await self._draw(request, who, {}, done=DONE.get(done, ""))

    async def make(self, request: Request, who: Owner) -> Response:
        """A new secret address in place of an earlier one, shown this once."""
        async with self._desk.change() as db:
            token = await feeds.make_for_adviser(db, who.member.id, self._desk.now())
        return await self._draw(request, who, {}, secret=f"{self._desk.console.own_url}/calendar/{token}.ics")

    async def end(self, who: Owner) -> Response:
        """The address works no longer."""
        async with self._desk.change() as db:
            await feeds.end_of_adviser(db, who.member.id, self._desk.now())
        return guard.go(HOME, done="ended")

    async def connect(self, request: Request, who: Owner, address: Annotated[str, Form()] = "") -> Response:
        """Reads a calendar elsewhere from now on; or the page again with what is wrong."""
        async with self._desk.change() as db:
            code = await outside.connect(db, who.member.id, address, self._desk.now(), self._reach)
        if code:
            return await self._draw(request, who, {"address": FAILURES.get(code, UNKNOWN)}, wish=address)
        return guard.go(HOME, done="connected")

    async def remove(self, who: Owner) -> Response:
        """Forgets the calendar elsewhere."""
        async with self._desk.change() as db:
            await outside.disconnect(db, who.member.id)
        return guard.go(HOME, done="removed")

    async def _draw(
        self,
        request: Request,
        who: SignedIn,
        errors: Mapping[str, str],
        *,
        done: str = "",
        secret: str = "",
        wish: str = "",
    ) -> Response:
        async with self._desk.console.engine.connect() as db:
            feed = await feeds.of_adviser(db, who.member.id)
            elsewhere = await outside.of_staff(db, who.member.id)
        failure = FAILURES.get(elsewhere["failure"], UNKNOWN) if elsewhere and elsewhere["failure"] else ""
        return self._desk.console.pages.draw(
            request,
            "console/calendars.html",
            who,
            status=422 if errors else 200,
            errors=errors,
            feed=feed,
            elsewhere=elsewhere,
            host=urlsplit(elsewhere["address"]).hostname if elsewhere else "",
            failure=failure,
            done=done,
            secret=secret,
            wish=wish,
        )
