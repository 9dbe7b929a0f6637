"""Signs of danger in a text: the rule reader, which reads every language at once and names each rule that spoke."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from dialogs.patterns import Lexicon, Pattern, end_of_match, holds, index_by_first, text_words
from dialogs.ports import Alarm, AlarmKind

WORST_FIRST = (
    AlarmKind.OVERDOSE,
    AlarmKind.SUICIDE,
    AlarmKind.IMMEDIATE_DANGER,
    AlarmKind.SELF_HARM,
    AlarmKind.THREAT_TO_OTHERS,
    AlarmKind.ABUSE,
    AlarmKind.PARTNER_VIOLENCE,
    AlarmKind.FORCED_MARRIAGE,
    AlarmKind.SEXUAL_IMAGES_THREAT,
    AlarmKind.EXPLOITATION,
    AlarmKind.RUNAWAY_HOMELESS_TONIGHT,
    AlarmKind.MISSING_OR_FRIEND_AT_RISK,
)
"""The order in which the kinds of one text count: first what a body cannot wait for."""

NEGATION_REACH = 2
"""A negation cancels a phrase that begins at most this many words after it."""

_CLAUSE_END = re.compile(r"[.,!?;:\n،؛؟]+")

Words = list[frozenset[int]]
NOTHING: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class AlarmRule:
    """Phrases of one language that mean one kind of danger.

    A phrase is words in order: `*` is a gap of 0 to 3 words, `~` at the end of a word matches any ending; emoji are words.
    """

    id: str
    language: str
    kind: AlarmKind
    phrases: tuple[str, ...]

    def reason(self) -> str:
        """The rule's full name: "en/suicide/end-my-life"."""
        return self.id if self.id.startswith(f"{self.language}/") else f"{self.language}/{self.kind}/{self.id}"


@dataclass(frozen=True, slots=True)
class _Compiled:
    """Everything that reading needs, prepared once: `owners[i]` is the place of the rule that pattern i belongs to."""

    lexicon: Lexicon
    patterns: tuple[Pattern, ...]
    owners: tuple[int, ...]
    idioms: tuple[Pattern, ...]
    negations: tuple[Pattern, ...]
    first_of_patterns: dict[int, list[int]]
    first_of_idioms: dict[int, list[int]]


@dataclass(frozen=True, slots=True)
class AlarmRules:
    """All rules of all languages, ready to read. `idioms` are taken out of a text first; `negations` cancel what follows."""

    rules: tuple[AlarmRule, ...]
    idioms: tuple[str, ...] = ()
    negations: tuple[str, ...] = ()
    _compiled: _Compiled = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_compiled", _compile(self.rules, self.idioms, self.negations))

    def read(self, text: str) -> Alarm | None:
        """The worst kind of danger that the text shows, with every rule that saw something, worst first; or None."""
        written, clause_starts = _split(text)
        numbers = {word: self._compiled.lexicon.numbers(word) for word in set(written)}
        words = _without_idioms(self._compiled, [numbers[word] for word in written])
        seen = {self._compiled.owners[place] for place in _spoken(self._compiled, words, clause_starts)}
        if not seen:
            return None
        rules = sorted((self.rules[i] for i in seen), key=lambda rule: (WORST_FIRST.index(rule.kind), rule.reason()))
        return Alarm(rules[0].kind, tuple(rule.reason() for rule in rules))


def _compile(rules: tuple[AlarmRule, ...], idioms: tuple[str, ...], negations: tuple[str, ...]) -> _Compiled:
    lexicon = Lexicon()
    pairs = [
        (pattern, i) for i, rule in enumerate(rules) for phrase in rule.phrases for pattern in lexicon.compile(phrase)
    ]
    patterns = tuple(pattern for pattern, _ in pairs)
    compiled_idioms = tuple(pattern for idiom in idioms for pattern in lexicon.compile(idiom))
    return _Compiled(
        lexicon=lexicon,
        patterns=patterns,
        owners=tuple(owner for _, owner in pairs),
        idioms=compiled_idioms,
        negations=tuple(pattern for negation in negations for pattern in lexicon.compile(negation) if pattern),
        first_of_patterns=index_by_first(patterns),
        first_of_idioms=index_by_first(compiled_idioms),
    )


def _split(text: str) -> tuple[list[str], frozenset[int]]:
    """The words, and the places where a new clause begins, over which no negation reaches."""
    words: list[str] = []
    starts: set[int] = set()
    for clause in _CLAUSE_END.split(text):
        starts.add(len(words))
        words.extend(text_words(clause))
    return words, frozenset(starts)


def _without_idioms(compiled: _Compiled, words: Words) -> Words:
    """The words with each idiom made unreadable; the places stay, so that nothing is joined over the hole."""
    left = list(words)
    for start, numbers in enumerate(words):
        for number in numbers:
            for place in compiled.first_of_idioms.get(number, ()):
                end = end_of_match(compiled.idioms[place], words, start)
                if end is not None:
                    left[start:end] = [NOTHING] * (end - start)
    return left


def _spoken(compiled: _Compiled, words: Words, clause_starts: frozenset[int]) -> Iterator[int]:
    """The places of the patterns that stand in the text and are not negated."""
    for start, numbers in enumerate(words):
        for number in numbers:
            for place in compiled.first_of_patterns.get(number, ()):
                pattern = compiled.patterns[place]
                if end_of_match(pattern, words, start) is None:
                    continue
                if _holds_negation(compiled, pattern) or not _is_negated(compiled, words, start, clause_starts):
                    yield place


def _holds_negation(compiled: _Compiled, pattern: Pattern) -> bool:
    """True for "dont want to live": it brings its own negation, which another one before it does not undo."""
    return any(holds(pattern, negation) for negation in compiled.negations)


def _is_negated(compiled: _Compiled, words: Words, start: int, clause_starts: frozenset[int]) -> bool:
    for end in range(start, max(start - NEGATION_REACH, 0), -1):
        if end in clause_starts:
            return False
        for negation in compiled.negations:
            first = end - len(negation)
            if first >= 0 and end_of_match(negation, words, first) == end:
                return True
    return False
