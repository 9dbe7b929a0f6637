"""Phrases as the alarm reads them: words in order with gaps, matched on folded text, forgiving small slips."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import islice, product

from dialogs.fold import fold_with_emoji

GAP = -1
"""Stands in a pattern for 0 to `LONGEST_GAP` words of any kind."""
LONGEST_GAP = 3
LONG_WORD = 6
SHORTEST_PREFIX = 2
ARABIC_PREFIXES = ("وال", "فال", "بال", "لل", "ال", "و", "ف", "ب", "ل")

_DOUBLED = re.compile(r"([^\W\d_])\1+")

LONGEST_WORD = 40
"""Letters read of one word: keys held down make words of thousands, each way of misspelling them as long."""

MOST_SEEN = 20_000
"""How many written words' readings are remembered: everyday words come again and again."""

Pattern = tuple["int | tuple[Pattern, ...]", ...]
"""Numbers of words in order, GAPs, and choices: a choice is the patterns any of which may stand there."""


def squeezed(word: str) -> str:
    """The word with every doubled letter single, so that "killl", "kill" and "kil" are one."""
    return _DOUBLED.sub(r"\1", word)


def text_words(text: str) -> list[str]:
    """The words of a text in the form that patterns are matched on, each emoji a word."""
    return [squeezed(word) for word in fold_with_emoji(text)]


@lru_cache(maxsize=16_384)
def _piece_words(piece: str) -> tuple[str, ...]:
    """`text_words` of one piece of a phrase; the same few thousand pieces make up every phrase."""
    return tuple(text_words(piece))


def _forms(word: str) -> Iterator[str]:
    """The word, and what is left without an attached Arabic and, so, with, to, the."""
    yield word
    for prefix in ARABIC_PREFIXES:
        if word.startswith(prefix) and len(word) - len(prefix) >= SHORTEST_PREFIX:
            yield word[len(prefix) :]


def _without_one(word: str) -> Iterator[str]:
    """The word with one letter left out, each way."""
    return (word[:i] + word[i + 1 :] for i in range(1, len(word)))


def is_one_slip(a: str, b: str) -> bool:
    """True when one letter changed, missing, added or swapped with its neighbour makes `a` into `b`; the first letter is right."""
    if a[:1] != b[:1] or abs(len(a) - len(b)) > 1:
        return False
    start = next((i for i, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))
    rest_a, rest_b = a[start:], b[start:]
    return (
        rest_a[1:] == rest_b[1:]
        or rest_a[1:] == rest_b
        or rest_a == rest_b[1:]
        or (rest_a[:2] == rest_b[1::-1] and rest_a[2:] == rest_b[2:])
    )


MOST_WAYS = 200
"""Phrases that one with alternatives inside of a word may stand for."""

_CHOICE = re.compile(r"\(([^()]*)\)")
_GLUED = re.compile(r"\w\(|\)[\w~]")


def written_out(phrase: str) -> Iterator[str]:
    """Every phrase that one with alternatives stands for: "(un|)happy" is two."""
    parts = _CHOICE.split(phrase)
    choices = [part.split("|") if place % 2 else [part] for place, part in enumerate(parts)]
    return (" ".join("".join(ways).split()) for ways in islice(product(*choices), MOST_WAYS))


