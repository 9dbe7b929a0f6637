"""What a model makes of one text: the labels that it speaks for, best first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from server.answers.finding.taught import NOTHING, is_topic


@dataclass(frozen=True, slots=True)
class Match:
    """How much a text speaks for one label, in the model's own measure."""

    label: str
    score: float


@dataclass(frozen=True, slots=True)
class Ranking:
    """Labels best first, and how likely the first is right, 0 to 1. `is_close` when the second topic is as good a guess."""

    matches: tuple[Match, ...]
    confidence: float
    is_close: bool = False

    @property
    def label(self) -> str:
        """The first label, NOTHING when there is none."""
        return self.matches[0].label if self.matches else NOTHING

    @property
    def topics(self) -> tuple[Match, ...]:
        """The labels that are answers of the library, best first."""
        return tuple(match for match in self.matches if is_topic(match.label))


class Ranker(Protocol):
    """A model that ranks labels for a text. Never raises for any text; `near_enough` is the confidence that an answer needs."""

    @property
    def near_enough(self) -> float: ...

    def rank(self, text: str, language: str) -> Ranking: ...
