"""Builds the ports of the conversation from the content folder and the catalogues: everything is read once, here."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

from dialogs.alarm import AlarmRule, AlarmRules
from dialogs.ports import Ports
from server.answers.content import Content
from server.answers.danger.learn import second_reader
from server.answers.danger.reader import TwoReaders
from server.answers.directory.nearby import Directory
from server.answers.finding.build import build_finder, build_guesser
from server.answers.finding.guesser import ScriptGuesser
from server.answers.finding.semantic import embedder
from server.answers.finding.spelling import Speller
from server.answers.library import Library
from server.answers.loader import load_content
from server.answers.phrasebook import ContentPhrasebook
from server.i18n import CatalogueWording


def build_ports(
    content_dir: Path,
    locales_dir: Path,
    today: Callable[[], date],
    *,
    has_drafts: bool = True,
    has_meaning: bool = True,
    cache: Path | None = None,
) -> Ports:
    """Everything a turn may ask, in memory. Raises FaultyContent, with every fault, for content that cannot be read.

    With a `cache` folder what was learnt from the same content before is read from there in a moment. `has_meaning` false
    reads messages by their spelling alone, as where the extra is not installed.
    """
    content = load_content(content_dir)
    return ports_of(content, locales_dir, today, has_drafts=has_drafts, has_meaning=has_meaning, cache=cache)


def ports_of(
    content: Content,
    locales_dir: Path,
    today: Callable[[], date],
    *,
    has_drafts: bool = True,
    has_meaning: bool = True,
    is_quick: bool = False,
    cache: Path | None = None,
) -> Ports:
    """The same for content already read; with `is_quick` nothing is learnt that `cache` does not hold."""
    meaning = embedder(content.folder, cache) if has_meaning else None
    services = Directory(content.areas.values(), today, has_drafts=has_drafts)
    guesser = build_guesser(content, cache, is_quick=is_quick) or ScriptGuesser()
    second = second_reader(content, meaning, guesser, cache, is_quick=is_quick)
    return Ports(
        finder=build_finder(content, meaning, cache, is_quick=is_quick),
        book=Library(content, today, has_drafts),
        phrases=ContentPhrasebook(content.phrases, known_words(content) | services.words()),
        guesser=guesser,
        wording=CatalogueWording(locales_dir),
        alarm=TwoReaders(alarm_rules(content), second),
        services=services,
    )


def alarm_rules(content: Content) -> AlarmRules:
    """The alarm's rules of every language, to be read at once."""
    files = content.alarm.items()
    return AlarmRules(
        rules=tuple(AlarmRule(r.id, language, r.kind, r.any) for language, file in files for r in file.rules),
        idioms=tuple(phrase for _, file in files for phrase in file.idioms),
        negations=tuple(phrase for _, file in files for phrase in file.negations),
    )


def known_words(content: Content) -> frozenset[str]:
    """Every word of the samples: real words, which are no misspelling of a command."""
    speller = Speller(content.spelling)
    return frozenset(
        word
        for topic in content.topics.values()
        for language, samples in topic.samples.items()
        for sample in samples
        for word in speller.words(sample.text, language)
    )
