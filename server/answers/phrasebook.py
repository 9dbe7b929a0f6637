"""Words that work everywhere, in every language at once, also when they are nearly spelt right."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Final, Generic, TypeVar

from rapidfuzz.distance import OSA

from dialogs.facts import Nation
from dialogs.fold import fold
from dialogs.ports import Command
from server.answers.schema import Phrases

Meaning = TypeVar("Meaning")

NEAR_FROM: Final = 5
"""Letters a word needs before a near spelling counts: in shorter ones one letter makes another word."""

TWO_SLIPS_FROM: Final = 9
LONGEST_LANGUAGE_TALK: Final = 6
"""Words in a message that may name a language: a longer one is about something else."""

LONGEST_WISH: Final = 30
"""Words in a message in which a wish about us is looked for."""

LEAST_WORDS: Final = {Command.SOMEONE_ELSE: 3}
"""Words of a phrase that counts inside of a sentence: "my mum told someone else" is no wish."""

_NOT: Final = frozenset(
    {"no", "not", "dont", "cant", "without", "dim", "heb", "ddim", "لا", "مش", "ما", "مو", "بدون", "غير"}
)


def _listed(words: str) -> frozenset[str]:
    return frozenset(words.split())


_RAW: Final = re.compile(r"[^\s.,;:?…]+")
_STARS: Final = re.compile(r"[*@#$!](?=\w)")
_ADDRESS: Final = _listed(
    """
    u you ur your bot computer robot thing the this so just bro man all it is are r a i
    """
)


class _Words(Generic[Meaning]):
    """Whole phrases with a meaning; the first meaning taught for a phrase stays."""

    def __init__(self, taught: Iterable[tuple[str, Meaning]], known: frozenset[str] = frozenset()) -> None:
        self.exact: dict[str, Meaning] = {}
        for phrase, meaning in taught:
            self.exact.setdefault(fold(phrase), meaning)
        self._known = known
        self._by_length: dict[int, list[str]] = {}
        for phrase in self.exact:
            self._by_length.setdefault(len(phrase), []).append(phrase)

    def meaning(self, text: str) -> Meaning | None:
        """The meaning of a folded text: exactly, else of the one phrase that is a slip away."""
        if text in self.exact:
            return self.exact[text]
        if len(text) < NEAR_FROM or text in self._known:
            return None
        near = {self.exact[phrase] for phrase in self._near(text)}
        return near.pop() if len(near) == 1 else None

    def _near(self, text: str) -> Iterable[str]:
        slips = 2 if len(text) >= TWO_SLIPS_FROM else 1
        for length in range(len(text) - slips, len(text) + slips + 1):
            for phrase in self._by_length.get(length, ()):
                if length >= NEAR_FROM and OSA.distance(text, phrase, score_cutoff=slips) <= slips:
                    yield phrase


WHOLE_MESSAGE_ONLY = frozenset({"end", "quit", "no more", "بس", "leave me alone"})
"""Stop words that begin everyday sentences too ("quit college", "no more money"): alone they stop, at the front they do not."""


class ContentPhrasebook:
    """A Phrasebook over `phrases/<lang>.yaml`. `known_words` are real words, which are never taken for a slip."""

    def __init__(self, phrases: Mapping[str, Phrases], known_words: frozenset[str] = frozenset()) -> None:
        books = tuple(phrases.values())
        commands = [(p, c) for book in books for c, listed in book.commands.items() for p in listed]
        self._commands = _Words(commands, known_words)
        self._nations = _Words([(p, Nation(n)) for b in books for n, listed in b.nations.items() for p in listed])
        self._languages = _Words([(p, code) for b in books for code, listed in b.languages.items() for p in listed])
        stops = {fold(p) for p, command in commands if command is Command.STOP} - WHOLE_MESSAGE_ONLY
        self._phrases = {c: tuple(fold(p) for p, of in commands if of is c) for c in Command}
        self._discrimination = tuple(fold(begins) for book in books for begins in book.discrimination)
        self._stops = tuple(f"{stop} " for stop in stops)
        self._abuse = tuple(fold(phrase) for book in books for phrase in book.abuse)
        self._abuse_words = frozenset(word for phrase in self._abuse for word in phrase.split())
        censored = (phrase for book in books for phrase in book.abuse)
        self._censored = {fold(phrase) for phrase in censored}

    def command(self, text: str) -> Command | None:
        """The command that the whole text is, in any language."""
        return self._commands.meaning(fold(text))

    def starts_with_stop(self, text: str) -> bool:
        """True when the text begins with a stop word of any language."""
        return f"{fold(text)} ".startswith(self._stops) if self._stops else False

    def mentions(self, text: str, command: Command) -> bool:
        """True when a phrase of the command stands in a short text; one of several commands' everyday words only in full."""
        spoken = fold(text)
        if len(spoken.split()) > LONGEST_WISH:
            return False
        least = LEAST_WORDS.get(command, 1)
        return any(
            f" {phrase} " in f" {spoken} " for phrase in self._phrases[command] if phrase.count(" ") >= least - 1
        )

    def is_discrimination(self, text: str) -> bool:
        """True when a word of the text begins as one that names discrimination does, or a phrase stands in it."""
        spoken = f" {fold(text)}"
        return any(f" {begins}" in spoken for begins in self._discrimination)

    def nation(self, text: str) -> Nation | None:
        """England or Wales, when the whole text names one."""
        return self._nations.meaning(fold(text))

    def language(self, text: str) -> str | None:
        """The first language a short text names without a "no" before it; None in a long text."""
        said = fold(text).split()
        if len(said) > LONGEST_LANGUAGE_TALK:
            return None
        for start in range(len(said)):
            for end in range(len(said), start, -1):
                code = self._languages.meaning(" ".join(said[start:end]))
                if code and not _NOT & set(said[max(0, start - 1) : start]):
                    return code
        return None

    def is_abuse(self, text: str) -> bool:
        """True when the text swears at us and says nothing else: every word of it stands in the lists."""
        said = [self._uncensored(word) for word in _RAW.findall(text.casefold())]
        if not said or "?" in text or not set(said) <= self._abuse_words | _ADDRESS:
            return False
        spoken = f" {' '.join(said)} "
        return any(f" {phrase} " in spoken for phrase in self._abuse)

    def _uncensored(self, word: str) -> str:
        """The swear word behind "f**k"; other words as folded."""
        if not _STARS.search(word):
            return fold(word)
        pattern = re.compile("".join("." if c in "*@#$!" else re.escape(c) for c in word))
        return next((w for w in sorted(self._abuse_words) if pattern.fullmatch(w)), fold(word))
