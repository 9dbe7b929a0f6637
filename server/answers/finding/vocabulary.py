"""The features worth knowing of many texts, and a text as numbers of them."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import log
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from server.answers.finding.features import pieces, runs

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

Floats = NDArray[np.float32]

SEEN_AT_LEAST: Final = 2
"""Texts in which a run of words or a piece must stand to count; single words count from the first."""


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


def learn_vocabulary(texts: Sequence[Sequence[str]]) -> tuple[Vocabulary, csr_matrix]:
    """(every feature worth knowing of the texts, given as words; a row of them for each text, the same as `Vocabulary.row`)."""
    from scipy.sparse import hstack  # noqa: PLC0415 (slow to load, and only learning needs it)

    counted_runs, counted_pieces = _counted(texts, runs), _counted(texts, pieces)
    known_runs, rare_runs, of_runs = _kept(counted_runs, [" " not in run for run in counted_runs.names])
    known_pieces, rare_pieces, of_pieces = _kept(counted_pieces, [False] * len(counted_pieces.names))
    numbered = {piece: len(known_runs) + number for piece, number in known_pieces.items()}
    vocabulary = Vocabulary(known_runs, numbered, np.concatenate((rare_runs, rare_pieces)))
    return vocabulary, hstack((of_runs, of_pieces), format="csr", dtype=np.float32)


@dataclass(frozen=True, slots=True)
class _Counted:
    """One sort of feature in every text, text after text: `numbers` of the features, `counts` in that text, `sizes` of the texts."""

    names: Sequence[str]
    numbers: NDArray[np.int32]
    counts: NDArray[np.int32]
    sizes: NDArray[np.int64]


def _counted(texts: Sequence[Sequence[str]], features: Callable[[Sequence[str]], Counter[str]]) -> _Counted:
    # numbers only are kept of each text: the features of a hundred thousand would fill a small machine
    names: defaultdict[str, int] = defaultdict()
    names.default_factory = names.__len__
    numbers: list[NDArray[np.int32]] = []
    counts: list[NDArray[np.int32]] = []
    for words in texts:
        found = features(words)
        numbers.append(np.fromiter(map(names.__getitem__, found), np.int32, len(found)))
        counts.append(np.fromiter(found.values(), np.int32, len(found)))
    sizes = np.array([len(row) for row in numbers])
    return _Counted(tuple(names), np.concatenate(numbers), np.concatenate(counts), sizes)


def _kept(counted: _Counted, counts_from_first: Sequence[bool]) -> tuple[dict[str, int], Floats, csr_matrix]:
    """(number of each feature that counts, how rare each is, a row of length 1 for each text)."""
    from scipy.sparse import csr_matrix  # noqa: PLC0415

    seen = np.bincount(counted.numbers, minlength=len(counted.names))
    is_kept = (seen >= SEEN_AT_LEAST) | np.array(counts_from_first, bool)
    renumbered = np.cumsum(is_kept) - 1
    rarity = np.asarray(1 + np.log((len(counted.sizes) + 1) / (seen[is_kept] + 1)), np.float32)
    text = np.repeat(np.arange(len(counted.sizes)), counted.sizes)
    stays = is_kept[counted.numbers]
    text, columns = text[stays], renumbered[counted.numbers[stays]]
    values = (1 + np.log(counted.counts[stays])) * rarity[columns]
    lengths = np.sqrt(np.bincount(text, values**2, minlength=len(counted.sizes)))
    values /= lengths[text]
    names = {counted.names[old]: int(renumbered[old]) for old in np.flatnonzero(is_kept).tolist()}
    shape = (len(counted.sizes), len(names))
    return names, rarity, csr_matrix((values.astype(np.float32), (text, columns)), shape=shape)
