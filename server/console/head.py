"""The head of a chat that stands open: what must be seen at once when it changes. Read from the case's row; nothing is drawn here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any, Final

from dialogs.effects import CaseUrgency
from server.escalations.holding import SILENT_AFTER
from server.escalations.service import ABOUT_DANGER, ORDER

FIELDS: Final = (
    "urgency",
    "reason",
    "alarms",
    "waiting_since",
    "held_until",
    "closed_at",
    "adviser_id",
    "clock_next_at",
)
"""Columns whose change makes the head and the brief of an open page old."""


@dataclass(frozen=True, slots=True)
class Head:
    """What stands over a chat. `rank` grows with danger. Instants: `since` somebody waits, `held_until` while it is on hold.

    `rings_at`: the clock's next step, while nobody has answered an alarm. `leaves_at`: when a holder who does nothing has lost it.
    """

    rank: int
    is_danger: bool
    since: datetime | None
    held_until: datetime | None
    rings_at: datetime | None
    leaves_at: datetime | None


def head_of(case: Any, now: datetime) -> Head:
    """The head of a case's row as it stands now. Pure."""
    is_open = case.closed_at is None
    is_danger = case.urgency in ABOUT_DANGER
    is_held = is_open and case.held_until is not None and case.held_until > now
    is_climbing = is_open and is_danger and case.clock_next_at is not None
    return Head(
        rank=len(ORDER) - ORDER.index(case.urgency),
        is_danger=is_danger,
        since=case.waiting_since if is_open else None,
        held_until=case.held_until if is_held else None,
        rings_at=case.clock_next_at if is_climbing else None,
        leaves_at=_leaves_at(case, is_held=is_held) if is_open else None,
    )


def _leaves_at(case: Any, *, is_held: bool) -> datetime | None:
    """When whoever holds it counts as gone if they do nothing; None when nobody waits or nobody holds it."""
    if case.adviser_id is None or case.waiting_since is None:
        return None
    at: datetime = max(case.waiting_since, case.adviser_active_at or case.waiting_since) + SILENT_AFTER
    return max(at, case.held_until) if is_held and case.urgency is not CaseUrgency.CRISIS else at


def version(case: Any, routes: tuple[Any, ...], tasks: tuple[Any, ...]) -> str:
    """A text that is another one whenever the head or the brief has to be drawn anew. Nothing of it is shown."""
    ways = [(route.channel, route.is_reachable, route.stopped) for route in routes]
    work = [(task.id, task.done_at, task.owner) for task in tasks]
    shown = repr(([getattr(case, name) for name in FIELDS], ways, work))
    return sha256(shown.encode()).hexdigest()[:16]
