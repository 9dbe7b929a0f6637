"""A linear model over words and pieces of words, trained on the samples of every language at once.

One model for all languages reads mixed messages ("mera uc claim kab hoga") with what each language taught. A linear support
vector machine on these features is the strongest plain base measured (`benchmarks/README.md`).
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from threading import Lock
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from server.answers.finding.spelling import Speller
from server.answers.finding.taught import Taught
from server.answers.finding.vocabulary import Vocabulary, learn_vocabulary

Floats = NDArray[np.float32]

MARGIN: Final = 1.0
"""The machine's C: less forgives more of the samples."""

TOLERANCE: Final = 0.1
ROUNDS: Final = 4
"""Times the machine goes through many samples: with 50 one unseen question in three hundred more is found, in three times the time."""

ALL_ROUNDS: Final = 1000
ONE_AT_A_TIME: Final = Lock()
MANY: Final = 30_000
"""Samples from which on it goes through them only `ROUNDS` times."""


@dataclass(frozen=True, slots=True)
class LexicalModel:
    """Scores for every label from a text's spelling alone. `weights` is features by labels in half precision, `bias` one a label."""

    vocabulary: Vocabulary
    weights: NDArray[np.float16]
    bias: Floats

    def scores(self, words: Sequence[str]) -> Floats:
        """One score a label: above 0 speaks for it."""
        numbers, row = self.vocabulary.row(words)
        return np.asarray(row @ self.weights[numbers].astype(np.float32) + self.bias, np.float32)


def learn_lexical(
    items: Sequence[Taught], labels: Sequence[str], speller: Speller, *, is_balanced: bool = False
) -> LexicalModel:
    """A model for the labels, of which there are two at least. Takes seconds, most of them without holding up other threads.

    With `is_balanced` a label of few texts counts as much as one of many.
    """
    vocabulary, matrix = learn_vocabulary([speller.words(item.text, item.language) for item in items])
    place = {label: number for number, label in enumerate(labels)}
    wanted = np.array([place[item.label] for item in items])
    worth = np.array([item.weight for item in items])
    rounds = ROUNDS if len(items) > MANY else ALL_ROUNDS
    machine = _machine(rounds, is_balanced=is_balanced)
    # one machine at a time: the library draws from one dice for all threads, and the same samples have to give the same model
    with ONE_AT_A_TIME:
        machine.fit(matrix, wanted, sample_weight=worth)
    weights = np.zeros((len(vocabulary), len(labels)), np.float16)
    bias = np.full(len(labels), -1, np.float32)
    weights[:, machine.classes_] = a_row_each(machine.coef_).T
    bias[machine.classes_] = a_row_each(machine.intercept_)
    return LexicalModel(vocabulary, weights, bias)


def _machine(rounds: int, *, is_balanced: bool) -> Any:
    from sklearn.exceptions import ConvergenceWarning  # noqa: PLC0415 (slow to load, and only learning needs it)
    from sklearn.svm import LinearSVC  # noqa: PLC0415

    # it is stopped early on purpose: what comes later follows the samples closer and finds no more of what is unseen
    warnings.filterwarnings("ignore", category=ConvergenceWarning)
    weighing = "balanced" if is_balanced else None
    return LinearSVC(C=MARGIN, tol=TOLERANCE, max_iter=rounds, random_state=0, class_weight=weighing)


def a_row_each(learnt: Floats) -> Floats:
    """One row a label, also of two labels, for which a learner gives only the second one's: the first stands at 0."""
    return np.concatenate((np.zeros_like(learnt), learnt)) if len(learnt) == 1 else learnt
