"""Who asks: the session behind a request, the way to the sign-in for strangers, and whether a form is one of our own.

Used by every page of the console: `signed_in`, `needs(Act.X)` and `fresh_code` as dependencies, `check_form` on every router.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Final
from urllib.parse import urlencode

from fastapi import Depends, Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy.ext.asyncio import AsyncEngine

from server.clock import utc_now
from server.db.types import blind_index
from server.errors import Refused, ServiceError
from server.staff import sessions
from server.staff.access import NEEDS_SECOND_FACTOR_AGAIN, Act, Fact, may_do, may_read
from server.staff.errors import CodeNeeded, MayNot, NotSignedIn, ReasonNeeded
from server.staff.sessions import SignedIn
from server.staff.signing_in import Visitor
from server.web.networks import network_of

ROOT: Final = "/console"
SIGN_IN: Final = f"{ROOT}/sign-in"
COOKIE: Final = "staff"
FORM_COOKIE: Final = "staff_form"
"""Before anybody signed in: what the forms of that browser belong to."""

KNOWN_COOKIE: Final = "staff_known"
KNOWN_LASTS: Final = timedelta(days=180)
"""In which accounts a browser signed in before: their tries count apart from strangers'. It opens nothing."""

FORM_LASTS: Final = timedelta(hours=1)
TOKEN_FORM: Final = re.compile(r"[A-Za-z0-9_-]{43}")
OWN_PATH: Final = re.compile(r"/console(?:/[A-Za-z0-9_-]+)*(?:\?[A-Za-z0-9_=&%.~+-]*)?")
"""Addresses to go on to: no host, no double slash, no dots or backslashes that a browser would read in another way."""

BY_SCRIPT: Final = "x-requested-with"
"""Sent by a page's own script: what it asks for goes into the page, so another page in its place would only confuse."""

READS: Final = frozenset({"GET", "HEAD", "OPTIONS"})


class HalfWay(NotSignedIn):
    """The password was right, the code is still to come."""


class FormStale(Refused):
    """The form is not of this session: another site's, or of a page that stood open too long."""

    public = "This page was open too long, or came from somewhere else. Nothing was changed. Open it again and try once more."


@dataclass(frozen=True, slots=True)
class Guard:
    """Finds sessions, each statement by itself: a refused request still counts as use of the session."""

    engine: AsyncEngine
    clock: Callable[[], datetime] = utc_now
    idle: timedelta = sessions.IDLE

    async def find(self, request: Request) -> SignedIn | None:
        """Whose session the request carries, whole or half way; roles and removal are read anew each time.

        What an open page asks for by itself is no use of the session: left alone, it ends.
        """
        token = request.cookies.get(COOKIE, "")
        if not TOKEN_FORM.fullmatch(token):
            return None
        # asked at every request: one trip to the database, not three
        async with self.engine.execution_options(isolation_level="AUTOCOMMIT").connect() as db:
            return await sessions.find(db, token, self.clock(), idle=self.idle, is_use=not _by_itself(request))


def by_script(request: Request) -> bool:
    """True for what a page's own script asks for."""
    return BY_SCRIPT in request.headers


def _by_itself(request: Request) -> bool:
    """True for news and looks of an open page, which come whether or not anybody sits there."""
    return request.method in READS and (by_script(request) or request.url.path == f"{ROOT}/events")


def guard_of(request: Request) -> Guard:
    """The guard of the running program; `server.app` puts it there."""
    found = request.app.state.guard
    assert isinstance(found, Guard)  # noqa: S101 - set where the routes are added
    return found


async def anybody(request: Request) -> SignedIn | None:
    """Whoever it is, signed in or not."""
    return await guard_of(request).find(request)


Anybody = Annotated[SignedIn | None, Depends(anybody)]


async def at_least_half_way(who: Anybody) -> SignedIn:
    """Somebody whose password was right. Raises NotSignedIn."""
    if who is None:
        raise NotSignedIn
    return who


AtLeastHalfWay = Annotated[SignedIn, Depends(at_least_half_way)]


async def signed_in(who: AtLeastHalfWay) -> SignedIn:
    """Somebody who gave password and code. Raises NotSignedIn, HalfWay."""
    if not who.has_code:
        raise HalfWay
    return who


Whole = Annotated[SignedIn, Depends(signed_in)]


async def fresh_code(who: Whole, request: Request) -> SignedIn:
    """Somebody who gave a code within the last minutes. Raises NotSignedIn, HalfWay, CodeNeeded."""
    if not who.has_fresh_code(guard_of(request).clock()):
        raise CodeNeeded
    return who


Fresh = Annotated[SignedIn, Depends(fresh_code)]


def needs(act: Act) -> Callable[[SignedIn, Request], Awaitable[SignedIn]]:
    """A dependency: somebody who may do this, with a fresh code where the act asks for one. Raises also MayNot, before CodeNeeded."""

    async def check(who: Whole, request: Request) -> SignedIn:
        if not may_do(who.member, act):
            raise MayNot
        return await fresh_code(who, request) if act in NEEDS_SECOND_FACTOR_AGAIN else who

    return check


