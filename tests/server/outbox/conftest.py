"""One process's outbox on a fresh database."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.server.outbox.post import Post, open_post


@pytest.fixture
async def post(database_url: str) -> AsyncIterator[Post]:
    made = await open_post(database_url)
    yield made
    await made.sender.stop()
    await made.engine.dispose()
