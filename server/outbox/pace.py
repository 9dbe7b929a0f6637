"""How fast one sender may send: a steady rate with room for a short burst."""

from __future__ import annotations


class Pace:
    """Hands out moments to send, `per_second` of them, up to one second's worth at once. Not shared between processes."""

    def __init__(self, per_second: float) -> None:
        self.per_second = per_second
        self.room = max(1.0, per_second)
        self._free_at = 0.0

    def reserve(self, now: float) -> float:
        """Seconds to wait before sending; the moment is taken. `now` is a monotonic clock's reading."""
        earliest = now - (self.room - 1) / self.per_second
        self._free_at = max(self._free_at, earliest)
        wait = self._free_at - now
        self._free_at += 1 / self.per_second
        return max(0.0, wait)
