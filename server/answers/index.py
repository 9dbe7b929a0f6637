"""Samples of one language laid out for finding: which subject a text speaks of, and which sample is nearest to it.

Complement naive Bayes on rarity-weighted features: it needs no training, is built in a fraction of a second, and came
within a point of a linear SVM on our own samples (five folds: 0.79 to 0.81 against 0.79 to 0.81 over three languages).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import log, sqrt
from typing import Final

from server.answers.features import features

SMOOTHING: Final = 0.5
"""Weight that every feature has outside a label before it is seen there; more trusts rare features less."""


@dataclass(frozen=True, slots=True)
class Taught:
    """One text and the label it teaches; `weight` is how much it counts against a sample."""

    label: str
    text: str
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Match:
    """How much a text speaks for one label: 0 for nothing; 1 and more is much."""

    label: str
    score: float


class Index:
    """Immutable once built. Labels are whatever the texts teach."""

    def __init__(self, taught: Iterable[Taught], language: str) -> None:
        self.language = language
        self._taught = tuple(taught)
        vectors = [features(item.text, language) for item in self._taught]
        self._rarity, self._unseen = _rarity(vectors)
        units = [self._unit(vector) for vector in vectors]
        self._labels = tuple(dict.fromkeys(item.label for item in self._taught))
        self._speaks_for = _speaks_for(self._taught, units, self._labels)
        self._samples: dict[str, list[tuple[str, dict[str, float]]]] = {}
        for item, unit in zip(self._taught, units, strict=True):
            self._samples.setdefault(item.label, []).append((item.text, unit))

    def __len__(self) -> int:
        return len(self._taught)

    def matches(self, text: str) -> list[Match]:
        """Every label that the text speaks for at all, most first."""
        scores = [0.0] * len(self._labels)
        for feature, weight in self._unit(features(text, self.language)).items():
            for label, worth in self._speaks_for.get(feature, ()):
                scores[label] += weight * worth
        found = [Match(label, score) for label, score in zip(self._labels, scores, strict=True) if score]
        return sorted(found, key=lambda match: -match.score)

    def nearest(self, text: str, label: str) -> str:
        """The label's taught text that is most like this one; empty when it has none."""
        asked = self._unit(features(text, self.language))
        samples = self._samples.get(label, ())
        return max(samples, key=lambda sample: _overlap(asked, sample[1]), default=("", {}))[0]

    def _unit(self, vector: Mapping[str, float]) -> dict[str, float]:
        """The vector weighted by rarity, of length 1. Features never taught count in the length: they are news."""
        weighted = {feature: weight * self._rarity.get(feature, self._unseen) for feature, weight in vector.items()}
        length = sqrt(sum(weight * weight for weight in weighted.values())) or 1.0
        return {feature: weight / length for feature, weight in weighted.items() if feature in self._rarity}


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
) -> dict[str, tuple[tuple[int, float], ...]]:
    """Feature to (place of the label, how much it speaks for it): the log of its weight everywhere over that outside the label."""
    place = {label: number for number, label in enumerate(labels_in_order)}
    inside: dict[str, dict[str, float]] = {}
    for item, unit in zip(taught, units, strict=True):
        for feature, weight in unit.items():
            labels = inside.setdefault(feature, {})
            labels[item.label] = labels.get(item.label, 0.0) + weight * item.weight
    found: dict[str, tuple[tuple[int, float], ...]] = {}
    for feature, labels in inside.items():
        everywhere = sum(labels.values()) + SMOOTHING
        found[feature] = tuple(
            (place[label], log(everywhere / (everywhere - weight))) for label, weight in labels.items()
        )
    return found


def _overlap(one: Mapping[str, float], other: Mapping[str, float]) -> float:
    return sum(weight * other.get(feature, 0.0) for feature, weight in one.items())
