"""One way to write a text down for comparing: what differs only by habit of typing becomes the same."""

from __future__ import annotations

import re
import unicodedata

APOSTROPHES = dict.fromkeys(map(ord, "'’‘`´ʼʻ′＇"))
LOOK_ALIKES = {"0": "o", "1": "i", "3": "e", "4": "a", "5": "s", "7": "t", "$": "s"}
ARABIC_FORMS = {"ٱ": "ا", "ى": "ي", "ة": "ه", "ک": "ك", "ی": "ي", "ـ": "", "ھ": "ه", "ہ": "ه", "ء": ""}
LETTER_FORMS = {"ł": "l", "đ": "d", "ø": "o", "ı": "i", "æ": "ae", "œ": "oe"}
"""Letters with a stroke or without a dot that Unicode does not take apart, and that are typed without."""

FIRST_SKIN_TONE = "\U0001f3fb"

_INSIDE_A_WORD = re.compile(r"(?<=[^\W\d_])[013457$](?=[^\W\d_])")
_STAR_INSIDE_A_WORD = re.compile(r"(?<=[^\W\d_])\*+(?=[^\W\d_])")
_DRAWN_OUT = re.compile(r"([^\W\d_])\1{2,}")


class _Characters(dict[int, str]):
    """What becomes of each character, worked out the first time that it is met."""

    def __init__(self, *, keeps_emoji: bool) -> None:
        super().__init__()
        self.keeps_emoji = keeps_emoji

    def __missing__(self, code: int) -> str:
        self[code] = kept = self._kept(chr(code))
        return kept

    def _kept(self, char: str) -> str:
        if char in ARABIC_FORMS:
            return ARABIC_FORMS[char]
        if char in LETTER_FORMS:
            return LETTER_FORMS[char]
        category = unicodedata.category(char)
        if unicodedata.combining(char) or category == "Cf" or "\ufe00" <= char <= "\ufe0f":
            return ""
        if category == "Nd":
            return str(unicodedata.digit(char))
        if category == "Me":
            return ""
        if category[0] in "LM" or char == "$":
            return char
        # Symbols beyond the first plane's punctuation are emoji; skin tones (Sk) only vary one.
        if category == "So" or char == "\u2764":
            return f" {char} " if self.keeps_emoji else " "
        return "" if category == "Sk" and char >= FIRST_SKIN_TONE else " "


_WORDS_ONLY = _Characters(keeps_emoji=False)
_WITH_EMOJI = _Characters(keeps_emoji=True)


def _letter(found: re.Match[str]) -> str:
    return LOOK_ALIKES[found[0]]


def _spelled(text: str, characters: _Characters) -> str:
    bare = text.translate(APOSTROPHES).casefold()
    if "*" in bare:
        bare = _STAR_INSIDE_A_WORD.sub("", bare)
    plain = unicodedata.normalize("NFKD", bare).translate(characters)
    letters = plain if plain.isalpha() else _INSIDE_A_WORD.sub(_letter, plain).replace("$", " ")
    return _DRAWN_OUT.sub(r"\1", letters)


def fold(text: str) -> str:
    """The text's words for comparing, separated by one space: "Can't  WAIT!!" becomes "cant wait".

    Lower case; accents, tashkeel and alef forms folded; apostrophes dropped; digits that stand for letters inside a word
    read as letters; letters drawn out three times or more written once; emoji and punctuation are separators. May be empty.
    """
    return " ".join(_spelled(text, _WORDS_ONLY).split())


def fold_with_emoji(text: str) -> list[str]:
    """The folded words in order, each emoji a word of its own."""
    return _spelled(text, _WITH_EMOJI).split()


def western_digits(text: str) -> str:
    """The text with every script's decimal digits written 0 to 9."""
    return text if text.isascii() else "".join(str(unicodedata.digit(c)) if c.isdecimal() else c for c in text)
