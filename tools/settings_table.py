"""README's table of settings, made from `server.settings.Settings`, so that neither can say what the other does not."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import Any

from pydantic.fields import FieldInfo

from server.settings import ROOT, Settings

BEGIN = "<!-- settings: made by `make settings` -->"
END = "<!-- end of settings -->"


def rows() -> list[str]:
    """One row a setting, in the order of the class: name, default, what it is for."""
    return [
        f"| `CONNEXIONS_{name.upper()}` | {_default(field)} | {field.description} |"
        for name, field in Settings.model_fields.items()
    ]


def table() -> str:
    """The whole table between its marks."""
    head = ["| setting | default | what it is |", "| --- | --- | --- |"]
    return "\n".join([BEGIN, *head, *rows(), END])


def renewed(text: str) -> str:
    """The text with its table made anew. Raises ValueError when the marks are not there."""
    before, rest = text.split(BEGIN)
    after = rest.split(END)[1]
    return before + table() + after


def _default(field: FieldInfo) -> str:
    value: Any = field.default
    if isinstance(value, Path):
        value = value.relative_to(ROOT).as_posix()
    if isinstance(value, StrEnum):
        value = value.value
    if isinstance(value, bool):
        value = str(value).lower()
    if isinstance(value, tuple):
        value = ",".join(value)
    return f"`{value}`" if value not in {None, ""} else "none"


def main() -> None:
    """Renew the table of the file that is named."""
    file = Path(sys.argv[1])
    file.write_text(renewed(file.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
