"""What can start a turn besides a message: the outcome of an effect, or something that happened elsewhere."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from dialogs.around import AroundEvent
from dialogs.meetings import Meeting, Needs, PartOfDay, PlaceCard, Slot, Wish


@dataclass(frozen=True, slots=True)
class HeldAddress:
    """One way we can write to them: the channel's name and the address with its middle hidden ("07700 *** 123")."""

    channel: str
    masked: str


@dataclass(frozen=True, slots=True)
class MyDataCompiled:
    """What is held about the person, from the real record. Instants are in the area's zone.

    `kept_days` is how long messages are kept; `case_opened_at` are the requests to a person still open, `files_sent_at` the
    files that are held; both oldest first.
    """

    first_seen_at: datetime
    addresses: tuple[HeldAddress, ...]
    message_count: int
    kept_days: int
    case_opened_at: tuple[datetime, ...] = ()
    files_sent_at: tuple[datetime, ...] = ()


@dataclass(frozen=True, slots=True)
class PersonErased:
    """Everything that may be deleted is deleted; `is_record_kept` when a safeguarding record has to stay."""

    is_record_kept: bool


@dataclass(frozen=True, slots=True)
class JoinCodeMade:
    """A code to type on the other phone, and for how long it works."""

    code: str
    minutes: int


@dataclass(frozen=True, slots=True)
class Joined:
    """The two addresses are one person now."""


@dataclass(frozen=True, slots=True)
class JoinRefused:
    """The code is wrong, used, too old, or tried too often; which one is not said."""


@dataclass(frozen=True, slots=True)
class Opened:
    """Somebody opened the web chat and has said nothing yet. `language` is what their page is set to (None: not chosen)."""

    language: str | None = None


@dataclass(frozen=True, slots=True)
class LanguagePicked:
    """They picked a language on a page of ours: go on in it."""

    language: str


@dataclass(frozen=True, slots=True)
class AdviserLost:
    """The adviser does nothing any more while they wait. `is_given_on`: the case went to the next person already."""

    adviser: str
    is_given_on: bool = False


@dataclass(frozen=True, slots=True)
class AdviserLeft:
    """The adviser closed the case. `has_answered` is false when they wrote nothing; `asks` says whether one question may follow."""

    adviser: str
    has_answered: bool = True
    asks: bool = False
    next_on: date | None = None


@dataclass(frozen=True, slots=True)
class LongWait:
    """They asked for a person more than a working day ago and nobody has answered."""


@dataclass(frozen=True, slots=True)
class ComplaintMade:
    """A complaint has a number, somebody who looks into it, and two days by which they hear.

    `about` is the adviser who may not see it any more (empty: it is about the service), `handler` may be empty: not named yet.
    `is_interrupted` is true when the talk has to go on with somebody else, `is_known` when they were told all of this before.
    """

    number: int
    about: str
    handler: str
    first_by: date
    last_by: date
    is_interrupted: bool = False
    is_known: bool = False


@dataclass(frozen=True, slots=True)
class BookingBegins:
    """What they can book here: codes of reasons, in order (empty: nothing). `adviser` is their own, as (id, first name).

    `part` is the part of the day that suits them and `needs` what would help, as they said last time (None: never said).
    """

    reasons: tuple[str, ...]
    adviser: tuple[str, str] | None = None
    part: PartOfDay | None = None
    is_part_known: bool = False
    needs: Needs | None = None


@dataclass(frozen=True, slots=True)
class DayFree:
    """A day with free times, in the area's zone, and the parts of it that have some."""

    day: date
    parts: tuple[PartOfDay, ...]


@dataclass(frozen=True, slots=True)
class TimesFound:
    """What is free for a wish. `days` leave the wish's day out of account, `places` its place and manner as well.

    `slots` are the times of the wish's day; without one, the next few.
    """

    wish: Wish
    days: tuple[DayFree, ...] = ()
    slots: tuple[Slot, ...] = ()
    places: tuple[PlaceCard, ...] = ()


@dataclass(frozen=True, slots=True)
class TimeHeld:
    """The time is kept for them until `meeting.held_until`; `key` is its slot's, `known` what would have helped last time."""

    meeting: Meeting
    key: str
    known: Needs | None = None


@dataclass(frozen=True, slots=True)
class TimeGone:
    """Somebody else has that time; `slots` are the nearest ones that are free."""

    wish: Wish
    slots: tuple[Slot, ...]


@dataclass(frozen=True, slots=True)
class Booked:
    """It is theirs. `moved_from` is when it was before."""

    meeting: Meeting
    moved_from: datetime | None = None


@dataclass(frozen=True, slots=True)
class MeetingsListed:
    """Their coming meetings, soonest first, also those at other offices. `purpose` is the effect's."""

    meetings: tuple[Meeting, ...]
    purpose: str


@dataclass(frozen=True, slots=True)
class MeetingCancelled:
    """It is called off (None: there was no such meeting any more)."""

    meeting: Meeting | None


@dataclass(frozen=True, slots=True)
class WaitingJoined:
    """They are on the waiting list for this; `is_known`: they were before."""

    wish: Wish
    is_known: bool = False


@dataclass(frozen=True, slots=True)
class PlaceFree:
    """A time that somebody gave back is kept for them until `meeting.held_until`, because they waited for one."""

    meeting: Meeting


@dataclass(frozen=True, slots=True)
class BookedForYou:
    """An adviser booked a meeting for them, or moved one. `moved_from` is when it was before."""

    meeting: Meeting
    moved_from: datetime | None = None


@dataclass(frozen=True, slots=True)
class CalledOffForYou:
    """Somebody of ours, or another office, called a meeting of theirs off."""

    meeting: Meeting


BookingEvent = (
    BookingBegins
    | TimesFound
    | TimeHeld
    | TimeGone
    | Booked
    | MeetingsListed
    | MeetingCancelled
    | WaitingJoined
    | PlaceFree
    | BookedForYou
    | CalledOffForYou
)


@dataclass(frozen=True, slots=True)
class StillOnHold:
    """Somebody wrote from a number on hold, and it stays so."""


@dataclass(frozen=True, slots=True)
class HoldLifted:
    """They wrote their check word after a release: the number is theirs again."""


@dataclass(frozen=True, slots=True)
class SeatTaken:
    """On a shared phone it is known now that it is them."""


Event = (
    MyDataCompiled
    | PersonErased
    | JoinCodeMade
    | Joined
    | JoinRefused
    | Opened
    | LanguagePicked
    | AdviserLost
    | AdviserLeft
    | LongWait
    | ComplaintMade
    | BookingEvent
    | AroundEvent
    | StillOnHold
    | HoldLifted
    | SeatTaken
)
