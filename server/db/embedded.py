"""PostgreSQL started by the program itself, for a laptop, the demo and tests: nothing to set up, nothing left behind.

It listens on a unix socket in a folder that only its own user can enter, and on nothing else.
"""

from __future__ import annotations

import asyncio
import fcntl
import hashlib
import os
import re
import shlex
import shutil
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import asyncpg
from sqlalchemy import URL

from server.db.host import (
    ADVICE,
    Account,
    Binaries,
    Command,
    EmbeddedPostgresError,
    account_for,
    claim_folder,
    find_binaries,
    major_of,
    server_uid,
)

__all__ = ["DATABASE", "EmbeddedPostgres", "EmbeddedPostgresError"]

DATABASE = "connexions"
SUPERUSER = "postgres"
PORT = 5432
"""Only names the socket file; set everywhere, so that PGPORT in the environment changes nothing."""

_BUILTIN_LOCALE_SINCE = 17
_START_SECONDS = 60
_DYING_SECONDS = 10
_IN_THE_WAY = re.compile(r"(lock file .* already exists|pre-existing shared memory block .* still in use).*\n?\Z")
_LONGEST_SOCKET_FOLDER = 107 - len(f"/.s.PGSQL.{PORT}.lock")
_SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "port": str(PORT),
    "max_connections": "200",
    "TimeZone": "UTC",
    "log_timezone": "UTC",
    # what people wrote stays out of the server's log
    "log_error_verbosity": "terse",
    "log_min_error_statement": "panic",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
}
_FORGETFUL = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
_UNSAFE_IN_PATHS = '"$`\\\n'
"""pg_ctl puts its paths between double quotes in a shell command."""
_INITDB_OPTIONS = ["-E", "UTF8", "--auth-local=trust", "--auth-host=reject", "--no-instructions"]


