"""Calendars out, read back by two libraries that know nothing of ours: times, zones, sequence, cancellations, odd letters."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import icalendar
import pytest
import vobject
from hypothesis import given, settings
from hypothesis import strategies as st

from server.appointments.ics_in import busy_spans
from server.appointments.ics_out import Entry, file_of

LONDON = ZoneInfo("Europe/London")
LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)


def entry(starts: datetime, minutes: int = 60, **more: Any) -> Entry:
    plain = {"uid": "1@meetings", "sequence": 0, "created_at": LONG_AGO, "changed_at": LONG_AGO, "title": "Meeting"}
    return Entry(**{**plain, "starts_at": starts, "ends_at": starts + timedelta(minutes=minutes), **more})


def written(*entries: Entry, zone: ZoneInfo = LONDON) -> bytes:
    return file_of(entries, zone, "Meetings")


def by_icalendar(content: bytes) -> list[dict[str, Any]]:
    return [
        {
            "uid": str(event["UID"]),
            "times": (event["DTSTART"].dt.astimezone(UTC), event["DTEND"].dt.astimezone(UTC)),
            "sequence": int(event["SEQUENCE"]),
            "status": str(event["STATUS"]),
            "title": str(event["SUMMARY"]),
            "place": str(event.get("LOCATION", "")),
        }
        for event in icalendar.Calendar.from_ical(content).walk("VEVENT")
    ]


def by_vobject(content: bytes) -> list[dict[str, Any]]:
    calendar = vobject.readOne(content.decode())
    return [
        {
            "uid": event.uid.value,
            "times": (event.dtstart.value.astimezone(UTC), event.dtend.value.astimezone(UTC)),
            "sequence": int(event.sequence.value),
            "status": event.status.value,
            "title": event.summary.value,
            "place": event.location.value if hasattr(event, "location") else "",
        }
        for event in calendar.contents.get("vevent", [])
    ]


def both(content: bytes) -> list[dict[str, Any]]:
    found = by_icalendar(content)
    assert found == by_vobject(content)
    return found


def test_two_libraries_read_the_same() -> None:
    starts = datetime(2026, 7, 1, 9, 0, tzinfo=UTC)
    (read,) = both(written(entry(starts, sequence=3, title="Meeting with Jo", place="The Hub")))
    assert read == {
        "uid": "1@meetings",
        "times": (starts, starts + timedelta(hours=1)),
        "sequence": 3,
        "status": "CONFIRMED",
        "title": "Meeting with Jo",
        "place": "The Hub",
    }


@pytest.mark.parametrize("day", [datetime(2026, 3, 29, tzinfo=UTC), datetime(2026, 10, 25, tzinfo=UTC)])
def test_every_half_hour_of_the_days_on_which_the_clock_changes(day: datetime) -> None:
    entries = [entry(day + timedelta(minutes=30 * n), 30, uid=f"{n:03}@meetings") for n in range(-4, 56)]
    read = both(written(*entries))
    assert [one["times"] for one in read] == [(one.starts_at, one.ends_at) for one in entries]


def test_the_zones_rules_are_in_the_file_and_right() -> None:
    content = written(entry(datetime(2026, 7, 1, 9, 0, tzinfo=UTC)))
    # named anew, so that a reader has nothing but what the file says
    unknown = content.replace(b"Europe/London", b"Somewhere/Else")
    for moment in (
        datetime(2026, 3, 29, 9, 0, tzinfo=UTC),
        datetime(2026, 10, 25, 9, 0, tzinfo=UTC),
        datetime(2031, 6, 1, 9, 0, tzinfo=UTC),
    ):
        again = written(entry(moment)).replace(b"Europe/London", b"Somewhere/Else")
        assert both(again)[0]["times"][0] == moment
    assert b"BEGIN:VTIMEZONE" in unknown


def test_another_zone_is_written_in_utc() -> None:
    content = written(entry(datetime(2026, 7, 1, 9, 0, tzinfo=UTC)), zone=ZoneInfo("Europe/Warsaw"))
    assert b"DTSTART:20260701T090000Z" in content
    assert b"VTIMEZONE" not in content


def test_what_is_called_off_is_named_and_takes_no_time() -> None:
    starts = datetime(2026, 7, 1, 9, 0, tzinfo=UTC)
    content = written(entry(starts, sequence=4, is_cancelled=True))
    assert both(content)[0]["status"] == "CANCELLED"
    assert busy_spans(content, starts - timedelta(days=1), starts + timedelta(days=1), LONDON) == []


def test_an_empty_feed_is_a_calendar() -> None:
    assert both(written()) == []


def test_lines_end_and_fold_as_they_should() -> None:
    content = written(
        entry(LONG_AGO, title="Meeting; with, Jo\\" + "é" * 200, place="a\r\nDTSTART:19990101T000000Z\nb")
    )
    assert all(len(line) <= 75 for line in content.split(b"\r\n"))
    assert b"\n" not in content.replace(b"\r\n", b"")
    read = both(content)
    assert read[0]["title"] == "Meeting; with, Jo\\" + "é" * 200
    assert read[0]["times"][0] == LONG_AGO


@settings(max_examples=80, deadline=None)
@given(
    st.text(max_size=120),
    st.text(max_size=120),
    st.integers(0, 14 * 365 * 24 * 60).map(
        lambda minutes: datetime(2021, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
    ),
    st.integers(5, 480),
)
def test_any_text_at_any_time_comes_back(title: str, place: str, starts: datetime, minutes: int) -> None:
    content = written(entry(starts, minutes, title=title, place=place))
    (read,) = both(content)
    assert read["times"] == (starts, starts + timedelta(minutes=minutes))
    spans = busy_spans(content, starts - timedelta(days=1), starts + timedelta(days=1), LONDON)
    assert [(one.starts_at, one.ends_at) for one in spans] == [read["times"]]
