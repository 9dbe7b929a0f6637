"""The sheet for somebody without a phone as a PDF to print: any of our languages, either direction. The same sheet gives the same bytes."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any

import typst

from dialogs.messages import direction
from server.appointments.sheet import Sheet
from server.console.record_export import FOLDER, FONTS, drawable


def as_pdf(sheet: Sheet, foot: str, at: datetime) -> bytes:
    """A4 pages. Takes milliseconds: call it in a thread."""
    data = {
        "title": drawable(sheet.title),
        "lang": sheet.language[:3].split("-")[0],
        "dir": direction(sheet.language),
        "foot": drawable(foot),
        "first": [drawable(text) for text in sheet.first],
        "lines": [
            {
                "when": drawable(line.when),
                "what": drawable(line.what),
                "typed": _drawable_pairs(line.typed),
                "note": drawable(line.note),
            }
            for line in sheet.lines
        ],
        "ring_title": drawable(sheet.ring_title),
        "ring": [(name, f"\u2066{value}\u2069") for name, value in _drawable_pairs(sheet.ring)],
        "last": [drawable(text) for text in sheet.last],
    }
    return _typeset(data, at)


def _drawable_pairs(pairs: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    return [(drawable(name), drawable(value)) for name, value in pairs]


def _typeset(data: dict[str, Any], at: datetime) -> bytes:
    made = typst.compile(
        FOLDER / "sheet.typ",
        root=FOLDER,
        font_paths=_fonts(),
        ignore_system_fonts=True,
        format="pdf",
        sys_inputs={"sheet": json.dumps(data)},
        pdf_standards=["a-2a", "ua-1"],
        timestamp=int(at.timestamp()),
    )
    assert isinstance(made, bytes)  # noqa: S101 - a PDF is one file
    return made


@cache
def _fonts() -> typst.Fonts:
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[FONTS])
