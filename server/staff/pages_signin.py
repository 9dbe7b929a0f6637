"""Signing in and out: e-mail and password, then a code; and a code again before what asks for a fresh one."""

from __future__ import annotations

from typing import Annotated, Any, Final
from urllib.parse import parse_qsl, urlencode

from fastapi import APIRouter, Form, Request, Response
from pydantic import BaseModel, Field

from dialogs.wording import N_
from server.staff import guard, sessions
from server.staff.errors import CodeNeeded, LockedOut, SignInRefused
from server.staff.guard import Anybody, AtLeastHalfWay, Whole
from server.staff.pages_draw import Console
from server.staff.sessions import SignedIn
from server.staff.signing_in import Outcome, known_from_now, with_code, with_password

LOCKED: Final = N_(
    "Too many tries. Wait a while, then try again: half a minute at first, a quarter of an hour at most."
)
WRONG: Final = N_("The e-mail or the password is not right. Check both and try again.")
WRONG_CODE: Final = N_(
    "That code is not right, or was used before. Wait for the next one in your app and type it here."
)
SECRET_FIELDS: Final = frozenset({"password", "old", "new", "code"})
STATUS: Final = {Outcome.WRONG: SignInRefused.status, Outcome.LOCKED: LockedOut.status}


class SignInForm(BaseModel):
    """The first step."""

    email: str = Field("", max_length=320)
    password: str = Field("", max_length=1000)
    next: str = ""


class CodeForm(BaseModel):
    """The second step. `kept` is what was typed into a form whose code had grown old meanwhile."""

    code: str = Field("", max_length=100)
    next: str = ""
    kept: str = Field("", max_length=50_000)


class SignInPages:
    """The handlers."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def add_open(self, routes: APIRouter) -> None:
        """Pages for strangers."""
        routes.get("/sign-in")(self.page)
        routes.post("/sign-in")(self.take)

    def add(self, routes: APIRouter) -> None:
        """Pages for those whose password was right."""
        routes.get("/code")(self.code_page)
        routes.post("/code")(self.take_code)
        routes.get("/again")(self.again_page)
        routes.post("/again")(self.take_again)
        routes.post("/sign-out")(self.sign_out)

    async def page(self, request: Request, who: Anybody, next: str = "", ended: str = "", out: str = "") -> Response:  # noqa: A002
        """E-mail and password; whoever is signed in goes on."""
        if who is not None:
            return guard.go(guard.own_path(next))
        return self._draw(request, SignInForm(next=next), is_ended=bool(ended), is_out=bool(out))

    async def take(self, request: Request, form: Annotated[SignInForm, Form()]) -> Response:
        """The first step: on to the code, or the page again with what is wrong, the same for known and unknown e-mails."""
        console = self._console
        async with console.hashing(), console.engine.begin() as db:
            tried = await with_password(db, form.email, form.password, guard.visitor(request), console.clock())
        if tried.outcome is not Outcome.OK:
            text = LOCKED if tried.outcome is Outcome.LOCKED else WRONG
            return self._draw(request, form, errors={"way_in": text}, status=STATUS[tried.outcome])
        response = guard.go(f"{guard.ROOT}/code", next=_kept(form.next))
        guard.give_cookie(request, response, guard.COOKIE, tried.token)
        guard.drop_cookie(request, response, guard.FORM_COOKIE)
        return response

    def _draw(
        self,
        request: Request,
        form: SignInForm,
        *,
        errors: dict[str, str] | None = None,
        status: int = 200,
        is_ended: bool = False,
        is_out: bool = False,
    ) -> Response:
        console = self._console
        context: dict[str, Any] = {
            "email": form.email,
            "next": _kept(form.next),
            "is_ended": is_ended,
            "is_out": is_out,
            "single_sign_on": console.single_sign_on,
        }
        return console.pages.draw(request, "staff/sign_in.html", None, status=status, errors=errors or {}, **context)

    async def code_page(self, request: Request, who: AtLeastHalfWay, next: str = "") -> Response:  # noqa: A002
        """Asks for the code; whoever gave it goes on."""
        if who.has_code:
            return guard.go(guard.own_path(next))
        return draw_code(self._console, request, who, CodeForm(next=next))

    async def take_code(self, request: Request, who: AtLeastHalfWay, form: Annotated[CodeForm, Form()]) -> Response:
        """The second step."""
        return await self._try_code(request, who, form)

    async def again_page(self, request: Request, who: Whole, next: str = "") -> Response:  # noqa: A002
        """Asks for a fresh code; whoever has one goes on."""
        if who.has_fresh_code(self._console.clock()):
            return guard.go(guard.own_path(next))
        return draw_code(self._console, request, who, CodeForm(next=next))

    async def take_again(self, request: Request, who: Whole, form: Annotated[CodeForm, Form()]) -> Response:
        """A fresh code."""
        return await self._try_code(request, who, form)

    async def _try_code(self, request: Request, who: SignedIn, form: CodeForm) -> Response:
        console, visitor = self._console, guard.visitor(request)
        async with console.engine.begin() as db:
            outcome = await with_code(db, who.session_id, who.member.id, form.code, visitor, console.clock())
            known = await known_from_now(db, who.member.id, visitor.known) if outcome is Outcome.OK else ""
        if outcome is Outcome.OK:
            response = guard.go(guard.own_path(form.next))
            if form.kept:
                fields, to = parse_qsl(form.kept, keep_blank_values=True), guard.own_path(form.next)
                response = console.pages.draw(request, "staff/go_on.html", who, to=to, fields=fields)
            guard.give_cookie(request, response, guard.KNOWN_COOKIE, known, guard.KNOWN_LASTS)
            return response
        text = LOCKED if outcome is Outcome.LOCKED else WRONG_CODE
        return draw_code(console, request, who, form, errors={"code": text}, status=STATUS[outcome])

    async def sign_out(self, request: Request, who: Anybody) -> Response:
        """Ends this session; repeating is harmless."""
        if who is not None:
            async with self._console.engine.begin() as db:
                await sessions.end(db, who.session_id, who.member.id, self._console.clock())
        response = guard.go(guard.SIGN_IN, out="1")
        guard.drop_cookie(request, response, guard.COOKIE)
        return response


def draw_code(
    console: Console,
    request: Request,
    who: SignedIn,
    form: CodeForm,
    *,
    errors: dict[str, str] | None = None,
    status: int = 200,
) -> Response:
    """The page that asks for a code."""
    context = {"next": _kept(form.next), "is_again": who.has_code, "kept": form.kept}
    return console.pages.draw(request, "staff/code.html", who, status=status, errors=errors or {}, **context)


async def ask_and_keep(console: Console, request: Request, who: SignedIn) -> Response:
    """For a form that came with too old a code: asks for a new one, and keeps what was typed, passwords apart."""
    typed = [(name, str(value)) for name, value in (await request.form()).multi_items() if name != "form"]
    has_secret = any(name in SECRET_FIELDS for name, _ in typed)
    form = CodeForm(next=request.url.path, kept="" if has_secret else urlencode(typed or [("sent", "1")]))
    return draw_code(console, request, who, form, status=CodeNeeded.status)


def _kept(next_: str) -> str:
    """Where to go on to, when it is not the start anyway."""
    path = guard.own_path(next_)
    return "" if path == guard.ROOT else path
