"""Appointments as an iCalendar file: an adviser's feed, and the file of one appointment. Pure.

Calendars lie open on desks, phones and at other companies: nothing here names a young person, what they need, or an office of others.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event, Timezone

KEPT_CANCELLED: Final = timedelta(days=30)
"""For so long a calendar hears that a meeting is off; a program that was away takes it out then too."""

PRODUCT: Final = "-//meetings//calendar//EN"
REFRESH: Final = "PT15M"
LONDON: Final = """BEGIN:VTIMEZONE
TZID:Europe/London
BEGIN:DAYLIGHT
DTSTART:19960331T010000
RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU
TZNAME:BST
TZOFFSETFROM:+0000
TZOFFSETTO:+0100
END:DAYLIGHT
BEGIN:STANDARD
DTSTART:19961027T020000
RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU
TZNAME:GMT
TZOFFSETFROM:+0100
TZOFFSETTO:+0000
END:STANDARD
END:VTIMEZONE
"""
"""Written by hand: what the library makes by itself has the clock go forward an hour too late."""

ZONES: Final = {"Europe/London": LONDON}
"""Zones whose rules a file can explain; times in any other are in UTC, which needs no explaining."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One appointment as a calendar shows it. `uid` stays through every move, `sequence` rises with each change; instants aware.

    `title` and `place` are all that anybody reads: neutral words, at most a first name of ours and a place's label.
    """

    uid: str
    sequence: int
    starts_at: datetime
    ends_at: datetime
    created_at: datetime
    changed_at: datetime
    title: str
    place: str = ""
    is_cancelled: bool = False


def file_of(entries: Iterable[Entry], zone: ZoneInfo, name: str) -> bytes:
    """The file, with lines folded and ended as RFC 5545 has it, and the zone's rules in it. The same entries make the same bytes."""
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", clean(name))
    calendar.add("x-wr-timezone", zone.key)
    calendar.add("refresh-interval", timedelta(minutes=15), parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", REFRESH)
    if zone.key in ZONES:
        calendar.add_component(Timezone.from_ical(ZONES[zone.key]))
    for entry in sorted(entries, key=lambda one: (one.starts_at, one.uid)):
        calendar.add_component(_event(entry, zone))
    return bytes(calendar.to_ical())


def clean(text: str) -> str:
    """Without what no calendar may hold: signs that steer a terminal or a line."""
    return "".join(letter if letter.isprintable() else " " for letter in text).strip()


def _event(entry: Entry, zone: ZoneInfo) -> Event:
    event = Event()
    event.add("uid", entry.uid)
    event.add("sequence", entry.sequence)
    event.add("dtstamp", entry.changed_at)
    event.add("created", entry.created_at)
    event.add("last-modified", entry.changed_at)
    event.add("dtstart", _clock(entry.starts_at, zone))
    event.add("dtend", _clock(entry.ends_at, zone))
    event.add("summary", clean(entry.title))
    if entry.place:
        event.add("location", clean(entry.place))
    event.add("status", "CANCELLED" if entry.is_cancelled else "CONFIRMED")
    event.add("transp", "TRANSPARENT" if entry.is_cancelled else "OPAQUE")
    event.add("class", "PRIVATE")
    return event


def _clock(instant: datetime, zone: ZoneInfo) -> datetime:
    """By the area's clock where the file explains it; in UTC else, and in the hour that is twice: readers differ on it."""
    local = instant.astimezone(zone)
    is_twice = local.replace(fold=0).utcoffset() != local.replace(fold=1).utcoffset()
    return instant.astimezone(UTC) if is_twice or zone.key not in ZONES else local
