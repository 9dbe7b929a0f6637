"""How people type: short forms written out and attached articles taken off, by the tables beside the catalogue.

The tables are the editors' (`content/spelling/<lang>.yaml`). Words that mean a subject (slang for a thing) are samples.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from dialogs.fold import fold
from server.answers.schema import Spelling

MAX_WORDS: Final = 60
"""Words read of one message: a longer one is cut, so that one message costs at most a few milliseconds."""

LONGEST_WORD: Final = 40
"""Letters read of one word: pieces of words are remembered, so that one of ten thousand letters would stay for long."""

SHORTEST_STEM: Final = 3


@dataclass(frozen=True, slots=True)
class Speller:
    """Writes the words of a text in one spelling. Without tables it only folds."""

    tables: Mapping[str, Spelling] = field(default_factory=dict)

    def words(self, text: str, language: str) -> tuple[str, ...]:
        """The words of a text, folded, in the language's everyday spelling; at most `MAX_WORDS`."""
        table = self.tables.get(language)
        found = [word[:LONGEST_WORD] for word in fold(text).split()[:MAX_WORDS]]
        return tuple(_written_out(word, table) for word in found) if table else tuple(found)


def _written_out(word: str, table: Spelling) -> str:
    word = table.short_forms.get(word, word)
    for prefix in table.prefixes:
        if word.startswith(prefix) and len(word) - len(prefix) >= SHORTEST_STEM:
            return word[len(prefix) :]
    return word
