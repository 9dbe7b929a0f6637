"""Where somebody says they are: the first half of a postcode, which names a district and no street."""

from __future__ import annotations

import re
import unicodedata

from dialogs.fold import western_digits

SLANG = frozenset({"B4", "M8", "L8", "W8", "E2E", "K9"})
"""Short words ("see you m8") that are districts only when nothing else is said."""

_HALF = r"[A-Z]{1,2}\d[A-Z\d]?"
_WHOLE = re.compile(rf"\b({_HALF})\s*\d[A-Z]{{2}}\b")
_FIRST_HALF = re.compile(rf"\b{_HALF}\b")


def district(text: str) -> str:
    """The postcode district that a text names ("LS1" for "im in ls1 4ab"); empty when it names none."""
    plain = " ".join(re.findall(r"\w+", western_digits(unicodedata.normalize("NFKC", text)).upper()))
    if whole := _WHOLE.search(plain):
        return whole[1]
    halves = [half for half in _FIRST_HALF.findall(plain) if half == plain or half not in SLANG]
    return halves[0] if halves else ""
