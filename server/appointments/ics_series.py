"""One event of a calendar file with its repetitions and exceptions, as the spans it takes inside a window. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from itertools import takewhile
from typing import Any, Final, NamedTuple

from dateutil.rrule import rruleset, rrulestr

Event = Any
"""A component of the library, whose values are of thirty kinds: what is none of those that are read ends in a fault."""

MOST_STEPS: Final = 150_000
"""Repetitions that are counted through, of all events together; a daily one of 30 years has 11,000."""

MOST_SPANS: Final = 20_000
DAY: Final = timedelta(days=1)
TOO_OFTEN: Final = frozenset({"SECONDLY", "MINUTELY", "HOURLY"})

FAULTS: Final = frozenset(
    {
        *("empty", "not_a_calendar", "cut_off", "broken", "too_large", "too_many_events"),
        *("too_often", "endless", "free_busy_only", "unknown_zone", "too_slow"),
    }
)
"""Every code of a file that cannot be read."""


class CalendarFault(Exception):
    """A calendar cannot be read; `code` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Span(NamedTuple):
    """Busy from an instant up to, without, another, both in UTC."""

    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class Window:
    """What is looked at, in UTC."""

    starts: datetime
    until: datetime


@dataclass(slots=True)
class Budget:
    """How much more is followed. `step` and `span` raise CalendarFault when it is used up."""

    steps: int = MOST_STEPS
    spans: int = MOST_SPANS

    def step(self) -> None:
        """One repetition more."""
        self.steps -= 1
        if self.steps < 0:
            raise CalendarFault("endless")

    def span(self) -> None:
        """One span more."""
        self.spans -= 1
        if self.spans < 0:
            raise CalendarFault("endless")


@dataclass(frozen=True, slots=True)
class _One:
    """An event as it stands: local start, its zone (None: one that nobody knows), how long, whether it takes time."""

    starts: datetime
    zone: tzinfo | None
    fallback: tzinfo
    length: timedelta
    is_by_calendar: bool
    is_busy: bool

    def instant(self, local: datetime) -> datetime:
        """A local time of this event as an instant. The hour that is twice is the first; one that never is comes an hour later."""
        return local.replace(tzinfo=self.zone or self.fallback).astimezone(UTC)

    def span(self, local: datetime) -> Span:
        """From when to when it is, when it begins at a local time. Days are days of the calendar, hours are hours."""
        starts = self.instant(local)
        return Span(starts, self.instant(local + self.length) if self.is_by_calendar else starts + self.length)

    def local(self, value: date) -> datetime:
        """A value of a file by this event's clock."""
        if not isinstance(value, datetime):
            return datetime.combine(value, time())
        if value.tzinfo is None:
            return value
        return value.astimezone(self.zone or self.fallback).replace(tzinfo=None)


def spans_of(series: Iterable[Event], window: Window, floating: tzinfo, budget: Budget) -> Iterator[Span]:
    """The spans of events with one UID: a series, and the exceptions that stand in place of its repetitions. Raises CalendarFault."""
    events = list(series)
    changed = [event for event in events if "RECURRENCE-ID" in event]
    whole = [event for event in events if "RECURRENCE-ID" not in event]
    newest = max((_sequence(event) for event in whole), default=0)
    for event in whole:
        # of two with one name the newer holds; where neither is newer both take time
        if _sequence(event) == newest:
            yield from _repeated(event, changed, window, floating, budget)
    for event in changed:
        one = _one(event, floating)
        yield from _within(one, [one.span(_start(event))], window, budget)


def _repeated(event: Event, changed: list[Event], window: Window, floating: tzinfo, budget: Budget) -> Iterator[Span]:
    one = _one(event, floating)
    instead, from_then_on = _instead(one, changed, floating)
    found = []
    for local in _locals(event, one, window, budget):
        if local in instead or local.date() in instead:
            continue
        later = [shift for shift in from_then_on if shift.since <= local]
        if not later:
            found.append(one.span(local))
        elif later[-1].one.is_busy:
            found.append(later[-1].one.span(local + later[-1].by))
    yield from _within(one, found + _periods(event, one), window, budget)


def _within(one: _One, spans: Iterable[Span], window: Window, budget: Budget) -> Iterator[Span]:
    """Those that take time inside the window. One in a zone that nobody knows might be anywhere near: CalendarFault."""
    margin = DAY if one.zone is None else timedelta(0)
    for span in spans:
        is_inside = span.starts_at < window.until + margin and span.ends_at > window.starts - margin
        if not one.is_busy or not is_inside or span.starts_at >= span.ends_at:
            continue
        if one.zone is None:
            raise CalendarFault("unknown_zone")
        budget.span()
        yield span


class _Shift(NamedTuple):
    """From one repetition on, all of them are otherwise."""

    since: datetime
    by: timedelta
    one: _One


