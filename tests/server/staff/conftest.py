"""One database with staff for all tests of a file, and passwords hashed at a cost that tests can pay."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import nullcontext

import pytest
import pytest_asyncio

from server.db.engine import make_engine
from server.staff import passwords
from tests.server.staff.core import QUICK, Staffed
from tests.support.postgres import Databases


@pytest.fixture
def own_settings() -> None:
    """Ask for this to hash as the program does."""


@pytest.fixture(autouse=True)
def quick_passwords(request: pytest.FixtureRequest) -> Iterator[None]:
    """Argon2 in a millisecond instead of half a second."""
    with nullcontext() if "own_settings" in request.fixturenames else passwords.hashed_by(QUICK):
        yield


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def house(databases: Databases) -> AsyncIterator[Staffed]:
    """Shared by the tests of a file: each makes its own people."""
    url = databases.make()
    engine = make_engine(url, pool=20)
    yield Staffed(engine)
    await engine.dispose()
    databases.drop(url)


@pytest_asyncio.fixture(loop_scope="session")
async def empty_house(database_url: str) -> AsyncIterator[Staffed]:
    """Nobody in it, for tests of who comes first and who is left."""
    engine = make_engine(database_url, pool=20)
    yield Staffed(engine)
    await engine.dispose()
