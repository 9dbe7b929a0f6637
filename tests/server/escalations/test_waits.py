"""The wait that people are told is measured, and nobody knows what was not."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncEngine

from dialogs.effects import CaseUrgency
from server.db.base import table_of
from server.db.engine import make_engine
from server.db.ids import new_id
from server.escalations.models import Case
from server.escalations.waits import FEWEST, Waits, measure, typical_wait
from server.people.models import Area

NOW = datetime(2026, 6, 9, 11, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
cases = table_of(Case)
some_waits = st.lists(st.timedeltas(timedelta(0), timedelta(hours=8)), max_size=12)


def test_the_middle_one() -> None:
    assert typical_wait([2 * MINUTE, 30 * MINUTE, 4 * MINUTE], []) == 4 * MINUTE
    assert typical_wait([2 * MINUTE, 4 * MINUTE], [90 * MINUTE]) is None, "two answers are too few"


def test_a_queue_that_stands_still_is_not_fast() -> None:
    assert typical_wait([MINUTE] * 3, [60 * MINUTE] * 5) == 60 * MINUTE


@given(some_waits, some_waits)
def test_between_the_shortest_and_the_longest_or_unknown(answered: list[timedelta], waiting: list[timedelta]) -> None:
    found = typical_wait(answered, waiting)
    assert (found is None) == (len(answered) < FEWEST)
    if found is not None:
        assert min((*answered, *waiting)) <= found <= max((*answered, *waiting))


@pytest.fixture
async def engine(database_url: str) -> AsyncIterator[AsyncEngine]:
    made = make_engine(database_url, pool=2)
    async with made.begin() as db:
        for slug in ("home", "away"):
            await db.execute(insert(table_of(Area)).values(slug=slug, created_at=NOW))
    yield made
    await made.dispose()


async def add(engine: AsyncEngine, opened: timedelta, waited: timedelta | None, **more: object) -> None:
    row = {
        "id": new_id(),
        "area": "home",
        "reason": "asked",
        "urgency": CaseUrgency.ADVICE,
        "language": "en",
        "clock_since": NOW,
        "opened_at": NOW - opened,
        "first_answer_at": None if waited is None else NOW - opened + waited,
    }
    async with engine.begin() as db:
        await db.execute(insert(cases).values(row | more))


async def test_of_the_area_the_urgency_and_the_last_hours(engine: AsyncEngine) -> None:
    for waited in (4, 10, 20):
        await add(engine, 60 * MINUTE, waited * MINUTE)
    await add(engine, 60 * MINUTE, MINUTE, area="away")
    await add(engine, 60 * MINUTE, MINUTE, urgency=CaseUrgency.CRISIS)
    await add(engine, 7 * 60 * MINUTE, MINUTE)
    await add(engine, 60 * MINUTE, MINUTE, clock_in_hours=False)
    await add(engine, 60 * MINUTE, None, closed_at=NOW)
    async with engine.connect() as db:
        assert await measure(db, "home", NOW) == {CaseUrgency.ADVICE: 10 * MINUTE}
        assert await measure(db, "away", NOW) == {}


async def test_it_is_measured_once_a_minute(engine: AsyncEngine) -> None:
    waits = Waits("home")
    async with engine.connect() as db:
        assert await waits.now(db, NOW) == {}
    for waited in (4, 10, 20):
        await add(engine, 60 * MINUTE, waited * MINUTE)
    async with engine.connect() as db:
        assert await waits.now(db, NOW + timedelta(seconds=59)) == {}
        assert await waits.now(db, NOW + MINUTE) == {CaseUrgency.ADVICE: 10 * MINUTE}
        assert await waits.now(db, NOW - MINUTE) != {}, "a clock that went back measures anew"
