"""Processes: a web process, a worker, or everything in one, each with a graceful stop."""

from __future__ import annotations

import asyncio
import signal
import sys
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager

import uvicorn
from fastapi import APIRouter
from pydantic import ValidationError
from sqlalchemy.ext.asyncio import AsyncEngine

from server.app import make_app
from server.clock import utc_now
from server.db.embedded import EmbeddedPostgres
from server.db.engine import make_engine
from server.db.host import EmbeddedPostgresError
from server.log import set_up_logging
from server.migrations.run import current, downgrade, newest, upgrade
from server.settings import Settings
from server.staff import accounts
from server.staff.guard import ROOT as CONSOLE
from server.wiring import Service, build

STOP_SECONDS = 8


def read_settings() -> Settings:
    """The settings, or a clear end of the program that names each fault and no value."""
    try:
        settings = Settings()
    except ValidationError as error:
        for fault in error.errors():
            name = ".".join(str(x) for x in fault["loc"])
            print(f"setting {f'CONNEXIONS_{name.upper()}: ' if name else ''}{fault['msg']}", file=sys.stderr)
        raise SystemExit(2) from None
    set_up_logging(settings.log_level, as_json=settings.log_json)
    return settings


@contextmanager
def database(settings: Settings) -> Iterator[str]:
    """The address of the database; an embedded one is started, and stopped by whoever started it."""
    if settings.database_url is not None:
        yield settings.database_url.get_secret_value()
        return
    embedded = EmbeddedPostgres(settings.var_dir / "postgres")
    try:
        url = embedded.start()
    except EmbeddedPostgresError as error:
        print(error, file=sys.stderr)
        raise SystemExit(3) from None
    try:
        yield url
    finally:
        embedded.stop()


def run_async(main: Callable[[], Awaitable[None]]) -> None:
    """Run to the end on the fast loop."""
    import uvloop

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(main())  # type: ignore[arg-type]


async def migrated(url: str) -> None:
    """Bring the database to the newest revision, with a connection of its own."""
    engine = make_engine(url, pool=1)
    try:
        await upgrade(engine)
    finally:
        await engine.dispose()


def run_migrations(revision: str) -> None:
    """Go up to, or down to, a revision."""
    settings = read_settings()

    async def main(url: str) -> None:
        engine = make_engine(url, pool=1)
        await (upgrade(engine) if revision == "head" else downgrade(engine, revision))
        await engine.dispose()

    with database(settings) as url:
        run_async(lambda: main(url))


class Server(uvicorn.Server):
    """Tells the service first when it is time to stop, so that open pages let go."""

    def __init__(
        self, service: Service, *, port: int, has_pages: bool = True, more_routes: APIRouter | None = None
    ) -> None:
        settings, app = service.settings, make_app(service, has_pages=has_pages)
        if more_routes is not None:
            app.include_router(more_routes)
        config = uvicorn.Config(
            app,
            host=settings.host,
            port=port,
            log_config=None,
            access_log=False,
            server_header=False,
            date_header=False,
            timeout_graceful_shutdown=STOP_SECONDS,
            timeout_keep_alive=65,
            proxy_headers=True,
            forwarded_allow_ips=settings.forwarded_allow_ips,
            http="httptools",
            ws="none",
            lifespan="on",
        )
        super().__init__(config)
        self._service = service

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """As uvicorn's own, but a stop that was asked for ends the program by itself and well: what is left can be finished."""
        names = (signal.SIGINT, signal.SIGTERM)
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before = {name: signal.signal(name, self.handle_exit) for name in names}
        try:
            yield
        finally:
            for name, handler in before.items():
                signal.signal(name, handler)

    def handle_exit(self, sig: int, frame: object) -> None:
        """A first signal begins the graceful stop, a second one hurries it."""
        self._service.stopping.set()
        super().handle_exit(sig, frame)  # type: ignore[arg-type]


def run_all() -> None:
    """One process that does it all."""
    settings = read_settings()
    with database(settings) as url:
        run_async(lambda: _all(settings, url))