def _instead(one: _One, changed: list[Event], floating: tzinfo) -> tuple[set[date], list[_Shift]]:
    """Local times (or whole days) that something else stands for, and what holds from one of them on."""
    instead: set[date] = set()
    shifts = []
    for event in changed:
        stands_for = event["RECURRENCE-ID"]
        is_timed = isinstance(stands_for.dt, datetime)
        local = one.local(stands_for.dt)
        instead.add(local if is_timed else stands_for.dt)
        if str(stands_for.params.get("RANGE", "")).upper() == "THISANDFUTURE":
            other = _one(event, floating)
            shifts.append(_Shift(local, other.local(event["DTSTART"].dt) - local, other))
    return instead, sorted(shifts, key=lambda shift: shift.since)


def _locals(event: Event, one: _One, window: Window, budget: Budget) -> Iterator[datetime]:
    """Local times at which it begins, in order, until the window is over."""
    start = _start(event)
    rules = rruleset()
    rules.rdate(start)
    for rule in _each(event, "RRULE"):
        rules.rrule(_rule(rule, start, one))
    for rule in _each(event, "EXRULE"):
        rules.exrule(_rule(rule, start, one))
    for value, _ in _dates(event, "RDATE"):
        rules.rdate(one.local(value))
    days = set()
    for value, _ in _dates(event, "EXDATE"):
        if isinstance(value, datetime):
            rules.exdate(one.local(value))
        else:
            days.add(value)
    last = (window.until + DAY + DAY).replace(tzinfo=None)
    for local in takewhile(lambda at: at <= last, rules):
        budget.step()
        if local.date() not in days:
            yield local


def _periods(event: Event, one: _One) -> list[Span]:
    """Repetitions that are written down with a length of their own."""
    found = []
    for starts, ends in _dates(event, "RDATE"):
        if ends is not None:
            first = one.instant(one.local(starts))
            found.append(Span(first, first + ends if isinstance(ends, timedelta) else one.instant(one.local(ends))))
    return found


def _rule(rule: Any, start: datetime, one: _One) -> Any:
    """A rule by the event's own clock. Raises CalendarFault for one that repeats within a day, or never moves on."""
    parts = dict(rule)
    if str(parts.get("FREQ", [""])[0]).upper() in TOO_OFTEN:
        raise CalendarFault("too_often")
    if int(parts.get("INTERVAL", [1])[0]) < 1:
        raise CalendarFault("broken")
    until = parts.pop("UNTIL", None)
    text = type(rule)(parts).to_ical().decode()
    if until:
        end = until[0]
        local = one.local(end) if isinstance(end, datetime) else datetime.combine(end, time(23, 59, 59))
        text += f";UNTIL={local:%Y%m%dT%H%M%S}"
    return rrulestr(text, dtstart=start)


def _one(event: Event, floating: tzinfo) -> _One:
    start = event["DTSTART"]
    is_timed = isinstance(start.dt, datetime)
    zone = start.dt.tzinfo if is_timed and start.dt.tzinfo else floating
    is_unknown = is_timed and start.dt.tzinfo is None and "TZID" in start.params
    length, is_by_calendar = _length(event, floating)
    return _One(_start(event), None if is_unknown else zone, floating, length, is_by_calendar, _is_busy(event))


def _length(event: Event, floating: tzinfo) -> tuple[timedelta, bool]:
    """How long, and whether in days of the calendar. Raises CalendarFault for one that ends before it begins."""
    start = event["DTSTART"].dt
    is_timed = isinstance(start, datetime)
    if "DTEND" in event:
        end = event["DTEND"].dt
        if isinstance(end, datetime) != is_timed:
            raise CalendarFault("broken")
        length = _aware(end, floating) - _aware(start, floating) if is_timed else end - start
        is_by_calendar = not is_timed
    elif "DURATION" in event:
        length = event["DURATION"].dt
        is_by_calendar = not length % DAY
    else:
        length, is_by_calendar = (timedelta(0), False) if is_timed else (DAY, True)
    if length < timedelta(0):
        raise CalendarFault("broken")
    return length, is_by_calendar


def _aware(value: datetime, floating: tzinfo) -> datetime:
    return (value if value.tzinfo else value.replace(tzinfo=floating)).astimezone(UTC)


def _start(event: Event) -> datetime:
    """When it begins, by its own clock."""
    start = event["DTSTART"].dt
    return start.replace(tzinfo=None) if isinstance(start, datetime) else datetime.combine(start, time())


def _is_busy(event: Event) -> bool:
    if str(event.get("STATUS", "")).upper() == "CANCELLED" or str(event.get("TRANSP", "")).upper() == "TRANSPARENT":
        return False
    return str(event.get("X-MICROSOFT-CDO-BUSYSTATUS", "")).upper() != "FREE"


def _sequence(event: Event) -> int:
    return int(event.get("SEQUENCE", 0))


def _each(event: Event, name: str) -> list[Any]:
    """The values of a property that may stand there once, often or never."""
    found = event.get(name)
    return [] if found is None else found if isinstance(found, list) else [found]


def _dates(event: Event, name: str) -> Iterator[tuple[date, Any]]:
    """Dates or instants, with the end or length that stands beside one; None where none does. Raises CalendarFault."""
    for line in _each(event, name):
        for value in line.dts:
            if isinstance(value.dt, tuple):
                yield value.dt
            elif isinstance(value.dt, date):
                yield value.dt, None
            else:
                raise CalendarFault("broken")
