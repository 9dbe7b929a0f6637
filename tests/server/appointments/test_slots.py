"""Free times as pure arithmetic: breaks, clock changes, rooms, the ways between places."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.appointments.slots import (
    Diary,
    Extra,
    Hours,
    Length,
    Look,
    Spot,
    Taken,
    is_real,
    local_instant,
    offers,
)
from server.appointments.spans import Spans

LONDON = ZoneInfo("Europe/London")
JO, HUB, SCHOOL, PHONE = (uuid.UUID(int=n) for n in range(1, 5))
LONG_AGO = date(2026, 1, 1)


def hours(weekday: int, starts: str, ends: str, place: uuid.UUID | None = HUB, **more: Any) -> Hours:
    def minute(clock: str) -> int:
        return int(clock[:2]) * 60 + int(clock[3:])

    return Hours(
        weekday, minute(starts), minute(ends), more.pop("from_on", LONG_AGO), more.pop("until_on", None), place, **more
    )


def look(day: str, days: int = 1, **more: Any) -> Look:
    begins = datetime.fromisoformat(day).replace(tzinfo=LONDON)
    until = begins + timedelta(days=days)
    length = more.pop("length", Length(30))
    return Look(
        LONDON, more.pop("holidays", ()), length, "first_talk", int(begins.timestamp()), int(until.timestamp()), **more
    )


def spot(place: uuid.UUID = HUB, **more: Any) -> Spot:
    return Spot(place, more.pop("is_remote", False), **more)


def offered(diary: Diary, where: Look, *spots: Spot) -> list[str]:
    found = offers([diary], {one.id: one for one in spots or (spot(),)}, where)
    return [datetime.fromtimestamp(one[0], LONDON).strftime("%H:%M") for one in found]


def at(day: str, clock: str) -> int:
    return int(datetime.fromisoformat(f"{day}T{clock}").replace(tzinfo=LONDON).timestamp())


def test_a_break_parts_the_day() -> None:
    diary = Diary(JO, [hours(1, "10:00", "14:00")], breaks=[hours(1, "11:45", "12:30", None)])
    assert offered(diary, look("2026-12-08")) == ["10:00", "10:30", "11:00", "12:30", "13:00", "13:30"]


@pytest.mark.parametrize(
    ("change", "left"),
    [
        ({"until_on": date(2026, 12, 7)}, []),
        ({"until_on": date(2026, 12, 8)}, ["10:00", "10:30"]),
        ({"from_on": date(2026, 12, 9)}, []),
        ({"reasons": frozenset({"housing"})}, []),
        ({"reasons": frozenset({"first_talk"})}, ["10:00", "10:30"]),
    ],
)
def test_a_pattern_holds_for_its_dates_and_kinds(change: dict[str, Any], left: list[str]) -> None:
    assert offered(Diary(JO, [hours(1, "10:00", "11:00", **change)]), look("2026-12-08")) == left


def test_a_place_has_hours_of_its_own_and_may_close() -> None:
    diary = Diary(JO, [hours(1, "09:00", "12:00")])
    assert offered(diary, look("2026-12-08"), spot(hours={1: [(600, 660)]})) == ["10:00", "10:30"]
    assert offered(diary, look("2026-12-08"), spot(closed_from=date(2026, 12, 8))) == []


def test_a_bank_holiday_has_no_times() -> None:
    diary = Diary(JO, [hours(4, "09:00", "10:00")])
    assert offered(diary, look("2026-12-25", holidays={date(2026, 12, 25)})) == []


def test_extra_time_opens_a_day() -> None:
    extra = Extra(at("2026-12-12", "11:00"), at("2026-12-12", "12:00"), HUB)
    assert offered(Diary(JO, extra=[extra]), look("2026-12-12")) == ["11:00", "11:30"]


def test_half_past_one_that_never_is_is_not_offered() -> None:
    """The last Sunday of March: at 1am the clock goes to 2am."""
    diary = Diary(JO, [hours(6, "00:00", "04:00")])
    assert offered(diary, look("2026-03-29")) == ["00:00", "00:30", "02:00", "02:30", "03:00", "03:30"]


def test_half_past_one_that_is_twice_is_offered_once() -> None:
    """The last Sunday of October: 1am to 2am comes twice, and the first counts."""
    diary = Diary(JO, [hours(6, "00:00", "03:00")])
    found = offers([diary], {HUB: spot()}, look("2026-10-25"))
    clocks = [datetime.fromtimestamp(one[0], LONDON).strftime("%H:%M %z") for one in found]
    assert clocks == ["00:00 +0100", "00:30 +0100", "01:00 +0100", "01:30 +0100", "02:00 +0000", "02:30 +0000"]


def test_a_meeting_over_a_clock_change_is_as_long_as_any() -> None:
    diary = Diary(JO, [hours(6, "00:00", "02:30")])
    found = offers([diary], {HUB: spot()}, look("2026-03-29", length=Length(60, 30)))
    ends = [datetime.fromtimestamp(one[0] + 3600, UTC).astimezone(LONDON).strftime("%H:%M") for one in found]
    assert ends == ["02:00", "02:30"], "from midnight and from half past, an hour each"


def test_the_way_counts_between_places_and_not_to_a_telephone() -> None:
    taken = Taken(
        SCHOOL,
        [(at("2026-12-08", "10:00"), at("2026-12-08", "10:30"))],
        [(at("2026-12-08", "10:00"), at("2026-12-08", "10:30"))],
    )
    diary = Diary(JO, [hours(1, "09:00", "12:00")], taken=[taken])
    pair = (min(HUB, SCHOOL), max(HUB, SCHOOL))
    assert offered(diary, look("2026-12-08", travel={pair: 45})) == ["11:30"]
    assert offered(diary, look("2026-12-08", travel={pair: 45}), spot(is_remote=True))[1:3] == ["09:30", "10:30"]


def test_any_free_room_will_do() -> None:
    busy = [(at("2026-12-08", "09:00"), at("2026-12-08", "12:00"))]
    diary = Diary(JO, [hours(1, "09:00", "10:00")])
    assert offered(diary, look("2026-12-08"), spot(rooms=[busy, []])) == ["09:00", "09:30"]
    assert offered(diary, look("2026-12-08"), spot(rooms=[busy, busy])) == []


def test_no_one_room_is_free_all_through_though_one_is_at_each_moment() -> None:
    early = [(at("2026-12-08", "09:00"), at("2026-12-08", "09:30"))]
    late = [(at("2026-12-08", "09:30"), at("2026-12-08", "10:00"))]
    diary = Diary(JO, [hours(1, "09:00", "10:00")])
    assert offered(diary, look("2026-12-08", length=Length(60)), spot(rooms=[early, late])) == []


SPANS = st.lists(st.tuples(st.integers(0, 500), st.integers(1, 60)), max_size=30)


@given(SPANS, st.integers(-10, 600), st.integers(1, 80))
def test_clear_is_what_it_says(given_spans: Sequence[tuple[int, int]], starts: int, long: int) -> None:
    spans = Spans.of((begun for begun, _ in given_spans), (begun + length for begun, length in given_spans))
    told = bool(spans.are_clear(np.array([starts]), np.array([starts + long]))[0])
    assert told == (not any(begun < starts + long and starts < begun + length for begun, length in given_spans))


@given(st.dates(date(2024, 1, 1), date(2030, 12, 31)), st.integers(0, 1439))
def test_a_real_local_time_is_itself(day: date, minute: int) -> None:
    back = datetime.fromtimestamp(local_instant(day, minute, LONDON), LONDON)
    assert is_real(day, minute, LONDON) == ((back.hour * 60 + back.minute, back.date()) == (minute, day))
