"""Cutting a long text into pieces of so many UTF-16 units, which is how Telegram counts, where it hurts least.

Belongs here: counting and cutting, for any language; nothing of Telegram's wire.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from bot.clusters import boundaries

BETWEEN_BLOCKS = "\n\n"
# Where a giant paragraph may be cut, best first; never between the digits of one phone number.
_BREAKS = (
    re.compile(r"\n+"),
    re.compile(r"(?<=[.!?؟۔…।])[\"'”’)\]]*\s+"),
    re.compile(r"(?<![\d+])\s+|\s+(?!\d)"),
)


def units(text: str) -> int:
    """The length of a text in UTF-16 units."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def pack(blocks: Iterable[str], limit: int) -> list[str]:
    """The blocks joined by blank lines into as few pieces of at most `limit` units as their order allows."""
    pieces: list[str] = []
    for chunk in (chunk for block in blocks for chunk in cut(block, limit)):
        joined = BETWEEN_BLOCKS.join((pieces[-1], chunk)) if pieces else ""
        if joined and units(joined) <= limit:
            pieces[-1] = joined
        else:
            pieces.append(chunk)
    return pieces


def cut(text: str, limit: int) -> list[str]:
    """The text in chunks of at most `limit` units: at a line, else a sentence, else a space, else between characters.

    Only white space at the cuts is lost; no chunk is empty.
    """
    chunks, rest = [], text.strip()
    while units(rest) > limit:
        head = rest[: _place(rest, limit)]
        chunks.append(head.rstrip())
        rest = rest[len(head) :].lstrip()
    return [chunk for chunk in (*chunks, rest) if chunk]


def _place(text: str, limit: int) -> int:
    """Where to cut: the last good place of the best kind that leaves a chunk of a reasonable size."""
    window = _fitting(text, limit)
    whole = {place for place in boundaries(text[: window + 1]) if 0 < place <= window}
    for kind in _BREAKS:
        place = max(whole.intersection(found.end() for found in kind.finditer(text, 0, window + 1)), default=0)
        if place > window // 4:
            return place
    return max(whole, default=window)


def _fitting(text: str, limit: int) -> int:
    """How many characters fit into `limit` units."""
    size, room = 0, limit
    for character in text:
        room -= 2 if character > "\uffff" else 1
        if room < 0:
            break
        size += 1
    return max(size, 1)
