"""An iCalendar file to the times it says busy: pure. What else stands in the file (titles, people, places) is never looked at.

Whatever is wrong with a file ends in a `CalendarFault` with a code, and then nothing of it counts: half of a calendar would offer times
that are taken. What lies wholly outside of the window is not read, so old faults do no harm. Rules that go on for ever are followed
inside the window only; `read_apart` in `ics_reading` stops those that never come to it.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta, tzinfo
from typing import Final

from icalendar import Calendar

from server.appointments.ics_series import Budget, CalendarFault, Event, Span, Window, spans_of

__all__ = ["CalendarFault", "Span", "busy_spans"]

MOST_BYTES: Final = 5_000_000
MOST_EVENTS: Final = 20_000
MOST_DEPTH: Final = 8

NEAR: Final = timedelta(days=2)
"""Around the window: no zone is further from another than this."""

KEPT: Final = frozenset(
    {
        *("UID", "DTSTART", "DTEND", "DURATION", "RRULE", "EXRULE", "RDATE", "EXDATE", "RECURRENCE-ID", "SEQUENCE"),
        *("STATUS", "TRANSP", "X-MICROSOFT-CDO-BUSYSTATUS"),
    }
)
"""What of an event is read: when it is, and whether it takes time."""

NAME: Final = re.compile(r"([A-Za-z0-9-]+)[;:]")
DAY: Final = re.compile(r":(\d{8})")
REPEATS: Final = frozenset({"RRULE", "RDATE", "RECURRENCE-ID"})
LIBRARY_ERRORS: Final = (
    ValueError,
    SyntaxError,
    MemoryError,
    ArithmeticError,
    LookupError,
    TypeError,
    AttributeError,
    AssertionError,
    RuntimeError,
    NotImplementedError,
)
"""What the libraries raise for what is no calendar."""


def busy_spans(content: bytes, starts: datetime, until: datetime, zone: tzinfo) -> list[Span]:
    """Busy times between two instants (aware), in UTC, in order, merged and cut to the window. Raises CalendarFault.

    `zone` is where times without a zone of their own are; a file may name another for them.
    """
    if len(content) > MOST_BYTES:
        raise CalendarFault("too_large")
    with warnings.catch_warnings():
        # what the libraries think of an odd file is no news: it is read or it is not
        warnings.simplefilter("ignore")
        try:
            return _read(content, Window(starts, until), zone)
        except CalendarFault:
            raise
        except LIBRARY_ERRORS:
            raise CalendarFault("broken") from None


def _read(content: bytes, window: Window, zone: tzinfo) -> list[Span]:
    found = _Scan()
    found.take(_lines(content))
    near = [lines for lines in found.events if _is_near(lines, window)]
    calendar = Calendar.from_ical(_small_calendar(found.zones, near, found.zone_name))
    events = list(calendar.walk("VEVENT"))
    if len(events) != len(near) or any(event.errors for event in events):
        raise CalendarFault("broken")
    budget = Budget()
    spans = [span for series in _by_uid(events) for span in spans_of(series, window, _floating(calendar, zone), budget)]
    return merged(spans, window)


def _lines(content: bytes) -> Iterator[str]:
    """Unfolded lines. Letters that are none in UTF-8 stand in texts, which nobody reads here."""
    text = content.decode("utf-8-sig", errors="replace").replace("\x00", "")
    if not text.strip():
        raise CalendarFault("empty")
    whole = re.sub(r"(?:\r\n|\r|\n)[ \t]", "", text)
    return (line for line in re.split(r"\r\n|\r|\n", whole) if line.strip())


@dataclass
class _Scan:
    """The lines that matter, by component: events without their alarms and texts, zones whole."""

    events: list[list[str]] = field(default_factory=list)
    zones: list[list[str]] = field(default_factory=list)
    zone_name: str = ""
    has_free_busy: bool = False
    inside: list[str] = field(default_factory=list)

    def take(self, lines: Iterable[str]) -> None:
        """Read them all. Raises CalendarFault for what is not whole."""
        is_first = True
        for line in lines:
            if is_first and line.strip().upper() != "BEGIN:VCALENDAR":
                raise CalendarFault("not_a_calendar")
            is_first = False
            self._one(line)
        if self.inside:
            raise CalendarFault("cut_off")
        if self.has_free_busy and not self.events:
            raise CalendarFault("free_busy_only")

    def _one(self, line: str) -> None:
        word, _, rest = line.partition(":")
        kind = rest.strip().upper()
        if word.upper() == "BEGIN":
            self._begin(kind)
        elif word.upper() == "END":
            if not self.inside or self.inside.pop() != kind:
                raise CalendarFault("broken")
            self._keep_zone(line)
        elif not self.inside:
            raise CalendarFault("broken")
        else:
            self._property(line)

    def _begin(self, kind: str) -> None:
        if len(self.inside) >= MOST_DEPTH or (not self.inside and kind != "VCALENDAR"):
            raise CalendarFault("broken")
        if kind == "VEVENT":
            if len(self.events) >= MOST_EVENTS:
                raise CalendarFault("too_many_events")
            self.events.append([])
        elif kind == "VTIMEZONE":
            self.zones.append([])
        self.has_free_busy |= kind == "VFREEBUSY"
        self.inside.append(kind)
        self._keep_zone(f"BEGIN:{kind}")

    def _keep_zone(self, line: str) -> None:
        """Lines of a zone, its inner parts included."""
        is_end = line.strip().upper() == "END:VTIMEZONE"
        if "VTIMEZONE" in self.inside or is_end:
            self.zones[-1].append(line)

    def _property(self, line: str) -> None:
        name = NAME.match(line)
        if name is None:
            if self.inside[-1] == "VEVENT" and line.upper().startswith(tuple(KEPT)):
                raise CalendarFault("broken")
            return
        word = name[1].upper()
        if self.inside[-1] == "VEVENT" and word in KEPT:
            self.events[-1].append(line)
        elif self.inside == ["VCALENDAR"] and word == "X-WR-TIMEZONE":
            self.zone_name = self.zone_name or line.partition(":")[2].strip()
        elif self.inside == ["VCALENDAR"] and word == "CALSCALE" and not line.upper().endswith(":GREGORIAN"):
            raise CalendarFault("broken")
        else:
            self._keep_zone(line)


def _is_near(lines: Iterable[str], window: Window) -> bool:
    """False for an event that happens once, wholly outside of the window; whatever is not plain is looked at in full."""
    days = {}
    for line in lines:
        word = re.split("[;:]", line, maxsplit=1)[0].upper()
        if word in REPEATS:
            return True
        day = DAY.search(line) if word in {"DTSTART", "DTEND"} else None
        days[word] = day[1] if day else ""
    first, last = f"{window.starts - NEAR:%Y%m%d}", f"{window.until + NEAR:%Y%m%d}"
    begins = days.get("DTSTART", "")
    ends = days.get("DTEND", begins)
    if not begins or not ends or "DURATION" in days or ends < begins:
        return True
    return begins <= last and ends >= first


def _small_calendar(zones: Iterable[Iterable[str]], events: Iterable[Iterable[str]], zone_name: str) -> str:
    """A calendar with nothing in it but what is read."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//connexions//reader//"]
    lines += [f"X-WR-TIMEZONE:{zone_name}"] if zone_name else []
    for zone in zones:
        lines += zone
    for event in events:
        lines += ["BEGIN:VEVENT", *event, "END:VEVENT"]
    return "\r\n".join([*lines, "END:VCALENDAR", ""])


def _floating(calendar: Calendar, zone: tzinfo) -> tzinfo:
    """Where times without a zone are: the zone that the file is in, if it names one that there is."""
    from icalendar.timezone import tzp  # noqa: PLC0415 - beside the other zones of the library

    name = str(calendar.get("X-WR-TIMEZONE", ""))
    return (tzp.timezone(name) if name else None) or zone


def _by_uid(events: Iterable[Event]) -> Iterable[list[Event]]:
    """Events that belong together: a series with its exceptions. One without a UID stands for itself."""
    series: dict[str, list[Event]] = {}
    for number, event in enumerate(events):
        series.setdefault(str(event.get("UID", "")) or f"\n{number}", []).append(event)
    return series.values()


def merged(spans: Iterable[Span], window: Window) -> list[Span]:
    """In order, touching ones joined, cut to the window."""
    found: list[Span] = []
    for one in sorted(spans):
        starts, ends = max(one.starts_at, window.starts), min(one.ends_at, window.until)
        if starts >= ends:
            continue
        if found and starts <= found[-1].ends_at:
            found[-1] = Span(found[-1].starts_at, max(ends, found[-1].ends_at))
        else:
            found.append(Span(starts, ends))
    return found
