"""Spans of time as whole seconds since 1970, many at once: made one where they touch, and asked whether they meet others."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

Seconds = NDArray[np.int64]
Pairs = Sequence[tuple[int, int]]

NOTHING: Final = np.empty(0, np.int64)


@dataclass(frozen=True, slots=True)
class Spans:
    """Spans that do not overlap, in order: `starts[i]` up to, without, `ends[i]`."""

    starts: Seconds = field(default_factory=lambda: NOTHING)
    ends: Seconds = field(default_factory=lambda: NOTHING)

    @classmethod
    def of(cls, starts: Iterable[int], ends: Iterable[int]) -> Spans:
        """Spans that may overlap and come in any order, made one where they touch."""
        begun, until = np.fromiter(starts, np.int64), np.fromiter(ends, np.int64)
        if not len(begun):
            return cls()
        order = np.argsort(begun, kind="stable")
        begun, until = begun[order], np.maximum.accumulate(until[order])
        is_new = np.concatenate(([True], begun[1:] > until[:-1]))
        first = np.flatnonzero(is_new)
        last = np.concatenate((first[1:] - 1, [len(begun) - 1]))
        return cls(begun[first], until[last])

    def are_clear(self, starts: Seconds, ends: Seconds) -> NDArray[np.bool_]:
        """For each span asked about, true when it meets none of these; touching is no meeting."""
        if not len(self.starts):
            return np.ones(len(starts), np.bool_)
        next_one = np.searchsorted(self.ends, starts, side="right")
        inside = np.minimum(next_one, len(self.starts) - 1)
        is_clear: NDArray[np.bool_] = (next_one == len(self.starts)) | (self.starts[inside] >= ends)
        return is_clear
