"""A week of diaries as the page shows it: days in order, and in each what takes time and what is free. Pure."""

from __future__ import annotations

import re
import uuid
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, Final
from zoneinfo import ZoneInfo

from server.appointments.kinds import AwayKind, HoursKind, Status
from server.appointments.slots import local_instant

Row = Mapping[str, Any]
Spans = list[tuple[datetime, datetime]]

DAYS_SHOWN: Final = 7
_WEEK: Final = re.compile(r"(\d{4})-W(\d{2})")


class Line(StrEnum):
    """What a line of a day is."""

    MEETING = "meeting"
    HELD = "held"
    AWAY = "away"
    BUSY = "busy"
    BREAK = "break"
    FREE = "free"


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a day. `row` is the meeting's, `place_id` where the free time is; instants are in the area's zone."""

    kind: Line
    starts_at: datetime
    ends_at: datetime
    row: Row = field(default_factory=dict)
    place_id: uuid.UUID | None = None


@dataclass(frozen=True, slots=True)
class Day:
    """One day of a diary; `entries` in order. `has_hours` is false for a day without any."""

    on: date
    is_today: bool
    is_holiday: bool
    has_hours: bool
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Written:
    """What stands in the diary of one member of staff, as read: patterns, exceptions, outside busy times, meetings."""

    patterns: Sequence[Row] = ()
    exceptions: Sequence[Row] = ()
    busy: Sequence[Row] = ()
    meetings: Sequence[Row] = ()


def seen_from(written: Written, areas: Collection[str]) -> Written:
    """The same for somebody of these areas: what is met elsewhere is busy time, and hours elsewhere are none to book in."""
    near: list[Row] = []
    far: list[Row] = []
    for row in written.meetings:
        (near if row["area"] in areas else far).append(row)
    extra = [row for row in written.exceptions if row["kind"] is not AwayKind.EXTRA or row["area"] in areas]
    hours = [row for row in written.patterns if row["area"] in areas]
    return replace(written, patterns=hours, exceptions=extra, busy=[*written.busy, *far], meetings=near)


def week_of(text: str, today: date) -> date:
    """The Monday of "2026-W50"; of this week for anything else, or for a week more than two years away."""
    found = _WEEK.fullmatch(text)
    this = today - timedelta(days=today.weekday())
    if found is None:
        return this
    try:
        monday = date.fromisocalendar(int(found[1]), int(found[2]), 1)
    except ValueError:
        return this
    return monday if abs(monday - this) <= timedelta(days=731) else this


def week_name(monday: date) -> str:
    """The week as an address names it: "2026-W50"."""
    year, week, _ = monday.isocalendar()
    return f"{year}-W{week:02}"


def days_of(
    written: Written, first: date, count: int, today: date, zone: ZoneInfo, holidays: Collection[date]
) -> list[Day]:
    """So many days from the first on."""
    return [_day(written, first + timedelta(days=n), today, zone, holidays) for n in range(count)]


def _day(written: Written, on: date, today: date, zone: ZoneInfo, holidays: Collection[date]) -> Day:
    is_holiday = on in holidays
    begins, ends = _instant(on, 0, zone), _instant(on + timedelta(days=1), 0, zone)
    hours = [] if is_holiday else _hours(written, on, zone)
    hours += [
        (*_cut(row, begins, ends, zone), row["place_id"])
        for row in _within(written.exceptions, begins, ends)
        if row["kind"] is AwayKind.EXTRA
    ]
    taken = list(_taken(written, begins, ends, zone))
    breaks = [] if is_holiday else _breaks(written, on, zone)
    free = _free(hours, [(one.starts_at, one.ends_at) for one in taken] + breaks)
    pauses = [Entry(Line.BREAK, *span) for span in breaks]
    entries = sorted((*taken, *pauses, *free), key=lambda one: (one.starts_at, one.ends_at))
    return Day(on, on == today, is_holiday, bool(hours), tuple(entries))


def _instant(on: date, minute: int, zone: ZoneInfo) -> datetime:
    return datetime.fromtimestamp(local_instant(on, minute, zone), zone)


def _in_force(rows: Iterable[Row], on: date, kind: HoursKind) -> list[Row]:
    return [
        row
        for row in rows
        if row["kind"] is kind
        and row["weekday"] == on.weekday()
        and row["from_on"] <= on
        and (row["until_on"] is None or on <= row["until_on"])
    ]


def _hours(written: Written, on: date, zone: ZoneInfo) -> list[tuple[datetime, datetime, uuid.UUID | None]]:
    rows = _in_force(written.patterns, on, HoursKind.OPEN)
    return [
        (_instant(on, row["starts_minute"], zone), _instant(on, row["ends_minute"], zone), row["place_id"])
        for row in rows
    ]


def _breaks(written: Written, on: date, zone: ZoneInfo) -> Spans:
    rows = _in_force(written.patterns, on, HoursKind.BREAK)
    return [(_instant(on, row["starts_minute"], zone), _instant(on, row["ends_minute"], zone)) for row in rows]


def _within(rows: Iterable[Row], begins: datetime, ends: datetime) -> list[Row]:
    return [row for row in rows if row["starts_at"] < ends and row["ends_at"] > begins]


def _cut(row: Row, begins: datetime, ends: datetime, zone: ZoneInfo) -> tuple[datetime, datetime]:
    return max(row["starts_at"], begins).astimezone(zone), min(row["ends_at"], ends).astimezone(zone)


def _taken(written: Written, begins: datetime, ends: datetime, zone: ZoneInfo) -> Iterable[Entry]:
    """What takes time on a day; a group's people stand in one line each."""
    for row in _within(written.meetings, begins, ends):
        kind = Line.HELD if row["status"] is Status.HELD else Line.MEETING
        yield Entry(kind, *_cut(row, begins, ends, zone), row=row)
    for row in _within(written.exceptions, begins, ends):
        if row["kind"] is not AwayKind.EXTRA:
            kind = Line.AWAY if row["kind"] is AwayKind.LEAVE else Line.BUSY
            yield Entry(kind, *_cut(row, begins, ends, zone))
    for row in _within(written.busy, begins, ends):
        yield Entry(Line.BUSY, *_cut(row, begins, ends, zone))


def _free(hours: Iterable[tuple[datetime, datetime, uuid.UUID | None]], taken: Spans) -> list[Entry]:
    """What is left of the hours."""
    found = []
    for opens, closes, place_id in hours:
        begun = opens
        for starts, ends in sorted(taken):
            if ends <= begun or starts >= closes:
                continue
            if starts > begun:
                found.append(Entry(Line.FREE, begun, starts, place_id=place_id))
            begun = max(begun, ends)
        if begun < closes:
            found.append(Entry(Line.FREE, begun, closes, place_id=place_id))
    return found
