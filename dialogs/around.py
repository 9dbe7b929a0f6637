"""What is asked and told around a meeting: lateness, the way there, whether it happened, who their adviser is, a new one.

The effects have their place in `effects.Effect`, the events in `events.Event`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from dialogs.meetings import Meeting


@dataclass(frozen=True, slots=True)
class FindMeetingNow:
    """Ask for the meeting that is about now: followed by `MeetingNow`.

    That is one that begins within 3 hours or began within the last; for `lost` any of today that is not over. `text` is what they
    wrote: with no such meeting it is read as anything else would be. `minutes` is how late, where they said so (None: not said).
    """

    purpose: str
    text: str = ""
    minutes: int | None = None


@dataclass(frozen=True, slots=True)
class SayLate:
    """They are late, by so many minutes, or cannot come (0): their adviser is told. Followed by `LateTold`."""

    meeting_id: str
    minutes: int


@dataclass(frozen=True, slots=True)
class SayWhere:
    """They are there ("here") or cannot find it ("lost"): their adviser is told."""

    meeting_id: str
    purpose: str


@dataclass(frozen=True, slots=True)
class KeepAnswer:
    """Whether it happened, in their view: yes, no or moved; what an adviser says of it stands beside it.

    `barrier` is what was in the way by its code, `words` the same in their own words, for a person to read (both may be empty).
    """

    meeting_id: str
    answer: str
    barrier: str = ""
    words: str = ""


@dataclass(frozen=True, slots=True)
class PutInCalendar:
    """Make an address at which their calendar finds one meeting: followed by `CalendarMade`."""

    meeting_id: str


@dataclass(frozen=True, slots=True)
class AskMyAdviser:
    """Ask who their adviser is: followed by `MyAdviser`."""


@dataclass(frozen=True, slots=True)
class AnswerComfort:
    """What they say to a new adviser: yes, not_sure or no."""

    answer: str


@dataclass(frozen=True, slots=True)
class KeepQuestion:
    """A question that they want to ask at a meeting, kept with it: followed by `QuestionKept`."""

    meeting_id: str
    text: str


@dataclass(frozen=True, slots=True)
class AskTrusted:
    """Ask which adults they named whom they trust: followed by `TrustedListed`."""


@dataclass(frozen=True, slots=True)
class KeepTrusted:
    """An adult whom they trust, by first name: followed by `TrustedListed`."""

    name: str


@dataclass(frozen=True, slots=True)
class ForgetTrusted:
    """Keep none of the adults they named: followed by `TrustedListed`."""


TrustEffect = AskTrusted | KeepTrusted | ForgetTrusted
AroundEffect = (
    PutInCalendar
    | FindMeetingNow
    | SayLate
    | SayWhere
    | KeepAnswer
    | AskMyAdviser
    | AnswerComfort
    | KeepQuestion
    | TrustEffect
)


@dataclass(frozen=True, slots=True)
class MeetingNow:
    """The meeting that is about now; None: there is none, and `text` wants another reading."""

    purpose: str
    meeting: Meeting | None
    text: str = ""
    minutes: int | None = None


@dataclass(frozen=True, slots=True)
class LateTold:
    """Their adviser is told that they are late by so many minutes, or cannot come (0). None: there is no such meeting any more."""

    meeting: Meeting | None
    minutes: int


@dataclass(frozen=True, slots=True)
class AdviserLate:
    """The adviser will be so many minutes late for a meeting (J16)."""

    adviser: str
    minutes: int
    meeting: Meeting


@dataclass(frozen=True, slots=True)
class DidItHappen:
    """A meeting's time is over: did it happen? (domain.md 7.4, Q33)"""

    meeting: Meeting


@dataclass(frozen=True, slots=True)
class MyAdviser:
    """Who their adviser is (empty: no one yet), on which weekdays (0 is Monday), who stands in, when they meet next."""

    name: str = ""
    days: tuple[int, ...] = ()
    cover: str = ""
    next_meeting: Meeting | None = None


@dataclass(frozen=True, slots=True)
class ComfortAsked:
    """Their adviser is to change from `old` to `new`, first names: are they ok with it? `meeting_at`: when the three meet, local."""

    old: str
    new: str
    meeting_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class QuestionKept:
    """How many questions are kept with the meeting (0: there is no such meeting, or it holds no more)."""

    meeting_id: str
    count: int


@dataclass(frozen=True, slots=True)
class TrustedListed:
    """The adults whom they trust, by the names they gave. `is_full`: there is room for no other."""

    names: tuple[str, ...] = ()
    is_full: bool = False


@dataclass(frozen=True, slots=True)
class CalendarMade:
    """The end of a secret address at which their calendar finds a meeting (empty: there is no such meeting)."""

    secret: str


AroundEvent = (
    MeetingNow
    | LateTold
    | AdviserLate
    | DidItHappen
    | MyAdviser
    | ComfortAsked
    | QuestionKept
    | TrustedListed
    | CalendarMade
)
