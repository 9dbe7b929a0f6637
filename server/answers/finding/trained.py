"""The trained finder: spelling and, where the extra is there, meaning, added; and how sure to be of what comes out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b
from math import exp
from typing import Final

import numpy as np

from server.answers.finding.lexical import LexicalModel
from server.answers.finding.meaning import MeaningModel
from server.answers.finding.ranking import Match, Ranking
from server.answers.finding.semantic import Floats
from server.answers.finding.spelling import Speller
from server.answers.finding.taught import NOTHING, Taught

MEANING_WORTH: Final = 0.25
"""What a log probability of meaning is worth beside a score of spelling: from 0.2 to 0.4 held-out questions are found equally often."""

LOST: Final = 0.03
"""Share of right answers among held-out samples that may fall below `near_enough`: the price of refusing what is not ours."""

LOST_ELSEWHERE: Final = 0.013
"""The same for a set of messages that is not the library, whose strangers are not made to look like its own: chosen on the
validation lines of CLINC150."""

HELD_OUT: Final = 5
"""Every fifth sample is held out while confidence is fitted."""

CLOSE: Final = 0.05
"""Share of right answers with so small a lead that the second is offered beside it."""

FEWEST_A_LABEL: Final = 12
MOST_WORK: Final = 12_000_000
"""Samples times labels that learning may take on; the finder learnt from more would not be ready within a minute."""

KEPT_MATCHES: Final = 12
LOWEST_NOTHING: Final = -1.0


@dataclass(frozen=True, slots=True)
class Confidence:
    """Probability of being right as a logistic curve over the first score and its lead, and where an answer begins."""

    score_worth: float
    lead_worth: float
    doubt: float
    near_enough: float
    close_lead: float

    def of(self, score: float, lead: float) -> float:
        """0 to 1."""
        return 1 / (1 + exp(-max(min(self.score_worth * score + self.lead_worth * lead - self.doubt, 30), -30)))


UNFITTED: Final = Confidence(4.0, 2.0, 1.0, 0.37, 0.1)
"""Where too little was held out to fit anything."""


@dataclass(frozen=True)
class TrainedModel:
    """A Ranker. `labels` number the columns of both models; `meaning` is None without the extra."""

    labels: tuple[str, ...]
    speller: Speller
    lexical: LexicalModel
    meaning: MeaningModel | None
    confidence: Confidence

    @property
    def near_enough(self) -> float:
        """The confidence that an answer needs."""
        return self.confidence.near_enough

    def margin(self, text: str, language: str) -> float:
        """How far the best label stands above what must be refused."""
        return summary(self.scores(text, language), self.labels)[0]

    def scores(self, text: str, language: str) -> Floats:
        """One score a label."""
        return self._scores(text, self.speller.words(text, language))

    def _scores(self, text: str, words: Sequence[str]) -> Floats:
        scores = self.lexical.scores(words)
        return scores + MEANING_WORTH * self.meaning.scores(text) if self.meaning and words else scores

    def rank(self, text: str, language: str) -> Ranking:
        """The labels for a text, best first."""
        words = self.speller.words(text, language)
        scores = self._scores(text, words)
        score, lead, order = summary(scores, self.labels)
        matches = tuple(Match(self.labels[n], float(scores[n])) for n in order)
        if not words or not matches:
            return Ranking((), 0.0)
        return Ranking(matches, self.confidence.of(score, lead), lead < self.confidence.close_lead)


def summary(scores: Floats, labels: Sequence[str]) -> tuple[float, float, list[int]]:
    """(how far the best label stands above what must be refused, its lead over the next, the best labels in order)."""
    nothing = labels.index(NOTHING) if NOTHING in labels else None
    count = min(KEPT_MATCHES + 1, len(labels))
    best = np.argpartition(-scores, count - 1)[:count]
    order = [int(n) for n in best[np.argsort(-scores[best])] if n != nothing]
    refused = float(scores[nothing]) if nothing is not None else LOWEST_NOTHING
    if len(labels) > 2:  # noqa: PLR2004 (of many labels each is weighed against all others, of two against the other)
        refused = max(refused, LOWEST_NOTHING)
    first = float(scores[order[0]])
    second = float(scores[order[1]]) if len(order) > 1 else LOWEST_NOTHING
    return first - refused, first - second, order


def is_trainable(items: Sequence[Taught]) -> bool:
    """True when there is enough to learn from, and not too much to learn it in good time."""
    labels = {item.label for item in items}
    samples = sum(item.weight >= 1 for item in items)
    return len(labels) > 1 and samples >= FEWEST_A_LABEL * len(labels) and samples * len(labels) <= MOST_WORK


def held_out(items: Sequence[Taught]) -> tuple[list[Taught], list[Taught]]:
    """(what is kept, one in five of the samples held out); the same ones every time."""
    held = [_is_held(item) for item in items]
    kept = [item for item, is_held in zip(items, held, strict=True) if not is_held]
    return kept, [item for item, is_held in zip(items, held, strict=True) if is_held]


def _is_held(item: Taught) -> bool:
    return item.weight == 1 and blake2b(item.text.encode(), digest_size=2).digest()[0] % HELD_OUT == 0


def fit_confidence(scores: Floats, asked: Sequence[Taught], labels: Sequence[str], lost: float = LOST) -> Confidence:
    """The curve that fits how often held-out samples were right, and the confidence that all but a share `lost` of those have."""
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415 (slow to load, and only learning needs it)

    found = [summary(row, labels) for row in scores]
    right = np.array([labels[order[0]] == item.label for (_, _, order), item in zip(found, asked, strict=True)])
    if not 0 < right.sum() < len(right):
        return UNFITTED
    told = np.array([(score, lead) for score, lead, _ in found], np.float32)
    curve = LogisticRegression().fit(told, right)
    (score_worth, lead_worth), doubt = curve.coef_[0].tolist(), float(-curve.intercept_[0])
    unscaled = Confidence(score_worth, lead_worth, doubt, 0.5, 0.0)
    sure = np.array([unscaled.of(float(score), float(lead)) for score, lead in told])
    near_enough = float(np.quantile(sure[right], lost))
    return Confidence(score_worth, lead_worth, doubt, near_enough, float(np.quantile(told[right, 1], CLOSE)))
