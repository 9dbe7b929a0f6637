"""Which language the letters of a text give away."""

from __future__ import annotations

from typing import Final

_OWN_LETTERS: Final = (
    ("ps", frozenset("ټډړږښڼېځڅۍ")),
    ("ckb", frozenset("ڵڕێۆ")),
    ("ur", frozenset("ٹڈڑںےۓہھ")),
    ("fa", frozenset("پچژگکی")),
)
"""Letters that Arabic does not have, in the order in which they decide: Urdu has the Persian letters too."""

FEWEST_LETTERS: Final = 3
_BLOCKS: Final = (
    ("ar", "\u0600", "\u06ff"),
    ("bn", "\u0980", "\u09ff"),
    ("pa", "\u0a00", "\u0a7f"),
    ("ta", "\u0b80", "\u0bff"),
    ("ti", "\u1200", "\u137f"),
    ("uk", "\u0400", "\u04ff"),
    ("el", "\u0370", "\u03ff"),
    ("zh", "\u4e00", "\u9fff"),
)
_PASHTO_WORDS: Final = frozenset(["زه", "یم", "نلرم", "لرم", "دې", "یې", "دلته", "مرسته", "غواړم", "کور"])
_UKRAINIAN: Final = frozenset("іїєґ")
_VIETNAMESE: Final = frozenset("ơưđạảấầẩẫậắằẳẵặẹẻẽếềểễệọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ")


def of_script(text: str) -> str | None:
    """The language that the letters give away, or None for Latin letters, a mixture and too few letters."""
    letters = [c for c in text if c.isalpha()]
    if any(c in _VIETNAMESE for c in text.casefold()):
        return "vi"
    for code, first, last in _BLOCKS:
        inside = [c for c in letters if first <= c <= last]
        if len(inside) >= FEWEST_LETTERS and 2 * len(inside) > len(letters):
            return _told_apart(code, text.casefold())
    return None


def _told_apart(code: str, text: str) -> str:
    letters = frozenset(text)
    if code == "ar":
        found = next((other for other, own in _OWN_LETTERS if own & letters), "ar")
        return "ps" if found == "fa" and _PASHTO_WORDS & frozenset(text.split()) else found
    return "ru" if code == "uk" and not _UKRAINIAN & letters else code
