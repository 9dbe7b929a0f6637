"""A fleet on a database server of its own, which a test may stop; processes and server are gone at the end."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from server.db.embedded import EmbeddedPostgres
from tests.flows.fleet import Fleet, SlowTelegram
from tests.support.postgres import in_thread, memory_folder


@pytest.fixture
def own_postgres() -> Iterator[EmbeddedPostgres]:
    """A durable server that is nobody else's: stopped and started again it has what it had."""
    folder = Path(tempfile.mkdtemp(prefix="connexions-own-", dir=memory_folder()))
    folder.chmod(0o711)  # so that a server started by root as another user gets in without further rights
    server = EmbeddedPostgres(folder / "postgres")
    try:
        server.start()
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder)
        shutil.rmtree(server.socket_folder, ignore_errors=True)


@pytest.fixture
async def fleet(own_postgres: EmbeddedPostgres, prepare_template: object) -> AsyncIterator[Fleet]:
    """No process yet: call `start`."""
    in_thread(lambda: prepare_template(own_postgres.url()))  # type: ignore[operator]
    double = SlowTelegram()
    await double.start()
    made = Fleet(own_postgres.url(), double)
    try:
        yield made
    finally:
        await made.stop()
        await double.stop()
        shutil.rmtree(made.folder)
    assert double.faults == []
