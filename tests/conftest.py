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
