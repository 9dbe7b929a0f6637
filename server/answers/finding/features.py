"""A text as what the finder compares: its words, runs of two and three words, and pieces of words that survive a typo."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from typing import Final

LONGEST_RUN: Final = 3
PIECES: Final = (2, 3, 4, 5)
"""Letters of a piece, the marks for a word's ends counted."""


def runs(words: Sequence[str]) -> Counter[str]:
    """Words and runs of up to three neighbouring words, with how often each stands."""
    return Counter(" ".join(words[i : i + n]) for n in range(1, LONGEST_RUN + 1) for i in range(len(words) - n + 1))


def pieces(words: Sequence[str]) -> Counter[str]:
    """Pieces of 2 to 5 letters of the words, ends marked, with how often each stands."""
    found: Counter[str] = Counter()
    for word in words:
        found.update(_pieces(word))
    return found


@lru_cache(maxsize=16_384)
def _pieces(word: str) -> tuple[str, ...]:
    marked = f" {word} "
    return tuple(marked[i : i + n] for n in PIECES for i in range(len(marked) - n + 1))
