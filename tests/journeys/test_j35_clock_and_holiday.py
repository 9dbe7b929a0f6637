"""J35: a meeting after the clocks change is at its local time, and a bank holiday is never offered."""

from __future__ import annotations

from datetime import UTC, datetime

import time_machine

from tests.support.booked import meetings, open_diary
from tests.support.program import Program
from tests.support.web_person import WebPerson


async def at_the_days(program: Program, web: WebPerson) -> None:
    await open_diary(program)
    await web.opens()
    for step in ("when is my appointment", "book a time", "a first talk", "any time"):
        await web.says(step)


async def test_half_past_two_is_half_past_two_after_the_clocks_change(program: Program, web: WebPerson) -> None:
    with time_machine.travel("2026-10-23 11:00:00+00:00", tick=True):
        await at_the_days(program, web)
        await web.says("monday")
        await web.says("2:30pm")
        assert "I keep Monday 26 October, 2:30pm for you until 12:1" in web.heard, "until by British Summer Time"
        await web.says("nothing")
        await web.says("yes")
        assert "Monday 26 October, 2:30pm with Jo." in web.heard
        (booked,) = await meetings(program)
    assert booked["starts_at"] == datetime(2026, 10, 26, 14, 30, tzinfo=UTC), "winter time"


async def test_a_bank_holiday_is_not_offered(program: Program, web: WebPerson) -> None:
    with time_machine.travel("2026-12-22 12:00:00+00:00", tick=True):
        await at_the_days(program, web)
        for day in ("Wednesday 23 December", "Thursday 24 December", "Tuesday 29 December"):
            assert day in web.heard
        for day in ("Friday 25 December", "Monday 28 December", "Saturday 26 December"):
            assert day not in web.heard
        await web.says("friday")
        assert "Friday 25 December" not in web.heard