def needs_to_read(fact: Fact) -> Callable[[SignedIn, Request], Awaitable[SignedIn]]:
    """A dependency: somebody who may read this kind of fact somewhere; the page asks again for the area. Raises as `needs` does."""

    async def check(who: Whole, request: Request) -> SignedIn:
        if not any(may_read(who.member, fact, area) for area in who.member.areas):
            raise MayNot
        return await fresh_code(who, request) if fact in NEEDS_SECOND_FACTOR_AGAIN else who

    return check


async def check_form(request: Request) -> None:
    """Stops a form that does not carry the token of the session. Raises FormStale, NotSignedIn without any session."""
    if request.method in READS:
        return
    token = request.cookies.get(COOKIE, "")
    if not TOKEN_FORM.fullmatch(token):
        raise NotSignedIn
    await _compare(request, sessions.form_token(token))


async def check_strangers_form(request: Request) -> None:
    """The same before a sign-in, with the short-lived cookie of the page. Raises FormStale."""
    if request.method not in READS:
        await _compare(request, strangers_field(request.cookies.get(FORM_COOKIE, "")))


async def _compare(request: Request, expected: str) -> None:
    given = (await request.form()).get("form", "")
    if not expected or not secrets.compare_digest(str(given).encode(), expected.encode()):
        raise FormStale


def strangers_field(cookie: str) -> str:
    """What forms before a sign-in carry; empty without a cookie of ours. Keyed: whoever plants a cookie cannot work it out."""
    return blind_index(cookie, "staff.before_sign_in").hex()[:32] if TOKEN_FORM.fullmatch(cookie) else ""


def strangers_cookie(request: Request) -> str:
    """The browser's cookie for forms before a sign-in, or a new one to give it."""
    known = request.cookies.get(FORM_COOKIE, "")
    return known if TOKEN_FORM.fullmatch(known) else secrets.token_urlsafe(32)


def give_cookie(request: Request, response: Response, name: str, value: str, lasts: timedelta | None = None) -> None:
    """A cookie for the console's addresses alone, out of reach of scripts and of other sites' forms."""
    seconds = int(lasts.total_seconds()) if lasts else None
    secure = request.url.scheme == "https"
    response.set_cookie(name, value, max_age=seconds, path=ROOT, httponly=True, samesite="lax", secure=secure)


def drop_cookie(request: Request, response: Response, name: str) -> None:
    """Take a cookie back."""
    secure = request.url.scheme == "https"
    response.delete_cookie(name, path=ROOT, httponly=True, samesite="lax", secure=secure)


def own_path(wish: str) -> str:
    """Where to go on to, when it is an address of the console; its start for anything else."""
    return wish if OWN_PATH.fullmatch(wish) else ROOT


def go(path: str, **query: str) -> Response:
    """On to another page, by GET; empty parts of the query are left out."""
    asked = urlencode({name: value for name, value in query.items() if value})
    return RedirectResponse(f"{path}?{asked}" if asked else path, status_code=303)


def way_in(request: Request, error: ServiceError) -> Response | None:
    """Where somebody goes who has to sign in or give a code first, and comes back from; None for any other error."""
    asked = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    back = own_path(asked) if request.method in READS else ROOT
    next_ = "" if back == ROOT else back
    if isinstance(error, HalfWay):
        return go(f"{ROOT}/code", next=next_)
    if isinstance(error, NotSignedIn):
        return go(SIGN_IN, next=next_, ended="1" if request.cookies.get(COOKIE) else "")
    if isinstance(error, CodeNeeded):
        return go(f"{ROOT}/again", next=next_)
    if isinstance(error, ReasonNeeded) and not by_script(request):
        return go(error.path)
    return None


def visitor(request: Request) -> Visitor:
    """Who asks, as far as a request tells."""
    host = request.client.host if request.client else ""
    agent = request.headers.get("user-agent", "")
    return Visitor(network_of(host), browser_name(agent), request.cookies.get(KNOWN_COOKIE, ""))


BROWSERS: Final = (
    ("Edg", "Edge"), ("OPR", "Opera"), ("SamsungBrowser", "Samsung Internet"), ("Firefox", "Firefox"), ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"), ("Chrome", "Chrome"), ("Safari", "Safari"),
)  # fmt: skip
SYSTEMS: Final = (
    ("Windows", "Windows"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("CrOS", "Chromebook"),
    ("Mac OS X", "Mac"), ("Linux", "Linux"),
)  # fmt: skip


def browser_name(agent: str) -> str:
    """What somebody calls the browser that sends this header: "Firefox, Windows". Empty when it says nothing we know."""
    found = (next((name for part, name in names if part in agent), "") for names in (BROWSERS, SYSTEMS))
    return ", ".join(filter(None, found))
