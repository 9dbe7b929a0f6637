"""A young person asked for a person and nobody has answered for a working day: they are told, once, and where it is safe."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import text

from server.clock import utc_now
from server.conversations.long_waits import tell_long_waits
from server.people.service import set_contact_rules
from tests.support.adviser import Adviser
from tests.support.program import Program
from tests.support.web_person import WebPerson

SAID = "You have waited more than a day for an answer. I am sorry. The people in charge know."


@pytest.fixture
async def waiting(tuesday_noon: None, web: WebPerson) -> WebPerson:
    """On Tuesday at noon they ask for a person."""
    await web.opens()
    await web.says("person")
    await web.says("my benefits stopped last week")
    return web


async def told(program: Program, at: datetime) -> int:
    service = program.service
    async with service.engine.begin() as db:
        return await tell_long_waits(db, service.conversations, service.desk.hours, at)


async def changes(program: Program, statement: str) -> None:
    async with program.service.engine.begin() as db:
        await db.execute(text(statement))


async def test_told_a_working_day_later_and_only_once(program: Program, waiting: WebPerson) -> None:
    asked = utc_now()
    assert await told(program, asked + timedelta(hours=5)) == 0
    assert await told(program, asked + timedelta(hours=23, minutes=50)) == 0
    assert [await told(program, asked + timedelta(hours=hours)) for hours in (24, 25, 49)] == [1, 0, 0]
    await waiting.opens()
    assert SAID in waiting.heard
    assert "benefits" not in waiting.heard, "somebody else may read it first"


async def test_not_at_night(program: Program, waiting: WebPerson) -> None:
    asked = utc_now()
    assert await told(program, asked + timedelta(hours=36)) == 0, "Wednesday at midnight"
    assert await told(program, asked + timedelta(hours=46)) == 1, "Thursday at ten"


async def test_who_was_answered_and_waits_again_counts_anew(program: Program, waiting: WebPerson) -> None:
    asked = utc_now()
    jo = await Adviser.at(program.service)
    await jo.takes()
    await jo.writes("Hi, I am Jo, a person.")
    assert await told(program, asked + timedelta(hours=25)) == 0
    await waiting.says("they sent me a letter")
    assert [await told(program, utc_now() + timedelta(hours=25)) for _ in range(2)] == [1, 0]


@pytest.mark.parametrize(
    "different",
    ["UPDATE addresses SET stopped = 'all'", "UPDATE addresses SET is_reachable = false"],
)
async def test_never_where_it_is_not_wanted_or_cannot_be(program: Program, waiting: WebPerson, different: str) -> None:
    await changes(program, different)
    await is_never_told(program, waiting)


async def test_never_where_something_was_noted_about_the_phone(program: Program, waiting: WebPerson) -> None:
    async with program.service.engine.begin() as db:
        person_id = (await db.execute(text("SELECT person_id FROM cases"))).scalar_one()
        await set_contact_rules(db, person_id, "Her brother reads this phone.")
    await is_never_told(program, waiting)


async def is_never_told(program: Program, waiting: WebPerson) -> None:
    asked = utc_now()
    assert [await told(program, asked + timedelta(hours=hours)) for hours in (24, 25)] == [0, 0]
    await waiting.opens()
    assert SAID not in waiting.all_heard


async def test_danger_is_never_told_to_wait(program: Program, waiting: WebPerson) -> None:
    await changes(program, "UPDATE cases SET urgency = 'crisis'")
    assert await told(program, utc_now() + timedelta(hours=25)) == 0
