"""A topic's text in one language: front matter, then headed sections."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

FORMS: Final = {
    "one line": "one_line",
    "short": "short",
    "under 16": "under_16",
    "more": "more",
    "easy": "easy",
    "sms": "sms",
}
BY_NATION: Final = frozenset({"short", "more", "easy", "sms"})
NATIONS: Final = {"england": "E", "wales": "W"}
HEADINGS: Final = {form: heading for heading, form in (("One line", "one_line"), ("Short", "short"), ("Under 16", "under_16"),
                                                      ("More", "more"), ("Easy", "easy"), ("SMS", "sms"))}  # fmt: skip

_STEP = re.compile(r"^\d{1,2}[.)]\s+(.*)$")


@dataclass(frozen=True, slots=True)
class Section:
    """One form of a text for one nation ("E", "W", or "" for both). `line` is its heading's; `rows` are (line, text)."""

    form: str
    nation: str
    line: int
    rows: tuple[tuple[int, str], ...]

    @property
    def paragraphs(self) -> tuple[tuple[int, str], ...]:
        """(first line, text) of each paragraph that is not a step; wrapped lines are joined by a space."""
        return tuple(_paragraphs(row for row in self.rows if row[0] < self._steps_from))

    @property
    def steps(self) -> tuple[tuple[int, str], ...]:
        """(line, text) of each step of the numbered list at the end, without its number."""
        found: list[tuple[int, str]] = []
        for line, text in self.rows:
            if line < self._steps_from or not text:
                continue
            if match := _STEP.match(text):
                found.append((line, match[1].strip()))
            else:
                found[-1] = (found[-1][0], f"{found[-1][1]} {text}")
        return tuple(found)

    @property
    def text(self) -> str:
        """The paragraphs, split by a blank line."""
        return "\n\n".join(text for _, text in self.paragraphs)

    @property
    def _steps_from(self) -> int:
        return next((line for line, text in self.rows if _STEP.match(text)), 1 << 30)


@dataclass(frozen=True, slots=True)
class Parsed:
    """A file taken apart: the front matter's text (its first line is line 2), the sections, and faults as (line, message)."""

    front: str | None
    sections: tuple[Section, ...]
    faults: tuple[tuple[int, str], ...]


def parse_markdown(text: str) -> Parsed:
    """The parts of a `<lang>.md`. Never raises."""
    rows = [(number, row.strip()) for number, row in enumerate(text.splitlines(), start=1)]
    front, body, faults = _front(rows, text.splitlines())
    sections: list[Section] = []
    for line, heading, content in _blocks(body):
        if heading is None:
            faults.extend((n, "text before the first heading") for n, _ in content[:1])
        elif (key := _form(heading)) is None:
            faults.append((line, f"no such heading: '{heading}'"))
        elif any((s.form, s.nation) == key for s in sections):
            faults.append((line, f"the heading '{heading}' stands twice"))
        else:
            sections.append(Section(*key, line, tuple(content)))
            if not any(row for _, row in content):
                faults.append((line, f"nothing under '{heading}'"))
    return Parsed(front, tuple(sections), tuple(faults))


def _front(
    rows: list[tuple[int, str]], raw: list[str]
) -> tuple[str | None, list[tuple[int, str]], list[tuple[int, str]]]:
    if not rows or rows[0][1] != "---":
        return None, rows, [(1, "the file must begin with '---' and the title")]
    end = next((number for number, row in rows[1:] if row == "---"), None)
    if end is None:
        return None, [], [(1, "the '---' that ends the front matter is missing")]
    return "\n".join(raw[1 : end - 1]), rows[end:], []


def _blocks(rows: list[tuple[int, str]]) -> Iterator[tuple[int, str | None, list[tuple[int, str]]]]:
    """(line, heading, rows) of each headed block; the first has no heading and holds only rows with words."""
    line, heading, content = 0, None, list[tuple[int, str]]()
    for number, row in rows:
        if row.startswith("#"):
            yield line, heading, content if heading else [r for r in content if r[1]]
            line, heading, content = number, row.lstrip("#").strip(), []
        else:
            content.append((number, row))
    yield line, heading, content if heading else [r for r in content if r[1]]


def _form(heading: str) -> tuple[str, str] | None:
    """(form, nation) for a heading such as "Short: Wales", or None."""
    name, colon, nation = (part.strip().casefold() for part in heading.partition(":"))
    form = FORMS.get(name)
    if form is None or (colon and (nation not in NATIONS or form not in BY_NATION)):
        return None
    return form, NATIONS.get(nation, "")


def _paragraphs(rows: Iterator[tuple[int, str]]) -> Iterator[tuple[int, str]]:
    first, words = 0, list[str]()
    for line, text in rows:
        if text:
            first = first if words else line
            words.append(text)
        elif words:
            yield first, " ".join(words)
            words = []
    if words:
        yield first, " ".join(words)
