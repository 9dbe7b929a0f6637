"""The page behind a one-time link: name, password, authenticator; then the recovery codes, shown this once."""

from __future__ import annotations

import re
from typing import Annotated, Any, Final

from fastapi import APIRouter, Form, Request, Response
from markupsafe import Markup
from pydantic import BaseModel, Field

from dialogs.wording import N_
from server.errors import NotReadable, ServiceError
from server.staff import accounts, codes, guard, links, sessions
from server.staff.errors import KnownAlready, PoorPassword, SignInRefused
from server.staff.links import SetUp, Welcome
from server.staff.models import LinkKind
from server.staff.pages_draw import Console
from server.staff.pages_team_form import MAIL_FORM, NO_NAME

SECRET_FORM: Final = re.compile(r"[A-Z2-7]{32}")
"""A secret as `codes.new_secret` makes them: the page carries it from its first showing to the code that proves it."""

NO_MAIL: Final = N_("Write your e-mail, like name@example.org.")
WRONG: Final[dict[type[ServiceError], tuple[str, str]]] = {
    PoorPassword: (
        "password",
        N_("Choose a longer password: 12 characters or more, and not one that others would guess."),
    ),
    SignInRefused: ("code", N_("That code is not right. Wait for the next one in your app and type it here.")),
    KnownAlready: ("email", N_("There is an account with this e-mail already.")),
}
"""Where a fault belongs on the page, and what it says there."""


class WelcomeForm(BaseModel):
    """What somebody chose."""

    name: str = Field("", max_length=80)
    email: str = Field("", max_length=320)
    password: str = Field("", max_length=1000)
    secret: str = ""
    code: str = Field("", max_length=20)


class WelcomePages:
    """The handlers."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def add_open(self, routes: APIRouter) -> None:
        """For whoever holds a link."""
        routes.get("/welcome/{link}")(self.page)
        routes.post("/welcome/{link}")(self.take)

    async def page(self, request: Request, link: str) -> Response:
        """Whose link it is, and what to choose; looking spends nothing."""
        welcome = await self._whose(link)
        form = WelcomeForm(name="" if _is_first(welcome) else welcome.name, secret=codes.new_secret())
        return self._draw(request, welcome, form, {})

    async def take(self, request: Request, link: str, form: Annotated[WelcomeForm, Form()]) -> Response:
        """Sets the account up; or the page again with what is wrong, and nothing spent."""
        welcome = await self._whose(link)
        if not SECRET_FORM.fullmatch(form.secret):
            raise NotReadable
        if missing := _missing(welcome, form):
            return self._draw(request, welcome, form, missing)
        try:
            return await self._set_up(request, link, welcome, form)
        except (PoorPassword, SignInRefused, KnownAlready) as error:
            field, text = WRONG[type(error)]
            return self._draw(request, welcome, form, {field: text})

    async def _whose(self, link: str) -> Welcome:
        async with self._console.engine.connect() as db:
            return await links.whose_link(db, link, self._console.clock())

    async def _set_up(self, request: Request, link: str, welcome: Welcome, form: WelcomeForm) -> Response:
        """Spends the link; the recovery codes, with the new session's cookie."""
        console, now = self._console, self._console.clock()
        name = welcome.name if welcome.kind is LinkKind.RESET else form.name.strip()
        chosen = SetUp(name, form.email, form.password, form.secret, form.code)
        async with console.hashing(), console.engine.begin() as db:
            token, shown = await links.set_up(db, link, chosen, guard.visitor(request).browser, now)
            if welcome.kind is not LinkKind.RESET:
                await accounts.choose_language(db, welcome.staff_id, console.pages.language(request, None))
            who = await sessions.find(db, token, now)
        response = console.pages.draw(request, "staff/recovery.html", who, codes=shown, is_new=True)
        guard.give_cookie(request, response, guard.COOKIE, token)
        guard.drop_cookie(request, response, guard.FORM_COOKIE)
        return response

    def _draw(self, request: Request, welcome: Welcome, form: WelcomeForm, errors: dict[str, str]) -> Response:
        label = welcome.email or form.email.strip() or welcome.name
        context: dict[str, Any] = {
            "kind": welcome.kind.value,
            "is_first": _is_first(welcome),
            "name": form.name,
            "email": form.email if _is_first(welcome) else welcome.email,
            "own_name": welcome.name,
            "secret": form.secret,
            "groups": [form.secret[i : i + 4] for i in range(0, len(form.secret), 4)],
            "picture": Markup(codes.picture_of(codes.address_of(form.secret, label))),  # noqa: S704 - our own drawing
        }
        status = PoorPassword.status if errors else 200
        return self._console.pages.draw(request, "staff/welcome.html", None, status=status, errors=errors, **context)


def _is_first(welcome: Welcome) -> bool:
    return welcome.kind is LinkKind.FIRST_ADMINISTRATOR


def _missing(welcome: Welcome, form: WelcomeForm) -> dict[str, str]:
    """What has to be written before anything is tried."""
    missing = {}
    if welcome.kind is not LinkKind.RESET and not form.name.strip():
        missing["name"] = NO_NAME
    if _is_first(welcome) and not MAIL_FORM.fullmatch(form.email.strip()):
        missing["email"] = NO_MAIL
    return missing
