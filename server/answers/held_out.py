"""How well the finder does on questions it was not taught: the library's own samples, held out in turn.

Used to set the finder's confidence and to see what a change of the content does; must-find lines alone flatter it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from server.answers.content import Content
from server.answers.finder import NgramFinder, is_topic, taught
from server.answers.index import Index, Taught

FOLDS: Final = 5


@dataclass(frozen=True, slots=True)
class HeldOut:
    """Counts over one language's samples. `close` were answered with "1 or 2?" and had the right one of the two.

    `strangers` are samples asked of a library without their topic: everything it answered to those is wrong.
    """

    language: str
    asked: int
    right: int
    close: int
    wrong: int
    strangers: int
    strangers_answered: int


def held_out(content: Content, language: str) -> HeldOut:
    """Each topic sample asked of an index taught without it and without every fifth other; the same ones every time."""
    items = list(taught(content, language))
    right = close = wrong = asked = 0
    for fold in range(FOLDS):
        finder = _finder((item for n, item in enumerate(items) if not _is_held(item, n, fold)), language)
        for number, item in enumerate(items):
            if not (_is_held(item, number, fold) and is_topic(item.label)):
                continue
            found = finder.find(item.text, language)
            asked += 1
            if found.is_close:
                close += item.label in found.alternatives[:2]
                wrong += item.label not in found.alternatives[:2]
            elif found.topic:
                right += found.topic == item.label
                wrong += found.topic != item.label
    return HeldOut(language, asked, right, close, wrong, *_strangers(items, language))


def _strangers(items: list[Taught], language: str) -> tuple[int, int]:
    """(asked, answered) over the samples of each topic, with that topic taken away."""
    asked = answered = 0
    for label in {item.label for item in items if is_topic(item.label)}:
        finder = _finder((item for item in items if item.label != label), language)
        own = [item for item in items if item.label == label and item.weight == 1]
        asked += len(own)
        answered += sum(finder.find(item.text, language).topic is not None for item in own)
    return asked, answered


def _is_held(item: Taught, number: int, fold: int) -> bool:
    return item.weight == 1 and number % FOLDS == fold


def _finder(items: Iterable[Taught], language: str) -> NgramFinder:
    return NgramFinder({language: Index(items, language)})
