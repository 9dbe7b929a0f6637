"""The catalogue, and dates and times as each language writes them."""

from __future__ import annotations

import os
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from server.i18n import CatalogueWording

HEAD = 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=UTF-8\\n"\n"Plural-Forms: {}\\n"\n\n'
WELSH = "nplurals=6; plural=(n==0 ? 0 : n==1 ? 1 : n==2 ? 2 : n==3 ? 3 : n==6 ? 4 : 5);"
ARABIC = (
    "nplurals=6; plural=(n==0 ? 0 : n==1 ? 1 : n==2 ? 2 : n%100>=3 && n%100<=10 ? 3 : n%100>=11 && n%100<=99 ? 4 : 5);"
)


def _forms(*texts: str) -> str:
    return "".join(f'msgstr[{i}] "{text}"\n' for i, text in enumerate(texts))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    one = 'msgid "{n} day"\nmsgid_plural "{n} days"\n'
    welsh = HEAD.format(WELSH) + 'msgid "Menu"\nmsgstr "Dewislen"\n\n#, fuzzy\nmsgid "Home"\nmsgstr "Anghywir"\n\n'
    arabic = HEAD.format(ARABIC) + 'msgid "Menu"\nmsgstr "القائمة"\n\n'
    _write(
        tmp_path,
        "cy",
        welsh
        + one
        + _forms("{n} diwrnod (0)", "{n} diwrnod", "{n} ddiwrnod", "{n} diwrnod (3)", "{n} diwrnod (6)", "{n} diwrnod"),
    )
    _write(tmp_path, "ar", arabic + one + _forms("لا أيام", "يوم", "يومان", "{n} أيام", "{n} يوما", "{n} يوم"))
    return tmp_path


def _write(folder: Path, language: str, text: str) -> Path:
    path = folder / language / "LC_MESSAGES" / "talk.po"
    path.parent.mkdir(parents=True)
    path.write_text(text, encoding="utf-8")
    return path


def test_says_it_in_the_language_or_in_english(folder: Path) -> None:
    wording = CatalogueWording(folder)
    assert wording.say("cy", "Menu") == "Dewislen"
    assert wording.say("ar", "Menu") == "القائمة"
    assert wording.say("en", "Menu") == wording.say("pl", "Menu") == "Menu"
    assert wording.say("cy", "Nobody translated this") == "Nobody translated this"
    assert wording.say("cy", "") == ""


def test_an_unsure_translation_is_not_used(folder: Path) -> None:
    assert CatalogueWording(folder).say("cy", "Home") == "Home"


@pytest.mark.parametrize(
    ("language", "count", "expected"),
    [("en", 1, "{n} day"), ("en", 0, "{n} days"), ("cy", 1, "{n} diwrnod"), ("cy", 2, "{n} ddiwrnod"), ("cy", 3, "{n} diwrnod (3)"),
     ("cy", 6, "{n} diwrnod (6)"), ("ar", 1, "يوم"), ("ar", 2, "يومان"), ("ar", 5, "{n} أيام"), ("ar", 11, "{n} يوما"), ("ar", 100, "{n} يوم")],
)  # fmt: skip
def test_plurals(folder: Path, language: str, count: int, expected: str) -> None:
    assert CatalogueWording(folder).plural(language, "{n} day", "{n} days", count) == expected


def test_an_older_compiled_catalogue_is_not_used(folder: Path) -> None:
    source = folder / "cy" / "LC_MESSAGES" / "talk.po"
    compiled = source.with_suffix(".mo")
    compiled.write_bytes(b"not a catalogue")
    os.utime(compiled, (1, 1))
    assert CatalogueWording(folder).say("cy", "Menu") == "Dewislen"


@pytest.mark.parametrize(
    ("language", "day", "full"),
    [("en", "Tuesday 9 June", "9 June 2026"), ("cy", "Dydd Mawrth 9 Mehefin", "9 Mehefin 2026"), ("ar", "الثلاثاء، 9 يونيو", "9 يونيو 2026"),
     ("xx", "Tuesday 9 June", "9 June 2026")],
)  # fmt: skip
def test_dates(language: str, day: str, full: str) -> None:
    wording = CatalogueWording(Path("none"))
    assert wording.day(language, date(2026, 6, 9)) == day
    assert wording.full_date(language, date(2026, 6, 9)) == full


@pytest.mark.parametrize(
    ("language", "hour", "minute", "expected"),
    [("en", 9, 0, "9am"), ("en", 14, 30, "2:30pm"), ("en", 12, 0, "12 midday"), ("en", 0, 0, "12 midnight"), ("en", 0, 5, "12:05am"),
     ("en", 12, 5, "12:05pm"), ("cy", 14, 30, "2:30pm"), ("cy", 12, 0, "12 canol dydd"), ("ar", 9, 0, "9:00 صباحًا"), ("ar", 14, 30, "2:30 مساءً"),
     ("pl", 14, 30, "14:30")],
)  # fmt: skip
def test_clock(language: str, hour: int, minute: int, expected: str) -> None:
    assert CatalogueWording(Path("none")).clock(language, datetime(2026, 6, 9, hour, minute, tzinfo=UTC)) == expected


def test_languages_name_themselves() -> None:
    wording = CatalogueWording(Path("none"))
    assert [wording.language_name(code) for code in ("en", "cy", "ar", "pl", "xx")] == [
        "English",
        "Cymraeg",
        "العربية",
        "Polski",
        "xx",
    ]
