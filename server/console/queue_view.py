"""The queue as it is shown: what waits in which group, what is mine, what others have, what is late. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from dialogs.effects import CaseUrgency
from server.console.reading import QueueRow
from server.console.words import URGENCIES
from server.escalations.service import ORDER
from server.staff.access import Member

LATE: Final = {CaseUrgency.CRISIS: timedelta(0), CaseUrgency.SAFEGUARDING: timedelta(0)}
LATE_OTHERS: Final = timedelta(minutes=30)
"""From when on a wait is shown as too long."""

MOST_SHOWN: Final = 100
"""Rows of a group that are drawn; the others come up as these are taken."""


@dataclass(frozen=True, slots=True)
class Group:
    """One queue: those whom nobody holds, longest wait first. `shown` are the first of them."""

    urgency: CaseUrgency
    name: str
    rows: tuple[QueueRow, ...]
    shown: tuple[QueueRow, ...]

    @property
    def oldest(self) -> datetime | None:
        """When the longest wait began; None for an empty queue."""
        return min((row.since or row.opened_at for row in self.rows), default=None)


@dataclass(frozen=True, slots=True)
class Sorted:
    """Open cases in order, whoever looks: alarms that nobody acknowledged, held ones, and the groups of those that wait."""

    alarms: tuple[QueueRow, ...]
    held: tuple[QueueRow, ...]
    groups: tuple[Group, ...]
    waiting: int


@dataclass(frozen=True, slots=True)
class View:
    """The queue as one person sees it. `alarms` are about danger, acknowledged by nobody and not mine already."""

    alarms: tuple[QueueRow, ...]
    mine: tuple[QueueRow, ...]
    groups: tuple[Group, ...]
    others: tuple[QueueRow, ...]
    waiting: int


def sorted_of(rows: Iterable[QueueRow]) -> Sorted:
    """What is open, in the order in which it is shown."""
    every = tuple(rows)
    free = sorted((row for row in every if row.adviser_id is None), key=lambda row: row.since or row.opened_at)
    quiet = [row for row in free if not (row.is_danger and not row.is_acknowledged)]  # the others stand on top
    alarms = (row for row in every if row.is_danger and not row.is_acknowledged)
    return Sorted(
        alarms=tuple(sorted(alarms, key=lambda row: row.clock_since)),
        held=tuple(sorted((row for row in every if row.adviser_id is not None), key=_waiting_first)),
        groups=tuple(_group(urgency, quiet) for urgency in ORDER),
        waiting=len(free),
    )


def _group(urgency: CaseUrgency, free: Sequence[QueueRow]) -> Group:
    rows = tuple(row for row in free if row.urgency is urgency)
    return Group(urgency, URGENCIES[urgency], rows, rows[:MOST_SHOWN])


def _waiting_first(row: QueueRow) -> tuple[bool, int, datetime]:
    return row.since is None, ORDER.index(row.urgency), row.since or row.opened_at


def view_of(found: Sorted, who: Member) -> View:
    """What is mine, what waits and what others have."""
    return View(
        alarms=tuple(row for row in found.alarms if row.adviser_id != who.id),
        mine=tuple(row for row in found.held if row.adviser_id == who.id),
        groups=found.groups,
        others=tuple(row for row in found.held if row.adviser_id != who.id),
        waiting=found.waiting,
    )


def is_late(row: QueueRow, now: datetime) -> bool:
    """True for a wait that is shown as too long."""
    return row.since is not None and now - row.since >= LATE.get(row.urgency, LATE_OTHERS)
