"""Whether a text names somebody."""

from __future__ import annotations

from dialogs.fold import fold


def is_named(text: str, name: str) -> bool:
    """True when every word of the name stands in the text, however it is typed. Nobody is named by an empty name."""
    words = fold(name).split()
    return bool(words) and set(words) <= set(fold(text).split())
