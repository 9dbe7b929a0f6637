"""The program with a Telegram outside whose files can be fetched, and a number whose attachments stand at a host of their own."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest_asyncio

from tests.server.wire import Wire, wired
from tests.support.postgres import Databases


@asynccontextmanager
async def with_files(databases: Databases, **settings: Any) -> AsyncIterator[Wire]:
    """A program of its own."""
    url = databases.make()
    async with wired(url, **settings) as made:
        yield made
    databases.drop(url)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def wire(databases: Databases) -> AsyncIterator[Wire]:
    async with with_files(databases) as made:
        yield made
