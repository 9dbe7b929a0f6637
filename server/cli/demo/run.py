"""Starts the demo: its own database, everything made up, the server, and a little life until it is stopped."""

from __future__ import annotations

import asyncio
import os
import socket
import sys
from pathlib import Path
from typing import Final

from sqlalchemy import select, text
from sqlalchemy.engine import make_url

from server.cli.demo.channels import nowhere
from server.cli.demo.doors import Doors
from server.cli.demo.filling import DEMO_MARK, HALF_MADE, NotADemo, fill, mark_of
from server.cli.demo.life import Life
from server.cli.demo.settings import NotTheDemosFolder, demo_settings, held, prepare_folder
from server.cli.processes import database, migrated, run_async, serve_with
from server.clock import utc_now
from server.db.base import table_of
from server.db.embedded import DATABASE
from server.db.engine import make_engine
from server.log import set_up_logging
from server.settings import Settings
from server.staff.access import Member
from server.staff.guard import ROOT
from server.staff.models import Staff
from server.staff.sessions import MEMBER_COLUMNS, member_of
from server.wiring import Service, build
from server.worker.run import work

staff = table_of(Staff)

NOT_HERE: Final = "This machine is set up for real people (CONNEXIONS_ENVIRONMENT=production): no demo runs here."
MADE_UP: Final = "Everything here is made up: nobody who writes exists, no number is anybody's, and nothing is sent."
LINKS: Final = "Sign in as one of these. Each link works once, then the next one is printed:"


def run_demo(folder: Path, port: int, *, is_kept: bool) -> int:
    """Run until Ctrl-C; with `is_kept` on what an earlier demo left. 2 where a demo must not run."""
    if os.environ.get("CONNEXIONS_ENVIRONMENT", "").lower() == "production":
        return _refuse(NOT_HERE)
    if not _is_free(port):
        return _refuse(f"Something runs on port {port} already. Name another one with --port.")
    settings = demo_settings(folder, port)
    set_up_logging(settings.log_level, as_json=settings.log_json)
    try:
        prepare_folder(folder)
        with held(folder), database(settings) as url:
            run_async(lambda: _run(settings, url, is_kept=is_kept))
    except (NotTheDemosFolder, NotADemo) as error:
        return _refuse(str(error))
    return 0


def _is_free(port: int) -> bool:
    """True when nobody listens there: said before everything is made up, and not after."""
    with socket.socket() as tried:
        tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            tried.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def _refuse(why: str) -> int:
    print(why, file=sys.stderr)
    return 2


async def _run(settings: Settings, url: str, *, is_kept: bool) -> None:
    is_whole = await make_ready(url, is_kept=is_kept)
    await migrated(url)
    service = build(settings, url, more_channels=nowhere())
    team = await (_team(service) if is_whole else _make_up(service))
    doors = Doors(service, team)
    life = Life(service, team, lambda: doors.used)

    async def tell_and_live() -> None:
        print(
            f"\n{MADE_UP}\n\nWeb chat  {settings.own_url}/\nConsole   {settings.own_url}{ROOT}\n\n{LINKS}", flush=True
        )
        doors.tell()
        print("\nCtrl-C stops it.", flush=True)
        await asyncio.gather(work(service, has_polling=False), life.go_on())

    await serve_with(service, settings.port, tell_and_live, more_routes=doors.router())


async def make_ready(url: str, *, is_kept: bool) -> bool:
    """True when an earlier demo's database is there and kept; else it is dropped and made anew, when a demo made it."""
    engine = make_engine(url, pool=1)
    async with engine.connect() as db:
        found = await mark_of(db)
    await engine.dispose()
    if found == DEMO_MARK and is_kept:
        return True
    if found in {DEMO_MARK, HALF_MADE}:
        await _make_anew(url)
    return False


async def _make_anew(url: str) -> None:
    beside = make_url(url).set(database="postgres").render_as_string(hide_password=False)
    engine = make_engine(beside, pool=1)
    async with engine.connect() as connection:
        db = await connection.execution_options(isolation_level="AUTOCOMMIT")
        await db.execute(text(f'DROP DATABASE "{DATABASE}" WITH (FORCE)'))
        await db.execute(text(f'CREATE DATABASE "{DATABASE}"'))
    await engine.dispose()


async def _make_up(service: Service) -> dict[str, Member]:
    print("Making up young people, advisers and what they said. The first time takes a minute.", flush=True)
    await asyncio.to_thread(service.library.learn)
    return await fill(service, utc_now())


async def _team(service: Service) -> dict[str, Member]:
    """Everybody whom an earlier demo made up and nobody removed since."""
    query = select(*MEMBER_COLUMNS).where(staff.c.removed_at.is_(None))
    async with service.engine.connect() as db:
        found = [member_of(row) for row in (await db.execute(query)).mappings()]
    return {member.name: member for member in found}
