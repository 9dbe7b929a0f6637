"""What the conversation asks of the world: narrow, read-only, synchronous and fast (each call well under 5 ms)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum
from typing import Protocol

from dialogs.facts import Nation
from dialogs.messages import LineCard, Link


class Intent(StrEnum):
    """Things people say that are not questions to the library."""

    GREETING = "greeting"
    THANKS = "thanks"
    BYE = "bye"
    WHO_ARE_YOU = "who_are_you"
    MENU = "menu"
    HUMAN = "human"
    LANGUAGE = "language"
    STOP = "stop"
    COMPLAIN = "complain"
    MY_DATA = "my_data"
    APPOINTMENTS = "appointments"
    CANCEL_APPOINTMENT = "cancel_appointment"
    WHO_IS_MY_ADVISER = "who_is_my_adviser"
    OPENING = "opening"
    WRONG_NUMBER = "wrong_number"
    FINE = "fine"
    UPSET = "upset"


class Command(StrEnum):
    """Words that work in every state and every language at once."""

    MENU = "menu"
    BACK = "back"
    PERSON = "person"
    LANGUAGE = "language"
    EASY = "easy"
    STOP = "stop"
    START = "start"
    HELP = "help"
    COMPLAIN = "complain"
    MY_DATA = "my_data"
    DELETE = "delete"
    MORE = "more"
    PRIVATE = "private"
    JOIN = "join"
    YES = "yes"
    NO = "no"
    NOT_SURE = "not_sure"
    SKIP = "skip"
    OK_MEANT_ELSE = "ok_meant_else"
    CONFUSED = "confused"
    FOLLOW_UP = "follow_up"
    FINE = "fine"
    SOMEONE_ELSE = "someone_else"


class Tier(StrEnum):
    """How far the bot may go alone: information, advice (then an adviser), crisis (a person at once)."""

    INFORMATION = "I"
    ADVICE = "A"
    CRISIS = "C"


@dataclass(frozen=True, slots=True)
class Finding:
    """What the finder thinks of a text.

    `topic` is set when one answer is near enough to show; `alternatives` are topic ids, best first (at most five, may include
    `topic`); `is_close` is true when the first two are too near each other to choose, so ask. `matched` is the sample
    that decided, where somebody asked for an explanation. `confidence` is 0 to 1.
    """

    topic: str | None
    confidence: float
    alternatives: tuple[str, ...] = ()
    is_close: bool = False
    intent: Intent | None = None
    matched: str = ""


class AnswerFinder(Protocol):
    """Finds the topic for a text. Never raises for any text; an empty library finds nothing."""

    def find(self, text: str, language: str) -> Finding: ...


@dataclass(frozen=True, slots=True)
class Answer:
    """One topic in one language, complete, for one nation.

    `language` is the one it is written in, which differs from the one asked for when that is missing. `needs_nation` is true
    when England and Wales differ and the caller gave none: ask first. `under_16` is a line for under-16s (may be empty).
    `next_keys` are `more`, `book`, `person`, `topic:<id>` or `alarm:<kind>`, in order; `labels` names those that the
    catalogue does not. `services` are the types of local services that help with it. `is_expired` means that the text must
    not be shown.
    """

    topic: str
    language: str
    title: str
    tier: Tier
    one_line: str
    short: str
    more: str
    easy: str
    sms: str
    steps: tuple[str, ...] = ()
    under_16: str = ""
    lines: tuple[LineCard, ...] = ()
    next_keys: tuple[str, ...] = ()
    labels: tuple[tuple[str, str], ...] = ()
    services: tuple[str, ...] = ()
    links: tuple[Link, ...] = ()
    checked_on: date | None = None
    source_name: str = ""
    is_sensitive: bool = False
    needs_nation: bool = False
    is_expired: bool = False


class AnswerBook(Protocol):
    """The curated library, whole and consistent for the length of a turn."""

    def answer(self, topic: str, language: str, nation: Nation | None) -> Answer | None:
        """The answer, in English when the language is missing; None for a topic that does not exist."""

    def titles(self, group: str, language: str) -> Sequence[tuple[str, str]]:
        """(topic id, title) of a menu group's topics, in menu order. Groups: home, money, work, health, rights."""

    def line(self, line_id: str, language: str) -> LineCard:
        """A help line. Raises KeyError for an unknown id: content check forbids it."""


class Phrasebook(Protocol):
    """The words of every language offered, matched whole: case, accents, punctuation and near spellings forgiven."""

    def command(self, text: str) -> Command | None:
        """The command that the whole text is, in any language."""

    def starts_with_stop(self, text: str) -> bool:
        """True when the first word is a stop word of any language."""

    def nation(self, text: str) -> Nation | None:
        """England or Wales, when the whole text names one."""

    def language(self, text: str) -> str | None:
        """The code of a language named in the text, in any language ("welsh", "cymraeg"), offered or not."""

    def is_abuse(self, text: str) -> bool:
        """True for swearing at us with no question in it."""

    def mentions(self, text: str, command: Command) -> bool:
        """True when a phrase of the command stands in the text, whatever else does."""

    def is_discrimination(self, text: str) -> bool:
        """True when a word of the text names discrimination."""


