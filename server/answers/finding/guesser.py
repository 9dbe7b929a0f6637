"""Suggests the language of a message: by its letters first, then by a model learnt from how each language is typed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from dialogs.fold import fold
from server.answers.content import Content
from server.answers.finding.lexical import LexicalModel
from server.answers.finding.scripts import of_script
from server.answers.finding.taught import Taught, taught

UNKNOWN: Final = "und"
"""Stands for a language that we cannot name and do not have."""

FEWEST_WORDS: Final = 2
SURE_LEAD: Final = 0.35
"""Lead of the first language over the second below which nothing is said."""

FOREIGN_WORDS: Final = 3
FOREIGN_SHARE: Final = 0.25
"""A text of at least so many words of which at most this share is known in any language of ours is in none of them."""

STRANGE_SHARE: Final = 0.4
"""The same for a longer text, whose different words are counted once each: three in five that nobody ever wrote to us."""

OWNED_SHARE: Final = 0.34
"""A text whose language is in doubt, and of whose words at most this share is one language's, is in none of ours."""

MET_SHARE: Final = 0.7
"""And of whose words no more than this share was ever met: slang is made of words that we know."""

NOWHERE_WORDS: Final = 5
"""Slang is as short, and as far from the samples."""

ARABIC_LETTERS: Final = frozenset({"ar", "ur", "fa"})


class ScriptGuesser:
    """A LanguageGuesser that knows only letters: where too little is taught to learn from."""

    def guess(self, text: str) -> str | None:
        """The language that the letters give away."""
        return of_script(text)


@dataclass(frozen=True)
class LearnedGuesser:
    """A LanguageGuesser that would rather say nothing than something wrong. `languages` number the model's labels."""

    languages: tuple[str, ...]
    model: LexicalModel

    def guess(self, text: str) -> str | None:
        """The language of a text, UNKNOWN when it is surely none of ours, None when unsure or too short."""
        by_script = of_script(text)
        if by_script and by_script not in ARABIC_LETTERS:
            return by_script
        words = fold(text).split()
        if not by_script and sum(len(word) > 1 for word in words) < FEWEST_WORDS:
            return None
        return self._learned(words, is_arabic=by_script is not None) or by_script

    def _learned(self, words: Sequence[str], *, is_arabic: bool) -> str | None:
        scores = self.model.scores(words)
        possible = [n for n, code in enumerate(self.languages) if not is_arabic or code in ARABIC_LETTERS]
        if not possible:
            return None
        if not is_arabic and self._is_foreign(words):
            return UNKNOWN
        first, *others = sorted(possible, key=lambda n: -scores[n])
        if others and scores[first] - scores[others[0]] < SURE_LEAD:
            return UNKNOWN if not is_arabic and self._belongs_nowhere(words) else None
        return self.languages[first]

    def _belongs_nowhere(self, words: Sequence[str]) -> bool:
        """True when no language of ours owns more than a third of the words: each counts for the one it speaks for most."""
        runs, weights = self.model.vocabulary.runs, self.model.weights
        written = [word for word in words if word.isalpha()]
        owners = Counter(int(weights[runs[word]].argmax()) for word in written if word in runs)
        if len(written) < NOWHERE_WORDS or owners.total() > MET_SHARE * len(written):
            return False
        return max(owners.values(), default=0) <= OWNED_SHARE * len(written)

    def _is_foreign(self, words: Sequence[str]) -> bool:
        written = [word for word in words if word.isalpha()]
        known = sum(word in self.model.vocabulary.runs for word in written)
        if len(written) >= FOREIGN_WORDS and known <= FOREIGN_SHARE * len(written):
            return True
        different = set(written)
        met = sum(word in self.model.vocabulary.runs for word in different)
        return len(different) >= NOWHERE_WORDS and met <= STRANGE_SHARE * len(different)


def spoken(content: Content) -> tuple[Taught, ...]:
    """Every message of the library, each teaching its language: questions, small talk and the alarm's examples."""
    asked = tuple(Taught(item.language, item.text, "", item.weight) for item in taught(content))
    feared = ((language, sample.text) for language, samples in content.danger.items() for sample in samples)
    return (*asked, *(Taught(language, text, "") for language, text in feared))
