"""The demo: a busy queue of people who do not exist, doors that are in no other program, and nothing of a real installation."""

from __future__ import annotations

import asyncio
import re
import signal
import socket
import sys
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
import pytest_asyncio
from sqlalchemy import select, text

from dialogs.effects import CaseUrgency
from server.app import make_app
from server.cli.demo.channels import nowhere
from server.cli.demo.doors import PATH, Doors
from server.cli.demo.filling import DEMO_MARK, NotADemo, cases, fill, mark
from server.cli.demo.life import Life
from server.cli.demo.run import make_ready, run_demo
from server.cli.demo.script import LANES
from server.cli.demo.settings import MARK, NotTheDemosFolder, demo_settings, held, prepare_folder
from server.cli.demo.staff import TEAM
from server.clock import utc_now
from server.console.queue_view import sorted_of, view_of
from server.console.reading import read_queue, seen_by
from server.db.base import table_of
from server.db.embedded import EmbeddedPostgres
from server.db.engine import make_engine
from server.escalations.service import case_messages
from server.people.models import Address
from server.staff.access import Member
from tests.support.patience import PATIENCE
from tests.support.postgres import Databases
from tests.support.program import Program, running

pytestmark = pytest.mark.database

addresses = table_of(Address)
EIGHT = {"en", "cy", "pl", "ro", "ar", "ur", "so", "fa"}
DRAMA = re.compile(r"\+447700900\d{3}")


@dataclass
class Demo:
    """A program on a filled database."""

    program: Program
    team: dict[str, Member]
    doors: Doors


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def demo(databases: Databases) -> AsyncIterator[Demo]:
    url = databases.make()
    async with running(url, has_worker=False, more_channels=nowhere(), area_hours="mon-sun 00:00-23:59") as program:
        team = await fill(program.service, utc_now())
        yield Demo(program, team, Doors(program.service, team))
    databases.drop(url)


async def queue_of(demo: Demo, name: str) -> list:
    async with demo.program.service.engine.connect() as db:
        return seen_by(await read_queue(db, demo.team[name].areas), demo.team[name])


async def test_the_queue_is_busy(demo: Demo) -> None:
    rows = await queue_of(demo, "Wren")
    view, now = view_of(sorted_of(rows), demo.team["Wren"]), utc_now()
    free = [row for row in rows if row.adviser_id is None]
    assert view.waiting == len(free) >= 25
    assert {row.urgency for row in free} == set(CaseUrgency)
    assert {row.language for row in rows} >= EIGHT
    assert {row.channel for row in rows} == set(LANES)
    waits = [now - row.since for row in free if row.since]
    assert min(waits) < timedelta(minutes=5)
    assert max(waits) > timedelta(hours=3)
    assert any(row.urgency is CaseUrgency.CRISIS for row in view.alarms)
    held_by = {row.holder for row in rows if row.adviser_id}
    assert {"Robin", "Ash", "Fern", "Wren", "Rowan"} <= held_by


async def test_there_is_something_of_everything(demo: Demo) -> None:
    async with demo.program.service.engine.connect() as db:
        closed = (await db.execute(select(cases).where(cases.c.closed_at.is_not(None)))).all()
        kinds = set((await db.execute(text("SELECT kind FROM case_notes"))).scalars())
        due = set((await db.execute(text("SELECT kind FROM case_tasks"))).scalars())
        rungs = set((await db.execute(text("SELECT rung FROM on_call"))).scalars())
    assert len(closed) > 5
    assert {row.outcome.value for row in closed} >= {"answered", "booked", "emergency_services", "no_reply"}
    assert kinds >= {"note", "ask", "whisper", "transfer", "hold"}
    assert due >= {"interpreter", "access", "call_back", "follow_up", "unreachable"}
    assert len(rungs) == 5


async def test_a_complaint_is_kept_from_whom_it_is_about(demo: Demo) -> None:
    seen = {name: {row.id for row in await queue_of(demo, name)} for name in ("Robin", "Wren")}
    assert len(seen["Wren"] - seen["Robin"]) == 1


