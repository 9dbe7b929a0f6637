"""Fixtures of the whole suite: databases with the migrations run, and the real program on them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest
from hypothesis import settings

from server.db.engine import make_engine
from server.db.keyring import KeyRing
from server.db.types import use_key_ring
from server.migrations.run import upgrade
from tests.support.postgres import database_url, databases, make_database, postgres_url

settings.register_profile("ours", deadline=None)  # a slow machine is no fault
settings.load_profile("ours")

__all__ = ["database_url", "databases", "make_database", "postgres_url"]


@pytest.fixture(scope="session", autouse=True)
def key_ring() -> KeyRing:
    """One ring for the whole run."""
    ring = KeyRing.new()
    use_key_ring(ring)
    return ring


@pytest.fixture(scope="session")
def prepare_template() -> Callable[[str], object]:
    """Every test's database has all migrations."""

    def prepare(url: str) -> None:
        async def run() -> None:
            engine = make_engine(url, pool=1)
            await upgrade(engine)
            await engine.dispose()

        asyncio.run(run())

    return prepare


LONGEST_FIRST = ("tests/content/test_library.py", "tests/flows/", "tests/server/demo/", "tests/browser/")
"""Begun last, one of them would go on alone for minutes while the other worker has nothing to do."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes longest begins first."""
    found = (item.nodeid for item in items)
    places = {
        nodeid: next((n for n, start in enumerate(LONGEST_FIRST) if nodeid.startswith(start)), len(LONGEST_FIRST))
        for nodeid in found
    }
    items.sort(key=lambda item: places[item.nodeid])
