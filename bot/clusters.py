"""Where a text may be cut: between the characters that a reader sees, never inside one.

A small form of Unicode's extended grapheme clusters (UAX 29): it joins at least all that the standard joins for the
scripts we offer or may offer, and where it differs it joins more.
"""

from __future__ import annotations

import unicodedata

_JOINER = "\u200d"
_VIRAMA_CLASS = 9
_HALFWIDTH_MARKS = "\uff9e\uff9f"
# Arabic number signs and other characters that belong to the digits after them (Prepended_Concatenation_Mark).
_LEADING = frozenset("\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891\u08e2\u0d4e\U000110bd\U000110cd")
# Thai and Lao "am" are drawn onto the letter before.
_SPACING_TAILS = frozenset("\u0e33\u0eb3")


def boundaries(text: str) -> list[int]:
    """Every index at which the text may be cut, ascending, with 0 (unless empty) and the length."""
    found: list[int] = []
    flags_before = 0
    for index, character in enumerate(text):
        flag = _is_regional(character)
        if index == 0 or not _is_joined(text, index, flags_before):
            found.append(index)
        flags_before = flags_before + 1 if flag else 0
    found.append(len(text))
    return found


def _is_joined(text: str, index: int, flags_before: int) -> bool:
    """True when the character at `index` (not 0) belongs to the one before, which `flags_before` flag letters end."""
    before, here = text[index - 1], text[index]
    if before == "\r" and here == "\n":
        return True
    if before in "\r\n" or here in "\r\n":
        return False
    if _extends(here) or before == _JOINER or before in _LEADING:
        return True
    if _is_regional(here) and _is_regional(before):
        return flags_before % 2 == 1
    return _is_hangul_pair(before, here) or _continues_conjunct(text, index)


def _extends(character: str) -> bool:
    """True for marks, joiners, variation selectors, skin tones and tags: all that hangs on what stands before."""
    if character.isascii():
        return False
    if unicodedata.category(character).startswith("M"):
        return True
    tone_or_tag = "\U0001f3fb" <= character <= "\U0001f3ff" or "\U000e0020" <= character <= "\U000e007f"
    return tone_or_tag or character in "\u200c\u200d" or character in _HALFWIDTH_MARKS or character in _SPACING_TAILS


def _is_regional(character: str) -> bool:
    """True for one half of a flag."""
    return "\U0001f1e6" <= character <= "\U0001f1ff"


def _is_hangul_pair(before: str, here: str) -> bool:
    """True when a Korean letter part follows a letter or syllable (joins a little more than the standard)."""
    is_lead = "\u1100" <= before <= "\u115f" or "\ua960" <= before <= "\ua97c"
    is_part = "\u1100" <= here <= "\u11ff" or "\ud7b0" <= here <= "\ud7fb"
    if is_part:
        return is_lead or "\u1160" <= before <= "\u11ff" or "\uac00" <= before <= "\ud7fb"
    return is_lead and ("\uac00" <= here <= "\ud7a3" or "\ua960" <= here <= "\ua97c")


def _continues_conjunct(text: str, index: int) -> bool:
    """True for a letter after a virama, as in Bengali and Hindi conjuncts, with marks between them allowed."""
    if not unicodedata.category(text[index]).startswith("L"):
        return False
    at = index - 1
    while at >= 0 and _extends(text[at]):
        if unicodedata.combining(text[at]) == _VIRAMA_CLASS:
            return True
        at -= 1
    return False
