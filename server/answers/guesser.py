"""Suggests the language of a message: its letters first, then its everyday words, then a statistical detector that must agree."""

from __future__ import annotations

import re
from functools import cached_property
from typing import Final, Protocol

from server.answers.scripts import WORDS, hits, of_script

FEWEST_WORDS: Final = 3
SURE: Final = 0.8
"""What the detector must give its first language; wrong ones were seen up to 0.96, so words of the list must agree too."""

FEWEST_HITS: Final = 2
LATIN_TYPED: Final = ("ar", "ur")
DETECTED: Final = ("en", "cy", "pl", "ro", "so")

_WORD: Final = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")


class Detector(Protocol):
    """Gives the likelier language of a text among a few, with a share of 1."""

    def detect(self, text: str) -> tuple[str, float]: ...


class LinguaDetector:
    """Lingua over the languages in `DETECTED`, in its small mode (about 25 MB); loaded at the first question."""

    def detect(self, text: str) -> tuple[str, float]:
        """(language code, confidence) of the first language."""
        best = self._detector.compute_language_confidence_values(text)[0]
        return best.language.iso_code_639_1.name.lower(), best.value

    @cached_property
    def _detector(self):  # type: ignore[no-untyped-def]  # noqa: ANN202 (lingua is imported late: it is slow to load)
        from lingua import IsoCode639_1, LanguageDetectorBuilder  # noqa: PLC0415

        codes = [IsoCode639_1.from_str(code.upper()) for code in DETECTED]
        return LanguageDetectorBuilder.from_iso_codes_639_1(*codes).with_low_accuracy_mode().build()


class ScriptThenWordsGuesser:
    """A LanguageGuesser that would rather say nothing than something wrong."""

    def __init__(self, detector: Detector | None = None) -> None:
        self._detector = detector or LinguaDetector()

    def guess(self, text: str) -> str | None:
        """The language of a text, or None when unsure or too short."""
        if by_script := of_script(text):
            return by_script
        words = [word.replace("’", "'").casefold() for word in _WORD.findall(text)]
        if len(words) < FEWEST_WORDS:
            return None
        return self._latin_typed(words) or self._detected(text, words)

    def _latin_typed(self, words: list[str]) -> str | None:
        """Arabic or Urdu in Latin letters: two everyday words of it at least, and more than of any other language."""
        counts = {code: hits(words, code) for code in WORDS}
        for code in LATIN_TYPED:
            others = max(count for other, count in counts.items() if other != code)
            if counts[code] >= FEWEST_HITS and counts[code] > others and 3 * counts[code] >= len(words):
                return code
        return None

    def _detected(self, text: str, words: list[str]) -> str | None:
        code, share = self._detector.detect(text)
        if share < SURE or code not in WORDS:
            return None
        own, english = hits(words, code), hits(words, "en")
        return code if own and (code == "en" or own > english) else None
