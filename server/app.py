"""The web application: routes, limits and errors around a service that wiring built."""

from __future__ import annotations

import gc
import re
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Final

import structlog
from fastapi import FastAPI, Request, Response
from fastapi.exception_handlers import http_exception_handler, request_validation_exception_handler
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from server import metrics
from server.console import pages as console_pages
from server.db.engine import is_away
from server.errors import NotReadable, ServiceError, TooLarge, TooSlow, TryAgain
from server.log import logger
from server.staff import guard, oidc_pages
from server.staff import pages as staff_pages
from server.staff.errors import MayNot
from server.web.bodies import Timed
from server.web.headers import HEADERS, SecurityHeaders
from server.webhooks import calendar, health, pictures, webchat
from server.webhooks.api import make_api
from server.webhooks.api_telling import tell_staff
from server.webhooks.websaid import MULTIPART
from server.wiring import Service

log = logger(__name__)

PHOTO_BYTES: Final = 8_000_000
PHOTO_PATH: Final = re.compile(r"/console/places/[0-9a-f-]{36}/photo")
"""The one form of the console that carries a picture, and how large it may be."""


def make_app(service: Service, *, has_pages: bool = True) -> FastAPI:
    """The application of a web process; with `has_pages` false, of a worker: health and metrics only."""
    app = FastAPI(title="Connexions", docs_url=None, redoc_url=None, openapi_url=None, lifespan=_lifespan(service))
    app.include_router(health.router(service.engine, service.settings, service.refresh_gauges, service.stopping.is_set))
    if has_pages:
        _add_pages(app, service)
    app.add_exception_handler(Exception, _on_error)
    app.add_exception_handler(ServiceError, _on_error)
    app.add_middleware(BodyLimit, most_bytes=service.settings.max_body_bytes)
    app.add_middleware(AwayIsTryAgain)
    app.add_middleware(RequestIds)
    app.add_middleware(SecurityHeaders)
    return app


def _add_pages(app: FastAPI, service: Service) -> None:
    for router in service.routers():
        app.include_router(router)
    options = webchat.ChatOptions(
        languages=service.settings.languages,
        area_language=service.settings.area_language,
        session_cookie=service.settings.session_cookie,
    )
    app.include_router(webchat.router(service.web_desk, service.pages, options))
    app.include_router(service.assets.router())
    zone = service.conversations.area.zone
    app.include_router(calendar.router(service.engine, zone))
    app.include_router(pictures.router(service.engine))
    app.mount("/api/v1", make_api(service.engine, zone, service.settings.area_nation, tell_staff))
    app.state.console, app.state.guard = (
        service.console,
        guard.Guard(service.engine, service.console.clock, timedelta(minutes=service.settings.staff_idle_minutes)),
    )
    app.state.banners = service.desk.board.banners
    app.include_router(staff_pages.router(service.console))
    app.include_router(console_pages.router(service.desk))
    if service.settings.has_oidc:
        app.include_router(oidc_pages.router(service.console, service.settings))
    app.add_exception_handler(HTTPException, _on_no_page)
    app.add_exception_handler(RequestValidationError, _on_unreadable)


def _lifespan(service: Service):  # type: ignore[no-untyped-def]  # noqa: ANN202
    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        await service.start()
        # aiogram's and pydantic's objects never go away: keep the collector off them (dependencies: 150 ms pauses otherwise)
        gc.collect()
        gc.freeze()
        gc.set_threshold(50_000, 20, 20)
        yield
        await service.stop()

    return lifespan


async def _on_error(request: Request, error: Exception) -> Response:
    """One place where errors become answers; what is not ours to show is logged and answered with nothing in it."""
    known = error if isinstance(error, ServiceError) else ServiceError()
    if known.status >= 500 and not isinstance(known, TryAgain):  # noqa: PLR2004
        log.error("request failed", path=request.url.path, exc_info=error)
    # an unknown error is answered outside of every middleware of ours
    headers = {**HEADERS, "Cache-Control": "no-store"}
    if isinstance(known, TryAgain):
        headers["Retry-After"] = str(known.retry_after_seconds)
    if _is_console(request):
        answer = await staff_pages.refuse(request.app.state.console, request, known)
        answer.headers.update(headers)
        return answer
    return JSONResponse({"error": known.public}, status_code=known.status, headers=headers)


