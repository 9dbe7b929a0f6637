"""Finds the answer for a message by comparing it with samples, and says honestly when nothing is near."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
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

SCORE_WORTH: Final = 3.05
LEAD_WORTH: Final = 1.41
DOUBT: Final = 3.04
"""Confidence is a logistic curve over score and lead, fitted on the library's own samples held out by five folds and, as
what must be refused, on the samples of each topic with that topic taken away."""

NEAR_ENOUGH: Final = 0.37
"""Held out: 65 of 100 samples answered rightly, 8 more by asking "1 or 2?", 6 wrongly, the rest refused (`held_out.py`)."""

CLOSE_LEAD: Final = 0.2
CLOSE_ENOUGH: Final = 0.25
WORTH_OFFERING: Final = 0.3
ELSEWHERE: Final = 0.8
"""What a find in a language that was not asked for is worth: a mixed message may still be won by it."""


@dataclass(frozen=True, slots=True)
class _Ranking:
    """What one language's index makes of a text."""

    language: str = ""
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
        """The nearest answer, in any language's samples: those of the asked one and of English count most."""
        return _finding(self._best(text, language))

    def explain(self, text: str, language: str) -> Finding:
        """The same with the sample that is most like the text: for editors, and too slow for every message."""
        best = self._best(text, language)
        finding = _finding(best)
        if finding.topic is None and finding.intent is None:
            return finding
        return replace(finding, matched=self.indexes[best.language].nearest(text, best.label))

    def _best(self, text: str, language: str) -> _Ranking:
        """The most confident ranking; other languages are not asked when they could not be more confident any more."""
        best = _Ranking()
        for code, index in sorted(self.indexes.items(), key=lambda pair: pair[0] not in {language, FALLBACK}):
            is_asked = code in {language, FALLBACK}
            if is_asked or best.confidence < ELSEWHERE:
                best = max(best, _ranked(index, text, is_asked), key=lambda ranking: ranking.confidence)
        return best


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


def _ranked(index: Index, text: str, is_asked: bool) -> _Ranking:  # noqa: FBT001 (one caller)
    matches = tuple(index.matches(text))
    return _Ranking(index.language, matches, _confidence(matches) * (1.0 if is_asked else ELSEWHERE))


def _confidence(matches: tuple[Match, ...]) -> float:
    """How likely the first label is right, 0 to 1."""
    if not matches:
        return 0.0
    lead = matches[0].score - (matches[1].score if len(matches) > 1 else 0.0)
    return 1 / (1 + exp(DOUBT - SCORE_WORTH * matches[0].score - LEAD_WORTH * lead))


def _finding(ranking: _Ranking) -> Finding:
    topics, confidence = ranking.topics, round(ranking.confidence, 3)
    offered = tuple(match.label for match in topics[:ALTERNATIVES] if match.score >= WORTH_OFFERING)
    if ranking.label == NOTHING:
        return Finding(None, 0.0, offered)
    if not is_topic(ranking.label):
        intent = Intent(ranking.label.removeprefix(INTENT_MARK)) if confidence >= NEAR_ENOUGH else None
        return Finding(None, confidence if intent else 0.0, offered, intent=intent)
    is_close = len(offered) > 1 and topics[0].score - topics[1].score < CLOSE_LEAD and confidence >= CLOSE_ENOUGH
    return Finding(ranking.label if confidence >= NEAR_ENOUGH else None, confidence, offered, is_close)
