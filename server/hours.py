"""When people of the area read messages: opening hours with bank holidays, in the area's own time."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from govuk_bank_holidays.bank_holidays import BankHolidays

from dialogs.facts import Desk

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
LOOK_AHEAD_DAYS = 21
FARTHEST = timedelta(days=92)
HALF_HOUR = 30
CALLS_AFTER = timedelta(minutes=30)
"""Those who come first thing are not all written to in the same minute."""

MOST_CALL_TIMES = 3

Span = tuple[time, time]


class BadHours(ValueError):
    """The text of the opening hours cannot be read."""


@dataclass(frozen=True, slots=True)
class OpeningHours:
    """The weekly pattern (Monday is 0; several spans a day, in order), bank holidays closed."""

    zone: ZoneInfo
    week: Mapping[int, tuple[Span, ...]]
    nation: str

    def desk(self, now: datetime) -> Desk:
        """Open or closed at this instant, with the next change; instants in the area's zone."""
        local = now.astimezone(self.zone)
        for span in self._spans(local.date()):
            if span[0] <= local.time() < span[1]:
                return Desk(is_open=True, closes_at=self._at(local.date(), span[1]))
        return Desk(is_open=False, opens_at=self._next_opening(local))

    def elapsed(self, since: datetime, now: datetime) -> timedelta:
        """How long people were at their desks between two instants."""
        spans = self._open_between(since, now)
        return sum((until - begun for begun, until in spans), timedelta(0))

    def same_time_next_working_day(self, since: datetime) -> datetime | None:
        """A working day later: the same time of the next day on which people are at their desks; None beyond a few weeks."""
        local = since.astimezone(self.zone)
        days = (local.date() + timedelta(days=ahead) for ahead in range(1, LOOK_AHEAD_DAYS))
        return next((self._at(day, local.time()) for day in days if self.is_working(day)), None)

    def after(self, since: datetime, open_for: timedelta) -> datetime | None:
        """The instant at which people will have been at their desks for so long; None beyond a quarter of a year."""
        left = open_for
        for begun, until in self._open_between(since, since + FARTHEST):
            if until - begun >= left:
                return begun + left
            left -= until - begun
        return None

    def working_day(self, since: datetime, days: int) -> datetime:
        """When people go home on the so many-th open day after a day; by plain days where nothing is ever open."""
        day, left = since.astimezone(self.zone).date(), days
        for _ in range(FARTHEST.days):
            day += timedelta(days=1)
            spans = self._spans(day)
            left -= bool(spans)
            if not left:
                return self._at(day, spans[-1][1])
        return since + timedelta(days=days)

    def is_working(self, day: date) -> bool:
        """True for a day on which people are at their desks, if for an hour."""
        return bool(self._spans(day))

    def call_times(self, now: datetime) -> tuple[datetime, ...]:
        """Times at which a person could write back: half an hour into each of the next open spans, and past its middle."""
        found: list[datetime] = []
        for begun, until in self._open_between(now, now + timedelta(days=LOOK_AHEAD_DAYS)):
            middle = begun + (until - begun) / 2
            half_past = middle.replace(minute=30 if middle.minute >= HALF_HOUR else 0, second=0, microsecond=0)
            times = (begun + CALLS_AFTER, half_past)
            found += [at.astimezone(self.zone) for at in times if now + CALLS_AFTER <= at < until]
            if len(found) >= MOST_CALL_TIMES:
                break
        return tuple(dict.fromkeys(found))[:MOST_CALL_TIMES]

    def _open_between(self, since: datetime, until: datetime) -> Iterator[tuple[datetime, datetime]]:
        """The open spans between two instants, cut to them, in order; in UTC, so that lengths are true when clocks change."""
        day, last = since.astimezone(self.zone).date(), until.astimezone(self.zone).date()
        while day <= last:
            for opens, closes in self._spans(day):
                begun = max(self._at(day, opens).astimezone(UTC), since)
                ended = min(self._at(day, closes).astimezone(UTC), until)
                if begun < ended:
                    yield begun, ended
            day += timedelta(days=1)

    def _next_opening(self, local: datetime) -> datetime | None:
        for ahead in range(LOOK_AHEAD_DAYS):
            day = local.date() + timedelta(days=ahead)
            for opens, _ in self._spans(day):
                if (at := self._at(day, opens)) > local:
                    return at
        return None

    def _spans(self, day: date) -> tuple[Span, ...]:
        return () if day in bank_holidays(self.nation) else self.week.get(day.weekday(), ())

    def _at(self, day: date, at: time) -> datetime:
        return datetime.combine(day, at, self.zone)


def read_hours(text: str, zone: str, nation: str) -> OpeningHours:
    """Hours from "mon-fri 09:00-17:00; sat 10:00-13:00". Raises BadHours; an empty text is never open."""
    week: dict[int, tuple[Span, ...]] = {}
    for part in filter(None, (x.strip() for x in text.lower().split(";"))):
        match = re.fullmatch(r"(\w{3})(?:-(\w{3}))? (\d\d:\d\d)-(\d\d:\d\d)", part)
        if not match or match[1] not in DAYS or (match[2] or "mon") not in DAYS:
            raise BadHours(f"cannot read opening hours {part!r}: write them as 'mon-fri 09:00-17:00'")
        span = (time.fromisoformat(match[3]), time.fromisoformat(match[4]))
        if span[0] >= span[1]:
            raise BadHours(f"opening hours {part!r} end before they begin")
        first = DAYS.index(match[1])
        for day in range(first, DAYS.index(match[2] or match[1]) + 1):
            week[day] = tuple(sorted((*week.get(day, ()), span)))
    return OpeningHours(ZoneInfo(zone), week, nation)


@lru_cache
def bank_holidays(nation: str) -> frozenset[date]:
    """Bank holidays of a nation from the package's own list (2012 to 2028); asks no network."""
    known = BankHolidays(use_cached_holidays=True)
    return frozenset(holiday["date"] for holiday in known.get_holidays(division=nation))
