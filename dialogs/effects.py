"""What may follow a turn: a closed union of wishes that the server carries out in the same transaction."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

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
)
