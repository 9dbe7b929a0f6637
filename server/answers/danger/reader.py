"""Reads a text for danger with the rules first, then with a small model trained on the library's own examples.

The model may only add: what the rules raise stands. It reads hints and situations that no list of phrases holds
("u wont have to worry about me after the weekend").
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from dialogs.fold import fold
from dialogs.ports import Alarm, AlarmKind, AlarmReader, LanguageGuesser
from dialogs.topics.crisis import ANY_LANGUAGE
from server.answers.finding.spelling import MAX_WORDS
from server.answers.finding.trained import TrainedModel

MOST_PARTS: Final = 6
OVERLAP: Final = 10


@dataclass(frozen=True)
class SecondReader:
    """A small model learnt from examples: `detector` says whether a text speaks of danger, `namer` of which kind.

    `limits` hold the margin from which on it does by language, "" for all: languages differ in how far apart they stand.
    """

    detector: TrainedModel
    namer: TrainedModel
    guesser: LanguageGuesser
    limits: Mapping[str, float]

    def sensed(self, text: str) -> AlarmKind | None:
        """The kind of danger in the part of the text that shows it most, or None."""
        margin, part = max(((self.detector.margin(part, ""), part) for part in _parts(text)), default=(0.0, ""))
        limit = self.limits.get(self.guesser.guess(text) or "", self.limits.get(""))
        if limit is None or margin < limit or not fold(part):
            return None
        return AlarmKind(self.namer.rank(part, "").label)


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
