"""Asks the answer library one question or many, through the same reading as a live message: no database, no channel."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Final, TextIO

from dialogs.messages import clean_text
from dialogs.ports import AlarmKind, Answer, Command, Intent, Ports
from dialogs.topics.crisis import ANY_LANGUAGE, CRISIS_TOPICS
from dialogs.topics.question import SURE_OF_CRISIS
from dialogs.understand import Understanding, understand
from server.answers.wire import build_ports

ROOT: Final = Path(__file__).resolve().parents[2]
CONTENT: Final = ROOT / "content"
LOCALES: Final = ROOT / "locales"
CACHE: Final = ROOT / "var" / "cache"

_TOPICS_OF_KIND: Final = {
    AlarmKind.SUICIDE: ("crisis.suicide",),
    AlarmKind.SELF_HARM: ("crisis.self-harm-now",),
    AlarmKind.OVERDOSE: ("crisis.self-harm-now", "drugs.other-and-overdose"),
    AlarmKind.ABUSE: ("crisis.abuse-now", "crisis.partner-violence"),
    AlarmKind.PARTNER_VIOLENCE: ("crisis.partner-violence", "crisis.abuse-now"),
    AlarmKind.FORCED_MARRIAGE: ("crisis.partner-violence", "crisis.abuse-now"),
    AlarmKind.EXPLOITATION: ("crisis.exploited",),
    AlarmKind.SEXUAL_IMAGES_THREAT: ("safety.online-and-images",),
    AlarmKind.RUNAWAY_HOMELESS_TONIGHT: ("housing.homeless-tonight", "crisis.run-away"),
    AlarmKind.MISSING_OR_FRIEND_AT_RISK: ("crisis.run-away",),
}
"""The answers that a danger may belong to, the likeliest first."""

_IN_SIGHT: Final = 3
"""A danger that only the second reader saw names its answer when the finder has it among so many."""


def ask_one(text: str, lang: str | None, as_json: bool, ports: Ports | None = None) -> int:
    """Prints what one text finds: the answer in words, or one JSON object. Always 0."""
    ports = ports or _ports()
    found = asked(text, lang, ports)
    if as_json:
        print(json.dumps(found, ensure_ascii=False))
        return 0
    for line in _in_words(found, ports):
        print(line)
    return 0


def ask_batch(stdin: Iterable[str] | TextIO, stdout: TextIO, ports: Ports | None = None) -> int:
    """One JSON line out for each JSON line in, in order: `{"id", "text", "lang"?}` to what it finds.

    A line that cannot be read gives `{"id": null, "error": "line 3: ..."}` and the rest goes on. Empty lines are skipped. Always 0.
    """
    ports = ports or _ports()
    lines: Iterable[str | bytes] = getattr(stdin, "buffer", stdin)
    for number, line in enumerate(lines, start=1):
        if line.strip():
            stdout.write(json.dumps(_answered(line, number, ports)) + "\n")
    stdout.flush()
    return 0


NAMED = frozenset(Intent) - {Intent.OPENING, Intent.WRONG_NUMBER, Intent.FINE, Intent.UPSET}
"""The intents that the batch names; the others are the conversation's own small talk."""


WORDS = {
    **dict.fromkeys((Command.START, Command.BACK, Command.MORE, Command.SKIP, Command.OK_MEANT_ELSE, Command.CONFUSED)),
    **dict.fromkeys((Command.YES, Command.NO, Command.NOT_SURE, Command.FOLLOW_UP)),
    Command.DELETE: Intent.MY_DATA,
    Command.HELP: Intent.MENU,
}
"""Words of a talk under way, which ask nothing by themselves; and what the batch calls them, if anything."""


