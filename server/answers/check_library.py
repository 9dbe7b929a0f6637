"""Whether the parts of the library fit each other: menu, phrases, samples that two topics claim, help lines."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from rapidfuzz import fuzz, process

from dialogs.fold import fold
from server.answers.check_sms import crisis_lines
from server.answers.content import Content, Sample
from server.answers.faults import ContentFault

TOO_ALIKE = 95
"""A must-find line this much like a sample (rapidfuzz ratio) tests only memory."""


def check_library(content: Content, languages: Sequence[str], today: date) -> Iterator[ContentFault]:
    """Every fault between files."""
    yield from _menu(content)
    yield from _lines(content, today)
    yield from _languages(content, languages)
    yield from _commands(content)
    yield from _samples(content)
    yield from _leaks(content)


def _menu(content: Content) -> Iterator[ContentFault]:
    seen: set[str] = set()
    for place, group in enumerate(content.menu):
        for number, topic in enumerate(group.topics):
            line = content.marks["menu.yaml"].line("groups", place, "topics", number)
            if topic not in content.topics:
                yield ContentFault("menu.yaml", line, f"there is no topic '{topic}'")
            if topic in seen:
                yield ContentFault("menu.yaml", line, f"'{topic}' stands twice in the menu")
            seen.add(topic)


def _lines(content: Content, today: date) -> Iterator[ContentFault]:
    for line_id, entry in content.lines.items():
        line = content.marks["lines.yaml"].line("lines", line_id, "checked_on")
        if entry.checked_on > today:
            yield ContentFault("lines.yaml", line, f"{line_id}: {entry.checked_on} is in the future")
    for line_id in sorted(crisis_lines() - set(content.lines)) if content.lines else ():
        yield ContentFault("lines.yaml", 1, f"the crisis card needs the help line '{line_id}'")


def _languages(content: Content, languages: Sequence[str]) -> Iterator[ContentFault]:
    for language in languages:
        for name, files in (("phrases", content.phrases), ("alarm", content.alarm)):
            if language not in files:
                yield ContentFault(f"{name}/{language}.yaml", 1, "the file is missing")


def _commands(content: Content) -> Iterator[ContentFault]:
    """The same words for two commands: which one a person gets would be chance."""
    meant: dict[str, str] = {}
    for language, phrases in content.phrases.items():
        file = f"phrases/{language}.yaml"
        for command, listed in phrases.commands.items():
            for number, phrase in enumerate(listed):
                other = meant.setdefault(fold(phrase), command)
                if other != command:
                    line = content.marks[file].line("commands", command, number)
                    yield ContentFault(file, line, f"'{phrase}' means {command} here and {other} elsewhere")


def _samples(content: Content) -> Iterator[ContentFault]:
    """The same question taught for two things, or twice."""
    taught: dict[tuple[str, str], tuple[str, str, int]] = {}
    for language, label, sample in _taught(content):
        key = (language, fold(sample.text))
        if key not in taught:
            taught[key] = (label, sample.file, sample.line)
            continue
        other, file, line = taught[key]
        why = "stands twice" if other == label else f"also teaches {other}"
        yield ContentFault(sample.file, sample.line, f"'{sample.text}' {why} ({file}:{line})")


def _taught(content: Content) -> Iterator[tuple[str, str, Sample]]:
    """(language, what it teaches, sample) of everything that teaches."""
    for topic in content.topics.values():
        for language, samples in topic.samples.items():
            yield from ((language, topic.meta.id, sample) for sample in samples)
    for language, phrases in content.phrases.items():
        file = f"phrases/{language}.yaml"
        line = content.marks[file].line
        for intent, listed in phrases.intents.items():
            for n, text in enumerate(listed):
                yield language, f"the intent {intent}", Sample(text, file, line("intents", intent, n))
        for n, text in enumerate(phrases.out_of_scope):
            yield language, "out_of_scope", Sample(text, file, line("out_of_scope", n))


def _leaks(content: Content) -> Iterator[ContentFault]:
    """Must-find lines that stand among what is taught, in any topic."""
    taught: dict[str, list[str]] = {}
    for language, _, sample in _taught(content):
        taught.setdefault(language, []).append(fold(sample.text))
    for topic in content.topics.values():
        for language, kept in topic.must_find.items():
            for sample in kept:
                choices = taught.get(language, ())
                if near := process.extractOne(fold(sample.text), choices, scorer=fuzz.ratio, score_cutoff=TOO_ALIKE):
                    yield ContentFault(
                        sample.file, sample.line, f"'{sample.text}' is taught as '{near[0]}': change one"
                    )
