"""What is known before a turn: handed in, never looked up, so that a turn can be replayed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from dialogs.effects import CaseUrgency
from dialogs.messages import ChannelName

MOST_FILES_AN_HOUR = 20
"""Files of one person that are kept within an hour."""


class Nation(StrEnum):
    """Where the law applies."""

    ENGLAND = "E"
    WALES = "W"


@dataclass(frozen=True, slots=True)
class Desk:
    """When people of the area read messages. Instants are aware, in the area's own time zone.

    `opens_at` is the next opening (None: not known), `closes_at` the end of the present one (None when closed).
    """

    is_open: bool
    opens_at: datetime | None = None
    closes_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class OpenCase:
    """A request to a person that nobody has closed.

    `adviser` is the name of whoever holds it (None: nobody does). `is_lost` is true while they were told that the adviser lost connection.
    """

    opened_at: datetime
    is_crisis: bool
    adviser: str | None = None
    is_lost: bool = False


@dataclass(frozen=True, slots=True)
class ClosedCase:
    """Their newest request, when a person closed it within the last day. `adviser` may be empty: nobody had answered."""

    closed_at: datetime
    adviser: str = ""
    is_about_danger: bool = False


@dataclass(frozen=True, slots=True)
class Facts:
    """The world at the start of one turn.

    `now` is aware, in the area's zone. `languages` are the ones offered, in menu order. `recent_messages` counts what
    this person sent in about the last ten seconds, this message included. `web_address` and `sms_number` are other ways in (empty: none).
    `is_on_hold`: their number may be in other hands, so nothing of them is said there (domain.md 4.6).
    `seats` are the nicknames of those who share this phone (empty: nobody does), `seat` that of whoever writes (empty: not known, or
    somebody else); `is_whose_asked`: it has to be asked who writes.
    `files_left` is how many files more may be kept of this person just now.
    `is_late` is true when an earlier-sent message arrives after a later-sent one was answered. `waits` are the measured waits of
    the last hours for a first answer (an urgency with too few is left out); `call_times` are when a person could write back, soonest first.
    """

    now: datetime
    channel: ChannelName
    max_choices: int
    languages: tuple[str, ...]
    area_language: str
    desk: Desk
    case: OpenCase | None = None
    closed: ClosedCase | None = None
    waits: Mapping[CaseUrgency, timedelta] = field(default_factory=dict)
    call_times: tuple[datetime, ...] = ()
    is_stopped: bool = False
    recent_messages: int = 1
    is_late: bool = False
    web_address: str = ""
    sms_number: str = ""
    files_left: int = MOST_FILES_AN_HOUR
    is_on_hold: bool = False
    seats: tuple[str, ...] = ()
    seat: str = ""
    is_whose_asked: bool = False
