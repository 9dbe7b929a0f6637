"""A database with one area, for the tests of cases."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncEngine

from server.db.base import table_of
from server.db.engine import make_engine
from server.people.models import Area
from tests.server.escalations.night import NIGHT


@pytest.fixture
async def engine(database_url: str) -> AsyncIterator[AsyncEngine]:
    made = make_engine(database_url, pool=6)
    async with made.begin() as db:
        await db.execute(insert(table_of(Area)).values(slug="home", created_at=NIGHT))
    yield made
    await made.dispose()
