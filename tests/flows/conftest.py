"""A fleet for each test that asks; its processes are gone at the end."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator

import pytest

from tests.flows.fleet import Fleet, SlowTelegram


@pytest.fixture
async def slow_telegram() -> AsyncIterator[SlowTelegram]:
    """Telegram, as slow as a test wants it."""
    double = SlowTelegram()
    await double.start()
    yield double
    await double.stop()
    assert double.faults == []


@pytest.fixture
async def fleet(database_url: str, slow_telegram: SlowTelegram) -> AsyncIterator[Fleet]:
    """No process yet: call `start`."""
    made = Fleet(database_url, slow_telegram)
    yield made
    await made.stop()
    shutil.rmtree(made.folder)
