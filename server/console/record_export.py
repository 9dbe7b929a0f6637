"""A safeguarding record as a file for another system: JSON with everything as it was written, and a PDF to read.

The same record gives the same bytes. The PDF is PDF/A-2a and PDF/UA-1: it can be archived and read aloud.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, Final

import typst
from fontTools.ttLib import TTFont

from server.console.record_view import NUMBER, Shown

FOLDER: Final = Path(__file__).parent / "export"
FONTS: Final = FOLDER / "fonts"
FORMAT: Final = "connexions.safeguarding-record"
VERSION: Final = 1
MISSING_NOTE: Final = (
    "Signs that this document has no letters for stand as their Unicode number and name, in square brackets. "
    "The JSON file of the same record holds them as they were written."
)
JOINERS: Final = "\u200c\u200d"
"""The only signs without a shape that belong to a text: they part and join letters of Persian, Urdu and others."""

BREAK_HERE: Final = "\u200b"
LONG: Final = re.compile(r"\S{40}(?=\S)")

ONLY_LOOKS: Final = frozenset("\ufe0e\ufe0f")
"""Say whether a sign is drawn in colour; mean nothing by themselves."""


@dataclass(frozen=True, slots=True)
class HandedOn:
    """Who hands the record to whom, and why. `reach` are (channel, address) of the person, when they are part of it."""

    to: str
    purpose: str
    by: str
    at: datetime
    reach: Sequence[tuple[str, str]] = ()


def number_of(record: Mapping[str, Any]) -> str:
    """What people call a record: "R-101"."""
    return f"R-{record['number']}"


def as_json(record: Mapping[str, Any], entries: Sequence[Shown], handed_on: HandedOn) -> bytes:
    """UTF-8 JSON: `record`, `handed_on`, `entries` in order with their `translations`. Instants are ISO 8601 in UTC."""
    made = {
        "format": FORMAT,
        "version": VERSION,
        "record": {
            "number": number_of(record),
            "case": f"C-{record['case_number']}",
            "area": record["area"],
            "opened_at": record["opened_at"],
            "closed_at": record["closed_at"],
            "urgency": record["urgency"].value,
            "language": record["language"],
            "surveys_and_reminders_rest": record["is_held"],
        },
        "handed_on": {
            "to": handed_on.to,
            "purpose": handed_on.purpose,
            "by": handed_on.by,
            "at": handed_on.at,
            "reach": [{"channel": channel, "address": address} for channel, address in handed_on.reach],
        },
        "entries": [_plain(entry) for entry in entries],
    }
    return json.dumps(made, ensure_ascii=False, indent=2, default=datetime.isoformat).encode()


def _plain(entry: Shown) -> dict[str, Any]:
    return {
        "place": entry.place,
        "kind": entry.kind.value,
        "text": entry.body,
        "language": entry.lang,
        "direction": entry.dir,
        "channel": entry.channel,
        "said_at": entry.said_at,
        "written_at": entry.written_at,
        "staff": entry.by,
        "made_by": entry.made_by,
        "warning": entry.warning,
        "translations": [_plain(other) for other in entry.translations],
    }


def as_pdf(
    record: Mapping[str, Any], entries: Sequence[Shown], handed_on: HandedOn, moment: Callable[[datetime], str]
) -> bytes:
    """The record on A4 pages; `moment` writes an instant in the area's time. Takes milliseconds: call it in a thread."""
    number = number_of(record)
    facts = [
        ("Case", f"C-{record['case_number']}"),
        ("Area", record["area"]),
        ("Opened", moment(record["opened_at"])),
        ("Closed", moment(record["closed_at"]) if record["closed_at"] else "Not closed"),
        ("Surveys and reminders to the person", "Rest" if record["is_held"] else "May go"),
        ("Handed to", handed_on.to),
        ("What for", handed_on.purpose),
        ("Handed on by", f"{handed_on.by}, {moment(handed_on.at)}"),
        *((f"To reach them: {channel}", address) for channel, address in handed_on.reach),
    ]
    data = {
        "title": f"Safeguarding record {number}",
        "footer": drawable(f"{number} · for {handed_on.to} · {moment(handed_on.at)} · confidential")[:200],
        "facts": [(name, _set(drawable(value))) for name, value in facts],
        "entries": [_printed(entry, moment) for entry in entries],
    }
    data["note"] = MISSING_NOTE if "[U+" in str(data) else ""
    return _typeset(data, handed_on.at)


def _printed(entry: Shown, moment: Callable[[datetime], str]) -> dict[str, Any]:
    made_by = f"by {entry.made_by}" if entry.made_by else ""
    about = [moment(entry.said_at), entry.channel, made_by, entry.by and f"entered by {entry.by}"]
    return {
        "place": str(entry.place),
        "title": entry.title,
        "about": drawable(" · ".join(filter(None, about))),
        "warning": entry.warning,
        "text": _set(drawable(entry.body)),
        "lang": entry.lang[:3].split("-")[0],
        "dir": entry.dir,
        "translations": [_printed(other, moment) for other in entry.translations],
    }


def _typeset(data: Mapping[str, Any], at: datetime) -> bytes:
    made = typst.compile(
        FOLDER / "record.typ",
        root=FOLDER,
        font_paths=_fonts(),
        ignore_system_fonts=True,
        format="pdf",
        sys_inputs={"record": json.dumps(data)},
        pdf_standards=["a-2a", "ua-1"],
        timestamp=int(at.timestamp()),
    )
    assert isinstance(made, bytes)  # noqa: S101 - a PDF is one file
    return made


@cache
def _fonts() -> typst.Fonts:
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[FONTS])


@cache
def _letters() -> frozenset[int]:
    """Every sign that one of the fonts has."""
    return frozenset(code for path in FONTS.glob("*.ttf") for code in TTFont(path, lazy=True).getBestCmap())


def drawable(text: str) -> str:
    """The text with every sign that cannot be drawn, or that would turn the text around, as its number and name in brackets."""
    plain = unicodedata.normalize("NFC", text.replace("\r\n", "\n"))
    return "".join(sign if _can_be_drawn(sign) else _named(sign) for sign in plain)


def _set(text: str) -> str:
    """The text with room to break in what no line can hold, and telephone numbers kept in their order inside right-to-left lines."""
    return LONG.sub(lambda found: found[0] + BREAK_HERE, NUMBER.sub(lambda found: f"\u2066{found[0]}\u2069", text))


def _can_be_drawn(sign: str) -> bool:
    if sign in JOINERS or sign == "\n":
        return True
    # controls and marks that turn the direction have no shape: named, so that nobody makes a printed sentence read another way
    return not unicodedata.category(sign).startswith("C") and ord(sign) in _letters()


def _named(sign: str) -> str:
    if sign in ONLY_LOOKS:
        return ""
    if sign in "\t\r":
        return " "
    return f"[U+{ord(sign):04X} {unicodedata.name(sign, '').strip() or 'unnamed'}]"
