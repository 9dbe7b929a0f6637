"""Cut a long text in two where a reader would pause."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator

from bot.clusters import boundaries

Fits = Callable[[str], bool]

_PARAGRAPH = re.compile(r"[ \t]*\n[ \t]*\n\s*")
_LINE = re.compile(r"[ \t]*\n\s*")
# A digit at the start of a line with its dot is the number of a step, not the end of a sentence.
_SENTENCE = re.compile(r"(?<!^\d)(?<!^\d\d)(?<=[.!?؟۔।።])[\"'”’)\]]*(?P<gap>[ \n]+)", re.MULTILINE)
# A phone number is written with spaces and stays in one piece.
_SPACE = re.compile(r"(?<!\d) +| +(?!\d| )")


def cut(text: str, fits: Fits) -> tuple[str, str]:
    """The longest good beginning that fits and what is left; white space at the cut is dropped.

    Prefers the end of a paragraph, line or sentence when it leaves at least half of what would fit, then a space, then
    any place between two characters as seen. `("", text)` when not even one of those fits. `fits` must not turn true
    again as a text grows.
    """
    if fits(text):
        return text, ""
    places = boundaries(text)
    longest = places[_last_fitting(text, places, fits)]
    for start, end in _pauses(text, longest, frozenset(places)):
        if fits(text[:start]):
            return text[:start], text[end:]
    return text[:longest], text[longest:]


def cut_anywhere(text: str, fits: Fits) -> tuple[str, str]:
    """As `cut`, but always takes something: of one seen character that alone is too long (stacked marks), a piece."""
    head, rest = cut(text, fits)
    if head or not rest:
        return head, rest
    places = list(range(len(text) + 1))
    at = max(1, _last_fitting(text, places, fits))
    return text[:at], text[at:]


def _last_fitting(text: str, places: list[int], fits: Fits) -> int:
    """Position in `places` of the last one whose beginning fits; 0 when none does."""
    return max(0, bisect_right(places, False, key=lambda at: at > 0 and not fits(text[:at])) - 1)


def _pauses(text: str, longest: int, places: frozenset[int]) -> Iterator[tuple[int, int]]:
    """Gaps (start, end) to cut at, best first: the last paragraph end, line end, sentence end, then space."""
    for pattern, least in ((_PARAGRAPH, longest // 2), (_LINE, longest // 2), (_SENTENCE, longest // 2), (_SPACE, 1)):
        gaps = [_gap(match) for match in pattern.finditer(text, 0, min(len(text), longest + 80))]
        good = [gap for gap in gaps if max(1, least) <= gap[0] <= longest and places.issuperset(gap)]
        if good:
            yield good[-1]


def _gap(match: re.Match[str]) -> tuple[int, int]:
    """Start and end of the white space of a pause."""
    return match.span("gap") if "gap" in match.re.groupindex else match.span()
