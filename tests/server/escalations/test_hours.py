"""Minutes at the desk: nights, weekends, bank holidays and the change of the clock count for nothing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from server.hours import read_hours

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


def test_a_working_day_ends_when_people_go_home_and_a_bank_holiday_is_none() -> None:
    assert HOURS.working_day(at(9, 10), 1) == at(10, 17)
    assert HOURS.working_day(at(12, 23), 1) == at(13, 13), "Saturday is open until one"
    # 25, 26 (as 28) December 2026 are bank holidays: Wednesday 23, Thursday 24, Tuesday 29
    assert HOURS.working_day(datetime(2026, 12, 23, 12, tzinfo=UTC), 1) == datetime(2026, 12, 24, 17, tzinfo=UTC)
    office = read_hours("mon-fri 09:00-17:00", "Europe/London", "england-and-wales")
    assert office.working_day(datetime(2026, 12, 24, 12, tzinfo=UTC), 1) == datetime(2026, 12, 29, 17, tzinfo=UTC)
    assert office.working_day(datetime(2026, 12, 8, 12, tzinfo=UTC), 10) == datetime(2026, 12, 22, 17, tzinfo=UTC)
    assert NEVER.working_day(at(9, 10), 2) == at(11, 10), "nothing is open: plain days"


def test_times_to_be_written_back_to_are_while_people_are_here() -> None:
    office = read_hours("mon-fri 09:00-17:00", "Europe/London", "england-and-wales")
    night = datetime(2026, 12, 24, 20, tzinfo=UTC)
    times = office.call_times(night)
    assert [time.astimezone(UTC) for time in times] == [
        datetime(2026, 12, 29, 9, 30, tzinfo=UTC),
        datetime(2026, 12, 29, 13, tzinfo=UTC),
        datetime(2026, 12, 30, 9, 30, tzinfo=UTC),
    ]
    assert all(office.desk(time).is_open for time in times)
    assert NEVER.call_times(night) == ()
    short = read_hours("mon-fri 09:00-09:20", "Europe/London", "england-and-wales")
    assert all(short.desk(time).is_open for time in short.call_times(night))


def test_across_the_change_of_the_clock_half_past_nine_stays_half_past_nine() -> None:
    office = read_hours("mon-fri 09:00-17:00", "Europe/London", "england-and-wales")
    times = office.call_times(datetime(2026, 3, 28, 12, tzinfo=UTC))
    assert (times[0].hour, times[0].minute, times[0].astimezone(UTC).hour) == (9, 30, 8)


@pytest.mark.parametrize(
    ("since", "due"),
    [
        ("2026-06-08T14:00+01:00", "2026-06-09T14:00+01:00"),
        ("2026-06-12T16:30+01:00", "2026-06-15T16:30+01:00"),
        ("2026-12-24T10:00+00:00", "2026-12-29T10:00+00:00"),
        ("2026-10-23T10:00+01:00", "2026-10-26T10:00+00:00"),
    ],
    ids=["the next day", "over a weekend", "over Christmas", "over the end of summer time"],
)
def test_a_working_day_later(since: str, due: str) -> None:
    office = read_hours("mon-fri 09:00-17:00", "Europe/London", "england-and-wales")
    assert office.same_time_next_working_day(datetime.fromisoformat(since)) == datetime.fromisoformat(due)
    assert NEVER.same_time_next_working_day(datetime.fromisoformat(since)) is None
