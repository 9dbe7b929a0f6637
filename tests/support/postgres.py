"""Databases for tests: one server for each worker, one template, and a clone of it for each test that asks.

Import the fixtures into conftest.py and override `prepare_template` there. The server is embedded, in a folder of its
own under the system's temp folder; or the one named by CONNEXIONS_TEST_DATABASE_URL, as a user who may create databases.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import tempfile
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar
from uuid import uuid4

import pytest
from sqlalchemy import URL, make_url, text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from server.db.embedded import EmbeddedPostgres

T = TypeVar("T")

ROOM_BYTES = 2**30

Prepare = Callable[[str], object]
"""Fills the database at the URL; runs in a thread without an event loop, so that it may start one."""


class Databases:
    """Databases cloned from one template, which is prepared when the first is asked for."""

    def __init__(self, server_url: str, prepare: Prepare) -> None:
        self._server = make_url(server_url)
        self._prepare = prepare
        self._prefix = f"test_{uuid4().hex[:12]}"
        self._template: str | None = None
        self._made = 0

    def make(self) -> str:
        """The URL of a new database with everything the template has."""
        if self._template is None:
            self._template = self._make_template()
        self._made += 1
        name = f"{self._prefix}_{self._made}"
        self._execute(f'CREATE DATABASE "{name}" TEMPLATE "{self._template}" STRATEGY FILE_COPY')
        return self._url(name)

    def drop(self, url: str) -> None:
        """Removes a database `make` made, cutting whoever is still connected."""
        self._execute(f'DROP DATABASE IF EXISTS "{make_url(url).database}" WITH (FORCE)')

    def close(self) -> None:
        """Removes the template."""
        if self._template is not None:
            self.drop(self._url(self._template))

    def _make_template(self) -> str:
        name = f"{self._prefix}_template"
        self._execute(f'CREATE DATABASE "{name}"')
        in_thread(lambda: self._prepare(self._url(name)))
        return name

    def _url(self, database: str) -> str:
        return _text(self._server.set(database=database))

    def _execute(self, statement: str) -> None:
        run_in_thread(execute(_text(self._server), statement))


async def execute(url: str, *statements: str) -> None:
    """Runs statements one by one, each its own transaction."""
    engine = create_async_engine(url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    async with engine.connect() as connection:
        for statement in statements:
            await connection.execute(text(statement))
    await engine.dispose()


def run_in_thread(work: Coroutine[Any, Any, T]) -> T:
    """The coroutine's result, in an event loop of its own: also where one is running already."""
    return in_thread(lambda: asyncio.run(work))


def in_thread(work: Callable[[], T]) -> T:
    """The result of the work, done in another thread."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(work).result()


def memory_folder() -> Path | None:
    """A file system in memory with room for a server, where cloning takes a tenth of the time; None without one."""
    shared = Path("/dev/shm")
    has_room = shared.is_dir() and os.access(shared, os.W_OK) and shutil.disk_usage(shared).free > ROOM_BYTES
    return shared if has_room else None


def _text(url: URL) -> str:
    return url.render_as_string(hide_password=False)


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """A server for this worker's tests: the URL of its "connexions" database, or of the one in the environment."""
    if given := os.environ.get("CONNEXIONS_TEST_DATABASE_URL"):
        yield given
        return
    folder = Path(tempfile.mkdtemp(prefix="connexions-test-", dir=memory_folder()))
    folder.chmod(0o711)  # so that a server started by root as another user gets in without further rights
    server = EmbeddedPostgres(folder / "postgres", is_durable=False)
    try:
        yield server.start()
    finally:
        server.stop()
        shutil.rmtree(folder)
        shutil.rmtree(server.socket_folder, ignore_errors=True)


@pytest.fixture(scope="session")
def prepare_template() -> Prepare:
    """Nothing in the template; conftest.py overrides this with the migrations."""
    return lambda url: None


@pytest.fixture(scope="session")
def databases(postgres_url: str, prepare_template: Prepare) -> Iterator[Databases]:
    """The maker of this worker's databases."""
    made = Databases(postgres_url, prepare_template)
    yield made
    made.close()


@pytest.fixture
def make_database(databases: Databases) -> Iterator[Callable[[], str]]:
    """Call it for the URL of a fresh database, as often as wanted; all are dropped after the test."""
    urls: list[str] = []

    def make() -> str:
        urls.append(databases.make())
        return urls[-1]

    yield make
    for url in urls:
        databases.drop(url)


@pytest.fixture
def database_url(make_database: Callable[[], str]) -> str:
    """The URL of a fresh database."""
    return make_database()
