"""How long people waited lately for a first answer: measured, never hoped."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from statistics import median
from typing import Final

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from dialogs.effects import CaseUrgency
from server.db.base import table_of
from server.escalations.models import Case

cases = table_of(Case)

LATELY: Final = timedelta(hours=6)
FEWEST: Final = 3
"""Answers below which nobody knows."""

KEPT_FOR: Final = timedelta(minutes=1)


def typical_wait(answered: Sequence[timedelta], waiting: Sequence[timedelta]) -> timedelta | None:
    """The middle one of all waits; None when fewer than `FEWEST` were answered. Pure.

    Who still waits counts with the time so far: a queue that stands still must not look fast because of those who came early.
    """
    if len(answered) < FEWEST:
        return None
    seconds = median(wait.total_seconds() for wait in (*answered, *waiting))
    return timedelta(seconds=max(0.0, seconds))


async def measure(db: AsyncConnection, area: str, now: datetime) -> dict[CaseUrgency, timedelta]:
    """The typical wait of each urgency among those who asked in the last hours while people were here."""
    query = select(cases.c.urgency, cases.c.opened_at, cases.c.first_answer_at, cases.c.closed_at).where(
        cases.c.area == area, cases.c.opened_at > now - LATELY, cases.c.opened_at <= now, cases.c.clock_in_hours
    )
    answered, waiting = defaultdict(list), defaultdict(list)
    for urgency, opened_at, first_answer_at, closed_at in (await db.execute(query)).all():
        if first_answer_at is not None:
            answered[urgency].append(first_answer_at - opened_at)
        elif closed_at is None:
            waiting[urgency].append(now - opened_at)
    found = {urgency: typical_wait(waits, waiting[urgency]) for urgency, waits in answered.items()}
    return {urgency: wait for urgency, wait in found.items() if wait is not None}


class Waits:
    """The measured waits of one area, measured anew when older than a minute: each process asks at most that often."""

    def __init__(self, area: str) -> None:
        self._area = area
        self._measured_at: datetime | None = None
        self._known: dict[CaseUrgency, timedelta] = {}

    async def now(self, db: AsyncConnection, now: datetime) -> dict[CaseUrgency, timedelta]:
        """The waits as of at most a minute ago."""
        at = self._measured_at
        if at is None or not at <= now < at + KEPT_FOR:
            self._known = await measure(db, self._area, now)
            self._measured_at = now
        return self._known
