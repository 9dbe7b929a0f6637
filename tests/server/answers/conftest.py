"""A small library to read, and a copy of it to spoil."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from server.answers import limits
from server.answers.check import check_content
from server.answers.content import Content
from server.answers.loader import load_content

FIXTURE = Path(__file__).parents[2] / "fixtures" / "content"
TODAY = date(2026, 11, 22)
LANGUAGES = ("en", "cy", "ar")


@pytest.fixture(scope="session")
def content() -> Content:
    return load_content(FIXTURE)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the fixture that a test may change."""
    return Path(shutil.copytree(FIXTURE, tmp_path / "content"))


@pytest.fixture
def edit(folder: Path) -> Callable[[str, str, str], None]:
    """Replaces a text in a file of the copy; the text must be there."""

    def change(file: str, old: str, new: str) -> None:
        path = folder / file
        text = path.read_text(encoding="utf-8")
        assert old in text, f"{old!r} is not in {file}"
        path.write_text(text.replace(old, new, 1), encoding="utf-8")

    return change


@pytest.fixture
def faults(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[str]]:
    """Every fault of the copy as "file:line: message", with sample counts that suit its size."""
    monkeypatch.setattr(limits, "SAMPLES", {"en": 6})
    monkeypatch.setattr(limits, "SAMPLES_ELSEWHERE", 3)
    monkeypatch.setattr(limits, "MUST_FIND", {"en": 2})
    monkeypatch.setattr(limits, "MUST_FIND_ELSEWHERE", 1)
    monkeypatch.setattr(limits, "FOUND_SHARE", {"en": 0.9})
    monkeypatch.setattr(limits, "FOUND_SHARE_ELSEWHERE", 0.8)

    def found(today: date = TODAY) -> list[str]:
        return [str(fault) for fault in check_content(folder, folder / "no-locales", today, LANGUAGES).faults]

    return found
