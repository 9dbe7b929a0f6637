"""The API for partner systems, below `/api/v1`: their own appointments of people they are linked with, and nothing else."""

from __future__ import annotations

import uuid
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from typing import Annotated, Any, Final, Literal
from zoneinfo import ZoneInfo

from fastapi import Depends, FastAPI, Header, Query, Request, Response
from fastapi.responses import HTMLResponse, JSONResponse
from fastapi.routing import APIRoute
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from server.appointments import partner_booking, partner_calls, partners
from server.appointments.partner_booking import Known, Refusal, Times
from server.appointments.partner_calls import Kept
from server.appointments.partners import Caller, Scope
from server.clock import utc_now
from server.db.engine import is_away
from server.webhooks.api_docs import description_of, page_of
from server.webhooks.api_models import Answer, Found, NewAppointment, NewTimes, Search
from server.webhooks.api_problems import MEDIA, Stopped, add_handlers

DryRun = Annotated[Literal["true", "false"], Query(description="`true`: every check is made and nothing is stored.")]
Key = Annotated[
    str,
    Header(
        alias="Idempotency-Key",
        pattern=r"^[A-Za-z0-9_-]{8,100}$",
        description="Your own, new for each change: the same call again with it gets the same answer, for 3 days.",
    ),
]
Done = Callable[[AsyncConnection, Caller, Known, str], Awaitable[None]]
Work = Callable[[AsyncConnection], Awaitable[Known | Refusal]]
bearer = HTTPBearer(auto_error=False, description="The token of your system.")


