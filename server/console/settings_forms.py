"""What the forms of places, kinds and hours share: figures, days and times as staff typed them, and who sets what. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, time
from typing import Final

from server.console.desk import Desk
from server.staff.access import Act, Member, may_do

CLOCK: Final = re.compile(r"(\d\d):(\d\d)(?::00)?")
LINE: Final = 300
"""The longest name, address or telephone number."""


def whole(text: str) -> int | None:
    """A figure of at most six digits; None for anything else."""
    plain = text.strip()
    return int(plain) if plain.isascii() and plain.isdigit() and len(plain) <= 6 else None  # noqa: PLR2004


def day_of(text: str) -> date | None:
    """A day as a date field sends it; None for no such day."""
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        return None


def minute_of(text: str, *, is_end: bool = False) -> int | None:
    """Minutes from midnight of "14:30"; midnight as an end is the end of the day. None for no such time."""
    found = CLOCK.fullmatch(text.strip())
    if not found:
        return None
    try:
        at = time(int(found[1]), int(found[2]))
    except ValueError:
        return None
    minutes = at.hour * 60 + at.minute
    return 1440 if is_end and not minutes else minutes


def clock_of(minutes: int) -> str:
    """The other way: "14:30", and "00:00" for the end of the day."""
    return f"{minutes // 60 % 24:02}:{minutes % 60:02}"


def areas_for(desk: Desk, who: Member, act: Act, among: Iterable[str] | None = None) -> list[str]:
    """Areas that this program serves and in which somebody may do it."""
    served = sorted(desk.hours)
    return [area for area in served if may_do(who, act, area) and (among is None or area in among)]