class EmbeddedPostgres:
    """One PostgreSQL server over one data folder, shared by every process that starts it on that folder.

    The folder holds `data` and `server.log`; its user may be changed when we are root, and nothing outside is touched.
    `is_durable=False` is for tests: a crash of the machine may lose the data. Raises `EmbeddedPostgresError`.
    """

    def __init__(self, data_dir: Path, *, is_durable: bool = True) -> None:
        self.data_dir = data_dir.resolve()
        if set(str(self.data_dir)) & set(_UNSAFE_IN_PATHS):
            raise EmbeddedPostgresError(f"{self.data_dir} has one of {_UNSAFE_IN_PATHS} in its name. {ADVICE}")
        self.log_file = self.data_dir / "server.log"
        self._cluster = self.data_dir / "data"
        self._is_durable = is_durable
        self._uid = server_uid(self.data_dir)
        self.socket_folder = _socket_folder(self.data_dir)
        self._started_by: Account | None = None

    def start(self) -> str:
        """The SQLAlchemy URL of the database "connexions", with the server running and the database there.

        Blocks: about a second the first time, less later. Safe to repeat, and from several processes at once; a server
        that already runs on the folder is used as it is.
        """
        claim_folder(self.socket_folder, self._uid)
        with _locked(self.socket_folder):
            binaries = find_binaries(major_of(self._cluster))
            if not self._is_answering(binaries):
                self._start_server(binaries)
            self.create_database(DATABASE)
        return self.url()

    def stop(self) -> None:
        """Stops the server if this object started it; sessions are cut. Harmless to repeat."""
        account, self._started_by = self._started_by, None
        if account is None:
            return
        mode = "fast" if self._is_durable else "immediate"
        pg_ctl = find_binaries(major_of(self._cluster)).folder / "pg_ctl"
        account.run([pg_ctl, "stop", "-D", self._cluster, "-m", mode, "-w"])

    def url(self, database: str = DATABASE) -> str:
        """The SQLAlchemy URL of a database on this server, running or not."""
        query = {"host": str(self.socket_folder), "port": str(PORT)}
        url = URL.create("postgresql+asyncpg", username=SUPERUSER, database=database, query=query)
        return url.render_as_string(hide_password=False)

    def create_database(self, name: str) -> None:
        """Makes the database when it is not there; needs the server running."""
        if not self._execute("SELECT 1 FROM pg_database WHERE datname = $1", name):
            quoted = name.replace('"', '""')
            self._execute(f'CREATE DATABASE "{quoted}"')

    def _execute(self, statement: str, *values: str) -> list[asyncpg.Record]:
        """The rows of one statement; in a thread of its own, because the caller's event loop may be running."""

        async def execute() -> list[asyncpg.Record]:
            connection = await asyncpg.connect(
                host=str(self.socket_folder), port=PORT, user=SUPERUSER, database="postgres"
            )
            try:
                return list(await connection.fetch(statement, *values))
            finally:
                await connection.close()

        with ThreadPoolExecutor(1) as pool:
            return pool.submit(lambda: asyncio.run(execute())).result()

    def _is_answering(self, binaries: Binaries) -> bool:
        """Whether a server takes connections on our socket; one that is just starting or stopping is waited for."""
        ready: Command = [binaries.folder / "pg_isready", "-q", "-h", self.socket_folder, "-p", str(PORT)]
        until = time.monotonic() + _START_SECONDS
        while (code := Account().run(ready).returncode) == 1 and time.monotonic() < until:
            time.sleep(0.05)
        return code == 0

    def _start_server(self, binaries: Binaries) -> None:
        claim_folder(self.data_dir, self._uid)
        account = account_for(self._uid, binaries, self.data_dir)
        if not self._cluster.exists():
            self._initialise(account, binaries)
        settings = _SETTINGS | ({} if self._is_durable else _FORGETFUL)
        settings["unix_socket_directories"] = f'"{self.socket_folder}"'
        options = " ".join(shlex.quote(f"--{name}={value}") for name, value in settings.items())
        pg_ctl: Command = [binaries.folder / "pg_ctl", "start", "-D", self._cluster, "-l", self.log_file, "-o", options]
        until = time.monotonic() + _DYING_SECONDS
        while (done := account.run([*pg_ctl, "-w", "-t", str(_START_SECONDS)])).returncode != 0:
            # a server that was just killed holds its lock file and shared memory until its processes are gone
            if time.monotonic() < until and _IN_THE_WAY.search(self._end_of_log()):
                time.sleep(0.2)
                continue
            raise EmbeddedPostgresError(f"PostgreSQL did not start.\n{done.stdout}{self._end_of_log()}\n{ADVICE}")
        self._started_by = account

    def _initialise(self, account: Account, binaries: Binaries) -> None:
        """Fills `data` in one step: an interrupted first start leaves only `data.new`, which the next one removes."""
        unfinished = self.data_dir / "data.new"
        if unfinished.exists():
            shutil.rmtree(unfinished)
        initdb: Command = [binaries.folder / "initdb", "-D", unfinished, "-U", SUPERUSER, *_INITDB_OPTIONS]
        done = account.run([*initdb, *_locale_options(binaries.major), *([] if self._is_durable else ["--no-sync"])])
        if done.returncode != 0:
            raise EmbeddedPostgresError(f"PostgreSQL could not fill {self.data_dir}.\n{done.stdout}\n{ADVICE}")
        unfinished.rename(self._cluster)

    def _end_of_log(self) -> str:
        try:
            return self.log_file.read_text(encoding="utf-8", errors="replace")[-2000:]
        except OSError:
            return ""


def _locale_options(major: int) -> list[str]:
    if major >= _BUILTIN_LOCALE_SINCE:
        return ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    return ["--locale=C.UTF-8"]


def _socket_folder(data_dir: Path) -> Path:
    """Short, because a socket's path is limited, and the same for every process that names this data folder."""
    name = "connexions-" + hashlib.sha256(os.fsencode(data_dir.resolve())).hexdigest()[:16]
    folder = Path(tempfile.gettempdir()) / name
    return folder if len(os.fsencode(folder)) <= _LONGEST_SOCKET_FOLDER else Path("/tmp") / name  # noqa: S108


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """One process at a time; the lock ends with the process."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