@dataclass(slots=True)
class Lexicon:
    """Every word of every pattern with its number, and which of them a written word can be."""

    exact: dict[str, int] = field(default_factory=dict)
    prefixes: dict[str, int] = field(default_factory=dict)
    slips: dict[str, list[tuple[str, int]]] = field(default_factory=lambda: defaultdict(list))
    seen: dict[str, frozenset[int]] = field(default_factory=dict)
    count: int = 0

    def compile(self, phrase: str) -> list[Pattern]:
        """The phrase as patterns: one, or one a way where alternatives stand inside of a word. Its words are learnt.

        Gaps at either end say nothing and are dropped.
        """
        if "(" not in phrase:
            return [self._words(phrase)]
        if _GLUED.search(phrase):
            return [self._words(way) for way in written_out(phrase)]
        items: list[int | tuple[Pattern, ...]] = []
        for place, part in enumerate(_CHOICE.split(phrase)):
            if place % 2:
                items.append(tuple(tuple(self._pieces(way)) for way in part.split("|")))
            else:
                items.extend(self._pieces(part))
        return [_without_end_gaps(items)]

    def _words(self, phrase: str) -> Pattern:
        return _without_end_gaps(self._pieces(phrase))

    def _pieces(self, phrase: str) -> list[int | tuple[Pattern, ...]]:
        items: list[int | tuple[Pattern, ...]] = []
        for piece in phrase.split():
            if piece.strip("*") == "":
                items.append(GAP)
            elif piece.endswith("~"):
                items.extend(self._prefix(word) for word in _piece_words(piece[:-1])[:1])
            else:
                items.extend(self._word(word, len(piece)) for word in _piece_words(piece))
        return items

    def numbers(self, written: str) -> frozenset[int]:
        """The numbers of all words that this written word can be: itself, a form, a beginning, a slip of a long word."""
        written = written[:LONGEST_WORD]
        known = self.seen.get(written)
        if known is None:
            known = self._read(written)
            if len(self.seen) < MOST_SEEN:
                self.seen[written] = known
        return known

    def _read(self, written: str) -> frozenset[int]:
        found: set[int] = set()
        for form in _forms(written):
            if form in self.exact:
                found.add(self.exact[form])
            found.update(
                self.prefixes[form[:n]] for n in range(SHORTEST_PREFIX, len(form) + 1) if form[:n] in self.prefixes
            )
        if len(written) >= LONG_WORD - 1:
            found.update(self._slipped(written))
        return frozenset(found)

    def _slipped(self, written: str) -> Iterator[int]:
        for shape in {written, *_without_one(written)}:
            for word, number in self.slips.get(shape, ()):
                if is_one_slip(written, word):
                    yield number

    def _word(self, word: str, written_length: int) -> int:
        if word not in self.exact:
            self.exact[word] = self._next()
            if max(len(word), written_length) >= LONG_WORD:
                for shape in {word, *_without_one(word)}:
                    self.slips[shape].append((word, self.exact[word]))
        return self.exact[word]

    def _prefix(self, word: str) -> int:
        if word not in self.prefixes:
            self.prefixes[word] = self._next()
        return self.prefixes[word]

    def _next(self) -> int:
        self.count += 1
        return self.count


def _without_end_gaps(items: list[int | tuple[Pattern, ...]]) -> Pattern:
    first, last = 0, len(items)
    while first < last and items[first] == GAP:
        first += 1
    while last > first and items[last - 1] == GAP:
        last -= 1
    return tuple(items[first:last])


def end_of_match(pattern: Pattern, words: Sequence[frozenset[int]], start: int) -> int | None:
    """Where the pattern ends (exclusive) when it begins at `start`, or None. The shortest gaps and the first ways win."""
    if not pattern:
        return start
    first, rest = pattern[0], pattern[1:]
    if isinstance(first, tuple):
        ends = (end_of_match(way + rest, words, start) for way in first)
        return next((end for end in ends if end is not None), None)
    if first == GAP:
        ends = (end_of_match(rest, words, start + n) for n in range(LONGEST_GAP + 1) if start + n < len(words))
        return next((end for end in ends if end is not None), None)
    if start < len(words) and first in words[start]:
        return end_of_match(rest, words, start + 1)
    return None


def firsts(pattern: Pattern) -> set[int]:
    """The numbers of every word that the pattern may begin with."""
    if not pattern:
        return set()
    first, rest = pattern[0], pattern[1:]
    if isinstance(first, int):
        return firsts(rest) if first == GAP else {first}
    return set().union(*(firsts(way + rest) for way in first))


def holds(pattern: Pattern, part: Pattern) -> bool:
    """True when `part`, words without choices, stands in the pattern, in any of its ways."""
    plain = [item for item in pattern if isinstance(item, int)]
    inside = any(tuple(plain[i : i + len(part)]) == part for i in range(len(plain)))
    return inside or any(holds(way, part) for item in pattern if isinstance(item, tuple) for way in item)


def index_by_first(patterns: Iterable[Pattern]) -> dict[int, list[int]]:
    """First word's number to the places of the patterns that begin with it."""
    index: dict[int, list[int]] = defaultdict(list)
    for place, pattern in enumerate(patterns):
        for number in firsts(pattern):
            index[number].append(place)
    return dict(index)
