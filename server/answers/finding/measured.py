"""How well a finder does on labelled messages: right first, right in the first three, refused, wrong, and how fast."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from dialogs.ports import AnswerFinder, Finding
from server.answers.finding.taught import INTENT_MARK, NOTHING, Taught

THREE: Final = 3
WORST: Final = 20


@dataclass(frozen=True, slots=True)
class Asked:
    """One labelled message and what was found; `label` is NOTHING for one that must be refused. `took` is in seconds."""

    label: str
    language: str
    text: str
    finding: Finding
    took: float

    @property
    def found(self) -> str:
        """The label that was answered."""
        return self.finding.topic or (INTENT_MARK + self.finding.intent if self.finding.intent else NOTHING)

    @property
    def is_right(self) -> bool:
        """True when the one answer given is the one wanted, or none was given and none wanted."""
        return self.found == self.label

    @property
    def is_in_three(self) -> bool:
        """True when the label is the answer or among the first three that would be offered."""
        return self.is_right or self.label in self.finding.alternatives[:THREE]


@dataclass(frozen=True, slots=True)
class Figures:
    """Counts over messages: `ours` have a label, `others` must be refused. `first` counts the best guess, answered or not."""

    ours: int
    right: int
    first: int
    in_three: int
    wrong: int
    others: int
    refused: int
    p50_ms: float
    p99_ms: float

    def as_dict(self) -> dict[str, Any]:
        """JSON-ready, with shares of 1."""
        return {
            "ours": self.ours,
            "top_1": _share(self.right, self.ours),
            "best_guess": _share(self.first, self.ours),
            "top_3": _share(self.in_three, self.ours),
            "wrong": _share(self.wrong, self.ours),
            "others": self.others,
            "refused": _share(self.refused, self.others),
            "p50_ms": round(self.p50_ms, 2),
            "p99_ms": round(self.p99_ms, 2),
        }


def asked_of(finder: AnswerFinder, rows: Iterable[Taught]) -> list[Asked]:
    """Every row put to the finder in its language."""
    found: list[Asked] = []
    for row in rows:
        began = time.perf_counter()
        finding = finder.find(row.text, row.language)
        found.append(Asked(row.label, row.language, row.text, finding, time.perf_counter() - began))
    return found


def figures(rows: Sequence[Asked]) -> Figures:
    """What a set of answers comes to."""
    ours = [row for row in rows if row.label != NOTHING]
    others = [row for row in rows if row.label == NOTHING]
    took = sorted(row.took for row in rows) or [0.0]
    return Figures(
        ours=len(ours),
        right=sum(row.is_right for row in ours),
        first=sum(_best_guess(row) == row.label for row in ours),
        in_three=sum(row.is_in_three for row in ours),
        wrong=sum(not row.is_right and row.found != NOTHING for row in ours),
        others=len(others),
        refused=sum(row.finding.topic is None for row in others),
        p50_ms=1000 * took[len(took) // 2],
        p99_ms=1000 * took[int(len(took) * 0.99)],
    )


def confusions(rows: Iterable[Asked]) -> list[tuple[str, str, int]]:
    """(wanted, found, how often) of what went wrong, the most frequent first."""
    counted = Counter((row.label, row.found) for row in rows if not row.is_right)
    return [(wanted, found, count) for (wanted, found), count in counted.most_common(WORST)]


def _best_guess(row: Asked) -> str:
    if row.finding.topic or row.finding.intent is None:
        return next(iter(row.finding.alternatives), NOTHING)
    return row.found


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None
