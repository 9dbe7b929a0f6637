"""What may follow a turn: a closed union of wishes that the server carries out in the same transaction."""

from __future__ import annotations

from dataclasses import dataclass
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
    `alarms` are the reasons that the alarm gave, for the person who takes it.
    """

    reason: str
    urgency: CaseUrgency
    language: str
    alarms: tuple[str, ...] = ()


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
    | FileUnanswered
    | StopMessages
    | StartMessages
    | CompileMyData
    | ErasePerson
    | MakeJoinCode
    | UseJoinCode
    | MarkAddress
)
