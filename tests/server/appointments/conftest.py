"""A database with one area, a town in it with an adviser's diary, and young people."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import datetime

import pytest
from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from server.db.base import table_of
from server.db.engine import make_engine
from server.db.ids import new_id
from server.people.models import Area, Person
from server.staff.access import Member
from tests.support.diary import Town, a_town, local
from tests.support.staff import make_member

NewPerson = Callable[[], Awaitable[uuid.UUID]]


@pytest.fixture
def now() -> datetime:
    """Noon on Monday 7 December 2026."""
    return local("2026-12-07", "12:00")


@pytest.fixture
async def engine(database_url: str, now: datetime) -> AsyncIterator[AsyncEngine]:
    made = make_engine(database_url, pool=12)
    async with made.begin() as db:
        await db.execute(
            insert(table_of(Area)).values([{"slug": slug, "created_at": now} for slug in ("home", "away")])
        )
    yield made
    await made.dispose()


@pytest.fixture
async def jo(engine: AsyncEngine) -> Member:
    """An adviser of the area."""
    return await make_member(engine, "Jo")


@pytest.fixture
async def town(engine: AsyncEngine, jo: Member) -> Town:
    """The Hub, where Jo is on weekdays from 9 to 5, with an hour off at noon."""
    async with engine.begin() as db:
        return await a_town(db, "home", jo.id)


async def a_person(db: AsyncConnection, now: datetime, area: str = "home") -> uuid.UUID:
    """Somebody without an address."""
    person_id = new_id()
    await db.execute(insert(table_of(Person)).values(id=person_id, area=area, first_seen_at=now))
    return person_id


@pytest.fixture
def new_person(engine: AsyncEngine, now: datetime) -> NewPerson:
    """Makes young people."""

    async def make() -> uuid.UUID:
        async with engine.begin() as db:
            return await a_person(db, now)

    return make


@pytest.fixture
async def db(engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    """One transaction for a whole test."""
    async with engine.begin() as made:
        yield made
