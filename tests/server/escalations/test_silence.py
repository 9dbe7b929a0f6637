"""A clock that nobody keeps is an alarm: measured by beats, by steps that were not taken, and by notices that were not sent."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncEngine

from server.db.heartbeats import beat
from server.escalations.climbing import acknowledge
from server.escalations.clock import Rung
from server.escalations.silence import BEAT, clock_silence, silence
from tests.server.escalations.night import NIGHT, crisis, look, rota

MINUTE = timedelta(minutes=1)


async def silent(engine: AsyncEngine, minutes: float) -> timedelta | None:
    async with engine.connect() as db:
        return await clock_silence(db, NIGHT + minutes * MINUTE)


async def beats(engine: AsyncEngine, minutes: float) -> None:
    async with engine.begin() as db:
        await beat(db, BEAT, NIGHT + minutes * MINUTE)


async def test_without_a_clock_nothing_is_silent(engine: AsyncEngine) -> None:
    assert await silent(engine, 600) is None
    await beats(engine, 0)
    assert await silent(engine, 600) is None


async def test_a_worker_that_never_came_is_missed_a_minute_after_the_case(engine: AsyncEngine) -> None:
    await crisis(engine)
    assert await silent(engine, 0.5) is None
    assert await silent(engine, 1.5) == 1.5 * MINUTE


async def test_a_worker_that_died_before_the_case_came_is_missed_at_once(engine: AsyncEngine) -> None:
    await beats(engine, -30)
    await crisis(engine)
    assert await silent(engine, 0) == 30 * MINUTE


async def test_beats_without_steps_are_silence_too(engine: AsyncEngine) -> None:
    await rota(engine)
    await crisis(engine)
    await beats(engine, 2)
    assert await silent(engine, 2) == 2 * MINUTE
    await look(engine, NIGHT)
    await beats(engine, 4.9)
    async with engine.connect() as db:
        assert await silence(db, NIGHT + 4.9 * MINUTE) == 4.9 * MINUTE  # the notices of the first step were not sent


async def test_a_clock_that_stands_is_not_silent(engine: AsyncEngine) -> None:
    stands = await rota(engine)
    case = await crisis(engine)
    await look(engine, NIGHT)
    await beats(engine, 1)
    async with engine.begin() as db:
        await acknowledge(db, case, stands[Rung.FIRST], NIGHT + MINUTE)
    assert await silent(engine, 1.5) is None
    assert await silent(engine, 3) == 2 * MINUTE  # somebody has to look whether it was answered
