"""How tries are slowed down: after a few wrong ones each costs a longer wait. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

FREE_TRIES: Final = 5
FIRST_WAIT: Final = timedelta(seconds=30)
LONGEST_WAIT: Final = timedelta(minutes=15)
FORGOTTEN_AFTER: Final = timedelta(hours=24)
FREE_TRIES_OF_A_NETWORK: Final = 50
"""An office shares one network address, and one person's mistakes must not keep the others out."""


def locked_until(tries: int, now: datetime, free: int = FREE_TRIES) -> datetime | None:
    """When the next try counts after so many wrong ones; None while tries are free."""
    if tries < free:
        return None
    wait: timedelta = min(FIRST_WAIT * int(2 ** min(tries - free, 10)), LONGEST_WAIT)
    return now + wait