def _is_console(request: Request) -> bool:
    """True for pages that staff read: they get a page, or the way to the sign-in, in place of an error's bare text."""
    path = request.url.path
    return (path == guard.ROOT or path.startswith(f"{guard.ROOT}/")) and hasattr(request.app.state, "console")


async def _on_no_page(request: Request, error: Exception) -> Response:
    """An address or a method that does not exist."""
    if not isinstance(error, HTTPException):
        raise error
    if not _is_console(request):
        return await http_exception_handler(request, error)
    return await _on_error(request, MayNot() if error.status_code in {404, 405} else NotReadable())


async def _on_unreadable(request: Request, error: Exception) -> Response:
    """A form or address with something in it that cannot be."""
    if not isinstance(error, RequestValidationError):
        raise error
    if _is_console(request):
        return await _on_error(request, NotReadable())
    return await request_validation_exception_handler(request, error)


class AwayIsTryAgain:
    """Turns "the database is away" into 503 with Retry-After, so that a provider sends its webhook again."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on; answer for it only when nothing was answered yet."""
        has_begun = False

        async def note(message: Message) -> None:
            nonlocal has_begun
            has_begun = True
            await send(message)

        try:
            await self.app(scope, receive, note)
        except Exception as error:
            if has_begun or scope["type"] != "http" or not is_away(error):
                raise
            log.warning("database away", path=scope["path"], kind=type(error).__name__)
            metrics.refused.labels("database", "away").inc()
            response = await _on_error(Request(scope), TryAgain())
            await response(scope, receive, send)


class BodyLimit:
    """Refuses a body that is larger than any message, by its announced length or while it comes in, or that comes too slowly.

    The one form that may carry a file has a limit of its own, and reads no further (`server.webhooks.websaid`).
    """

    def __init__(self, app: ASGIApp, most_bytes: int) -> None:
        self.app = app
        self.most_bytes = most_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what is small enough."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        timed = Timed(receive)
        if _may_carry_file(scope):
            await self.app(scope, timed, _closing(timed, send))
            return
        announced = dict(scope["headers"]).get(b"content-length", b"0")
        most = PHOTO_BYTES if PHOTO_PATH.fullmatch(scope["path"]) else self.most_bytes
        if not announced.isdigit() or int(announced) > most:
            await _refuse(TooLarge(), scope, receive, send)
            return
        await self._counted(scope, timed, send, most)

    async def _counted(self, scope: Scope, timed: Timed, send: Send, most: int) -> None:
        seen = 0

        async def counted() -> Message:
            nonlocal seen
            message = await timed()
            seen += len(message.get("body", b""))
            if seen > most:
                raise TooLarge
            return message

        async def unless_refused(message: Message) -> None:
            """Whatever a reader made of the end of the body, it was too large or too slow."""
            if seen <= most and not timed.is_late:
                await send(message)

        await self.app(scope, counted, unless_refused)
        if seen > most:
            await _refuse(TooLarge(), scope, timed, send)
        elif timed.is_late:
            await _refuse(TooSlow(), scope, timed, _closing(timed, send))


async def _refuse(error: ServiceError, scope: Scope, receive: Receive, send: Send) -> None:
    metrics.refused.labels("body", "too-slow" if isinstance(error, TooSlow) else "too-large").inc()
    await (await _on_error(Request(scope), error))(scope, receive, send)


def _closing(timed: Timed, send: Send) -> Send:
    """Sends; after a body that did not come whole the connection ends, whatever is still on its way."""

    async def closing(message: Message) -> None:
        if timed.is_late and message["type"] == "http.response.start":
            message["headers"] = [*message.get("headers", []), (b"connection", b"close")]
        await send(message)

    return closing


def _may_carry_file(scope: Scope) -> bool:
    """True for the chat page's form with a file in it."""
    headers: dict[bytes, bytes] = dict(scope["headers"])
    is_form = headers.get(b"content-type", b"").lower().startswith(MULTIPART.encode())
    return is_form and scope["path"] == "/say"


class RequestIds:
    """Gives each request an id, on its log lines and in its answer."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on with an id."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request_id = uuid.uuid4().hex[:16]

        async def with_id(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", []), (b"x-request-id", request_id.encode())]
            await send(message)

        with structlog.contextvars.bound_contextvars(request_id=request_id):
            await self.app(scope, receive, with_id)
