"""What is checked about an appointment of others before it is written down: what cannot be, and what asks for one more look. Pure."""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

from server.hours import OpeningHours, bank_holidays

LONGEST: Final = timedelta(hours=12)
FARTHEST: Final = timedelta(days=731)
NOON: Final = time(12)
FRIDAY: Final = 4
SATURDAY: Final = 5
LOCAL: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d)?")

Ways = Mapping[frozenset[uuid.UUID], int]


class Fault(StrEnum):
    """What cannot be."""

    UNREADABLE = "unreadable"
    NEVER = "never"
    PAST = "past"
    FAR = "far"
    ENDS_BEFORE = "ends_before"
    TOO_LONG = "too_long"


class Warn(StrEnum):
    """What may be, and mostly is a slip or goes wrong."""

    TWICE = "twice"
    TRAVEL_BEFORE = "travel_before"
    TRAVEL_AFTER = "travel_after"
    CLOSED = "closed"
    CLOSED_DOWN = "closed_down"
    HOLIDAY = "holiday"
    WEEKEND = "weekend"
    FRIDAY = "friday"
    BEFORE_WEEKEND = "before_weekend"
    BEFORE_HOLIDAY = "before_holiday"
    NOT_FIXED = "not_fixed"


@dataclass(frozen=True, slots=True)
class At:
    """An instant that somebody meant, in UTC. `is_twice`: the clock shows it twice that night, and this is the first."""

    instant: datetime
    is_twice: bool = False


@dataclass(frozen=True, slots=True)
class Where:
    """A place as far as it matters. `hours` None: nobody knows when it is open. Remote ones need no way."""

    place_id: uuid.UUID | None = None
    is_remote: bool = False
    hours: OpeningHours | None = None
    closed_from: date | None = None


@dataclass(frozen=True, slots=True)
class Span:
    """Something of the person's, from one instant to another."""

    starts_at: datetime
    ends_at: datetime
    where: Where = Where()


@dataclass(frozen=True, slots=True)
class Settings:
    """The area's zone and nation, and how long a way takes (minutes) where nobody wrote it down."""

    zone: ZoneInfo
    nation: str
    default_travel_minutes: int
    ways: Ways


def read_local(text: str, zone: ZoneInfo) -> At | Fault:
    """What a field for day and time says; an hour that the clocks leave out is no time, of one that comes twice the first is meant."""
    if not LOCAL.fullmatch(text):
        return Fault.UNREADABLE
    try:
        local = datetime.fromisoformat(text).replace(tzinfo=zone)
        first, second = (local.replace(fold=fold).astimezone(UTC) for fold in (0, 1))
    except (ValueError, OverflowError):
        return Fault.UNREADABLE
    if first.astimezone(zone).replace(tzinfo=None) != local.replace(tzinfo=None):
        return Fault.NEVER
    return At(first, is_twice=first < second)


def start_fault(starts: At | Fault, now: datetime) -> Fault | None:
    """What is wrong with a beginning."""
    if isinstance(starts, Fault):
        return starts
    if starts.instant <= now:
        return Fault.PAST
    return Fault.FAR if starts.instant - now > FARTHEST else None


def end_fault(starts: At | Fault, ends: At | Fault) -> Fault | None:
    """What is wrong with an end; nothing can be said beside a beginning that is wrong itself."""
    if isinstance(ends, Fault):
        return ends
    if isinstance(starts, Fault):
        return None
    if ends.instant <= starts.instant:
        return Fault.ENDS_BEFORE
    return Fault.TOO_LONG if ends.instant - starts.instant > LONGEST else None


def warnings(wanted: Span, others: Sequence[Span], settings: Settings) -> list[Warn]:
    """What asks for one more look, each once. `others` are what else the person has around that time."""
    found = [*_travel(wanted, others, settings), *_closed(wanted, settings), *_day(wanted, settings)]
    return list(dict.fromkeys(found))


def _travel(wanted: Span, others: Sequence[Span], settings: Settings) -> list[Warn]:
    found = []
    for other in others:
        way = timedelta(minutes=_minutes(wanted.where, other.where, settings))
        if other.ends_at <= wanted.starts_at < other.ends_at + way:
            found.append(Warn.TRAVEL_BEFORE)
        if wanted.ends_at <= other.starts_at < wanted.ends_at + way:
            found.append(Warn.TRAVEL_AFTER)
    return found


def _minutes(one: Where, other: Where, settings: Settings) -> int:
    """How long the way between two takes; a place that is only words might be anywhere."""
    if one.is_remote or other.is_remote:
        return 0
    if one.place_id is None or other.place_id is None:
        return settings.default_travel_minutes
    if one.place_id == other.place_id:
        return 0
    return settings.ways.get(frozenset({one.place_id, other.place_id}), settings.default_travel_minutes)


def _closed(wanted: Span, settings: Settings) -> list[Warn]:
    where, found = wanted.where, []
    if where.closed_from is not None and wanted.starts_at.astimezone(settings.zone).date() >= where.closed_from:
        found.append(Warn.CLOSED_DOWN)
    if where.hours is not None and where.hours.elapsed(wanted.starts_at, wanted.ends_at) < _length(wanted):
        found.append(Warn.CLOSED)
    return found


def _length(span: Span) -> timedelta:
    return span.ends_at.astimezone(UTC) - span.starts_at.astimezone(UTC)


def _day(wanted: Span, settings: Settings) -> list[Warn]:
    here, free = wanted.starts_at.astimezone(settings.zone), bank_holidays(settings.nation)
    day = here.date()
    if day in free:
        return [Warn.HOLIDAY]
    if day.weekday() >= SATURDAY:
        return [Warn.WEEKEND]
    found = [Warn.BEFORE_HOLIDAY] if _next_closed(day, free) else []
    if day.weekday() == FRIDAY:
        is_late = wanted.ends_at.astimezone(settings.zone).time() > NOON or here.time() >= NOON
        found.insert(0, Warn.FRIDAY if is_late else Warn.BEFORE_WEEKEND)
    return found


def _next_closed(day: date, free: frozenset[date]) -> bool:
    """True when a bank holiday comes before the next working day."""
    ahead = day + timedelta(days=1)
    while ahead.weekday() >= SATURDAY and ahead not in free:
        ahead += timedelta(days=1)
    return ahead in free
