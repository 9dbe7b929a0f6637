"""Reads files of labelled messages: one JSON object a line."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any


class FaultyRows(ValueError):
    """A file that cannot be used. Its text says which line and why."""


def rows_of(path: Path, label: str) -> Iterator[tuple[str, str, str | None]]:
    """(text, language, label or None) of each line. Raises FaultyRows at the first that does not fit."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise FaultyRows(f"{path.name} cannot be read: {error}") from error
    for number, line in enumerate(lines, start=1):
        if line.strip():
            yield _row(line, f"{path.name}:{number}", label)


def _row(line: str, where: str, label: str) -> tuple[str, str, str | None]:
    try:
        data: Any = json.loads(line)
    except (json.JSONDecodeError, RecursionError):
        raise FaultyRows(f"{where}: this is not JSON") from None
    if not isinstance(data, dict) or not isinstance(data.get("text"), str):
        raise FaultyRows(f'{where}: this is not an object such as {{"text": "...", "{label}": "..."}}')
    if label not in data or not isinstance(data[label], str | None):
        raise FaultyRows(f"{where}: '{label}' is missing, or neither a text nor null")
    if not isinstance(data.get("lang", "en"), str):
        raise FaultyRows(f"{where}: 'lang' is not a text")
    return data["text"], data.get("lang", "en"), data[label]
