"""What is said about an appointment of others before it is written down."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from server.appointments.checks import (
    At,
    Fault,
    Settings,
    Span,
    Warn,
    Where,
    end_fault,
    read_local,
    start_fault,
    warnings,
)
from server.console.words_settings import FAULTS, WARNINGS
from server.db.ids import new_id
from server.hours import read_hours

LONDON = ZoneInfo("Europe/London")
NATION = "england-and-wales"
HUB, OFFICE = new_id(), new_id()
SETTINGS = Settings(LONDON, NATION, 20, {frozenset({HUB, OFFICE}): 45})
NOW = datetime(2026, 12, 7, 12, tzinfo=LONDON)
"""A Monday."""


def span(day: str, clock: str, minutes: int = 60, where: Where = Where()) -> Span:  # noqa: B008 - frozen
    at = datetime.fromisoformat(f"{day}T{clock}").replace(tzinfo=LONDON)
    return Span(at, at + timedelta(minutes=minutes), where)


def test_an_hour_that_never_is_is_refused_and_one_that_is_twice_is_the_first() -> None:
    assert read_local("2027-03-28T01:30", LONDON) is Fault.NEVER
    assert read_local("2027-03-28T00:59", LONDON) == At(datetime(2027, 3, 28, 0, 59, tzinfo=UTC))
    assert read_local("2027-03-28T02:00", LONDON) == At(datetime(2027, 3, 28, 1, 0, tzinfo=UTC))
    assert read_local("2027-10-31T01:30", LONDON) == At(datetime(2027, 10, 31, 0, 30, tzinfo=UTC), is_twice=True)
    assert read_local("2027-10-31T02:00", LONDON) == At(datetime(2027, 10, 31, 2, 0, tzinfo=UTC))


@pytest.mark.parametrize(
    "text", ["", "tomorrow", "2026-02-30T10:00", "0001-01-01T00:00x", "2026-12-08", "9999-99-99T99:99"]
)
def test_what_is_no_time(text: str) -> None:
    assert read_local(text, LONDON) is Fault.UNREADABLE


def test_times_that_cannot_be() -> None:
    soon = At(NOW + timedelta(hours=2))
    assert start_fault(soon, NOW) is None
    assert start_fault(At(NOW), NOW) is Fault.PAST
    assert start_fault(At(NOW + timedelta(days=800)), NOW) is Fault.FAR
    assert start_fault(Fault.NEVER, NOW) is Fault.NEVER
    assert end_fault(soon, soon) is Fault.ENDS_BEFORE
    assert end_fault(soon, At(soon.instant + timedelta(hours=13))) is Fault.TOO_LONG
    assert end_fault(soon, At(soon.instant + timedelta(hours=1))) is None
    assert end_fault(Fault.UNREADABLE, soon) is None


def test_the_way_from_the_one_before_and_to_the_one_after() -> None:
    hub, office, phone = Where(HUB), Where(OFFICE), Where(is_remote=True)
    before = span("2026-12-08", "09:00", where=hub)
    near = span("2026-12-08", "10:44", where=office)
    assert warnings(near, [before], SETTINGS) == [Warn.TRAVEL_BEFORE]
    assert warnings(span("2026-12-08", "10:45", where=office), [before], SETTINGS) == []
    assert warnings(before, [near], SETTINGS) == [Warn.TRAVEL_AFTER]
    assert warnings(span("2026-12-08", "10:00", where=hub), [before], SETTINGS) == []
    assert warnings(span("2026-12-08", "10:00", where=phone), [before], SETTINGS) == []
    assert warnings(span("2026-12-08", "10:19"), [before], SETTINGS) == [Warn.TRAVEL_BEFORE]
    assert warnings(span("2026-12-08", "10:20"), [before], SETTINGS) == []


def test_a_place_that_is_closed_by_then() -> None:
    hours = read_hours("mon-fri 09:00-16:00", "Europe/London", NATION)
    open_place = Where(OFFICE, hours=hours)
    assert warnings(span("2026-12-08", "15:00", where=open_place), [], SETTINGS) == []
    assert warnings(span("2026-12-08", "15:01", where=open_place), [], SETTINGS) == [Warn.CLOSED]
    closing = Where(OFFICE, closed_from=date(2026, 12, 9))
    assert warnings(span("2026-12-08", "15:00", where=closing), [], SETTINGS) == []
    assert warnings(span("2026-12-09", "15:00", where=closing), [], SETTINGS) == [Warn.CLOSED_DOWN]


@pytest.mark.parametrize(
    ("day", "clock", "said"),
    [
        ("2026-12-10", "13:00", []),
        ("2026-12-11", "10:00", [Warn.BEFORE_WEEKEND]),
        ("2026-12-11", "11:01", [Warn.FRIDAY]),
        ("2026-12-12", "10:00", [Warn.WEEKEND]),
        ("2026-12-24", "10:00", [Warn.BEFORE_HOLIDAY]),
        ("2026-12-25", "10:00", [Warn.HOLIDAY]),
        ("2027-04-30", "13:00", [Warn.FRIDAY, Warn.BEFORE_HOLIDAY]),
    ],
)
def test_days_on_which_things_go_wrong(day: str, clock: str, said: list[Warn]) -> None:
    assert warnings(span(day, clock), [], SETTINGS) == said


def test_each_has_words() -> None:
    assert set(FAULTS) == set(Fault)
    assert set(WARNINGS) == set(Warn)
