"""Our own short texts in the languages people translated them to, and dates and times as each language writes them."""

from __future__ import annotations

import gettext
from datetime import date, datetime
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from typing import Final

from babel import Locale, UnknownLocaleError
from babel.dates import format_date
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

DOMAIN: Final = "talk"
SOURCE: Final = "en"

_DAYS: Final = {"ar": "EEEE، d MMMM", "fa": "EEEE d MMMM", "pl": "EEEE, d MMMM"}
_DAY: Final = "EEEE d MMMM"
_FULL: Final = "d MMMM y"
_TWELVES: Final = {
    "en": ("12 midnight", "12 midday"),
    "cy": ("12 canol nos", "12 canol dydd"),
    "ar": ("12:00 منتصف الليل", "12:00 ظهرًا"),
}
"""Midnight and midday, which "12am" and "12pm" leave in doubt (domain.md 5.2)."""

_HALVES: Final = {"en": ("am", "pm"), "cy": ("am", "pm"), "ar": (" صباحًا", " مساءً")}
"""Before and after midday, as texted; Welsh texts write the English letters more often than "yb" and "yp"."""


class CatalogueWording:
    """A Wording over `<folder>/<language>/LC_MESSAGES/talk.po`. A text nobody translated stays English."""

    def __init__(self, folder: Path, domain: str = DOMAIN) -> None:
        self._folder = folder
        self._domain = domain
        self._catalogues: dict[str, gettext.NullTranslations] = {}

    def say(self, language: str, english: str) -> str:
        """The text in a language."""
        return self._catalogue(language).gettext(english) if english else ""

    def plural(self, language: str, one: str, many: str, count: int) -> str:
        """The form of a text for a count, by the language's own plural rule; `{count}` in it is left to the caller."""
        return self._catalogue(language).ngettext(one, many, count)

    def day(self, language: str, day: date) -> str:
        """Weekday, day and month: "Tuesday 9 June"."""
        return _format(day, _DAYS.get(language, _DAY), language)

    def full_date(self, language: str, day: date) -> str:
        """Day, month and year: "3 June 2026"."""
        return _format(day, _FULL, language)

    def clock(self, language: str, at: datetime) -> str:
        """Time of day, as in "2:30pm"; languages without a form of their own here use the 24-hour clock."""
        if language not in _HALVES:
            return f"{at.hour:02}:{at.minute:02}"
        if at.minute == 0 and at.hour in {0, 12}:
            return _TWELVES[language][at.hour // 12]
        hour = (at.hour - 1) % 12 + 1
        minutes = f":{at.minute:02}" if at.minute or language == "ar" else ""
        return f"{hour}{minutes}{_HALVES[language][at.hour // 12]}"

    def language_name(self, language: str) -> str:
        """The language's name in its own script; the code itself for a language unknown to CLDR."""
        return _own_name(language)

    def _catalogue(self, language: str) -> gettext.NullTranslations:
        found = self._catalogues.get(language)
        if found is None:
            found = self._catalogues[language] = load_catalogue(self._folder, language, self._domain)
        return found


def load_catalogue(folder: Path, language: str, domain: str = DOMAIN) -> gettext.NullTranslations:
    """The catalogue of a language: the `.mo` when it is as new as the `.po`, else the `.po` compiled in memory.

    Languages without either get one that says everything in English.
    """
    base = folder / language / "LC_MESSAGES"
    source, compiled = base / f"{domain}.po", base / f"{domain}.mo"
    if compiled.exists() and (not source.exists() or compiled.stat().st_mtime >= source.stat().st_mtime):
        return gettext.GNUTranslations(BytesIO(compiled.read_bytes()))
    if not source.exists():
        return gettext.NullTranslations()
    buffer = BytesIO()
    write_mo(buffer, read_po(BytesIO(source.read_bytes()), locale=language, domain=domain))
    buffer.seek(0)
    return gettext.GNUTranslations(buffer)


def _locale(language: str) -> str:
    try:
        Locale.parse("en_GB" if language == SOURCE else language)
    except (UnknownLocaleError, ValueError):
        return "en_GB"
    return "en_GB" if language == SOURCE else language


@lru_cache(maxsize=4096)
def _format(day: date, pattern: str, language: str) -> str:
    return str(format_date(day, pattern, locale=_locale(language)))


@lru_cache(maxsize=256)
def _own_name(language: str) -> str:
    try:
        name = Locale.parse(language).get_display_name(language)
    except (UnknownLocaleError, ValueError):
        name = None
    return name[:1].upper() + name[1:] if name else language
