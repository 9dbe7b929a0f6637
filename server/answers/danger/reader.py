"""Reads a text for danger with the rules first, then with a small model trained on the library's own examples.

The model may only add: what the rules raise stands. It reads hints and situations that no list of phrases holds
("u wont have to worry about me after the weekend").
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from dialogs.fold import fold
from dialogs.ports import Alarm, AlarmKind, AlarmReader, LanguageGuesser
from dialogs.topics.crisis import ANY_LANGUAGE
from server.answers.finding.meaning import LOWEST, MeaningModel
from server.answers.finding.semantic import Floats
from server.answers.finding.spelling import MAX_WORDS
from server.answers.finding.taught import NOTHING
from server.answers.finding.trained import TrainedModel

SENSE_WORTH: Final = 0.3
"""What a log probability of meaning is worth beside a score of spelling: from 0.2 to 0.45 held-out dangers are seen equally often."""

MOST_PARTS: Final = 6
OVERLAP: Final = 10


@dataclass(frozen=True)
class Sense:
    """What a text means: `meaning` has a column for each of `labels`, the kinds of danger and NOTHING."""

    labels: tuple[str, ...]
    meaning: MeaningModel

    def of(self, text: str) -> Floats:
        """One log probability a label."""
        return self.meaning.scores(text)

    def danger(self, vectors: Floats) -> Floats:
        """How much more likely any danger is than none, for each vector."""
        return self.weighed(self.meaning.scores_of(vectors))

    def weighed(self, scores: Floats) -> Floats:
        """The same for log probabilities, the labels along the last axis."""
        none = self.labels.index(NOTHING)
        return np.asarray(np.logaddexp.reduce(np.delete(scores, none, -1), axis=-1) - scores[..., none], np.float32)


@dataclass(frozen=True)
class SecondReader:
    """Small models learnt from examples: `detector` and `sense` say whether a text speaks of danger, `namer` and `sense` of which kind.

    `limits` hold the margin from which on it does by language, "" for all: languages differ in how far apart they stand.
    `sense` is None without the semantic extra. `harmless` holds folded texts that are none whatever the models say.
    """

    detector: TrainedModel
    namer: TrainedModel
    sense: Sense | None
    guesser: LanguageGuesser
    limits: Mapping[str, float]
    harmless: frozenset[str] = frozenset()

    def sensed(self, text: str) -> AlarmKind | None:
        """The kind of danger in the part of the text that shows it most, or None."""
        if fold(text) in self.harmless:
            return None
        language = self.guesser.guess(text) or ""
        margin, part = max(((self.margin(part, language), part) for part in _parts(text)), default=(0.0, ""))
        limit = self.limits.get(language, self.limits.get(""))
        if limit is None or margin < limit or not fold(part):
            return None
        return self._named(part, language)

    def margin(self, text: str, language: str) -> float:
        """How far danger stands above none."""
        spelt = self.detector.margin(text, language)
        return spelt + SENSE_WORTH * float(self.sense.weighed(self.sense.of(text))) if self.sense else spelt

    def _named(self, text: str, language: str) -> AlarmKind:
        scores = self.namer.scores(text, language)
        if self.sense:
            meant = dict(zip(self.sense.labels, self.sense.of(text), strict=True))
            meant_kinds = np.array([meant.get(kind, LOWEST) for kind in self.namer.labels], np.float32)
            scores = scores + np.float32(SENSE_WORTH) * meant_kinds
        return AlarmKind(self.namer.labels[int(scores.argmax())])


@dataclass(frozen=True)
class TwoReaders:
    """An AlarmReader: `rules`, and where they saw nothing, `second` (None while there are too few examples to learn from)."""

    rules: AlarmReader
    second: SecondReader | None

    def read(self, text: str) -> Alarm | None:
        """The danger that either reader sees; None when neither does."""
        found = self.rules.read(text)
        if found or self.second is None:
            return found
        kind = self.second.sensed(text)
        return Alarm(kind, (f"{ANY_LANGUAGE}/{kind}/second-reader",)) if kind else None


def _parts(text: str) -> Iterator[str]:
    """The text, a long one in overlapping parts, each as long as the model reads."""
    words = text.split()
    if len(words) <= MAX_WORDS:
        yield text
        return
    step = MAX_WORDS - OVERLAP
    for start in range(0, min(len(words), MOST_PARTS * step), step):
        yield " ".join(words[start : start + MAX_WORDS])
