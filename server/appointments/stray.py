"""Bookings that an adviser's hours do not hold any more: inside of leave, or outside of every pattern. Nothing is called off. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from server.appointments.kinds import AwayKind, HoursKind

Row = Mapping[str, Any]
DAY_MINUTES = 1440


def stray(booked: Sequence[Row], patterns: Sequence[Row], exceptions: Sequence[Row], zone: ZoneInfo) -> list[Row]:
    """Those of `booked` (with `starts_at` and `ends_at`) that need another time or another adviser, in their order."""
    return [row for row in booked if _is_away(row, exceptions) or not _is_held(row, patterns, exceptions, zone)]


def _is_away(row: Row, exceptions: Sequence[Row]) -> bool:
    closing = (one for one in exceptions if one["kind"] is not AwayKind.EXTRA)
    return any(one["starts_at"] < row["ends_at"] and one["ends_at"] > row["starts_at"] for one in closing)


def _is_held(row: Row, patterns: Sequence[Row], exceptions: Sequence[Row], zone: ZoneInfo) -> bool:
    starts, ends = row["starts_at"].astimezone(zone), row["ends_at"].astimezone(zone)
    extra = (one for one in exceptions if one["kind"] is AwayKind.EXTRA)
    if any(one["starts_at"] <= row["starts_at"] and row["ends_at"] <= one["ends_at"] for one in extra):
        return True
    return any(_holds(one, starts, ends) for one in patterns if one["kind"] is HoursKind.OPEN)


def _holds(pattern: Row, starts: datetime, ends: datetime) -> bool:
    """True when a span of the week has all of a local time in it."""
    day = starts.date()
    is_then = pattern["from_on"] <= day and (pattern["until_on"] is None or day <= pattern["until_on"])
    until = ends.hour * 60 + ends.minute if ends.date() == day else DAY_MINUTES
    is_within: bool = pattern["starts_minute"] <= starts.hour * 60 + starts.minute and until <= pattern["ends_minute"]
    return bool(is_then and pattern["weekday"] == day.weekday() and is_within)
