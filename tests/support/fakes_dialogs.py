"""Small stand-ins for what a turn asks of the world, and a `Story` that talks to the engine like a person does."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any

from dialogs.alarm import AlarmRule, AlarmRules
from dialogs.engine import take_turn
from dialogs.events import Event
from dialogs.facts import Desk, Facts, Nation
from dialogs.fold import fold as plain_fold
from dialogs.messages import ButtonPress, ChannelName, InboundMessage, LineCard, Link, MessageKind, Reply
from dialogs.ports import AlarmKind, Answer, Command, Finding, Intent, LocalService, Ports, Tier
from dialogs.state import ConversationState
from dialogs.turn import Turn

fold = lru_cache(maxsize=5_000)(plain_fold)
"""The same text is folded by several fakes in one turn."""

NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
MONDAY_9AM = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
SUNDAY_5PM = datetime(2026, 11, 22, 17, 0, tzinfo=UTC)

COMMAND_WORDS: dict[Command, str] = {
    Command.MENU: "menu, dewislen, قائمة",
    Command.BACK: "back, yn ol, رجوع",
    Command.PERSON: "person, human, adviser, person go iawn, شخص",
    Command.LANGUAGE: "language, iaith, لغة",
    Command.EASY: "easy, hawdd, سهل",
    Command.STOP: "stop, stopall, unsubscribe, leave me alone, stopio, توقف",
    Command.START: "start, hello start, ابدا",
    Command.HELP: "help, cymorth, مساعدة",
    Command.COMPLAIN: "complain, cwyno, شكوى",
    Command.MY_DATA: "my data, fy nata, بياناتي",
    Command.DELETE: "delete, dileu, حذف",
    Command.MORE: "more, mwy, المزيد",
    Command.PRIVATE: "private, preifat, خاص",
    Command.JOIN: "join, ymuno, انضم",
    Command.YES: "yes, ie, نعم, yh",
    Command.NO: "no, na, لا, nah",
    Command.NOT_SURE: "not sure, dim yn siwr, dunno",
    Command.SKIP: "skip, sgipio, تخطي",
    Command.CONFUSED: "what, beth",
    Command.FOLLOW_UP: "how much, faint, and if im 17",
    Command.FINE: "ok, lol",
    Command.SOMEONE_ELSE: "someone else, stop i want someone else, rhywun arall, شخص اخر",
    Command.OK_MEANT_ELSE: "im ok i meant something else, i meant something else",
}
LANGUAGE_WORDS = {
    "en": "english",
    "cy": "welsh cymraeg",
    "ar": "arabic عربي العربية",
    "pl": "polish polski",
    "ti": "tigrinya",
    "bfi": "bsl",
    "ur": "urdu",
}
OWN_NAMES = {"en": "English", "cy": "Cymraeg", "ar": "العربية", "pl": "Polski"}


class FakePhrasebook:
    """Knows the words above, whole and folded."""

    def __init__(self) -> None:
        self.commands = {fold(w): command for command, words in COMMAND_WORDS.items() for w in words.split(",")}

    def command(self, text: str) -> Command | None:
        return self.commands.get(fold(text))

    def starts_with_stop(self, text: str) -> bool:
        return fold(text).partition(" ")[0] in {"stop", "stopio", "توقف", "end", "quit"}

    def nation(self, text: str) -> Nation | None:
        return {"england": Nation.ENGLAND, "lloegr": Nation.ENGLAND, "wales": Nation.WALES, "cymru": Nation.WALES}.get(
            fold(text)
        )

    def language(self, text: str) -> str | None:
        words = set(fold(text).split())
        return next((code for code, names in LANGUAGE_WORDS.items() if words & set(fold(names).split())), None)

    def is_abuse(self, text: str) -> bool:
        return bool({"fuck", "useless"} & set(fold(text).split()))

    def mentions(self, text: str, command: Command) -> bool:
        spoken = f" {fold(text)} "
        return any(f" {phrase} " in spoken for phrase, known in self.commands.items() if known is command)

    def is_discrimination(self, text: str) -> bool:
        return "racist" in fold(text).split()


INTENT_WORDS = {
    Intent.GREETING: "hi, hiya, hello",
    Intent.THANKS: "thanks, ta",
    Intent.BYE: "bye",
    Intent.WHO_ARE_YOU: "are you a robot, who are you",
    Intent.APPOINTMENTS: "when is my appointment",
    Intent.CANCEL_APPOINTMENT: "cancel my appointment",
    Intent.WHO_IS_MY_ADVISER: "who is my adviser",
    Intent.OPENING: "are you open",
    Intent.WRONG_NUMBER: "wrong number",
    Intent.UPSET: "im sad, im scared",
}


@dataclass
class FakeAnswerFinder:
    """Finds a topic by a word in the text; two of them are close. Keeps what it was asked."""

    words: dict[str, str] = field(default_factory=dict)
    asked: list[tuple[str, str]] = field(default_factory=list)

    def find(self, text: str, language: str) -> Finding:
        self.asked.append((text, language))
        plain = fold(text)
        for intent, phrases in INTENT_WORDS.items():
            if plain in {p.strip() for p in phrases.split(",")}:
                return Finding(None, 0.9, intent=intent, matched=plain)
        found = tuple(topic for word, topic in self.words.items() if word in plain.split())
        if len(found) > 1:
            return Finding(None, 0.5, found, is_close=True)
        return Finding(found[0], 0.9, found, matched=plain) if found else Finding(None, 0.1, ("work.cv",))


def answer(topic: str, title: str, **more: Any) -> Answer:
    """An answer with something in every part."""
    fields: dict[str, Any] = {
        "topic": topic, "language": "en", "title": title, "tier": Tier.INFORMATION,
        "one_line": f"{title} in one line.", "short": f"{title} in short.", "more": f"{title}, and more.",
        "easy": f"{title}, easy.", "sms": f"{title} by text.", "steps": ("Do this.", "Then that."),
        "next_keys": ("more", "book"), "links": (Link("gov.uk", "https://www.gov.uk/x"),),
        "checked_on": date(2026, 11, 2), "source_name": "gov.uk",
    }  # fmt: skip
    return Answer(**{**fields, **more})


ANSWERS = (
    answer("work.cscs-card", "Get a CSCS card", under_16="You can not work on a site yet."),
    answer("work.cv", "Write a CV"),
    answer("work.interview", "Your interview"),
    answer("learning.leave-school", "Leave school", needs_nation=True),
    answer("housing.told-to-leave-home", "Told to leave home", tier=Tier.ADVICE,
           next_keys=("person", "alarm:runaway_homeless_tonight", "more"),
           labels=(("alarm:runaway_homeless_tonight", "I have to go today"),)),
    answer("crisis.suicide", "Thinking of ending life", tier=Tier.CRISIS),
    answer("health.emergency-contraception", "Morning after pill", is_sensitive=True),
    answer("work.pay-and-hours", "Pay and hours", is_expired=True),
    answer("about.parents-and-carers", "For parents", short="We cannot say who uses this. Here is help for parents."),
)  # fmt: skip


@dataclass
class FakeAnswerBook:
    """The answers above. Only those in `welsh` are written in Welsh too."""

    answers: dict[str, Answer] = field(default_factory=lambda: {a.topic: a for a in ANSWERS})
    welsh: tuple[str, ...] = ("work.cv",)
    groups: dict[str, tuple[str, ...]] = field(
        default_factory=lambda: {
            "home": ("housing.told-to-leave-home",),
            "work": ("work.cscs-card", "work.cv", "work.interview", "learning.leave-school", "work.pay-and-hours",
                     "about.parents-and-carers", "health.emergency-contraception"),
            "health": ("crisis.suicide", "health.emergency-contraception"),
        }
    )  # fmt: skip

    def answer(self, topic: str, language: str, nation: Nation | None) -> Answer | None:
        found = self.answers.get(topic)
        if found is None:
            return None
        if found.needs_nation and nation:
            found = replace(found, needs_nation=False, short=f"{found.short} ({nation.value})")
        return replace(found, language="cy") if language == "cy" and topic in self.welsh else found

    def titles(self, group: str, language: str) -> Sequence[tuple[str, str]]:
        return [(topic, self.answers[topic].title) for topic in self.groups.get(group, ())]

    def line(self, line_id: str, language: str) -> LineCard:
        known = {
            "999",
            "111",
            "childline",
            "samaritans",
            "shout",
            "modern-slavery",
            "fearless",
            "domestic-abuse",
            "karma-nirvana",
            "report-remove",
            "revenge-porn-helpline",
            "999-bsl",
            "childline-bsl",
            "runaway",
        }
        if line_id not in known:
            raise KeyError(line_id)
        return LineCard(line_id, f"{line_id} ({language})", phone="0800")


@dataclass
class FakeGuesser:
    """Guesses by a word that only one language has."""

    marks: dict[str, str] = field(
        default_factory=lambda: {"dw": "cy", "angen": "cy", "potrzebuje": "pl", "nakupo": "ha"}
    )

    def guess(self, text: str) -> str | None:
        return next((self.marks[word] for word in fold(text).split() if word in self.marks), None)


class FakeWording:
    """English as it is; other languages marked, so that a test sees what was translated."""

    def say(self, language: str, english: str) -> str:
        return english if language == "en" else f"[{language}] {english}"

    def plural(self, language: str, one: str, many: str, count: int) -> str:
        return self.say(language, one if count == 1 else many)

    def day(self, language: str, day: date) -> str:
        return f"{day:%A} {day.day} {day:%B}"

    def full_date(self, language: str, day: date) -> str:
        return f"{day.day} {day:%B %Y}"

    def clock(self, language: str, at: datetime) -> str:
        minutes = f":{at:%M}" if at.minute else ""
        return f"{int(f'{at:%I}')}{minutes}{f'{at:%p}'.lower()}"

    def language_name(self, language: str) -> str:
        return OWN_NAMES.get(language, language)


@dataclass
class FakeServices:
    """Services by type and place, none unless told otherwise. Keeps what it was asked."""

    known: dict[tuple[str, str], tuple[LocalService, ...]] = field(default_factory=dict)
    asked: list[tuple[tuple[str, ...], str, str, int | None]] = field(default_factory=list)

    def has(self, types: Sequence[str]) -> bool:
        return any(kind in types for kind, _ in self.known)

    def near(self, types: Sequence[str], place: str, language: str, age: int | None) -> Sequence[LocalService]:
        self.asked.append((tuple(types), place, language, age))
        found = (services for (kind, where), services in self.known.items() if kind in types and where == fold(place))
        return [service for services in found for service in services][:3]


RULES = AlarmRules(
    rules=(
        AlarmRule("want-to-die", "en", AlarmKind.SUICIDE, ("want to die", "wanna die", "kms", "cant live like this", "end my life", "dont want to live")),
        AlarmRule("marw", "cy", AlarmKind.SUICIDE, ("eisiau marw",)),
        AlarmRule("mout", "ar", AlarmKind.SUICIDE, ("اريد ان اموت", "بدي اموت")),
        AlarmRule("pills", "en", AlarmKind.OVERDOSE, ("took * pills",)),
        AlarmRule("hits-me", "en", AlarmKind.ABUSE, ("hits me", "hitting me")),
        AlarmRule("bf-hits", "en", AlarmKind.PARTNER_VIOLENCE, ("boyfriend hits me",)),
        AlarmRule("trapping", "en", AlarmKind.EXPLOITATION, ("running stuff for", "make me sell")),
        AlarmRule("nowhere", "en", AlarmKind.RUNAWAY_HOMELESS_TONIGHT, ("nowhere to sleep tonight",)),
        AlarmRule("fire", "en", AlarmKind.IMMEDIATE_DANGER, ("house is on fire",)),
        AlarmRule("missing", "en", AlarmKind.MISSING_OR_FRIEND_AT_RISK, ("brother is missing",)),
    ),
    idioms=("want to die of laughing",),
    negations=("dont", "not", "never"),
)  # fmt: skip


def ports(**changes: Any) -> Ports:
    """All ports as fakes, with the real rule reader for danger."""
    words = {
        "cscs": "work.cscs-card", "cv": "work.cv", "school": "learning.leave-school", "interview": "work.interview",
        "gotta": "housing.told-to-leave-home", "suicidal": "crisis.suicide", "pill": "health.emergency-contraception",
        "wage": "work.pay-and-hours", "son": "about.parents-and-carers", "smoking": "work.interview",
    }  # fmt: skip
    parts: dict[str, Any] = {
        "finder": FakeAnswerFinder(words), "book": FakeAnswerBook(), "phrases": FakePhrasebook(),
        "guesser": FakeGuesser(), "wording": FakeWording(), "alarm": RULES,
        "services": FakeServices(),
    }  # fmt: skip
    return Ports(**{**parts, **changes})


CLOSED = Desk(is_open=False, opens_at=MONDAY_9AM)
OPEN = Desk(is_open=True, opens_at=MONDAY_9AM, closes_at=SUNDAY_5PM)


def facts(channel: ChannelName = ChannelName.WEBCHAT, **changes: Any) -> Facts:
    """A Sunday morning with the desk closed until Monday, unless told otherwise."""
    fields: dict[str, Any] = {
        "now": NOW, "channel": channel, "max_choices": 4 if channel is ChannelName.SMS else 6,
        "languages": ("en", "cy", "ar"), "area_language": "en", "desk": CLOSED,
        "web_address": "chat.example.org", "sms_number": "+447700900123",
    }  # fmt: skip
    return Facts(**{**fields, **changes})


def kept(state: ConversationState) -> ConversationState:
    """The state written out as JSON and read back, as between any two turns."""
    back = ConversationState.from_plain(json.loads(json.dumps(state.to_plain())))
    assert back == state
    return back


class Story:
    """One person and the engine. Each act returns the turn; `last` is the last reply that was said."""

    def __init__(
        self,
        channel: ChannelName = ChannelName.WEBCHAT,
        *,
        is_greeted: bool = True,
        ports_: Ports | None = None,
        **facts_: Any,
    ) -> None:
        self.facts = facts(channel, **facts_)
        self.ports = ports_ or ports()
        self.state = ConversationState(is_greeted=is_greeted)
        self.turns: list[Turn] = []
        self.replies: list[Reply] = []

    def says(self, text: str, kind: MessageKind = MessageKind.TEXT, **message: Any) -> Turn:
        """A message of that text."""
        sent = InboundMessage(self.facts.channel, "lane", "sender", str(len(self.turns)), NOW, kind, text, **message)
        return self.take(sent)

    def presses(self, number: int, menu_id: int | None = None) -> Turn:
        """A button of the present menu, or of an older one."""
        press = ButtonPress(self.state.menu_id if menu_id is None else menu_id, number)
        return self.says("", MessageKind.CHOICE, press=press)

    def picks(self, key: str) -> Turn:
        """Types the number of the choice with that key."""
        return self.says(str(next(c.number for c in self.state.offered if c.key == key)))

    def take(self, incoming: InboundMessage | Event) -> Turn:
        """Any message or event."""
        turn = take_turn(incoming, self.state, self.facts, self.ports)
        self.state = kept(turn.state)
        self.turns.append(turn)
        self.replies.extend(turn.replies)
        return turn

    def meanwhile(self, **changes: Any) -> None:
        """The world changes before the next turn."""
        self.facts = replace(self.facts, **changes)

    @property
    def last(self) -> Reply:
        """The last reply that was said."""
        return self.replies[-1]

    def keys(self) -> list[str]:
        """The keys of the choices on the screen."""
        return [choice.key for choice in self.state.offered]