def _problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    content = {MEDIA: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {status: {"description": "Problem", "content": content} for status in (401, 403, 422, 429, *statuses)}


class Route(APIRoute):
    """Tells a partner to come again when the database is away."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The handler, with that."""
        handle = super().get_route_handler()

        async def with_away(request: Request) -> Response:
            try:
                return await handle(request)
            except Exception as error:
                if not is_away(error):
                    raise
                raise Stopped("try_again", {"Retry-After": "5"}) from None

        return with_away


class _Undo(Exception):
    """Takes back what a dry run did, and says what it would have answered."""

    def __init__(self, answer: dict[str, Any]) -> None:
        super().__init__("dry run")
        self.answer = answer


@dataclass(frozen=True, slots=True)
class Api:
    """The handlers. `done` is told what was changed, in the same transaction: somebody has to tell the young person."""

    engine: AsyncEngine
    zone: ZoneInfo
    nation: str
    done: Done

    async def may(self, scope: Scope, given: HTTPAuthorizationCredentials | None) -> Caller:
        """Whose token it is, once it may do this. Raises Stopped."""
        who = None
        if given is not None:
            async with self.engine.execution_options(isolation_level="AUTOCOMMIT").connect() as db:
                who = await partners.caller(db, given.credentials, utc_now())
        if who is None:
            raise Stopped("no_token", {"WWW-Authenticate": "Bearer"})
        if who.wait_seconds:
            raise Stopped("too_often", {"Retry-After": str(who.wait_seconds)})
        if scope not in who.scopes:
            raise Stopped("missing_scope")
        return who

    async def change(
        self, who: Caller, request: Request, key: str, body: dict[str, Any], work: Work, *, what: str, dry: bool
    ) -> Response:
        """Do it once: kept answers are given again, a dry run is taken back. Raises Stopped."""
        call = partner_calls.call_of(key, f"{request.method} {request.url.path}", body)
        status = 201 if what == "booked" else 200
        try:
            async with self.engine.begin() as db:
                before = None if dry else await partner_calls.answered(db, who, call)
                if before is not None:
                    return _again(before)
                made = _made(await work(db))
                answer = _answer(made).model_dump(mode="json")
                _undo_if(dry, answer, what)
                await self.done(db, who, made, what)
                await partner_calls.keep(db, who, call, status, answer, utc_now())
        except _Undo as undone:
            return JSONResponse(undone.answer, 200)
        return JSONResponse(answer, status)


def _again(before: Kept) -> Response:
    """What was answered before. Raises Stopped for a key that came with another request."""
    if not before.is_same:
        raise Stopped("key_reused")
    return JSONResponse(before.answer, before.status, headers={"Idempotent-Replayed": "true"})


def _undo_if(dry: bool, answer: dict[str, Any], what: str) -> None:  # noqa: FBT001 - one use
    """Raises _Undo in a dry run."""
    if dry:
        raise _Undo({**answer, "id": None} if what == "booked" else answer)


def _made(found: Known | Refusal) -> Known:
    """What was done. Raises Stopped for what was not."""
    if isinstance(found, Known):
        return found
    more: dict[str, Any] = (
        {"nearest": [at.isoformat().replace("+00:00", "Z") for at in found.nearest]} if found.code == "clash" else {}
    )
    raise Stopped(found.code, **more)


def _answer(one: Known) -> Answer:
    times = one.times
    return Answer(
        id=one.id,
        status=one.status,
        starts_at=times.starts_at if times else None,
        ends_at=times.ends_at if times else None,
    )


Given = Annotated[HTTPAuthorizationCredentials | None, Depends(bearer)]


async def writer(request: Request, given: Given) -> Caller:
    """Somebody who may change. Raises Stopped."""
    api: Api = request.app.state.api
    return await api.may(Scope.WRITE, given)


async def reader(request: Request, given: Given) -> Caller:
    """Somebody who may read. Raises Stopped."""
    api: Api = request.app.state.api
    return await api.may(Scope.READ, given)


Writes = Annotated[Caller, Depends(writer)]
Reads = Annotated[Caller, Depends(reader)]


def make_api(engine: AsyncEngine, zone: ZoneInfo, nation: str, done: Done) -> FastAPI:
    """The application that the program mounts."""
    api = Api(engine, zone, nation, done)
    app = FastAPI(
        title="Connexions: appointments of partners",
        version="1",
        docs_url=None,
        redoc_url=None,
        description="Create, move and cancel your own appointments of young people who are linked with you.",
        servers=[{"url": "/api/v1"}],
        root_path_in_servers=False,
    )
    app.state.api = api
    app.router.route_class = Route
    add_handlers(app)
    _add_changes(app, api)
    _add_reads(app, api)
    described = description_of(app)
    page: Final = page_of(described)
    app.openapi = lambda: described  # type: ignore[method-assign]

    @app.get("/docs", include_in_schema=False)
    async def docs() -> Response:
        return HTMLResponse(page)

    return app


def _add_changes(app: FastAPI, api: Api) -> None:
    @app.post(
        "/appointments",
        status_code=201,
        response_model=Answer,
        responses={200: {"model": Answer, "description": "A dry run."}, **_problems(404, 409)},
        summary="Create",
    )
    async def create(
        request: Request, who: Writes, body: NewAppointment, key: Key, dry_run: DryRun = "false"
    ) -> Response:
        said = {"other_place": body.place, "contact": body.contact, "bring": body.bring}
        times = Times(body.starts_at, body.ends_at)

        async def work(db: AsyncConnection) -> Known | Refusal:
            own = body.person, body.reference
            return await partner_booking.create(db, who, *own, times, said, api.zone, api.nation, utc_now())

        asked = body.model_dump(mode="json")
        return await api.change(who, request, key, asked, work, what="booked", dry=dry_run == "true")

    @app.post(
        "/appointments/{appointment_id}/move", response_model=Answer, responses=_problems(404, 409), summary="Move"
    )
    async def move(
        request: Request,
        who: Writes,
        appointment_id: uuid.UUID,
        body: NewTimes,
        key: Key,
        dry_run: DryRun = "false",
    ) -> Response:
        times = Times(body.starts_at, body.ends_at)

        async def work(db: AsyncConnection) -> Known | Refusal:
            return await partner_booking.move(db, who, appointment_id, times, api.zone, api.nation, utc_now())

        asked = body.model_dump(mode="json")
        return await api.change(who, request, key, asked, work, what="moved", dry=dry_run == "true")

    @app.post(
        "/appointments/{appointment_id}/cancel", response_model=Answer, responses=_problems(404, 409), summary="Cancel"
    )
    async def cancel(
        request: Request, who: Writes, appointment_id: uuid.UUID, key: Key, dry_run: DryRun = "false"
    ) -> Response:
        async def work(db: AsyncConnection) -> Known | Refusal:
            return await partner_booking.cancel(db, who, appointment_id, utc_now())

        return await api.change(who, request, key, {}, work, what="cancelled", dry=dry_run == "true")


def _add_reads(app: FastAPI, api: Api) -> None:
    @app.get("/appointments/{appointment_id}", response_model=Answer, responses=_problems(404), summary="Read one")
    async def one(who: Reads, appointment_id: uuid.UUID) -> Answer:
        async with api.engine.connect() as db:
            found = await partner_booking.one(db, who, appointment_id)
        if found is None:
            raise Stopped("appointment_unknown")
        return _answer(found)

    @app.post("/appointments/search", response_model=Found, responses=_problems(404), summary="Read those of a person")
    async def search(who: Reads, body: Search) -> Found:
        async with api.engine.connect() as db:
            found = await partner_booking.of_person(db, who, body.person, utc_now())
        if found is None:
            raise Stopped("person_unknown")
        return Found(appointments=[_answer(one) for one in found])
