"""How fast one sender may send: a steady rate with room for a short burst."""

from __future__ import annotations

import math


class Pace:
    """Hands out moments to send, `per_second` of them, up to one second's worth at once. Not shared between processes."""

    def __init__(self, per_second: float) -> None:
        self.per_second = per_second
        self.room = max(1.0, per_second)
        self._free_at = 0.0

    def wait(self, now: float) -> float:
        """Seconds until the next moment is free; takes none. `now` is a monotonic clock's reading."""
        return max(0.0, self._next(now) - now)

    def reserve(self, now: float, longest: float = math.inf) -> float | None:
        """Seconds to wait before sending, and the moment is taken; None, and nothing taken, when that is too long."""
        wait = self.wait(now)
        if wait > longest:
            return None
        self.take(now)
        return wait

    def take(self, now: float) -> None:
        """Take a moment without waiting for it; those who wait their turn pay for it."""
        self._free_at = self._next(now) + 1 / self.per_second

    def _next(self, now: float) -> float:
        return max(self._free_at, now - (self.room - 1) / self.per_second)
