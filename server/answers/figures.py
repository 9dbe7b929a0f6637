"""Amounts that change: a text says {wage-21}, and the value of the day stands in its place."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Final

from server.answers.schema import Figure

PLACE: Final = re.compile(r"\{([a-z0-9]+(?:-[a-z0-9]+)*)\}")
TYPED: Final = re.compile(
    r"[£€$]\s?\d|\d\s?(?:p\b|%|٪|پوند|پونډ|جنيه|funt|lir[eă]|bunt|جنیه|پاؤنڈ)|٪\s?\d", re.IGNORECASE
)
"""An amount of money or a share that stands in a text as it is."""


def named(text: str) -> list[str]:
    """The ids of the figures that a text shows, in order."""
    return PLACE.findall(text)


def filled(text: str, figures: Mapping[str, Figure], today: date) -> str:
    """The text with the values of the day. A figure that is not there shows nothing: `check` fails on it."""
    return PLACE.sub(lambda found: _value(figures, found[1], today), text) if "{" in text else text


def _value(figures: Mapping[str, Figure], figure: str, today: date) -> str:
    known = figures.get(figure)
    return (known.on(today) if known else None) or ""
