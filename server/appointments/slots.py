"""Which times a diary offers: pure arithmetic on whole diaries at once, no database.

Instants are whole seconds since 1970 (UTC) in numpy arrays; days and minutes of a pattern are local to the area's zone.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np

from server.appointments.spans import Pairs, Seconds, Spans

MINUTE: Final = 60


@dataclass(frozen=True, slots=True)
class Hours:
    """One span of a weekly pattern in local minutes. `until_on` is included; None: for ever."""

    weekday: int
    starts: int
    ends: int
    from_on: date
    until_on: date | None
    place_id: uuid.UUID | None
    reasons: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Extra:
    """Time that is open beside the pattern, as instants."""

    starts: int
    ends: int
    place_id: uuid.UUID


@dataclass(frozen=True, slots=True)
class Taken:
    """What somebody's bookings at one place take: the meetings themselves, and the time that is kept around them."""

    place_id: uuid.UUID | None
    meetings: Pairs
    busy: Pairs


@dataclass(frozen=True, slots=True)
class Diary:
    """One adviser's diary for the time that is looked at."""

    adviser_id: uuid.UUID
    open: Sequence[Hours] = ()
    breaks: Sequence[Hours] = ()
    extra: Sequence[Extra] = ()
    away: Pairs = ()
    taken: Sequence[Taken] = ()


@dataclass(frozen=True, slots=True)
class Spot:
    """A place as slots see it. `rooms` has each room's meetings, empty where nobody counts rooms. `hours` by weekday, None: not known."""

    id: uuid.UUID
    is_remote: bool
    rooms: Sequence[Pairs] = ()
    hours: Mapping[int, Pairs] | None = None
    closed_from: date | None = None


@dataclass(frozen=True, slots=True)
class Length:
    """How long a meeting is, in minutes, with what is kept free around it and the grid it begins on."""

    minutes: int
    step: int = 30
    before: int = 0
    after: int = 0


@dataclass(frozen=True, slots=True)
class Look:
    """What is looked for: `starts_from` and `starts_until` are seconds, the second one not included.

    `theirs` are meetings of the young person, each with its place (None: somewhere else). `travel` is minutes by pair of places,
    `default_travel` where none is written down; `remote` are places that nobody travels to. `groups` are meetings that have seats
    left, by (adviser, place).
    """

    zone: ZoneInfo
    holidays: Collection[date]
    length: Length
    reason: str
    starts_from: int
    starts_until: int
    theirs: Sequence[Taken] = ()
    travel: Mapping[tuple[uuid.UUID, uuid.UUID], int] = field(default_factory=dict)
    default_travel: int = 20
    groups: Mapping[tuple[uuid.UUID, uuid.UUID], Collection[int]] = field(default_factory=dict)
    remote: Collection[uuid.UUID] = frozenset()


Offer = tuple[int, uuid.UUID, uuid.UUID]
"""One time on offer: the second it begins at, the adviser, the place."""


@dataclass(frozen=True, slots=True)
class Day:
    """One day of the window: its date, the second it begins at, and whether no clock changes in it."""

    on: date
    midnight: int
    is_even: bool


def offers(diaries: Iterable[Diary], spots: Mapping[uuid.UUID, Spot], look: Look) -> list[Offer]:
    """Every time that can be booked, soonest first; advisers in the order in which they were handed in. No two are the same."""
    days = _days(look)
    found: list[tuple[uuid.UUID, uuid.UUID, Seconds]] = []
    for diary in diaries:
        for place_id, starts in _by_place(diary, spots, days, look).items():
            found.append((diary.adviser_id, place_id, _free(starts, diary, spots[place_id], look)))
    if not found:
        return []
    starts = np.concatenate([each for _, _, each in found])
    rank = np.repeat(np.arange(len(found)), [len(each) for _, _, each in found])
    order = np.lexsort((rank, starts))
    whose = [(adviser, place) for adviser, place, _ in found]
    return [(at, *whose[n]) for at, n in zip(starts[order].tolist(), rank[order].tolist(), strict=True)]


