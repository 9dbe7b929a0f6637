"""The release date at random with booking going on: plan, appointments and their history agree each time."""

from __future__ import annotations

import random
from datetime import date, datetime

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from server.staff.access import Member
from tests.server.appointments.conftest import NewPerson
from tests.support.diary import Town
from tests.support.release import Inside
from tests.support.release_moves import Moves

pytestmark = pytest.mark.database


@pytest.mark.parametrize("seed", [1, 2])
async def test_they_agree_each_time(
    engine: AsyncEngine, jo: Member, town: Town, new_person: NewPerson, now: datetime, seed: int
) -> None:
    assert town.adviser_id == jo.id
    sam = await Inside.with_plan(engine, await new_person(), jo.id, now, date(2026, 12, 16))
    moves = Moves(sam, [await new_person() for _ in range(3)], random.Random(seed))
    for _ in range(12):
        await moves.round()
    assert moves.took
    assert max(moves.took) < 1
