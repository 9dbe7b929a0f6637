"""Commands for editors: is the content fit to publish?"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from pathlib import Path

from server.answers.check import Report, Row, check_content
from server.answers.check_finding import shares
from server.answers.held_out import held_out
from server.answers.loader import load_content
from server.answers.schema import OFFERED
from server.settings import ROOT

_HEAD = ("topic", "lang", "status", "age", "longest", "sms", "samples", "found")


def check(content_dir: Path, locales_dir: Path = ROOT / "locales", today: date | None = None) -> int:
    """Prints how the answers stand and everything that is wrong, one `file:line: message` a line. 1 on any fault, else 0.

    Must-find lines that are missed are named too; they are faults only when a language misses too many.
    """
    report = check_content(content_dir, locales_dir, today or date.today())  # noqa: DTZ011 (an editor's own day)
    _print_table(report.rows)
    _print_found(report)
    for fault in report.faults:
        print(fault)
    print(f"{len(report.faults)} faults" if report.faults else "no faults")
    return 1 if report.faults else 0


def trial(content_dir: Path) -> int:
    """Prints how the finder does on samples held out in turn, by language. Takes some seconds; always 0 for readable content."""
    content = load_content(content_dir)
    for language in OFFERED:
        found = held_out(content, language)
        refused = found.asked - found.right - found.close - found.wrong
        print(
            f"{language}: {found.asked} held out: {found.right} right, {found.close} right of two, {found.wrong} wrong, "
            f"{refused} refused; {found.strangers_answered} of {found.strangers} answered though their topic is away"
        )
    return 0


def _print_table(rows: Iterable[Row]) -> None:
    lines = [_HEAD, *map(_cells, rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(_HEAD))]
    for line in lines:
        print("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())
    print()


def _cells(row: Row) -> tuple[str, ...]:
    age = "-" if row.reading_age is None else f"{row.reading_age:.1f}"
    found = f"{row.found}/{row.asked}"
    return (
        row.topic,
        row.language,
        row.status,
        age,
        str(row.longest_sentence),
        str(row.sms_parts),
        str(row.samples),
        found,
    )


def _print_found(report: Report) -> None:
    for language, (right, asked) in shares(list(report.hits)).items():
        print(f"must-find {language}: {right} of {asked}")
    for hit in report.hits:
        if not hit.is_right:
            print(f"missed: {hit.sample.file}:{hit.sample.line}: '{hit.sample.text}' found {hit.found or 'nothing'}")
    print()
