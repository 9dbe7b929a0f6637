"""Alarms in this browser: adding it, taking it away, and the script that shows an alarm while no page is open."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import APIRouter, Form, Request, Response
from pydantic import BaseModel, Field

from bot.push.sender import LONGEST_ADDRESS, public_key, read_browser
from dialogs.wording import N_
from server.staff import audit, guard, push
from server.staff.guard import Whole
from server.staff.pages_draw import Console
from server.web.assets import STATIC_DIR

HOME: Final = f"{guard.ROOT}/account/push"
WORKER: Final = STATIC_DIR / "push-worker.js"
DONE: Final = {
    "added": N_("Alarms show in this browser from now on."),
    "gone": N_("Alarms do not show in this browser any more."),
    "wrong": N_("This browser cannot be told of alarms. Your telephone and Telegram are still used."),
}


class BrowserForm(BaseModel):
    """A browser as it describes itself."""

    address: str = Field("", max_length=LONGEST_ADDRESS)
    key: str = Field("", max_length=200)
    secret: str = Field("", max_length=100)


class PushPages:
    """The handlers. `double` is the origin of a push service on this machine, for tests."""

    def __init__(self, console: Console, double: str = "") -> None:
        self._console = console
        self._double = double

    def add_open(self, routes: APIRouter) -> None:
        """The script, which a browser fetches by itself, whether or not somebody is signed in."""
        routes.get("/push-worker.js")(self.worker)

    def add(self, routes: APIRouter) -> None:
        """Below `/console/account/push`."""
        routes.get("/account/push")(self.page)
        routes.post("/account/push")(self.add_browser)
        routes.post("/account/push/end")(self.take_away)

    async def worker(self) -> Response:
        """It may look after the console's own addresses only; browsers ask for it anew each day."""
        return Response(WORKER.read_bytes(), media_type="text/javascript", headers={"Cache-Control": "no-cache"})

    async def page(self, request: Request, who: Whole, done: str = "") -> Response:
        """Whether this browser is told, and the button that changes it."""
        async with self._console.engine.begin() as db:
            key = public_key(await push.signing_key(db, self._console.clock()))
            is_added = await push.is_added(db, who)
        return self._console.pages.draw(
            request, "staff/push.html", who, key=key, is_added=is_added, done=DONE.get(done, "")
        )

    async def add_browser(self, who: Whole, form: Annotated[BrowserForm, Form()]) -> Response:
        """This browser is told from now on."""
        browser = read_browser(form.address, form.key, form.secret, double=self._double)
        if browser is None:
            return guard.go(HOME, done="wrong")
        now = self._console.clock()
        async with self._console.engine.begin() as db:
            await push.add(db, who, browser, now)
            await audit.note(db, who.member.id, "alarm_browser_added", now)
        return guard.go(HOME, done="added")

    async def take_away(self, who: Whole) -> Response:
        """This browser is told no more. Repeating is harmless."""
        async with self._console.engine.begin() as db:
            if await push.take_away(db, who):
                await audit.note(db, who.member.id, "alarm_browser_ended", self._console.clock())
        return guard.go(HOME, done="gone")
