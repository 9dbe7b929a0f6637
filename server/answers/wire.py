"""Builds the ports of the conversation from the content folder and the catalogues: everything is read once, here."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

from dialogs.alarm import AlarmRule, AlarmRules
from dialogs.ports import Ports
from server.answers.content import Content
from server.answers.features import words
from server.answers.finder import build_finder
from server.answers.guesser import ScriptThenWordsGuesser
from server.answers.library import Library
from server.answers.loader import load_content
from server.answers.phrasebook import ContentPhrasebook
from server.i18n import CatalogueWording


def build_ports(content_dir: Path, locales_dir: Path, today: Callable[[], date], *, has_drafts: bool = True) -> Ports:
    """Everything a turn may ask, in memory. Raises FaultyContent, with every fault, for content that cannot be read."""
    return ports_of(load_content(content_dir), locales_dir, today, has_drafts=has_drafts)


def ports_of(content: Content, locales_dir: Path, today: Callable[[], date], *, has_drafts: bool = True) -> Ports:
    """The same for content already read."""
    return Ports(
        finder=build_finder(content),
        book=Library(content, today, has_drafts),
        phrases=ContentPhrasebook(content.phrases, known_words(content)),
        guesser=ScriptThenWordsGuesser(),
        wording=CatalogueWording(locales_dir),
        alarm=alarm_rules(content),
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
    return frozenset(
        word
        for topic in content.topics.values()
        for language, samples in topic.samples.items()
        for sample in samples
        for word in words(sample.text, language)
    )
