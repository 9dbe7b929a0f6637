"""The way to the provider and back: `/console/single-sign-on` and `/console/single-sign-on/back`.

Both are addresses that a browser comes to from elsewhere, so no form and no origin is checked: the sealed attempt is.
"""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from dialogs.wording import N_
from server import metrics
from server.log import logger
from server.settings import Settings
from server.staff import guard, oidc_accounts, oidc_attempt, sessions
from server.staff.guard import Anybody
from server.staff.oidc import Client, Proven, Provider, SignOnRefused, Why
from server.staff.oidc_accounts import Arrived
from server.staff.oidc_attempt import Attempt
from server.staff.pages_draw import Console
from server.staff.sessions import SignedIn

log = logger(__name__)

PATH: Final = f"{guard.ROOT}/single-sign-on"
BACK: Final = f"{PATH}/back"
COOKIE: Final = "staff_sign_on"
LONGEST_NEXT: Final = 500
AWAY_STATUS: Final = 503
THEY_SAY_LATER: Final = frozenset({"server_error", "temporarily_unavailable"})

WORDS: Final = {
    Why.LOST: N_(
        "This sign-in was begun in another window, took too long, or was used already. Nothing was changed. Begin again."
    ),
    Why.STOPPED: N_("The sign-in was stopped on the other page. Nothing was changed. Begin again when you are ready."),
    Why.AWAY: N_(
        "The sign-in of your organisation does not answer. Nothing was changed. Try again soon, or use your password."
    ),
    Why.FAULTY: N_(
        "The sign-in of your organisation sent something we cannot trust. You are not signed in. Begin again. "
        "When it happens again, tell an administrator."
    ),
    Why.NOT_INVITED: N_(
        "There is no account for you here yet. Ask an administrator of your team to invite you, "
        "with the e-mail that your organisation has confirmed."
    ),
    Why.NOT_SET_UP: N_(
        "Your account here is not finished. Open the link that an administrator gave you, then sign in again. "
        "When you have no link, ask for a new one."
    ),
}
"""What the page says, for each reason."""


def router(console: Console, settings: Settings) -> APIRouter:
    """The two addresses. Only for settings with a provider."""
    pages = SingleSignOnPages(console, Provider(client_of(settings)))
    routes = APIRouter(include_in_schema=False)
    routes.get(PATH)(pages.start)
    routes.get(BACK)(pages.back)
    return routes


def client_of(settings: Settings) -> Client:
    """What we are at the provider, from the settings."""
    secret = settings.oidc_client_secret
    return Client(
        issuer=settings.oidc_issuer,
        client_id=settings.oidc_client_id,
        secret=secret.get_secret_value() if secret else "",
        return_url=f"{settings.own_url}{BACK}",
        second_factor=settings.oidc_second_factor,
    )


class SingleSignOnPages:
    """The handlers."""

    def __init__(self, console: Console, provider: Provider) -> None:
        self._console = console
        self._provider = provider

    async def start(self, request: Request, who: Anybody, next: str = "") -> Response:  # noqa: A002
        """On to the provider; whoever is signed in goes on in the console."""
        path = guard.own_path(next[:LONGEST_NEXT])
        if who is not None:
            return guard.go(path)
        now = self._console.clock()
        attempt = Attempt(next=path, at=now)
        try:
            response: Response = RedirectResponse(await self._provider.way(attempt, now), status_code=303)
        except SignOnRefused as refusal:
            return self._refuse(request, refusal)
        guard.give_cookie(request, response, COOKIE, attempt.sealed(), oidc_attempt.LASTS)
        return response

    async def back(
        self, request: Request, who: Anybody, *, code: str = "", state: str = "", error: str = "", iss: str = ""
    ) -> Response:
        """Where the provider sends the browser: a session and on, or a page that says why not. The attempt is over either way."""
        try:
            attempt = self._attempt(request, state)
            response = await self._arrive(request, who, attempt, await self._prove(attempt, code, error, iss))
        except SignOnRefused as refusal:
            response = self._refuse(request, refusal)
        guard.drop_cookie(request, response, COOKIE)
        return response

    def _attempt(self, request: Request, state: str) -> Attempt:
        """The try that this answer belongs to."""
        found = oidc_attempt.unsealed(request.cookies.get(COOKIE, ""))
        if found is None or not found.is_answered_by(state, self._console.clock()):
            raise SignOnRefused(Why.LOST)
        return found

    async def _prove(self, attempt: Attempt, code: str, error: str, issuer: str) -> Proven:
        if error == "access_denied":
            raise SignOnRefused(Why.STOPPED)
        if error or not code:
            raise SignOnRefused(
                Why.AWAY if error in THEY_SAY_LATER else Why.FAULTY, "the provider's answer is an error"
            )
        return await self._provider.prove(attempt, code, issuer, self._console.clock())

    async def _arrive(self, request: Request, who: SignedIn | None, attempt: Attempt, proven: Proven) -> Response:
        arrived = await self._sign_in(request, who, proven)
        response = guard.go(attempt.next) if arrived.is_whole else guard.go(f"{guard.ROOT}/code", next=_kept(attempt))
        guard.give_cookie(request, response, guard.COOKIE, arrived.token)
        guard.drop_cookie(request, response, guard.FORM_COOKIE)
        return response

    async def _sign_in(self, request: Request, who: SignedIn | None, proven: Proven) -> Arrived:
        """Whoever was signed in at this browser before is not any more."""
        engine, now = self._console.engine, self._console.clock()
        async with engine.connect() as db:
            is_known = await oidc_accounts.is_known(db, proven)
        email = None if is_known else await self._provider.email(proven, now)
        async with engine.begin() as db:
            if who is not None:
                await sessions.end(db, who.session_id, who.member.id, now)
            return await oidc_accounts.sign_in(db, proven, email, guard.visitor(request).browser, now)

    def _refuse(self, request: Request, refusal: SignOnRefused) -> Response:
        """A page that says why, with both ways to try again."""
        log.warning("single sign-on refused", why=refusal.why.value, detail=refusal.detail)
        metrics.refused.labels("single-sign-on", refusal.why.value).inc()
        status = AWAY_STATUS if refusal.why is Why.AWAY else SignOnRefused.status
        return self._console.pages.draw(
            request, "staff/single_sign_on.html", None, status=status, text=WORDS[refusal.why], again=PATH
        )


def _kept(attempt: Attempt) -> str:
    """Where to go on to, when it is not the start anyway."""
    return "" if attempt.next == guard.ROOT else attempt.next
