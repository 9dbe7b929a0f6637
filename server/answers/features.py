"""A text as what the finder compares: its words, pairs of words, and pieces of words that survive a typo."""

from __future__ import annotations

from functools import lru_cache
from itertools import pairwise
from math import sqrt
from typing import Final

from dialogs.fold import fold
from server.answers.texting import written_out

MAX_WORDS: Final = 60
"""Words read of one message: a longer one is cut, so that one message costs at most a few milliseconds."""

LONGEST_WORD: Final = 40
"""Letters read of one word: pieces of words are remembered, so that one of ten thousand letters would stay for long."""

PIECES: Final = (3, 4)
"""Letters of a piece, the marks for a word's ends counted."""

WORD_WEIGHT: Final = 2.0
PAIR_WEIGHT: Final = 1.5
PIECES_WEIGHT: Final = 2.0
"""All pieces of one word together weigh as much as the word: a word never taught halves what its pieces can claim."""

SHORTEST_STEM: Final = 3
_PREFIXES: Final = ("وال", "بال", "فال", "كال", "لل", "ال")


def words(text: str, language: str) -> tuple[str, ...]:
    """The words of a text in one spelling: folded, and short forms written out."""
    return tuple(_stem(written_out(word[:LONGEST_WORD], language)) for word in fold(text).split()[:MAX_WORDS])


def _stem(word: str) -> str:
    """An Arabic word without its article; other words as they are."""
    if "\u0621" <= word[0] <= "\u064a":
        for prefix in _PREFIXES:
            if word.startswith(prefix) and len(word) - len(prefix) >= SHORTEST_STEM:
                return word[len(prefix) :]
    return word


@lru_cache(maxsize=8192)
def pieces(word: str) -> tuple[str, ...]:
    """Pieces of 3 and 4 letters of a word with its ends marked; none for a word too short to have any but itself."""
    marked = f" {word} "
    if len(marked) <= PIECES[-1]:
        return ()
    return tuple(marked[i : i + n] for n in PIECES for i in range(len(marked) - n + 1))


def features(text: str, language: str) -> dict[str, float]:
    """Feature to weight, before rarity is known. Words and pairs carry a mark no piece can begin with."""
    found = words(text, language)
    weights: dict[str, float] = {}
    for word in found:
        parts = pieces(word)
        each = PIECES_WEIGHT / sqrt(len(parts) or 1)
        weights.update((part, max(each, weights.get(part, 0.0))) for part in parts)
    for word in found:
        weights[f"={word}"] = WORD_WEIGHT
    for first, second in pairwise(found):
        weights[f"={first} {second}"] = PAIR_WEIGHT
    return weights
