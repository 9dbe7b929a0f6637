"""A free time: what it says, and the key by which another process finds it again."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final, NamedTuple

from server.appointments.kinds import Reason
from server.appointments.slots import MINUTE
from server.db.ids import new_id

GROUPS: Final = uuid.UUID("6ba1f6a0-4d0e-5c57-9f0f-1f2d8d2a8c11")
"""Makes the id of a group's meeting from who, where, what and when, so that two who book it first mean the same."""


class NotASlot(ValueError):
    """A key that no slot has."""


@dataclass(frozen=True, slots=True)
class Rules:
    """What a kind of appointment says about every slot of it."""

    reason: Reason
    length: timedelta
    before: timedelta
    after: timedelta
    capacity: int


def key_of(adviser_id: uuid.UUID, place_id: uuid.UUID, reason: Reason, seconds: int) -> str:
    """Who, where, what and when, as one word; `seconds` is when it begins."""
    return f"{adviser_id.hex}.{place_id.hex}.{reason.value}.{seconds // MINUTE:x}"


class FreeSlot(NamedTuple):
    """A time that can be booked now. `key` finds it again in another process; `session_id` is shared by a group.

    Thousands are made to offer six, so that everything but the second it begins at is worked out when asked for.
    """

    seconds: int
    adviser_id: uuid.UUID
    place_id: uuid.UUID
    rules: Rules

    @property
    def starts_at(self) -> datetime:
        """When it begins, in UTC."""
        return datetime.fromtimestamp(self.seconds, UTC)

    @property
    def ends_at(self) -> datetime:
        """When it ends, in UTC."""
        return self.starts_at + self.rules.length

    @property
    def reason(self) -> Reason:
        """What it is for."""
        return self.rules.reason

    @property
    def before(self) -> timedelta:
        """What the adviser keeps free before it."""
        return self.rules.before

    @property
    def after(self) -> timedelta:
        """What the adviser keeps free after it."""
        return self.rules.after

    @property
    def capacity(self) -> int:
        """How many may come."""
        return self.rules.capacity

    @property
    def key(self) -> str:
        """Who, where, what and when, as one word."""
        return key_of(self.adviser_id, self.place_id, self.reason, self.seconds)

    @property
    def session_id(self) -> uuid.UUID:
        """The meeting's own id: of a group's the same for all, else a new one each time it is asked for."""
        return uuid.uuid5(GROUPS, self.key) if self.capacity > 1 else new_id()


@dataclass(frozen=True, slots=True)
class Named:
    """What a slot's key says."""

    adviser_id: uuid.UUID
    place_id: uuid.UUID
    reason: Reason
    starts_at: datetime


def parse_key(key: str) -> Named:
    """What a key names. Raises NotASlot."""
    try:
        adviser, place, reason, at = key.split(".")
        starts_at = datetime.fromtimestamp(int(at, 16) * MINUTE, UTC)
        return Named(uuid.UUID(adviser), uuid.UUID(place), Reason(reason), starts_at)
    except (ValueError, OverflowError, OSError):
        raise NotASlot(key[:100]) from None