def _by_place(
    diary: Diary, spots: Mapping[uuid.UUID, Spot], days: Mapping[int, Sequence[Day]], look: Look
) -> dict[uuid.UUID, Seconds]:
    """The grid of starts for each place, before anything that takes time away."""
    found: dict[uuid.UUID, list[Seconds]] = {}
    for hours in diary.open:
        spot = spots.get(hours.place_id) if hours.place_id else None
        if spot is not None and (not hours.reasons or look.reason in hours.reasons):
            found.setdefault(spot.id, []).extend(_of_pattern(hours, diary, spot, days.get(hours.weekday, ()), look))
    for extra in diary.extra:
        if extra.place_id in spots and _is_open_extra(extra, spots[extra.place_id], look):
            found.setdefault(extra.place_id, []).append(_grid(extra.starts, extra.ends, look.length))
    return {place: np.unique(np.concatenate(parts)) for place, parts in found.items() if parts}


def _days(look: Look) -> dict[int, list[Day]]:
    """Working days of the window by weekday, in the area's zone."""
    day = datetime.fromtimestamp(look.starts_from, look.zone).date()
    last = datetime.fromtimestamp(look.starts_until, look.zone).date()
    found: dict[int, list[Day]] = {}
    while day <= last:
        if day not in look.holidays:
            found.setdefault(day.weekday(), []).append(Day(day, *_midnight(day, look.zone)))
        day += timedelta(days=1)
    return found


def _of_pattern(hours: Hours, diary: Diary, spot: Spot, days: Sequence[Day], look: Look) -> list[Seconds]:
    """Starts of one pattern on its days: without breaks, inside of the place's own hours."""
    alike: dict[tuple[tuple[int, int], ...], list[Day]] = {}
    for day in days:
        if _is_then(hours, day.on) and not (spot.closed_from and day.on >= spot.closed_from):
            rests = (rest for rest in diary.breaks if rest.weekday == hours.weekday and _is_then(rest, day.on))
            alike.setdefault(tuple((rest.starts, rest.ends) for rest in rests), []).append(day)
    inside: Pairs = ((0, 24 * 60),) if spot.hours is None else spot.hours.get(hours.weekday, ())
    made: list[Seconds] = []
    for breaks, on in alike.items():
        for opens, closes in inside:
            for begun, until in _without((max(hours.starts, opens), min(hours.ends, closes)), breaks):
                made += _local_grids(on, begun, until, look)
    return made


def _is_then(hours: Hours, day: date) -> bool:
    return hours.from_on <= day and (hours.until_on is None or day <= hours.until_on)


def _without(span: tuple[int, int], rests: Pairs) -> list[tuple[int, int]]:
    """A span without its breaks, in order."""
    left, (begun, until) = [], span
    for starts, ends in sorted(rests):
        if ends <= begun or starts >= until:
            continue
        left.append((begun, starts))
        begun = max(begun, ends)
    return [(a, b) for a, b in (*left, (begun, until)) if a < b]


def _grid(begun: int, until: int, length: Length) -> Seconds:
    """Starts from the beginning of a span in steps, each with room for the whole meeting."""
    return np.arange(begun, until - length.minutes * MINUTE + 1, length.step * MINUTE, dtype=np.int64)


def _local_grids(days: Sequence[Day], begun: int, until: int, look: Look) -> list[Seconds]:
    """The same for local minutes of some days: a time that never is falls out, of one that is twice the first counts."""
    minutes = np.arange(begun, until - look.length.minutes + 1, look.length.step, dtype=np.int64)
    even = np.fromiter((day.midnight for day in days if day.is_even), np.int64)
    odd = (_on_odd_day(day.on, minutes.tolist(), until, look) for day in days if not day.is_even)
    return [np.add.outer(even, minutes * MINUTE).ravel(), *odd]


