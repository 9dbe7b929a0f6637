"""Pure rules of delivery: which status may follow which, when to try again, how late is too late, what is worth a double."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from enum import StrEnum

from dialogs.messages import Urgency


class Status(StrEnum):
    """Where a delivery stands (architecture, section 4)."""

    PLANNED = "planned"
    DUE = "due"
    SENDING = "sending"
    SENT = "sent"
    DELIVERED = "delivered"
    UNDELIVERED = "undelivered"
    FAILED = "failed"
    SKIPPED = "skipped"
    SUPERSEDED = "superseded"


class DeliveryKind(StrEnum):
    """Why it is sent."""

    REPLY = "reply"
    ADVISER = "adviser"
    REMINDER = "reminder"
    NOTICE = "notice"


NEVER_ARRIVED = frozenset({Status.UNDELIVERED, Status.FAILED, Status.SKIPPED})
FINAL = frozenset({Status.DELIVERED, Status.UNDELIVERED, Status.FAILED, Status.SKIPPED, Status.SUPERSEDED})
WAITING = frozenset({Status.DUE, Status.SENDING})

_RANK = {Status.PLANNED: 0, Status.DUE: 1, Status.SENDING: 2, Status.SENT: 3}


def may_follow(new: Status, old: Status) -> bool:
    """True when a delivery may go from `old` to `new`: forward only, and a final word stands.

    The one step back is from sending to due: the provider did not take it, or nobody knows and it is worth a double.
    """
    if old in FINAL:
        return False
    if (old, new) == (Status.SENDING, Status.DUE):
        return True
    return new in FINAL or _RANK[new] > _RANK[old]


def predecessors(new: Status) -> tuple[Status, ...]:
    """Every status that `new` may follow, for the condition of an UPDATE."""
    return tuple(old for old in Status if may_follow(new, old))


LEASE = timedelta(seconds=30)
"""How long a process may take over one call; longer than the channels' own time-outs."""

MAX_ATTEMPTS = 8
_FIRST_WAIT = timedelta(seconds=2)
_LONGEST_WAIT = timedelta(minutes=10)

KEPT_WORTH_SENDING = {
    Urgency.CRISIS: timedelta(hours=24),
    Urgency.REPLY: timedelta(hours=6),
    Urgency.ADVISER: timedelta(hours=48),
    Urgency.REMINDER: timedelta(hours=24),
}
"""After this long a message is not sent any more: the person has moved on, and a late word can do harm."""


def wait_before(attempt: int, retry_after_seconds: float | None, chance: random.Random) -> timedelta:
    """How long to wait after failed try number `attempt` (1 is the first): doubling with jitter, or what the provider asks."""
    if retry_after_seconds is not None:
        return timedelta(seconds=retry_after_seconds + chance.random())
    longest: timedelta = min(_FIRST_WAIT * int(2 ** (attempt - 1)), _LONGEST_WAIT)
    return longest * (0.5 + chance.random() / 2)


def is_worth_a_double(kind: DeliveryKind, now: datetime, expires_at: datetime) -> bool:
    """True when sending twice harms less than not at all: nobody knows whether the call before a crash went through."""
    return now < expires_at and kind is not DeliveryKind.NOTICE
