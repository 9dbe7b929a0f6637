"""The whole check of a content folder: what is wrong, and a table of how the answers stand."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from dialogs.ports import Ports
from server.answers import measure
from server.answers.check_finding import Hit, check_alarm, check_found, must_find
from server.answers.check_library import check_library
from server.answers.check_sms import check_sms, sms_cost
from server.answers.check_text import check_text
from server.answers.check_topic import check_topic
from server.answers.check_translation import check_figures, check_translation
from server.answers.check_wordings import check_wordings
from server.answers.content import Content, Topic, TopicText
from server.answers.directory.check import check_directory
from server.answers.faults import ContentFault
from server.answers.loader import read_content
from server.answers.schema import OFFERED, PARTLY
from server.answers.wire import ports_of


@dataclass(frozen=True, slots=True)
class Row:
    """How one topic stands in one language. `reading_age` is None where no measure for the language exists.

    `sms_parts` is what an SMS with choices and help lines costs; 0 for a crisis topic, which has a card.
    """

    topic: str
    language: str
    status: str
    reading_age: float | None
    longest_sentence: int
    sms_parts: int
    samples: int
    found: int
    asked: int


@dataclass(frozen=True, slots=True)
class Report:
    """What the check came to: faults by file and line, a row for each topic and language, and must-find lines missed."""

    faults: tuple[ContentFault, ...]
    rows: tuple[Row, ...]
    hits: tuple[Hit, ...]


def check_content(
    folder: Path, locales: Path, today: date, languages: Sequence[str] = OFFERED, cache: Path | None = None
) -> Report:
    """Reads a content folder and tells everything that is wrong with it. Never raises for what is in it."""
    content = read_content(folder)
    ports = ports_of(content, locales, lambda: today, cache=cache)
    hits = must_find(content, ports.finder)
    faults = {*content.faults, *_faults(content, ports, hits, today, languages)}
    rows = tuple(_row(ports, topic, text, hits) for topic, text in _texts(content, languages))
    return Report(tuple(sorted(faults)), rows, tuple(hits))


def _faults(
    content: Content, ports: Ports, hits: list[Hit], today: date, languages: Sequence[str]
) -> Iterator[ContentFault]:
    for topic in content.topics.values():
        yield from check_topic(content, topic, languages, today)
    for topic, text in _texts(content, languages):
        yield from check_text(content, topic, text)
        yield from check_translation(content, topic, text, today)
        yield from check_sms(ports, topic.meta.id, text)
    yield from check_library(content, languages, today)
    yield from check_figures(content, today)
    if content.wordings:
        yield from check_wordings(content, (*languages, *PARTLY))
    yield from check_directory(content, today)
    yield from check_found(hits)
    yield from check_alarm(content, ports.alarm)


def _texts(content: Content, languages: Sequence[str]) -> Iterator[tuple[Topic, TopicText]]:
    for topic in content.topics.values():
        for language in languages:
            if text := topic.texts.get(language):
                yield topic, text


def _row(ports: Ports, topic: Topic, text: TopicText, hits: list[Hit]) -> Row:
    shorts = [section.text for section in text.sections if section.form == "short"]
    spoken = [section.text for section in text.sections if section.form != "sms"]
    lengths = [len(measure.words(sentence)) for said in spoken for sentence in measure.sentences(said)]
    cost = sms_cost(ports, topic.meta.id, text.language)
    own = [hit for hit in hits if (hit.topic, hit.language) == (topic.meta.id, text.language)]
    return Row(
        topic=topic.meta.id,
        language=text.language,
        status=text.front.status,
        reading_age=max(map(measure.reading_age, shorts), default=5.0) if text.language == "en" else None,
        longest_sentence=max(lengths, default=0),
        sms_parts=cost.sent.parts if cost else 0,
        samples=len(topic.samples.get(text.language, ())),
        found=sum(hit.is_right for hit in own),
        asked=len(own),
    )
