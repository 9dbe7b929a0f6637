"""Labels scored by counting words and pieces of words, one index a language: complement naive Bayes.

It needs no training and is built in a moment, so it serves where a trained model cannot be: a library of few samples or of
very many topics, and the first seconds after a start.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import exp, log, sqrt
from typing import Final

import numpy as np
from numpy.typing import NDArray

from server.answers.finding.features import pieces, runs
from server.answers.finding.ranking import Match, Ranking
from server.answers.finding.spelling import Speller
from server.answers.finding.taught import NOTHING, Taught, is_topic

Floats = NDArray[np.float32]

SMOOTHING: Final = 0.5
"""Weight that every feature has outside a label before it is seen there; more trusts rare features less."""

WORD_WEIGHT: Final = 2.0
PAIR_WEIGHT: Final = 1.5
PIECES_WEIGHT: Final = 2.0

SCORE_WORTH: Final = 3.05
LEAD_WORTH: Final = 1.41
DOUBT: Final = 3.04
"""Confidence is a logistic curve over score and lead, fitted on held-out samples of the first thirteen topics."""

NEAR_ENOUGH: Final = 0.37
CLOSE_LEAD: Final = 0.2
FALLBACK: Final = "en"
KEPT_MATCHES: Final = 40
"""More than there are intents, so that two topics are among them."""

ELSEWHERE: Final = 0.8
"""What a find in a language that was not asked for is worth: a mixed message may still be won by it."""

OTHERS_READ: Final = 2


class CountedIndex:
    """One language's samples. Immutable once built."""

    def __init__(self, items: Iterable[Taught], language: str, speller: Speller) -> None:
        taught = tuple(items)
        self.language, self._speller = language, speller
        vectors = [_features(speller.words(item.text, language)) for item in taught]
        self._rarity, self._unseen = _rarity(vectors)
        self._labels = tuple(dict.fromkeys(item.label for item in taught))
        self._speaks_for = _speaks_for(taught, [self._unit(vector) for vector in vectors], self._labels)

    def matches(self, text: str) -> tuple[Match, ...]:
        """The labels that the text speaks for most, in order; a score of 1 and more is much."""
        scores = np.zeros(len(self._labels), np.float32)
        for feature, weight in self._unit(_features(self._speller.words(text, self.language))).items():
            if (spoken_for := self._speaks_for.get(feature)) is not None:
                places, worths = spoken_for
                scores[places] += weight * worths
        kept = min(KEPT_MATCHES, len(scores))
        best = np.argpartition(-scores, kept - 1)[:kept].tolist() if kept else []
        found = [Match(self._labels[place], float(scores[place])) for place in best if scores[place]]
        return tuple(sorted(found, key=lambda match: -match.score))

    def known(self, text: str) -> int:
        """How many of the words were taught in this language."""
        return sum(f"={word}" in self._rarity for word in self._speller.words(text, self.language))

    def _unit(self, vector: Mapping[str, float]) -> dict[str, float]:
        """The vector weighted by rarity, of length 1. Features never taught count in the length: they are news."""
        weighted = {feature: weight * self._rarity.get(feature, self._unseen) for feature, weight in vector.items()}
        length = sqrt(sum(weight * weight for weight in weighted.values())) or 1.0
        return {feature: weight / length for feature, weight in weighted.items() if feature in self._rarity}


@dataclass(frozen=True)
class CountedModel:
    """A Ranker over one counted index a language. Immutable."""

    indexes: Mapping[str, CountedIndex] = field(repr=False)
    near_enough: float = NEAR_ENOUGH

    def rank(self, text: str, language: str) -> Ranking:
        """The most confident ranking; while nothing sure was found, the languages that know most of the words are read too."""
        asked = [index for code, index in self.indexes.items() if code in {language, FALLBACK}]
        best = max((_ranked(index, text, 1.0) for index in asked), key=_confidence, default=Ranking((), 0.0))
        if best.confidence >= ELSEWHERE:
            return best
        others = [index for index in self.indexes.values() if index not in asked]
        likeliest = sorted(others, key=lambda index: -index.known(text))[:OTHERS_READ]
        return max((best, *(_ranked(index, text, ELSEWHERE) for index in likeliest)), key=_confidence)


def count(items: Sequence[Taught], speller: Speller) -> CountedModel:
    """A counted model of everything taught."""
    languages = dict.fromkeys(item.language for item in items)
    return CountedModel(
        {code: CountedIndex((item for item in items if item.language == code), code, speller) for code in languages}
    )


def _ranked(index: CountedIndex, text: str, worth: float) -> Ranking:
    matches = index.matches(text)
    if not matches:
        return Ranking((), 0.0)
    lead = matches[0].score - (matches[1].score if len(matches) > 1 else 0.0)
    confidence = worth / (1 + exp(DOUBT - SCORE_WORTH * matches[0].score - LEAD_WORTH * lead))
    topics = [match.score for match in matches if is_topic(match.label)]
    is_close = len(topics) > 1 and topics[0] - topics[1] < CLOSE_LEAD
    return Ranking(matches, 0.0 if matches[0].label == NOTHING else confidence, is_close)


def _confidence(ranking: Ranking) -> float:
    return ranking.confidence


def _features(words: Sequence[str]) -> dict[str, float]:
    """Feature to weight, before rarity is known. Words and pairs carry a mark no piece can begin with."""
    weights = {f"={run}": PAIR_WEIGHT if " " in run else WORD_WEIGHT for run in runs(words) if run.count(" ") <= 1}
    for word in words:
        parts = [piece for piece in pieces((word,)) if 3 <= len(piece) <= 4]  # noqa: PLR2004
        each = PIECES_WEIGHT / sqrt(len(parts) or 1)
        weights.update((part, max(each, weights.get(part, 0.0))) for part in parts)
    return weights


def _rarity(vectors: list[dict[str, float]]) -> tuple[dict[str, float], float]:
    """Inverse document frequency of each feature, and that of one never seen."""
    counts: dict[str, int] = {}
    for vector in vectors:
        for feature in vector:
            counts[feature] = counts.get(feature, 0) + 1
    total = len(vectors) + 1
    return {feature: log(total / (count + 0.5)) for feature, count in counts.items()}, log(total / 1.5)


def _speaks_for(
    taught: Iterable[Taught], units: Iterable[Mapping[str, float]], labels_in_order: Sequence[str]
) -> dict[str, tuple[NDArray[np.int32], Floats]]:
    """Feature to (places of labels, how much it speaks for each): the log of its weight everywhere over that outside the label."""
    place = {label: number for number, label in enumerate(labels_in_order)}
    inside: dict[str, dict[int, float]] = {}
    for item, unit in zip(taught, units, strict=True):
        own = place[item.label]
        for feature, weight in unit.items():
            labels = inside.setdefault(feature, {})
            labels[own] = labels.get(own, 0.0) + weight * item.weight
    found: dict[str, tuple[NDArray[np.int32], Floats]] = {}
    for feature, labels in inside.items():
        weights = np.fromiter(labels.values(), np.float64, len(labels))
        everywhere = weights.sum() + SMOOTHING
        worths = np.log(everywhere / (everywhere - weights)).astype(np.float32)
        found[feature] = np.fromiter(labels, np.int32, len(labels)), worths
    return found
