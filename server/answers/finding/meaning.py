"""A linear model over sentence vectors: which label a text's meaning speaks for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from server.answers.finding.lexical import a_row_each
from server.answers.finding.semantic import Embedder, Floats, Vectors
from server.answers.finding.taught import Taught

SCALE: Final = 44.0
"""Vectors are nearly alike: one over the spread of a number in them, so that learning settles in seconds."""

LOOSENESS: Final = 0.01
"""More follows the samples closer: from 0.03 on unseen questions were found less often, below 0.003 too."""

ROUNDS: Final = 200
LOWEST: Final = -15.0
"""A log probability below this says no more than this."""


@dataclass(frozen=True)
class MeaningModel:
    """Log probabilities of every label. `weights` is `SIZE` by labels; `mean` is taken off each vector first."""

    embedder: Embedder
    mean: Floats
    weights: Floats
    bias: Floats

    def scores(self, text: str) -> Floats:
        """One log probability a label, `LOWEST` at least."""
        scores: Floats = self.scores_of(self.embedder.embed([text]))[0]
        return scores

    def scores_of(self, vectors: Floats) -> Floats:
        """The same for vectors already made, one row each."""
        raw = ((vectors - self.mean) * SCALE) @ self.weights + self.bias
        raw -= raw.max(axis=1, keepdims=True)
        raw -= np.log(np.exp(raw).sum(axis=1, keepdims=True))
        return np.asarray(np.maximum(raw, LOWEST), np.float32)


def learn_meaning(items: Sequence[Taught], labels: Sequence[str], vectors: Vectors) -> MeaningModel:
    """A model for the labels, of which there are two at least. Takes seconds when the vectors are ready."""
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415 (slow to load, and only learning needs it)

    rows = vectors.of([item.text for item in items])
    mean = rows.mean(axis=0)
    place = {label: number for number, label in enumerate(labels)}
    wanted = np.array([place[item.label] for item in items])
    learner = LogisticRegression(C=LOOSENESS, max_iter=ROUNDS)
    learner.fit((rows - mean) * SCALE, wanted, sample_weight=np.array([item.weight for item in items], np.float32))
    weights = np.zeros((rows.shape[1], len(labels)), np.float32)
    bias = np.full(len(labels), LOWEST, np.float32)
    weights[:, learner.classes_] = a_row_each(learner.coef_).T
    bias[learner.classes_] = a_row_each(learner.intercept_)
    return MeaningModel(vectors.embedder, mean, weights, bias)