async def test_nobody_has_these_addresses(demo: Demo) -> None:
    async with demo.program.service.engine.connect() as db:
        rows = (await db.execute(select(addresses.c.lane, addresses.c.address))).all()
    by_lane = Counter(row.lane for row in rows)
    assert min(by_lane[lane] for lane in LANES.values()) > 5
    for row in rows:
        shape = {"sms": DRAMA, "telegram": re.compile(r"44\d{14}"), "web": re.compile(r"[0-9a-f]{64}")}[row.lane]
        assert shape.fullmatch(row.address), row


async def test_no_words_hold_a_telephone_number_of_ours(demo: Demo) -> None:
    async with demo.program.service.engine.connect() as db:
        said = (await db.execute(select(case_messages.c.body))).scalars().all()
    assert len(said) > 60
    assert not [words for words in said if re.search(r"\+?\d[\d ]{6,}", words)]


async def test_a_link_signs_in_once_and_opens_the_queue(demo: Demo, capsys: pytest.CaptureFixture[str]) -> None:
    app = make_app(demo.program.service)
    app.include_router(demo.doors.router())
    link = demo.doors.link("Robin")
    path = link.removeprefix(demo.program.service.settings.own_url)
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1", follow_redirects=True) as browser:
        page = await browser.get(path)
        assert page.status_code == 200
        assert page.url.path == "/console/queue"
        assert page.text.count('class="row') > 25
    assert "Robin" in demo.doors.used
    assert PATH in capsys.readouterr().out
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as another:
        again = await another.get(path)
        assert again.status_code == 404
        assert "staff=" not in again.headers.get("set-cookie", "")


async def test_everybody_of_the_team_gets_in(demo: Demo) -> None:
    app = make_app(demo.program.service)
    app.include_router(demo.doors.router())
    for person in TEAM:
        path = demo.doors.link(person.name).removeprefix(demo.program.service.settings.own_url)
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(
            transport=transport, base_url="http://127.0.0.1", follow_redirects=True
        ) as browser:
            page = await browser.get(path)
            assert page.status_code == 200, person
            assert not page.url.path.startswith("/console/sign-in"), person


async def test_the_program_itself_has_no_such_door(demo: Demo) -> None:
    async with demo.program.browser() as browser:
        answer = await browser.get(demo.doors.link("Hazel").removeprefix(demo.program.service.settings.own_url))
    assert answer.status_code == 404
    assert "staff" not in browser.cookies


async def test_a_door_opens_on_no_other_database(demo: Demo) -> None:
    app = make_app(demo.program.service)
    app.include_router(demo.doors.router())
    async with demo.program.service.engine.begin() as db:
        await mark(db, "")
    try:
        path = demo.doors.link("Hazel").removeprefix(demo.program.service.settings.own_url)
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as browser:
            answer = await browser.get(path)
        assert answer.status_code == 404
        assert "staff=" not in answer.headers.get("set-cookie", "")
    finally:
        async with demo.program.service.engine.begin() as db:
            await mark(db, DEMO_MARK)


async def test_a_database_with_people_is_left_alone(demo: Demo) -> None:
    with pytest.raises(NotADemo):
        await fill(demo.program.service, utc_now())


async def test_life_answers_for_those_whom_nobody_plays(demo: Demo) -> None:
    life = Life(demo.program.service, demo.team, lambda: {"Robin"})
    count = text("SELECT count(*) FROM messages")
    async with demo.program.service.engine.connect() as db:
        before = (await db.execute(count)).scalar_one()
    for minute in range(1, 7):
        await life.once(utc_now() + timedelta(minutes=minute))
    async with demo.program.service.engine.connect() as db:
        assert (await db.execute(count)).scalar_one() == before + 6
        by_robin = select(cases.c.waiting_since).where(cases.c.adviser_id == demo.team["Robin"].id)
        waiting = (await db.execute(by_robin.where(cases.c.closed_at.is_(None)))).scalars().all()
    assert waiting, "Robin holds chats"


