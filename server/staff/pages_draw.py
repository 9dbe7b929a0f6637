"""Draws the console's pages: templates in English or Welsh, with the GOV.UK macros and what every page shares."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, Final, Protocol
from zoneinfo import ZoneInfo

from fastapi import Request, Response
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, PackageLoader, PrefixLoader, StrictUndefined
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from dialogs.wording import N_
from server.clock import utc_now
from server.errors import ServiceError, TryAgain
from server.i18n import CatalogueWording
from server.staff import guard
from server.staff.access import Act, may_do
from server.staff.pages_words import ERRORS
from server.staff.sessions import SignedIn
from server.web.assets import Assets
from server.web.compiled import COMPILED
from server.web.display import COOKIE as DISPLAY_COOKIE
from server.web.display import Display, preferred_language

TEMPLATES_DIR: Final = Path(__file__).parent / "templates"
LANGUAGES: Final = ("en", "cy")
"""What the console is offered in."""

TODAY: Final = N_("Today")
THEIRS: Final = "govuk_frontend_jinja"
MACROS: Final = {
    "govuk_button": ("button", "govukButton"),
    "govuk_checkboxes": ("checkboxes", "govukCheckboxes"),
    "govuk_error_summary": ("error-summary", "govukErrorSummary"),
    "govuk_input": ("input", "govukInput"),
    "govuk_inset_text": ("inset-text", "govukInsetText"),
    "govuk_password_input": ("password-input", "govukPasswordInput"),
    "govuk_radios": ("radios", "govukRadios"),
    "govuk_select": ("select", "govukSelect"),
    "govuk_table": ("table", "govukTable"),
    "govuk_warning_text": ("warning-text", "govukWarningText"),
}


HASHINGS_AT_ONCE: Final = 4
"""Each takes 64 MB and a core for a while: a flood of sign-ins must not stop the chats."""

LONGEST_WAIT_SECONDS: Final = 20


class GiveBack(Protocol):
    """What the cases' slice, which stands above this one, does when somebody leaves."""

    async def __call__(self, db: AsyncConnection, staff_id: uuid.UUID, areas: frozenset[str], now: datetime) -> int:
        """Return every chat that they hold outside these areas to the queue; how many."""


class LeaveDiary(Protocol):
    """What a slice above this one does about the diary of somebody who leaves."""

    async def __call__(self, db: AsyncConnection, staff_id: uuid.UUID, areas: frozenset[str], now: datetime) -> int:
        """Make a task of every booking that they have outside these areas; how many."""


async def _nothing_held(db: AsyncConnection, staff_id: uuid.UUID, areas: frozenset[str], now: datetime) -> int:  # noqa: ARG001 - the protocol's
    """Without cases nothing is held."""
    return 0


@dataclass(frozen=True, slots=True)
class Console:
    """What every page of the console works with."""

    engine: AsyncEngine
    pages: ConsolePages
    own_url: str
    languages: Sequence[str]
    """Languages that young people are offered: members of staff may speak them."""

    single_sign_on: str = ""
    """What the button to the organisation's own sign-in says; empty without one."""

    clock: Callable[[], datetime] = utc_now

    give_back: GiveBack = _nothing_held
    """Returns chats to the queue that somebody may hold no more."""

    leave_diary: LeaveDiary = _nothing_held
    """Makes tasks of the bookings that somebody can keep no more."""

    room: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(HASHINGS_AT_ONCE))

    @asynccontextmanager
    async def hashing(self) -> AsyncIterator[None]:
        """Room to hash a password, taken before a transaction begins: who waits here keeps no connection from others.

        Raises TryAgain when it takes too long.
        """
        try:
            async with asyncio.timeout(LONGEST_WAIT_SECONDS):
                await self.room.acquire()
        except TimeoutError:
            raise TryAgain from None
        try:
            yield
        finally:
            self.room.release()


