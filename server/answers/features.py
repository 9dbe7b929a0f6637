"""A text as what the finder compares: its words, pairs of words, and pieces of words that survive a typo."""

from __future__ import annotations

from collections import Counter
from functools import lru_cache
from typing import Final

from dialogs.fold import fold
from server.answers.texting import written_out

MAX_WORDS: Final = 60
"""Words read of one message: a longer one is cut, so that one message costs at most a few milliseconds."""

_PREFIXES: Final = ("وال", "بال", "فال", "كال", "لل", "ال")


def words(text: str, language: str) -> tuple[str, ...]:
    """The words of a text in one spelling: folded, and short forms written out."""
    return tuple(_stem(written_out(word, language)) for word in fold(text).split()[:MAX_WORDS])


def _stem(word: str) -> str:
    """An Arabic word without its article; other words as they are."""
    if "\u0621" <= word[0] <= "\u064a":
        for prefix in _PREFIXES:
            if word.startswith(prefix) and len(word) - len(prefix) >= 3:
                return word[len(prefix) :]
    return word


@lru_cache(maxsize=8192)
def pieces(word: str) -> tuple[str, ...]:
    """Pieces of 3 and 4 letters of a word with its ends marked; none for a word too short to have any but itself."""
    marked = f" {word} "
    if len(marked) <= 4:
        return ()
    return tuple(marked[i : i + n] for n in (3, 4) for i in range(len(marked) - n + 1))


WORD_WEIGHT: Final = 2.0
PAIR_WEIGHT: Final = 1.5


def features(text: str, language: str) -> dict[str, float]:
    """Feature to weight, before rarity is known. Words and pairs carry a mark no piece can begin with."""
    found = words(text, language)
    counted: Counter[str] = Counter()
    for word in found:
        counted.update(pieces(word))
    weights: dict[str, float] = dict.fromkeys(counted, 1.0)
    for word in found:
        weights[f"={word}"] = WORD_WEIGHT
    for first, second in zip(found, found[1:], strict=False):
        weights[f"={first} {second}"] = PAIR_WEIGHT
    return weights