def test_nothing_of_the_environment_reaches_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (
        "DATABASE_URL",
        "KEY_RING",
        "TELEGRAM_TOKEN",
        "TWILIO_ACCOUNT_SID",
        "OIDC_ISSUER",
        "PUBLIC_URL",
        "HOST",
    ):
        monkeypatch.setenv(f"CONNEXIONS_{name}", "of-a-real-installation")
    settings = demo_settings(tmp_path, 8000)
    assert "of-a-real-installation" not in repr(settings.model_dump())
    assert settings.host == "127.0.0.1"
    assert settings.database_url is None
    assert not any((settings.has_telegram, settings.has_sms, settings.has_oidc, settings.is_production))


def test_production_refuses_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CONNEXIONS_ENVIRONMENT", "production")
    assert run_demo(tmp_path / "demo", 8000, is_kept=False) == 2
    assert "real people" in capsys.readouterr().err
    assert not (tmp_path / "demo").exists()


def test_a_folder_with_other_things_in_it_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("ten years of work")
    with pytest.raises(NotTheDemosFolder):
        prepare_folder(tmp_path)
    assert [file.name for file in tmp_path.iterdir()] == ["thesis.txt"]


def test_two_demos_do_not_share_a_folder(tmp_path: Path) -> None:
    prepare_folder(tmp_path)
    assert (tmp_path / MARK).is_file()
    with held(tmp_path), pytest.raises(NotTheDemosFolder), held(tmp_path):
        pass


@pytest.mark.process
async def test_the_whole_program_starts_signs_in_and_is_made_anew_or_kept(tmp_path: Path) -> None:
    tmp_path.chmod(0o711)
    folder = tmp_path / "demo"
    first = await run_until_link(folder)
    kept = await run_until_link(folder, "--keep")
    assert first == kept
    postgres = EmbeddedPostgres(folder / "postgres")
    url = postgres.start()
    try:
        assert await make_ready(url, is_kept=True)
        assert not await make_ready(url, is_kept=False)
        engine = make_engine(url, pool=1)
        async with engine.connect() as db:
            assert (await db.execute(text("SELECT to_regclass('cases')"))).scalar() is None
        await engine.dispose()
    finally:
        postgres.stop()


@dataclass
class Looked:
    """What a demo's queue showed: how many rows, and the ids among them."""

    cases: int
    newest: str


async def run_until_link(folder: Path, *more: str) -> Looked:
    """Start the program, follow Wren's link, read the queue, stop it with Ctrl-C."""
    port = free_port()
    command = [Path(sys.executable).with_name("connexions"), "demo", "--folder", folder, "--port", str(port), *more]
    process = await asyncio.create_subprocess_exec(
        *command, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    try:
        said = await asyncio.wait_for(said_until(process, "Wren"), 240)
        link = re.search(r"Wren .*(http://127\.0\.0\.1:\d+/\S+)", said)
        assert link, said
        assert "made up" in said
        async with httpx.AsyncClient(follow_redirects=True, timeout=30) as browser:
            page = await browser.get(link[1])
        rows = sorted(set(re.findall(r'data-row="([0-9a-f-]{36})"', page.text)))
        process.send_signal(signal.SIGINT)
        assert await asyncio.wait_for(process.wait(), PATIENCE) == 0
        return Looked(len(rows), rows[-1])
    finally:
        if process.returncode is None:
            process.kill()


async def said_until(process: asyncio.subprocess.Process, word: str) -> str:
    assert process.stdout
    said = ""
    while line := await process.stdout.readline():
        said += line.decode()
        if word in line.decode():
            return said
    return said


def free_port() -> int:
    with socket.socket() as tried:
        tried.bind(("127.0.0.1", 0))
        return tried.getsockname()[1]
