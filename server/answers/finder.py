"""Finds the answer for a message by comparing it with samples, and says honestly when nothing is near."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from math import exp
from typing import Final

from dialogs.ports import Finding, Intent
from server.answers.content import Content, Topic
from server.answers.index import Index, Match, Taught

NOTHING: Final = "-"
"""The label of texts the library must refuse."""

INTENT_MARK: Final = "intent:"
FALLBACK: Final = "en"
ALTERNATIVES: Final = 5
TEXT_WEIGHT: Final = 0.5

CENTRE: Final = 0.30
STEEPNESS: Final = 14.0
LEAD_WORTH: Final = 1.0
"""Confidence is a logistic curve over score + LEAD_WORTH * lead; set by `calibrate.py` on held-out samples."""

NEAR_ENOUGH: Final = 0.5
CLOSE_LEAD: Final = 0.03
WORTH_OFFERING: Final = 0.1


@dataclass(frozen=True, slots=True)
class _Ranking:
    """What one language's index makes of a text."""

    matches: tuple[Match, ...] = ()
    confidence: float = 0.0

    @property
    def label(self) -> str:
        return self.matches[0].label if self.matches else NOTHING

    @property
    def topics(self) -> list[Match]:
        return [match for match in self.matches if is_topic(match.label)]


def is_topic(label: str) -> bool:
    """True for the label of an answer, False for an intent's and for NOTHING."""
    return label != NOTHING and not label.startswith(INTENT_MARK)


@dataclass(frozen=True)
class NgramFinder:
    """An AnswerFinder over one index per language. Immutable; build a new one when something is published."""

    indexes: Mapping[str, Index] = field(default_factory=dict)

    def find(self, text: str, language: str) -> Finding:
        """The nearest answer in the asked language or in English; an empty or unknown language asks all of them."""
        rankings = [_ranked(self.indexes[code], text) for code in self._order(language)]
        best = max(rankings, key=lambda ranking: ranking.confidence, default=_Ranking())
        return _finding(best)

    def _order(self, language: str) -> Iterator[str]:
        if language not in self.indexes:
            yield from self.indexes
            return
        yield language
        if language != FALLBACK and FALLBACK in self.indexes:
            yield FALLBACK


def build_finder(content: Content) -> NgramFinder:
    """A finder taught by the content's samples, titles, texts, intents and refusals."""
    languages = dict.fromkeys(code for topic in content.topics.values() for code in (*topic.texts, *topic.samples))
    for code in content.phrases:
        languages.setdefault(code)
    return NgramFinder({code: Index(taught(content, code), code) for code in languages})


def taught(content: Content, language: str) -> Iterator[Taught]:
    """Everything that teaches the index of one language."""
    for topic in content.topics.values():
        for sample in topic.samples.get(language, ()):
            yield Taught(topic.meta.id, sample.text)
        for text in _texts(topic, language):
            yield Taught(topic.meta.id, text, TEXT_WEIGHT)
    phrases = content.phrases.get(language)
    if phrases is None:
        return
    for intent, samples in phrases.intents.items():
        yield from (Taught(INTENT_MARK + intent, sample) for sample in samples)
    yield from (Taught(NOTHING, sample) for sample in phrases.out_of_scope)


def _texts(topic: Topic, language: str) -> Iterable[str]:
    text = topic.texts.get(language)
    if text is None:
        return
    yield text.front.title
    yield from (section.text for section in text.sections if section.form in {"one_line", "short"})


def _ranked(index: Index, text: str) -> _Ranking:
    matches = tuple(index.matches(text))
    return _Ranking(matches, _confidence(matches))


def _confidence(matches: tuple[Match, ...]) -> float:
    """How likely the first label is right, 0 to 1."""
    if not matches:
        return 0.0
    lead = matches[0].score - (matches[1].score if len(matches) > 1 else 0.0)
    return 1 / (1 + exp(-STEEPNESS * (matches[0].score + LEAD_WORTH * lead - CENTRE)))


def _finding(ranking: _Ranking) -> Finding:
    topics = ranking.topics
    offered = tuple(match.label for match in topics[:ALTERNATIVES] if match.score >= WORTH_OFFERING)
    confidence = round(ranking.confidence, 3)
    if not ranking.matches or confidence < NEAR_ENOUGH or ranking.label == NOTHING:
        return Finding(None, confidence if is_topic(ranking.label) else 0.0, offered)
    if ranking.label.startswith(INTENT_MARK):
        intent = Intent(ranking.label.removeprefix(INTENT_MARK))
        return Finding(None, confidence, offered, intent=intent, matched=ranking.matches[0].sample)
    is_close = len(topics) > 1 and topics[0].score - topics[1].score < CLOSE_LEAD
    return Finding(topics[0].label, confidence, offered, is_close, matched=ranking.matches[0].sample)
