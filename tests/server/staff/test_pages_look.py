"""What the console looks like is ours: colours from the tokens alone, and of GOV.UK's files neither letters nor crest."""

from __future__ import annotations

import re

import pytest

from server.web.assets import STATIC_DIR
from tests.server.web.test_tokens import LARGE_OR_SHAPE, LOOKS, TEXT, contrast

OURS = ("console.css", "console-parts.css")
VENDOR = STATIC_DIR / "vendor"
PAIRS = [
    ("primary", "tint", TEXT), ("primary", "panel", TEXT), ("on-theirs", "theirs", TEXT), ("ground", "danger", TEXT), ("waiting", "panel", TEXT),
    ("quiet", "tint", TEXT), ("ground", "waiting", TEXT), ("primary", "theirs", LARGE_OR_SHAPE), ("good", "ground", LARGE_OR_SHAPE),
]  # fmt: skip
"""Beside those of the chat page (tests/server/web/test_tokens.py)."""


@pytest.mark.parametrize("look", LOOKS)
def test_every_pair_of_the_console_can_be_read(look: str) -> None:
    measured = [(a, b, round(contrast(LOOKS[look], a, b), 2), least) for a, b, least in PAIRS]
    assert [pair for pair in measured if pair[2] < pair[3]] == []


@pytest.mark.parametrize("name", OURS)
def test_no_colour_stands_in_the_consoles_own_styles(name: str) -> None:
    text = (STATIC_DIR / name).read_text()
    assert re.findall(r"#[0-9a-fA-F]{3,8}\b(?=[^{}]*;)|rgb\(|hsl\(", text) == []
    assert re.findall(r"(?<![\w-])(?:white|black)(?=;)", text) in ([], ["white", "black"]), "only for the square code"


def test_neither_the_letters_nor_the_crest_of_gov_uk_are_here() -> None:
    styles = (VENDOR / "govuk-frontend.min.css").read_text()
    assert "@font-face" not in styles
    assert "url(" not in styles
    assert "sourceMappingURL" not in styles
    assert "MIT License" in (VENDOR / "govuk-frontend.LICENSE.txt").read_text()
    assert not [file.name for file in VENDOR.iterdir() if file.suffix in {".woff", ".woff2", ".svg", ".png", ".ico"}]
