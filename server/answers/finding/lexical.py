"""A linear model over words and pieces of words, trained on the samples of every language at once.

One model for all languages reads mixed messages ("mera uc claim kab hoga") with what each language taught. A linear support
vector machine on these features is the strongest plain base measured (`benchmarks/README.md`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import log
from typing import Final

import numpy as np
from numpy.typing import NDArray

from server.answers.finding.features import pieces, runs
from server.answers.finding.spelling import Speller
from server.answers.finding.taught import Taught

Floats = NDArray[np.float32]

SEEN_AT_LEAST: Final = 2
"""Texts in which a run of words or a piece must stand to count; single words count from the first."""

MARGIN: Final = 1.0
"""The machine's C: less forgives more of the samples."""

TOLERANCE: Final = 0.1


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Number of each run of words and of each piece, and how rare each is. Pieces are numbered after the runs."""

    runs: Mapping[str, int]
    pieces: Mapping[str, int]
    rarity: Floats

    def __len__(self) -> int:
        return len(self.rarity)

    def row(self, words: Sequence[str]) -> tuple[NDArray[np.int32], Floats]:
        """(feature numbers, weights) of a text: runs and pieces each of length 1, so that neither drowns the other."""
        numbers: list[int] = []
        weights: list[float] = []
        blocks: list[int] = []
        for counted, known in ((runs(words), self.runs), (pieces(words), self.pieces)):
            for feature, count in counted.items():
                if (number := known.get(feature)) is not None:
                    numbers.append(number)
                    weights.append(1 + log(count) if count > 1 else 1.0)
            blocks.append(len(numbers))
        found = np.array(numbers, np.int32)
        row = np.array(weights, np.float32) * self.rarity[found] if numbers else np.zeros(0, np.float32)
        for block in (slice(0, blocks[0]), slice(blocks[0], None)):
            if length := float(np.linalg.norm(row[block])):
                row[block] /= length
        return found, row


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


def learn_vocabulary(texts: Sequence[Sequence[str]]) -> Vocabulary:
    """Every feature worth knowing of the texts (as words)."""
    seen_runs: Counter[str] = Counter()
    seen_pieces: Counter[str] = Counter()
    for words in texts:
        seen_runs.update(set(runs(words)))
        seen_pieces.update(set(pieces(words)))
    kept_runs = [run for run, count in seen_runs.items() if count >= SEEN_AT_LEAST or " " not in run]
    kept_pieces = [piece for piece, count in seen_pieces.items() if count >= SEEN_AT_LEAST]
    counts = [seen_runs[run] for run in kept_runs] + [seen_pieces[piece] for piece in kept_pieces]
    total = len(texts) + 1
    rarity = np.array([1 + log(total / (count + 1)) for count in counts], np.float32)
    numbered = {run: number for number, run in enumerate(kept_runs)}
    return Vocabulary(numbered, {piece: len(kept_runs) + number for number, piece in enumerate(kept_pieces)}, rarity)


def learn_lexical(
    items: Sequence[Taught], labels: Sequence[str], speller: Speller, *, is_balanced: bool = False
) -> LexicalModel:
    """A model for the labels, of which there are two at least. Takes seconds, most of them without holding up other threads.

    With `is_balanced` a label of few texts counts as much as one of many.
    """
    from scipy.sparse import csr_matrix  # noqa: PLC0415 (slow to load, and only learning needs it)
    from sklearn.svm import LinearSVC  # noqa: PLC0415

    texts = [speller.words(item.text, item.language) for item in items]
    vocabulary = learn_vocabulary(texts)
    rows = [vocabulary.row(words) for words in texts]
    ends = np.cumsum([0, *(len(numbers) for numbers, _ in rows)])
    columns = np.concatenate([numbers for numbers, _ in rows])
    values = np.concatenate([row for _, row in rows])
    matrix = csr_matrix((values, columns, ends), shape=(len(rows), len(vocabulary)))
    place = {label: number for number, label in enumerate(labels)}
    wanted = np.array([place[item.label] for item in items])
    machine = LinearSVC(C=MARGIN, tol=TOLERANCE, random_state=0, class_weight="balanced" if is_balanced else None)
    machine.fit(matrix, wanted, sample_weight=np.array([item.weight for item in items]))
    weights = np.zeros((len(vocabulary), len(labels)), np.float16)
    bias = np.full(len(labels), -1, np.float32)
    weights[:, machine.classes_] = a_row_each(machine.coef_).T
    bias[machine.classes_] = a_row_each(machine.intercept_)
    return LexicalModel(vocabulary, weights, bias)


def a_row_each(learnt: Floats) -> Floats:
    """One row a label, also of two labels, for which a learner gives only the second one's: the first stands at 0."""
    return np.concatenate((np.zeros_like(learnt), learnt)) if len(learnt) == 1 else learnt
