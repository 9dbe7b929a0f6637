"""The program and people who work with it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.support.advisers import Adviser, adviser
from tests.support.program import Program, running
from tests.support.web_person import WebPerson


@pytest.fixture
async def program(database_url: str) -> AsyncIterator[Program]:
    """The program with its web chat."""
    async with running(database_url) as started:
        yield started


@pytest.fixture
async def jo(program: Program) -> AsyncIterator[Adviser]:
    """An adviser who is signed in."""
    found = await adviser(program)
    async with found.client:
        yield found


@pytest.fixture
async def ryan(program: Program) -> AsyncIterator[WebPerson]:
    """A young person in a browser, who has opened the page."""
    async with program.browser() as client:
        person = WebPerson(client)
        await person.opens()
        yield person
