"""Whoever waits for a time is offered one in the order of asking; what nobody wants goes to the next."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from dialogs.messages import ChannelName
from server.appointments import booking
from server.appointments.booking import Doer
from server.appointments.kinds import By
from server.clock import utc_now
from server.conversations.waiting import is_awake, kept_until, offer_next
from tests.support.booked import meetings, open_diary
from tests.support.diary import LONDON, Town
from tests.support.program import Program
from tests.support.web_person import WebPerson


async def full_diary(program: Program) -> Town:
    """One hour a week, and all of it away for two months but one hour."""
    town = await open_diary(program, "09:00-17:00")
    async with program.service.engine.begin() as db:
        await db.execute(text("UPDATE appointment_kinds SET ahead_days = 3, minutes = 30 WHERE reason = 'first_talk'"))
        away = "INSERT INTO diary_exceptions (id, staff_id, area, kind, starts_at, ends_at) VALUES (:id, :id, 'home', 'leave', :s, :e)"
        times = {"s": datetime(2026, 12, 8, tzinfo=UTC), "e": datetime(2027, 2, 10, tzinfo=UTC)}
        away = away.replace(":id, :id", "gen_random_uuid(), :id")
        await db.execute(text(away), {"id": town.adviser_id, **times})
    return town


async def waits(web: WebPerson) -> None:
    await web.opens()
    for step in ("when is my appointment", "book a time", "a first talk"):
        await web.says(step)
    assert "No time is free for that just now." in web.heard
    await web.presses("Tell me when one is free")
    assert "I write to you here when such a time is free." in web.heard


async def offer(program: Program, later: timedelta = timedelta(0)) -> int:
    async with program.service.engine.begin() as db:
        return await offer_next(db, program.service.conversations, utc_now() + later)


async def open_half_an_hour(program: Program) -> None:
    async with program.service.engine.begin() as db:
        half = {"e": datetime(2026, 12, 10, 14, 0, tzinfo=UTC), "s": datetime(2026, 12, 10, 14, 30, tzinfo=UTC)}
        await db.execute(text("UPDATE diary_exceptions SET ends_at = :e"), half)
        insert = "INSERT INTO diary_exceptions (id, staff_id, area, kind, starts_at, ends_at)"
        select = "SELECT gen_random_uuid(), staff_id, area, kind, :s, :f FROM diary_exceptions LIMIT 1"
        await db.execute(text(f"{insert} {select}"), {"s": half["s"], "f": half["s"] + timedelta(days=60)})


async def test_in_order_and_then_the_next(tuesday_noon: None, database_url: str, program: Program) -> None:
    await full_diary(program)
    async with program.browser() as one, program.browser() as other:
        first, second = WebPerson(one), WebPerson(other)
        await waits(first)
        await waits(second)
        assert await offer(program) == 0, "there is none yet"
        await open_half_an_hour(program)
        await offer(program)
        await first.opens()
        await second.opens()
        assert "A time is free now. Thursday 10 December, 2pm with Jo." in first.heard
        assert "A time is free now." not in second.heard

        await offer(program, timedelta(minutes=31))
        await second.opens()
        assert "A time is free now. Thursday 10 December, 2pm with Jo." in second.heard
        await first.presses("Yes, I want it")
        assert "That time has just gone." in first.heard
        await second.presses("Yes, I want it")
        await second.presses("Nothing")
        await second.presses("Yes, book it")
        assert "It is booked. Thursday 10 December, 2pm with Jo." in second.heard
    (booked,) = await meetings(program)
    async with program.service.engine.begin() as db:
        states = (await db.execute(text("SELECT status FROM waiting_list ORDER BY created_at"))).scalars().all()
        assert states == ["passed", "taken"]
        await booking.cancel(db, booked["id"], Doer(By.ADVISER), utc_now())


async def test_nobody_is_offered_a_time_who_said_stop(tuesday_noon: None, program: Program, web: WebPerson) -> None:
    await full_diary(program)
    await waits(web)
    await web.says("STOP")
    await open_half_an_hour(program)
    assert await offer(program) == 0
    await web.says("START")
    assert await offer(program) in {0, 1}, "the worker may be first"
    await web.opens()
    assert "A time is free now." in web.heard


@pytest.mark.parametrize(
    ("now", "channel", "until"),
    [
        ("2026-12-08 12:00", ChannelName.SMS, "2026-12-08 14:00"),
        ("2026-12-08 18:30", ChannelName.SMS, "2026-12-09 10:30"),
        ("2026-12-08 18:45", ChannelName.TELEGRAM, "2026-12-09 09:15"),
        ("2026-10-24 18:00", ChannelName.SMS, "2026-10-25 10:00"),
    ],
)
def test_how_long_an_offer_stands(now: str, channel: ChannelName, until: str) -> None:
    def at(plain: str) -> datetime:
        return datetime.fromisoformat(plain).replace(tzinfo=LONDON)

    assert kept_until(at(now).astimezone(UTC), channel, LONDON) == at(until).astimezone(UTC)


def test_nobody_is_woken() -> None:
    assert not is_awake(datetime(2026, 12, 8, 8, 59, tzinfo=UTC), LONDON)
    assert is_awake(datetime(2026, 12, 8, 9, 0, tzinfo=UTC), LONDON)
    assert not is_awake(datetime(2026, 12, 8, 19, 0, tzinfo=UTC), LONDON)