class LanguageGuesser(Protocol):
    """Suggests which language a text is in. A suggestion only: never switch on it without asking."""

    def guess(self, text: str) -> str | None:
        """A language code (also of languages not offered), or None when unsure or too short."""


class Wording(Protocol):
    """The catalogue: our own short texts, written in English in the code and translated by people."""

    def say(self, language: str, english: str) -> str: ...

    def plural(self, language: str, one: str, many: str, count: int) -> str: ...

    def day(self, language: str, day: date) -> str:
        """The day by the language's own convention: "Tuesday 9 June"."""

    def full_date(self, language: str, day: date) -> str:
        """The date by the language's own convention: "3 June 2026"."""

    def clock(self, language: str, at: datetime) -> str:
        """The time by the language's own convention: "2:30pm"; `at` is already in the area's zone."""

    def language_name(self, language: str) -> str:
        """The language's name in its own script ("Cymraeg")."""


class AlarmKind(StrEnum):
    """Kinds of danger (domain.md 4.8, 4.9)."""

    SUICIDE = "suicide"
    SELF_HARM = "self_harm"
    OVERDOSE = "overdose"
    IMMEDIATE_DANGER = "immediate_danger"
    THREAT_TO_OTHERS = "threat_to_others"
    ABUSE = "abuse"
    PARTNER_VIOLENCE = "partner_violence"
    FORCED_MARRIAGE = "forced_marriage"
    SEXUAL_IMAGES_THREAT = "sexual_images_threat"
    EXPLOITATION = "exploitation"
    RUNAWAY_HOMELESS_TONIGHT = "runaway_homeless_tonight"
    MISSING_OR_FRIEND_AT_RISK = "missing_or_friend_at_risk"


class AlarmLevel(StrEnum):
    """How soon a danger needs a person: now, or today. Both open a case of the highest urgency."""

    NOW = "now"
    TODAY = "today"


LEVEL_OF = dict.fromkeys(AlarmKind, AlarmLevel.NOW) | dict.fromkeys(
    (AlarmKind.FORCED_MARRIAGE, AlarmKind.SEXUAL_IMAGES_THREAT, AlarmKind.EXPLOITATION), AlarmLevel.TODAY
)


@dataclass(frozen=True, slots=True)
class Alarm:
    """A sign of danger. `reasons` name the rules that saw it ("en/suicide/end-my-life"), worst kind first; may not be empty."""

    kind: AlarmKind
    reasons: tuple[str, ...]

    @property
    def level(self) -> AlarmLevel:
        """How soon a person is needed."""
        return LEVEL_OF[self.kind]


class AlarmReader(Protocol):
    """Reads a text for danger in every language at once. Never raises for any text."""

    def read(self, text: str) -> Alarm | None: ...


@dataclass(frozen=True, slots=True)
class Opening:
    """Days on which a place is open, first to last (0 is Monday; Saturday to Monday is 5, 0), and its hours by the local clock."""

    first_day: int
    last_day: int
    opens: time
    closes: time


@dataclass(frozen=True, slots=True)
class LocalService:
    """One place near somebody that can help, as its area's directory has it. Texts are in the language asked for, or in English.

    `openings` may be empty: then nobody told us. `cost` is a sentence, empty when not known or free. `referral` says who
    has to send them: "yourself", "adviser", "gp", "school" or "social-worker".
    """

    id: str
    name: str
    about: str
    checked_on: date
    source: str
    openings: tuple[Opening, ...] = ()
    is_always_open: bool = False
    is_free: bool = False
    cost: str = ""
    referral: str = "yourself"
    phone: str = ""
    text_to: str = ""
    web: str = ""
    address: str = ""
    is_sample: bool = False


class Services(Protocol):
    """The directory of local services. What nobody has checked for a year is not in it."""

    def has(self, types: Sequence[str]) -> bool:
        """True when a service of one of the types is known anywhere."""

    def near(self, types: Sequence[str], place: str, language: str, age: int | None) -> Sequence[LocalService]:
        """At most three that serve a place (a postcode district like "LS1", or an area's name) and the age, best first."""


@dataclass(frozen=True, slots=True)
class Ports:
    """Everything a turn may ask."""

    finder: AnswerFinder
    book: AnswerBook
    phrases: Phrasebook
    guesser: LanguageGuesser
    wording: Wording
    alarm: AlarmReader
    services: Services
