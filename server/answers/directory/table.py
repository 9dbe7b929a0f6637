"""Reads a CSV file of services: UTF-8 with or without a byte order mark, columns split by commas or semicolons."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from typing import Any, Final

from server.answers.directory.schema import MOST_SERVICES, visible
from server.answers.directory.source import Found, SourceError, Told, slug

MOST_BYTES: Final = 10_000_000
LONGEST_CELL: Final = 2_000

NEEDED: Final = ("id", "name", "type", "about", "checked_on", "review_by")
LISTS: Final = ("areas", "districts", "languages", "access")
PLAIN: Final = ("cost", "referral", "phone", "text_to", "web", "source")
SHAPED: Final = ("age_min", "age_max", "hours", "street", "landmark")
COLUMNS: Final = (*NEEDED, *LISTS, *PLAIN, *SHAPED)
"""Every column there may be, besides `about_<language>`. Lists are split by `|`."""


def read_table(content: bytes, name: str, told: Told) -> Found:
    """The services of a CSV file. Bad rows are faults with their line; raises SourceError when it is no such table at all."""
    if len(content) > MOST_BYTES:
        raise SourceError(f"{name}: more than {MOST_BYTES} bytes")
    rows = _rows(_decoded(content, name), name)
    _, header = next(rows, (1, []))
    columns = [visible(cell).casefold() for cell in header]
    _hold_header(columns, name)
    found = Found()
    for line, row in rows:
        if any(cell.strip() for cell in row):
            _take(found, f"{name}:{line}", columns, row, told)
    return found


def _decoded(content: bytes, name: str) -> str:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise SourceError(f"{name}:{line}: this is not UTF-8 text (in Excel: save as 'CSV UTF-8')") from None
    if "\0" in text:
        raise SourceError(f"{name}:{text[: text.index(chr(0))].count(chr(10)) + 1}: this is not text")
    return text


def _rows(text: str, name: str) -> Iterator[tuple[int, list[str]]]:
    """(line it begins on, cells) of each row."""
    head = text.split("\n", 1)[0]
    delimiter = ";" if head.count(";") > head.count(",") else ","
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    line = 1
    try:
        for number, row in enumerate(reader):
            if number > MOST_SERVICES:
                raise SourceError(f"{name}:{line}: more than {MOST_SERVICES} services")
            yield line, row
            line = reader.line_num + 1
    except csv.Error as error:
        raise SourceError(f"{name}:{line}: this is not CSV: {error}") from None


def _hold_header(columns: Sequence[str], name: str) -> None:
    strange = [c for c in columns if c not in COLUMNS and not c.startswith("about_")]
    missing = [c for c in NEEDED if c not in columns]
    twice = sorted({c for c in columns if columns.count(c) > 1})
    for what, listed in (("no such column", strange), ("the column is missing", missing), ("stands twice", twice)):
        if listed:
            raise SourceError(f"{name}:1: {what}: {', '.join(c or '(empty)' for c in listed)}")


def _take(found: Found, where: str, columns: Sequence[str], row: Sequence[str], told: Told) -> None:
    if len(row) != len(columns):
        found.fault(where, f"{len(row)} cells, the first line has {len(columns)}")
        return
    if too_long := [c for c, cell in zip(columns, row, strict=True) if len(cell) > LONGEST_CELL]:
        found.fault(where, f"{', '.join(too_long)}: more than {LONGEST_CELL} characters")
        return
    cells = {column: visible(cell) for column, cell in zip(columns, row, strict=True) if visible(cell)}
    try:
        found.take(where, _plain(cells, told))
    except ValueError as error:
        found.fault(where, str(error))


def _plain(cells: dict[str, str], told: Told) -> dict[str, Any]:
    """The cells as a service's data. Raises ValueError for hours that cannot be read."""
    plain: dict[str, Any] = {"imported_from": told.name, "source": told.default_source}
    plain |= {column: cells[column] for column in (*NEEDED, *PLAIN) if column in cells}
    plain |= {column: _listed(cells[column]) for column in LISTS if column in cells}
    about = {c.removeprefix("about_"): text for c, text in cells.items() if c.startswith("about_")}
    plain["about"] = {**({"en": cells["about"]} if "about" in cells else {}), **about}
    plain["ages"] = {limit: cells[f"age_{limit}"] for limit in ("min", "max") if f"age_{limit}" in cells}
    if "id" in cells:
        plain["id"] = slug(cells["id"])
    if "districts" in plain:
        plain["districts"] = [district.upper() for district in plain["districts"]]
    if "hours" in cells:
        plain["hours"] = _hours(cells["hours"])
    if "street" in cells:
        plain["address"] = {"street": cells["street"], "landmark": cells.get("landmark", "")}
    return plain


def _listed(cell: str) -> list[str]:
    return [part.strip() for part in cell.split("|") if part.strip()]


def _hours(cell: str) -> str | dict[str, str]:
    """`always`, or days and hours: `mon-fri 09:00-17:00 | sat 10:00-13:00`."""
    if cell.casefold() == "always":
        return "always"
    hours: dict[str, str] = {}
    for part in _listed(cell):
        days, _, span = part.partition(" ")
        if not span or days.casefold() in hours:
            raise ValueError(f"hours: '{part}' is not like mon-fri 09:00-17:00, each day once")
        hours[days.casefold()] = span.strip()
    return hours
