"""The console's pages of sign-in and account, joined. `router` is what the program adds; `refuse` draws its errors."""

from __future__ import annotations

from fastapi import APIRouter, Depends, Request, Response

from dialogs.messages import clean_text
from server.errors import ServiceError
from server.staff import guard
from server.staff.access import MAY_DO, Act, may_do
from server.staff.errors import CodeNeeded, NotSignedIn
from server.staff.guard import Whole
from server.staff.pages_account import AccountPages
from server.staff.pages_alarm import AlarmPages
from server.staff.pages_audit import AuditPages
from server.staff.pages_draw import Console
from server.staff.pages_push import PushPages
from server.staff.pages_signin import SignInPages, ask_and_keep
from server.staff.pages_team import TeamPages
from server.staff.pages_welcome import WelcomePages
from server.staff.pages_words import MAY, ROLES
from server.web.origin import require_own

TYPED = ("text", "why", "next_step", "reason", "words", "note")
"""Fields of the console's forms that hold what somebody wrote (never a password or a code)."""


def router(console: Console) -> APIRouter:
    """Every page below `/console`. All forms are checked here, so that no page can forget it."""
    signing_in = SignInPages(console)
    strangers = console_router(guard.check_strangers_form)
    signing_in.add_open(strangers)
    WelcomePages(console).add_open(strangers)
    PushPages(console).add_open(strangers)
    staff = console_router(guard.check_form)
    signing_in.add(staff)
    StartPage(console).add(staff)
    for pages in (AccountPages, AlarmPages, PushPages, TeamPages, AuditPages):
        pages(console).add(staff)
    routes = APIRouter()
    routes.include_router(strangers)
    routes.include_router(staff)
    return routes


def console_router(check: object = guard.check_form) -> APIRouter:
    """A router for pages of the console: own forms only. What comes later (the queue, the diary) starts from it too."""
    checks = [Depends(_require_own_form), Depends(check), Depends(_read_banners)]  # type: ignore[arg-type]
    return APIRouter(prefix=guard.ROOT, include_in_schema=False, dependencies=checks)


async def _read_banners(request: Request, who: guard.Anybody) -> None:
    """What everybody must know stands on every page, also on one that a form answers with; `server.app` says what that is."""
    read = getattr(request.app.state, "banners", None)
    if read is not None and who is not None and who.has_code and not guard.by_script(request):
        request.state.banners = await read(who.member)


async def _require_own_form(request: Request) -> None:
    """Only what changes something has to come from here: links in e-mails and the way back from a sign-in do not."""
    if request.method not in guard.READS:
        await require_own(request)


class StartPage:
    """Where somebody lands."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def add(self, routes: APIRouter) -> None:
        """The start."""
        routes.get("")(self.page)

    async def page(self, request: Request, who: Whole) -> Response:
        """What the signed-in person may do; whoever works with chats lands at the queue."""
        if may_do(who.member, Act.SEE_QUEUE):
            return guard.go(f"{guard.ROOT}/queue")
        held = {act for role in who.member.roles for act in MAY_DO[role]}
        return self._console.pages.draw(
            request,
            "staff/start.html",
            who,
            roles=[ROLES[role][0] for role in ROLES if role in who.member.roles],
            acts=[text for act, text in MAY.items() if act in held and act is not Act.OWN_ACCOUNT],
        )


async def refuse(console: Console, request: Request, error: ServiceError) -> Response:
    """The answer to any error below `/console`. Without the database the page is drawn for nobody."""
    if error.status >= 500:  # noqa: PLR2004
        return console.pages.refuse(request, error, None)
    who = await guard.anybody(request)
    if isinstance(error, NotSignedIn | guard.FormStale) and (typed := await _typed(request)):
        return console.pages.draw(request, "staff/kept.html", who, status=error.status, typed=typed)
    if isinstance(error, CodeNeeded) and who is not None and request.method not in guard.READS:
        return await ask_and_keep(console, request, who)
    return console.pages.refuse(request, error, who)


async def _typed(request: Request) -> str:
    """What somebody wrote in a form that cannot be taken any more: it is shown again, so that nothing typed is lost."""
    if request.method in guard.READS or "x-requested-with" in request.headers:
        return ""
    form = await request.form()
    texts = (clean_text(text) for name in TYPED if isinstance(text := form.get(name, ""), str))
    return "\n\n".join(filter(None, texts))