def asked(text: str, lang: str | None, ports: Ports) -> dict[str, Any]:
    """What one text finds, as JSON-ready data; `alternatives` are topic ids, best first, `urgent` names a kind of danger."""
    read = understand(clean_text(text), lang, ports)
    if read.command in WORDS and read.alarm is None:
        return _word(read)
    finding = read.finding
    topic = _topic(read, ports)
    return {
        "lang": read.language,
        "topic": topic,
        "confidence": finding.confidence,
        "alternatives": list(dict.fromkeys([*([topic] if topic else []), *finding.alternatives])),
        "urgent": read.alarm.kind if read.alarm else _kind_of(topic, finding.confidence),
        "intent": finding.intent if finding.intent in NAMED and not read.alarm else None,
    }


def _word(read: Understanding) -> dict[str, Any]:
    """A word of the talk is no question, whatever the finder would make of it."""
    intent = WORDS[read.command] if read.command else None
    found: dict[str, Any] = {"topic": None, "confidence": 1.0, "alternatives": [], "urgent": None}
    return {"lang": read.language, **found, "intent": intent}


def _kind_of(topic: str | None, confidence: float) -> AlarmKind | None:
    """The danger behind a topic that the finder alone found: only when it is as sure as the conversation's card asks."""
    return CRISIS_TOPICS.get(topic or "") if confidence >= SURE_OF_CRISIS else None


def _topic(read: Understanding, ports: Ports) -> str | None:
    """The finder's answer; the answer for a danger when one was raised and the finder's own is about none."""
    found, alarm = read.finding.topic, read.alarm
    if alarm is None or found in CRISIS_TOPICS:
        return found
    likely = [topic for topic in _TOPICS_OF_KIND.get(alarm.kind, ()) if ports.book.answer(topic, "en", None)]
    ahead = [topic for topic in read.finding.alternatives[:_IN_SIGHT] if topic in likely]
    is_only_sensed = all(reason.startswith(f"{ANY_LANGUAGE}/") for reason in alarm.reasons)
    return next(iter(ahead), found if is_only_sensed else next(iter(likely), found))


def _answered(line: str | bytes, number: int, ports: Ports) -> dict[str, Any]:
    try:
        text, lang, name = _request(line)
    except (ValueError, RecursionError) as error:
        return {"id": None, "error": f"line {number}: {error}"}
    return {"id": name, **asked(text, lang, ports)}


def _request(line: str | bytes) -> tuple[str, str | None, Any]:
    """(text, language, id) of one line. Raises ValueError saying what is wrong with it."""
    try:
        data = json.loads(line)
    except UnicodeDecodeError:
        raise ValueError("this is not UTF-8") from None
    except json.JSONDecodeError as error:
        raise ValueError(f"this is not JSON: {error.msg}") from None
    if not isinstance(data, dict):
        raise ValueError('this is not an object such as {"id": 1, "text": "..."}')  # noqa: TRY004 (one error for all)
    text, lang = data.get("text"), data.get("lang")
    if not isinstance(text, str):
        raise ValueError("'text' is missing or not a text")  # noqa: TRY004
    if lang is not None and not isinstance(lang, str):
        raise ValueError("'lang' is not a text")
    return text, lang or None, data.get("id")


def _in_words(found: dict[str, Any], ports: Ports) -> Iterable[str]:
    answer = ports.book.answer(found["topic"], found["lang"], None) if found["topic"] else None
    if found["urgent"]:
        yield f"! {found['urgent']}"
    if found["intent"]:
        yield f"This is {found['intent']}, not a question."
    elif answer is None:
        yield "Nothing is near enough."
    else:
        yield from _answer_in_words(answer, found["confidence"])
    if found["alternatives"]:
        yield f"({', '.join(found['alternatives'])})"


def _answer_in_words(answer: Answer, confidence: float) -> Iterable[str]:
    yield f"{answer.title} ({answer.topic}, {confidence:.0%})"
    yield "This text is out of date." if answer.is_expired else answer.one_line
    if answer.needs_nation:
        yield "England and Wales differ: the person is asked first."
    elif not answer.is_expired:
        yield answer.short


@cache
def _ports() -> Ports:
    return build_ports(CONTENT, LOCALES, lambda: date.today(), cache=CACHE)  # noqa: DTZ011, PLW0108 (a lambda, so that a frozen clock counts)
