"""Minutes at the desk: nights, weekends, bank holidays and the change of the clock count for nothing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from server.escalations.hours import read_hours

HOURS = read_hours("mon-fri 09:00-17:00; sat 10:00-13:00", "Europe/London", "england-and-wales")
NEVER = read_hours("", "Europe/London", "england-and-wales")


def at(day: int, hour: int, minute: int = 0, month: int = 6) -> datetime:
    """An instant of 2026 by the clock on the wall of an office in June (UTC+1)."""
    return datetime(2026, month, day, hour, minute, tzinfo=UTC) - timedelta(hours=1)


def test_an_hour_of_a_working_day_is_an_hour() -> None:
    assert HOURS.elapsed(at(9, 10), at(9, 11)) == timedelta(hours=1)
    assert HOURS.after(at(9, 10), timedelta(minutes=30)) == at(9, 10, 30)


def test_the_night_and_the_weekend_do_not_count() -> None:
    friday, monday = at(12, 16, 30), at(15, 9, 30)
    assert HOURS.elapsed(friday, monday) == timedelta(hours=4)  # half an hour, three on Saturday, half an hour
    assert HOURS.after(friday, timedelta(hours=4)) == monday
    assert HOURS.after(at(9, 2), timedelta(minutes=30)) == at(9, 9, 30)


def test_a_bank_holiday_does_not_count() -> None:
    assert HOURS.elapsed(at(25, 9, month=5), at(25, 17, month=5)) == timedelta(0)


def test_the_change_of_the_clock_is_no_hour_at_the_desk() -> None:
    saturday, monday = datetime(2026, 10, 24, 11, 30, tzinfo=UTC), datetime(2026, 10, 26, 9, 30, tzinfo=UTC)
    assert HOURS.elapsed(saturday, monday) == timedelta(hours=1)


def test_where_nobody_is_ever_there_nothing_comes() -> None:
    assert NEVER.elapsed(at(9, 10), at(20, 10)) == timedelta(0)
    assert NEVER.after(at(9, 10), timedelta(minutes=1)) is None
