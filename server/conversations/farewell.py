"""placeholder until the branch that says it well is merged."""

from __future__ import annotations

from typing import Any


async def say_goodbye(service: Any, db: Any, case: Any, name: str, now: Any, *, next_on: Any = None) -> tuple[Any, ...]:
    """Nothing yet."""
    return ()
