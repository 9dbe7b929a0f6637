"""How somebody wants pages to look: kept in one cookie that holds nothing else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

COOKIE: Final = "v"
COOKIE_SECONDS: Final = 180 * 24 * 3600
SIZES: Final = ("100", "125", "150", "200")
CONTRASTS: Final = ("normal", "high")
FONTS: Final = ("plain", "easy")
THEMES: Final = ("auto", "light", "dark")
ALLOWED: Final = {"size": SIZES, "contrast": CONTRASTS, "font": FONTS, "theme": THEMES}


@dataclass(frozen=True, slots=True)
class Display:
    """Display settings; the defaults follow the device. `language` is empty until somebody chooses one.

    `size` is percent, `font` is `easy` for the dyslexia-friendly setting, `theme` is `auto`, `light` or `dark`.
    """

    language: str = ""
    size: str = "100"
    contrast: str = "normal"
    font: str = "plain"
    theme: str = "auto"

    @classmethod
    def from_cookie(cls, cookie: str, languages: Sequence[str]) -> Display:
        """The settings behind a cookie's value; whatever is not ours falls back to its default."""
        names = ("language", "size", "contrast", "font", "theme")
        return cls().changed(dict(zip(names, cookie.split("."), strict=False)), languages)

    def to_cookie(self) -> str:
        """The settings as a cookie's value."""
        return f"{self.language}.{self.size}.{self.contrast}.{self.font}.{self.theme}"

    def changed(self, wishes: Mapping[str, str], languages: Sequence[str]) -> Display:
        """The settings with those wishes that are possible; the others are ignored."""
        allowed = {**ALLOWED, "language": tuple(languages)}
        return replace(self, **{k: v for k, v in wishes.items() if v in allowed.get(k, ())})


def preferred_language(accept_language: str, languages: Sequence[str]) -> str | None:
    """The first offered language of an Accept-Language header; None when it names none of them.

    Browsers list languages in order of preference, so the weights add nothing.
    """
    wanted = (part.split(";")[0].strip().lower().split("-")[0] for part in accept_language.split(","))
    return next((language for language in wanted if language in languages), None)
