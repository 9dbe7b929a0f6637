"""What may follow a turn: a closed union of wishes that the server carries out in the same transaction."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from dialogs.around import AroundEffect
from dialogs.meetings import Needs, PartOfDay, Wish
from dialogs.messages import SentFile


class CaseUrgency(StrEnum):
    """Which clock of domain.md 9.1 a case runs on."""

    CRISIS = "crisis"
    SAFEGUARDING = "safeguarding"
    ADVICE = "advice"
    ACCESS = "access"
    COMPLAINT = "complaint"


@dataclass(frozen=True, slots=True)
class OpenCase:
    """Ask for a person. With a case open already, the words are added and the urgency can only rise.

    `reason` is a short code ("asked", "booking", "voice", "suicide", ...); `language` the one to answer in.
    `alarms` are the reasons that the alarm gave, for the person who takes it. `is_late_answer` links it to the one closed last.
    """

    reason: str
    urgency: CaseUrgency
    language: str
    alarms: tuple[str, ...] = ()
    is_late_answer: bool = False


class Work(StrEnum):
    """What somebody has to do besides answering."""

    INTERPRETER = "interpreter"
    TRANSLATE = "translate"
    ACCESS = "access"
    CALL_BACK = "call_back"


@dataclass(frozen=True, slots=True)
class MakeTask:
    """Work with a due time, made with the open case: once for each kind and language. `at` is empty for one working day."""

    work: Work
    language: str = ""
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class SpeakIn:
    """They changed their language: people answer their open case in it from now on."""

    language: str


@dataclass(frozen=True, slots=True)
class WaitForAdviser:
    """They wait for the adviser who lost connection."""


@dataclass(frozen=True, slots=True)
class OtherAdviser:
    """Back to the queue with all words; whoever held it is passed over. The words of this turn belong to the case."""


@dataclass(frozen=True, slots=True)
class Complain:
    """A complaint, about whoever holds the case or is named, else about the service: followed by `ComplaintMade`.

    The words of this turn belong to the case. More words of theirs belong to the same one, and may say whom it is about.
    """

    language: str
    is_discrimination: bool = False


@dataclass(frozen=True, slots=True)
class KeepView:
    """Whether the case closed last helped, in their view: yes, a_bit or no."""

    view: str


@dataclass(frozen=True, slots=True)
class AddToCase:
    """The message of this turn belongs to the open case, as what it is about."""


@dataclass(frozen=True, slots=True)
class KeepFiles:
    """Keep these files of this turn's message with the open case, for a person to open."""

    files: tuple[SentFile, ...]


@dataclass(frozen=True, slots=True)
class FileUnanswered:
    """Nobody's answer fitted: keep the question for the editors (masked, without the person)."""

    text: str
    language: str
    nearest: str | None = None


@dataclass(frozen=True, slots=True)
class StopMessages:
    """Send nothing of our own accord to this address until START. `is_all` false: reminders only."""

    is_all: bool


@dataclass(frozen=True, slots=True)
class StartMessages:
    """Messages of our own accord may go to this address again."""


@dataclass(frozen=True, slots=True)
class CompileMyData:
    """Answer with what is held: followed by one more turn with `MyDataCompiled`."""


@dataclass(frozen=True, slots=True)
class ErasePerson:
    """Delete what is held about this person: followed by one more turn with `PersonErased`."""


@dataclass(frozen=True, slots=True)
class MakeJoinCode:
    """Make a short code that joins another address to this person: followed by `JoinCodeMade`."""


@dataclass(frozen=True, slots=True)
class UseJoinCode:
    """Join this address to the person who was shown the code: followed by `Joined` or `JoinRefused`."""

    code: str


@dataclass(frozen=True, slots=True)
class MarkAddress:
    """The address can or cannot be written to any more (blocked, unblocked)."""

    is_reachable: bool


@dataclass(frozen=True, slots=True)
class BeginBooking:
    """Ask what they could book here: followed by `BookingBegins`."""


@dataclass(frozen=True, slots=True)
class LookForTimes:
    """Ask for free times: followed by `TimesFound`."""

    wish: Wish


@dataclass(frozen=True, slots=True)
class PreferPart:
    """Remember the part of the day that suits them (None: any), so that nobody asks again."""

    part: PartOfDay | None


@dataclass(frozen=True, slots=True)
class HoldTime:
    """Keep a time for them while they decide, in place of any other: followed by `TimeHeld` or `TimeGone`."""

    key: str
    wish: Wish


@dataclass(frozen=True, slots=True)
class BookHeld:
    """Book what is kept for them; when that is over, the same time if it is still free. Followed by `Booked` or `TimeGone`."""

    meeting_id: str
    key: str
    wish: Wish
    needs: Needs


@dataclass(frozen=True, slots=True)
class LetGo:
    """They decided against it: what is kept for them is free again."""


@dataclass(frozen=True, slots=True)
class ListMeetings:
    """Ask for their coming meetings: followed by `MeetingsListed` with the same purpose."""

    purpose: str


@dataclass(frozen=True, slots=True)
class MoveMeeting:
    """Move a meeting of theirs to this time: followed by `Booked` or `TimeGone`."""

    meeting_id: str
    key: str
    wish: Wish


@dataclass(frozen=True, slots=True)
class CancelMeeting:
    """Call off a meeting of theirs: followed by `MeetingCancelled`."""

    meeting_id: str


@dataclass(frozen=True, slots=True)
class AddNeed:
    """Something more that would help at a meeting that is booked ("with_somebody"): followed by `MeetingsListed`."""

    meeting_id: str
    need: str


@dataclass(frozen=True, slots=True)
class JoinWaiting:
    """Tell them when such a time is free: followed by `WaitingJoined`."""

    wish: Wish


@dataclass(frozen=True, slots=True)
class AnswerOffer:
    """What they say to a time that was offered from the waiting list. Taking it is followed by `TimeHeld` or `TimeGone`."""

    meeting_id: str
    is_wanted: bool


BookingEffect = (
    BeginBooking
    | LookForTimes
    | PreferPart
    | HoldTime
    | BookHeld
    | LetGo
    | ListMeetings
    | MoveMeeting
    | CancelMeeting
    | AddNeed
    | JoinWaiting
    | AnswerOffer
)


@dataclass(frozen=True, slots=True)
class HeardOnHold:
    """Somebody wrote from a number on hold: kept for a person of ours. Followed by `HoldLifted` or, if answered, `StillOnHold`."""

    is_answered: bool = True


@dataclass(frozen=True, slots=True)
class Speaks:
    """Whoever writes from a shared phone has this nickname (empty: somebody else). What they wrote before it is taken next."""

    seat: str


Effect = (
    OpenCase
    | AddToCase
    | KeepFiles
    | MakeTask
    | SpeakIn
    | WaitForAdviser
    | OtherAdviser
    | Complain
    | KeepView
    | FileUnanswered
    | StopMessages
    | StartMessages
    | CompileMyData
    | ErasePerson
    | MakeJoinCode
    | UseJoinCode
    | MarkAddress
    | BookingEffect
    | AroundEffect
    | HeardOnHold
    | Speaks
)
