"""The rows of `finding.LOAD` as the values that `slots` works with."""

from __future__ import annotations

import math
import uuid
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from server.appointments.kinds import AwayKind, HoursKind
from server.appointments.slots import Diary, Extra, Hours, Spot, Taken
from server.appointments.spans import Pairs
from server.hours import DAYS, BadHours, read_hours

Row = Mapping[str, Any]


def extent(at: datetime) -> int:
    """An instant in whole seconds, rounded up: a window never begins before what was asked for."""
    return math.ceil(at.timestamp())


def diaries_of(row: Row) -> list[Diary]:
    """A diary for each adviser who has open hours or extra time, in a steady order."""
    opens: dict[uuid.UUID, list[Hours]] = defaultdict(list)
    breaks: dict[uuid.UUID, list[Hours]] = defaultdict(list)
    for staff_id, kind, *rest in row["patterns"] or ():
        (opens if kind == HoursKind.OPEN else breaks)[uuid.UUID(staff_id)].append(_hours(rest))
    extra: dict[uuid.UUID, list[Extra]] = defaultdict(list)
    away: dict[uuid.UUID, list[tuple[int, int]]] = defaultdict(list)
    for staff_id, kind, place_id, starts, ends in row["exceptions"] or ():
        if kind == AwayKind.EXTRA:
            extra[uuid.UUID(staff_id)].append(Extra(starts, ends, uuid.UUID(place_id)))
        else:
            away[uuid.UUID(staff_id)].append((starts, ends))
    for staff_id, starts, ends in row["busy"] or ():
        away[uuid.UUID(staff_id)].append((starts, ends))
    taken: dict[uuid.UUID, list[Taken]] = defaultdict(list)
    for staff_id, place_id, starts, ends, busy_from, busy_until in row["taken"] or ():
        pairs = _pairs(starts, ends), _pairs(busy_from, busy_until)
        taken[uuid.UUID(staff_id)].append(Taken(uuid.UUID(place_id) if place_id else None, *pairs))
    who = sorted({*opens, *extra})
    return [Diary(one, opens[one], breaks[one], extra[one], away[one], taken[one]) for one in who]


def _hours(parts: Sequence[Any]) -> Hours:
    place_id, weekday, starts, ends, from_on, until_on, reasons = parts
    until = until_on and date.fromisoformat(until_on)
    place = place_id and uuid.UUID(place_id)
    return Hours(weekday, starts, ends, date.fromisoformat(from_on), until, place, frozenset(reasons))


def _pairs(starts: Sequence[int], ends: Sequence[int]) -> Pairs:
    return list(zip(starts, ends, strict=True))


def spots_of(row: Row, remote: Collection[str]) -> dict[uuid.UUID, Spot]:
    """Every place that is looked at, with its rooms."""
    rooms: dict[str, dict[int, Pairs]] = defaultdict(dict)
    for place_id, room, starts, ends in row["rooms"] or ():
        rooms[place_id][room] = _pairs(starts, ends)
    found = {}
    for place_id, kind, count, hours, closed_from in row["spots"] or ():
        is_remote = kind in remote
        each = [] if is_remote else [rooms[place_id].get(room, ()) for room in range(1, count + 1)]
        closes = closed_from and date.fromisoformat(closed_from)
        found[uuid.UUID(place_id)] = Spot(uuid.UUID(place_id), is_remote, each, place_hours(hours), closes)
    return found


@lru_cache(maxsize=500)
def place_hours(words: str) -> dict[int, Pairs] | None:
    """A place's hours by weekday in minutes; None where they are not known or cannot be read."""
    if not words:
        return None
    try:
        week = read_hours(words, "UTC", "england-and-wales").week
    except BadHours:
        return None
    minutes = {day: [(a.hour * 60 + a.minute, b.hour * 60 + b.minute) for a, b in spans] for day, spans in week.items()}
    return {day: minutes.get(day, []) for day in range(len(DAYS))}


def theirs_of(row: Row) -> list[Taken]:
    """Meetings of the young person, whosever they are, by place."""
    by_place: dict[str | None, list[tuple[int, int]]] = defaultdict(list)
    for place_id, starts, ends in row["theirs"] or ():
        by_place[place_id].append((starts, ends))
    return [Taken(uuid.UUID(place_id) if place_id else None, pairs, pairs) for place_id, pairs in by_place.items()]


def groups_of(row: Row) -> dict[tuple[uuid.UUID, uuid.UUID], set[int]]:
    """Groups' meetings that have seats left."""
    found: dict[tuple[uuid.UUID, uuid.UUID], set[int]] = defaultdict(set)
    for staff_id, place_id, starts in row["groups"] or ():
        found[uuid.UUID(staff_id), uuid.UUID(place_id)].add(starts)
    return found