class ConsolePages:
    """Renders templates. In a template `_("English text")` is the text in the reader's language."""

    def __init__(
        self,
        wording: CatalogueWording,
        assets: Assets,
        zone: ZoneInfo,
        languages: Sequence[str],
        folders: Sequence[Path] = (TEMPLATES_DIR,),
        errors: Mapping[type[ServiceError], str] = ERRORS,
    ) -> None:
        self.wording = wording
        self._errors = errors
        self._zone = zone
        self._languages = languages
        self._templates = Environment(
            loader=FileSystemLoader(list(folders)),
            autoescape=True,
            undefined=StrictUndefined,
            auto_reload=False,
            trim_blocks=True,
            lstrip_blocks=True,
            bytecode_cache=COMPILED,
        )
        self._templates.globals.update(govuk_macros(), asset=assets.url, language_name=wording.language_name, Act=Act)

    def draw(
        self, request: Request, template: str, who: SignedIn | None, *, status: int = 200, **context: Any
    ) -> Response:
        """A page that no cache may keep. Before a sign-in the browser gets the cookie that its forms belong to."""
        cookie = guard.strangers_cookie(request)
        form = who.form_token if who else guard.strangers_field(cookie)
        text = self._templates.get_template(template).render({**self._shared(request, who), "form": form, **context})
        response = HTMLResponse(text, status_code=status, headers={"Cache-Control": "no-store"})
        if who is None:
            guard.give_cookie(request, response, guard.FORM_COOKIE, cookie, guard.FORM_LASTS)
        return response

    def piece(self, request: Request, template: str, who: SignedIn, **context: Any) -> str:
        """A piece of a page that stands open, for its own script."""
        shared = {**self._shared(request, who), "form": who.form_token}
        return self._templates.get_template(template).render({**shared, **context})

    def _shared(self, request: Request, who: SignedIn | None) -> dict[str, Any]:
        """What every template finds."""
        language = self.language(request, who)
        return {
            "_": partial(self.wording.say, language),
            "language": language,
            "languages": LANGUAGES,
            "who": who,
            "may": lambda act: who is not None and who.has_code and may_do(who.member, act),
            "display": self.display(request),
            "path": request.url.path,
            "here": request.url.path if request.method in guard.READS else guard.ROOT,
            "moment": partial(self.moment, language, utc_now()),
            "time_of_day": partial(self.time_of_day, language),
            "day": partial(self.wording.day, language),
            "full_day": partial(self.wording.full_date, language),
            "banners": getattr(request.state, "banners", ()),
            "errors": {},
        }

    def refuse(self, request: Request, error: ServiceError, who: SignedIn | None) -> Response:
        """The answer to an error of a console's page: the way in, or a page that says what happened."""
        if way := guard.way_in(request, error):
            return way
        return self.draw(
            request, "staff/refused.html", who, status=error.status, text=self._errors.get(type(error), error.public)
        )

    def display(self, request: Request) -> Display:
        """How the person wants pages to look."""
        return Display.from_cookie(request.cookies.get(DISPLAY_COOKIE, ""), self._languages)

    def language(self, request: Request, who: SignedIn | None) -> str:
        """The reader's language: their own choice, else the link they pressed, else their browser's."""
        wished = who.console_language if who else request.query_params.get("lang") or self.display(request).language
        if wished in LANGUAGES:
            return wished
        return preferred_language(request.headers.get("accept-language", ""), LANGUAGES) or LANGUAGES[0]

    def moment(self, language: str, now: datetime, at: datetime) -> str:
        """Day and time in the area's zone: "Today, 2:30pm", "Tuesday 9 June, 2:30pm", with the year when it is another."""
        here, today = at.astimezone(self._zone), now.astimezone(self._zone).date()
        day = self.wording.day(language, here.date())
        if here.date() == today:
            day = self.wording.say(language, TODAY)
        elif here.year != today.year:
            day = self.wording.full_date(language, here.date())
        return f"{day}, {self.wording.clock(language, here)}"

    def time_of_day(self, language: str, at: datetime) -> str:
        """The time in the area's zone: "2:30pm"."""
        return self.wording.clock(language, at.astimezone(self._zone))

    def full_moment(self, language: str, at: datetime) -> str:
        """Day with its year, and time, in the area's zone, for what is kept or leaves the house: "9 June 2026, 2:30pm"."""
        here = at.astimezone(self._zone)
        return f"{self.wording.full_date(language, here.date())}, {self.wording.clock(language, here)}"


def govuk_macros() -> Mapping[str, Any]:
    """Their macros as functions for our templates. Theirs lean on missing values, ours are strict: so each has its own rules."""
    theirs = Environment(
        loader=PrefixLoader({THEIRS: PackageLoader(THEIRS)}),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        bytecode_cache=COMPILED,
    )
    return {
        name: getattr(theirs.get_template(f"{THEIRS}/components/{folder}/macro.html").module, macro)
        for name, (folder, macro) in MACROS.items()
    }
