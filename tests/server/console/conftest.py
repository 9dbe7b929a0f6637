"""One program for all tests of a file, on a database of its own, with passwords at a cost that tests can pay."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio

from server.staff import passwords
from tests.server.console.house import House
from tests.server.staff.core import QUICK
from tests.support.postgres import Databases
from tests.support.program import running


@pytest.fixture(autouse=True)
def quick_passwords() -> Iterator[None]:
    """Argon2 in a millisecond instead of half a second."""
    with passwords.hashed_by(QUICK):
        yield


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def house(databases: Databases) -> AsyncIterator[House]:
    url = databases.make()
    async with running(url, has_worker=False) as program:
        yield House(program)
    databases.drop(url)