def _on_odd_day(day: date, minutes: Sequence[int], until: int, look: Look) -> Seconds:
    """Starts on a day with a clock change, each with room for the whole meeting as real time goes."""
    ends_at = local_instant(day, until, look.zone)
    starts = (local_instant(day, minute, look.zone) for minute in minutes if is_real(day, minute, look.zone))
    return np.fromiter((at for at in starts if at + look.length.minutes * MINUTE <= ends_at), np.int64)


@lru_cache(maxsize=4_000)
def _midnight(day: date, zone: ZoneInfo) -> tuple[int, bool]:
    """The second at which a day begins, and whether no clock changes in it."""
    begins = datetime(day.year, day.month, day.day, tzinfo=zone)
    is_even = begins.utcoffset() == (begins + timedelta(days=1)).utcoffset()
    return int(begins.timestamp()), is_even


def local_instant(day: date, minute: int, zone: ZoneInfo) -> int:
    """The second of a local minute of a day; the first of two, and for one that never is the moment the clock jumps to."""
    naive = datetime(day.year, day.month, day.day) + timedelta(minutes=minute)  # noqa: DTZ001 - local on purpose
    return int(naive.replace(tzinfo=zone).timestamp())


def is_real(day: date, minute: int, zone: ZoneInfo) -> bool:
    """False for a local time that a clock change leaves out."""
    naive = datetime(day.year, day.month, day.day) + timedelta(minutes=minute)  # noqa: DTZ001 - local on purpose
    back = datetime.fromtimestamp(naive.replace(tzinfo=zone).timestamp(), UTC).astimezone(zone)
    return back.replace(tzinfo=None) == naive


def _is_open_extra(extra: Extra, spot: Spot, look: Look) -> bool:
    day = datetime.fromtimestamp(extra.starts, look.zone).date()
    return spot.closed_from is None or day < spot.closed_from


def _free(starts: Seconds, diary: Diary, spot: Spot, look: Look) -> Seconds:
    """Of a grid the starts at which the adviser, the place and the young person are all free."""
    starts = starts[(starts >= look.starts_from) & (starts < look.starts_until)]
    length = look.length
    ends = starts + length.minutes * MINUTE
    is_here = _spans(diary.away).are_clear(starts, ends)
    for theirs in look.theirs:
        is_here &= _spans(theirs.meetings, _margin(theirs.place_id, spot, look)).are_clear(starts, ends)
    is_free = _spans(pair for taken in diary.taken for pair in taken.busy).are_clear(
        starts - length.before * MINUTE, ends + length.after * MINUTE
    )
    for taken in diary.taken:
        if margin := _margin(taken.place_id, spot, look):
            is_free &= _spans(taken.meetings, margin).are_clear(starts, ends)
    if spot.rooms:
        is_free &= np.any([_spans(room).are_clear(starts, ends) for room in spot.rooms], axis=0)
    joined = look.groups.get((diary.adviser_id, spot.id), ())
    has_seat = np.isin(starts, np.fromiter(joined, np.int64)) if joined else np.zeros(len(starts), np.bool_)
    return starts[is_here & (is_free | has_seat)]


def _spans(pairs: Iterable[tuple[int, int]], margin: int = 0) -> Spans:
    """Merged spans, each longer by a margin of seconds at both ends."""
    listed = list(pairs)
    return Spans.of((begun - margin for begun, _ in listed), (until + margin for _, until in listed))


def _margin(other: uuid.UUID | None, spot: Spot, look: Look) -> int:
    """Seconds that the way between two places takes; none from or to a telephone, nor within a place."""
    if spot.is_remote or other == spot.id or other in look.remote:
        return 0
    if other is None:
        return look.default_travel * MINUTE
    pair = (min(other, spot.id), max(other, spot.id))
    return look.travel.get(pair, look.default_travel) * MINUTE