async def _all(settings: Settings, url: str) -> None:
    from server.worker.run import work

    await migrated(url)
    service = build(settings, url)

    async def tell_and_work() -> None:
        _tell(service)
        await tell_first_link(service.engine, settings)
        await work(service, has_polling=True)

    await serve_with(service, settings.port, tell_and_work)


async def serve_with(
    service: Service,
    port: int,
    job: Callable[[], Awaitable[None]],
    *,
    has_pages: bool = True,
    more_routes: APIRouter | None = None,
) -> None:
    """Serve until told to stop, and do the job meanwhile; a program that could not start does none."""
    server = Server(service, port=port, has_pages=has_pages, more_routes=more_routes)
    serving = asyncio.create_task(server.serve())
    await _ready(server, serving)
    if server.started:
        await asyncio.gather(serving, _while_serving(service, serving, job))


async def _while_serving(service: Service, serving: asyncio.Task[None], job: Callable[[], Awaitable[None]]) -> None:
    """Do the job; when it falls, the server stops too, so that somebody starts both again."""
    try:
        await job()
    except BaseException:
        service.stopping.set()
        serving.cancel()
        raise


async def _ready(server: uvicorn.Server, serving: asyncio.Task[None]) -> None:
    while not server.started and not serving.done():  # noqa: ASYNC110 - uvicorn has a flag, no event
        await asyncio.sleep(0.01)


def _tell(service: Service) -> None:
    """Say where everything is."""
    settings = service.settings
    print(f"Web chat     {settings.own_url}/")
    telegram = settings.telegram_mode.value if settings.has_telegram else "off (set CONNEXIONS_TELEGRAM_TOKEN)"
    print(f"Telegram     {telegram}")
    print(f"SMS          {'on' if settings.has_sms else 'off (set CONNEXIONS_TWILIO_ACCOUNT_SID)'}")
    print(f"Alarm calls  {'on' if settings.has_voice else 'off: nobody is rung (set CONNEXIONS_VOICE_FROM)'}")
    print(f"In terminal  connexions chat      Waiting for a person: connexions cases list", flush=True)  # noqa: F541


async def tell_first_link(engine: AsyncEngine, settings: Settings) -> bool:
    """While nobody can sign in, print the link where the first account is set up; false when somebody can."""
    async with engine.begin() as db:
        secret = await accounts.first_link(db, settings.area, utc_now())
    if secret is None:
        print(f"Console      {settings.own_url}{CONSOLE}", flush=True)
        return False
    print("Console      nobody can sign in yet. Open this link within a day; it works once, a newer one ends it:")
    print(f"             {welcome_address(settings, secret)}", flush=True)
    return True


def welcome_address(settings: Settings, secret: str) -> str:
    """Where a one-time link leads."""
    return f"{settings.own_url}{CONSOLE}/welcome/{secret}"


def run_web() -> None:
    """A web process; migrations are the operator's step (`connexions migrate`), but an old database is refused."""
    settings = read_settings()
    with database(settings) as url:
        run_async(lambda: _web(settings, url))


async def refuse_old(url: str) -> None:
    """End the program when the database is not at this program's revision."""
    engine = make_engine(url, pool=1)
    try:
        found = await current(engine)
    finally:
        await engine.dispose()
    if found != newest():
        print(
            f"the database is at revision {found}, the program needs {newest()}: run `connexions migrate`",
            file=sys.stderr,
        )
        raise SystemExit(4)


async def _web(settings: Settings, url: str) -> None:
    from server.worker.run import watch

    await refuse_old(url)
    service = build(settings, url)
    await serve_with(service, settings.port, lambda: watch(service))


def run_worker() -> None:
    """A worker process."""
    settings = read_settings()
    with database(settings) as url:
        run_async(lambda: _worker(settings, url))


async def _worker(settings: Settings, url: str) -> None:
    from server.worker.run import work

    await refuse_old(url)
    service = build(settings, url)
    if settings.worker_port:
        await serve_with(service, settings.worker_port, lambda: work(service, has_polling=True), has_pages=False)
        return
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, service.stopping.set)
    await service.start()
    try:
        await work(service, has_polling=True)
    finally:
        await service.stop()
