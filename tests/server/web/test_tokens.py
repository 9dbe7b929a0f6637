"""Contrast of every pair of colours that the chat page puts beside each other, in every look."""

from __future__ import annotations

import re

import pytest

from server.web.assets import STATIC_DIR

TEXT, LARGE_OR_SHAPE = 4.5, 3.0
PAIRS = [
    ("ink", "ground", TEXT), ("ink", "panel", TEXT), ("ink", "tint", TEXT), ("quiet", "ground", TEXT), ("quiet", "panel", TEXT),
    ("primary", "ground", TEXT), ("primary", "panel", TEXT), ("primary-hover", "tint", TEXT), ("on-primary", "primary", TEXT),
    ("on-primary", "primary-hover", TEXT), ("on-theirs", "theirs", TEXT), ("danger", "ground", TEXT), ("danger", "panel", TEXT),
    ("waiting", "ground", TEXT), ("good", "panel", TEXT), ("on-strong", "strong", TEXT), ("line", "ground", LARGE_OR_SHAPE),
    ("line", "panel", LARGE_OR_SHAPE),
]  # fmt: skip
STRONG = 7.0


def values(file: str, selector: str) -> dict[str, str]:
    """The custom properties of one rule of a token file."""
    text = re.sub(r"/\*.*?\*/", "", (STATIC_DIR / file).read_text(), flags=re.DOTALL)
    rule = re.search(re.escape(selector) + r"\s*\{(.*?)\}", text, flags=re.DOTALL)
    assert rule is not None, (file, selector)
    return dict(re.findall(r"--([\w-]+):\s*([^;]+);", rule.group(1)))


LIGHT = values("tokens.css", ":root")
EASY = values("tokens.css", ':root[data-font="easy"]')
DARK = values("tokens-dark.css", ':root, :root[data-font="easy"]')
CONTRAST = values("tokens-contrast.css", ':root, :root[data-font="easy"]')
LOOKS = {
    "light": LIGHT,
    "dark": LIGHT | DARK,
    "easy": LIGHT | EASY,
    "easy dark": LIGHT | EASY | DARK,
    "strong": LIGHT | CONTRAST,
    "strong dark": LIGHT | DARK | CONTRAST,
}


def luminance(look: dict[str, str], name: str) -> float:
    """Relative luminance (WCAG 2.2) of a colour token."""
    value = look[name]
    if inner := re.fullmatch(r"var\(--([\w-]+)\)", value):
        return luminance(look, inner.group(1))
    parts = [int(value[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(look: dict[str, str], one: str, other: str) -> float:
    """The WCAG contrast of two tokens."""
    high, low = sorted((luminance(look, one), luminance(look, other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("name", LOOKS)
def test_every_pair_can_be_read(name: str) -> None:
    look = LOOKS[name]
    poor = [(a, b, round(contrast(look, a, b), 2)) for a, b, least in PAIRS if contrast(look, a, b) < least]
    assert poor == []


@pytest.mark.parametrize("name", ["strong", "strong dark"])
def test_strong_contrast_is_strong(name: str) -> None:
    look = LOOKS[name]
    pairs = [(a, b) for a, b, least in PAIRS if least == TEXT and a in {"ink", "quiet", "on-theirs", "primary"}]
    assert [(a, b) for a, b in pairs if contrast(look, a, b) < STRONG] == []


def test_the_focus_ring_shows_on_light_and_dark() -> None:
    for look in (LOOKS["light"], LOOKS["dark"]):
        shows = max(contrast(look, ring, "ground") for ring in ("focus", "focus-edge"))
        assert shows >= LARGE_OR_SHAPE
        assert contrast(look, "focus", "focus-edge") >= LARGE_OR_SHAPE


def test_every_dark_and_strong_token_exists_in_light() -> None:
    assert DARK.keys() <= LIGHT.keys()
    assert CONTRAST.keys() <= LIGHT.keys()


def test_no_colour_stands_in_the_chats_own_styles() -> None:
    text = (STATIC_DIR / "chat.css").read_text()
    assert re.findall(r"#[0-9a-fA-F]{3,8}\b(?=[^{}]*;)", text) == []
