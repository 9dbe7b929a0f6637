"""What a text costs as SMS: the alphabet it needs, its units, its parts (3GPP TS 23.038 and 23.040; domain.md 8.2)."""

from __future__ import annotations

import unicodedata
from typing import Literal, NamedTuple

from bot.sms.cutting import cut

GSM_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
GSM_EXTENSION = frozenset("\f^{}\\[~]|€")

_GSM_SINGLE, _GSM_JOINED = 160, 153
_UCS_SINGLE, _UCS_JOINED = 70, 67
_LAST_OF_ONE_UNIT = 0xFFFF

_PLAIN = str.maketrans(
    dict.fromkeys("‘’‚‛′`´", "'")
    | dict.fromkeys("“”„‟″«»", '"')
    | dict.fromkeys("‐‑‒–—―−•·‣▪◦∙", "-")
    | {"…": "...", "\t": " ", "\u2028": "\n", "\u2029": "\n"}
    | dict.fromkeys("\u00a0\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000", " ")
    | dict.fromkeys("\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\u2066\u2067\u2068\u2069\u202a\u202b\u202c\ufeff", "")
)


class Parts(NamedTuple):
    """What one message costs: `units` are septets or UTF-16 units, `parts` billed messages (0 for an empty text)."""

    encoding: Literal["GSM-7", "UCS-2"]
    units: int
    parts: int


def is_gsm(text: str) -> bool:
    """True when every character is in the GSM alphabet or its extension table."""
    return all(c in GSM_BASIC or c in GSM_EXTENSION for c in text)


def count_parts(text: str) -> Parts:
    """Alphabet, units and parts of a text as it stands. A pair is never split over two parts, which can cost a unit."""
    if is_gsm(text):
        widths = [2 if c in GSM_EXTENSION else 1 for c in text]
        return Parts("GSM-7", sum(widths), _parts(widths, _GSM_SINGLE, _GSM_JOINED))
    widths = [2 if ord(c) > _LAST_OF_ONE_UNIT else 1 for c in text]
    return Parts("UCS-2", sum(widths), _parts(widths, _UCS_SINGLE, _UCS_JOINED))


def _parts(widths: list[int], single: int, joined: int) -> int:
    """How many parts hold characters of these widths, filled one after the other."""
    total = sum(widths)
    if total <= single:
        return min(total, 1)
    parts, used = 1, 0
    for width in widths:
        if used + width > joined:
            parts, used = parts + 1, 0
        used += width
    return parts


def to_gsm(text: str) -> str:
    """The text in GSM-7 where only marks of typesetting stand in the way, else unchanged. Accents are never stripped.

    Curly quotes, dashes, the ellipsis, bullets, odd spaces and zero-width characters change no meaning when replaced;
    if one other character still needs UCS-2 nothing is won, and the good typesetting stays.
    """
    if is_gsm(text):
        return text
    plain = unicodedata.normalize("NFC", text).translate(_PLAIN)
    is_won = is_gsm(plain) and count_parts(plain).parts <= count_parts(text).parts
    return plain if is_won else text


def fit_parts(text: str, parts: int) -> tuple[str, str]:
    """The beginning of a text that goes into so many parts, and the rest (empty: all of it fits). See `cutting.cut`."""
    return cut(text, lambda piece: count_parts(to_gsm(piece)).parts <= parts)
