"""No time that is offered can be refused by the database, but by a race: whatever the diary, on clock-change days as well."""

from __future__ import annotations

import contextlib
import random
from datetime import date, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from dialogs.meetings import Needs
from server.appointments import booking, diaries, offered
from server.appointments.booking import Booking, Doer, Gone
from server.appointments.diaries import Exceptional, Pattern
from server.appointments.finding import Query, free_slots
from server.appointments.kinds import Agreed, AwayKind, By, HoursKind, PlaceKind, Reason
from server.appointments.refusing import BadDiary
from server.staff.access import Member
from tests.server.appointments.conftest import a_person
from tests.support.diary import LONDON, SETTINGS, a_place
from tests.support.staff import make_member

WEEKS = ("2026-03-23", "2026-10-19", "2026-12-21", "2026-06-01")
"""Weeks that end in a clock change, with bank holidays, and a plain one."""


@pytest.fixture
async def team(engine: AsyncEngine) -> list[Member]:
    """Three advisers."""
    return [await make_member(engine, name) for name in ("Jo", "Ali", "Beth")]


async def a_random_world(db: AsyncConnection, team: list[Member], monday: datetime, chance: random.Random) -> None:
    """Places, patterns with breaks, leave and extra time, as anybody may write them; what the rules refuse is left out."""
    await offered.ensure_kinds(db, "home")
    lengths = {"minutes": chance.choice([20, 30, 45, 90]), "step_minutes": chance.choice([10, 15, 30])}
    around = {"before_minutes": chance.choice([0, 10]), "after_minutes": chance.choice([0, 15])}
    await offered.change_kind(db, "home", Reason.FIRST_TALK, lengths | around)
    await offered.change_kind(db, "home", Reason.GROUP, {"capacity": chance.randint(2, 3)})
    kinds = list(PlaceKind)
    spots = [
        await a_place(db, "home", f"Place {n}", chance.choice(kinds), rooms=chance.randint(0, 2)) for n in range(4)
    ]
    for who in team:
        for _ in range(chance.randint(1, 8)):
            starts = chance.randrange(0, 1380, 10)
            ends = min(1440, starts + chance.randrange(20, 500, 5))
            kind = chance.choice([HoursKind.OPEN, HoursKind.OPEN, HoursKind.BREAK])
            place = chance.choice(spots) if kind is HoursKind.OPEN else None
            wish = Pattern(chance.randrange(7), starts, ends, date(2026, 1, 1), kind=kind, place_id=place)
            with contextlib.suppress(BadDiary):
                await diaries.add_pattern(db, who.id, "home", wish)
        for _ in range(chance.randint(0, 3)):
            begun = monday + timedelta(minutes=chance.randrange(0, 9 * 1440, 15))
            away = chance.choice(list(AwayKind))
            place = chance.choice(spots) if away is AwayKind.EXTRA else None
            span = Exceptional(away, begun, begun + timedelta(minutes=chance.randrange(15, 600, 15)), place)
            await diaries.add_exception(db, who.id, "home", span, monday - timedelta(days=2))


@given(seed=st.integers(0, 2**32), week=st.sampled_from(WEEKS))
@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_what_is_offered_can_be_booked(engine: AsyncEngine, team: list[Member], seed: int, week: str) -> None:
    chance = random.Random(seed)
    monday = datetime.fromisoformat(f"{week}T00:00").replace(tzinfo=LONDON)
    now = monday - timedelta(hours=3)
    async with engine.connect() as db:
        await a_random_world(db, team, monday, chance)
        people = [await a_person(db, now) for _ in range(4)]
        for _ in range(25):
            reason, person_id = chance.choice([Reason.FIRST_TALK, Reason.GROUP]), chance.choice(people)
            query = Query("home", reason, now, now + timedelta(days=9), person_id=person_id)
            found = await free_slots(db, query, SETTINGS, now)
            if not found:
                continue
            slot = chance.choice(found)
            who = Booking(person_id, None, "home")
            row = await booking.book(db, slot.key, who, Needs(), Doer(By.PERSON), Agreed.CHAT, now, SETTINGS)
            assert not isinstance(row, Gone), (seed, week, slot)
            if chance.random() < 0.3:
                await booking.cancel(db, row["id"], Doer(By.PERSON), now)
        overlaps = """
            SELECT count(*) FROM appointments a JOIN appointments b ON a.id < b.id AND a.status = 'booked' AND b.status = 'booked'
                AND a.starts_at < b.ends_at AND b.starts_at < a.ends_at
                AND (a.person_id = b.person_id OR (a.adviser_id = b.adviser_id AND a.session_id <> b.session_id))
        """
        assert (await db.execute(text(overlaps))).scalar_one() == 0
        await db.rollback()
