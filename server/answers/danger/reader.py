"""Reads a text for danger with the rules first, then with a small model trained on the library's own examples.

The model may only add: what the rules raise stands. It reads hints and situations that no list of phrases holds
("u wont have to worry about me after the weekend").
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from dialogs.ports import Alarm, AlarmKind, AlarmReader
from server.answers.finding.spelling import MAX_WORDS
from server.answers.finding.trained import TrainedModel

SECOND_READER: Final = "any"
"""Stands for the language in a reason of the second reader, which reads all languages at once."""

MOST_PARTS: Final = 6
OVERLAP: Final = 10


@dataclass(frozen=True)
class TwoReaders:
    """An AlarmReader: `rules`, and where they saw nothing, `model` (None while there are too few examples to learn from)."""

    rules: AlarmReader
    model: TrainedModel | None

    def read(self, text: str) -> Alarm | None:
        """The danger that either reader sees; None when neither does."""
        found = self.rules.read(text)
        if found or self.model is None:
            return found
        kind = self._sensed(text, self.model)
        return Alarm(kind, (f"{SECOND_READER}/{kind}/second-reader",)) if kind else None

    def _sensed(self, text: str, model: TrainedModel) -> AlarmKind | None:
        best = max((model.rank(part, "") for part in _parts(text)), key=lambda found: found.confidence, default=None)
        return AlarmKind(best.label) if best and best.matches and best.confidence >= model.near_enough else None


def _parts(text: str) -> Iterator[str]:
    """The text, a long one in overlapping parts, each as long as the model reads."""
    words = text.split()
    if len(words) <= MAX_WORDS:
        yield text
        return
    step = MAX_WORDS - OVERLAP
    for start in range(0, min(len(words), MOST_PARTS * step), step):
        yield " ".join(words[start : start + MAX_WORDS])
