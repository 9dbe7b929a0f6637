"""One program behind its webhooks for all tests of a file: building it takes seconds."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest_asyncio

from tests.server.wire import Wire, wired
from tests.support.postgres import Databases


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def wire(databases: Databases) -> AsyncIterator[Wire]:
    url = databases.make()
    async with wired(url) as made:
        yield made
    databases.drop(url)
