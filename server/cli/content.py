"""Commands for editors: is the content fit to publish?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path

from server.answers.check import Report, Row, check_content
from server.answers.check_finding import shares
from server.answers.finding.semantic import embedder
from server.answers.learn import learn_all
from server.answers.loader import load_content
from server.answers.schema import OFFERED
from server.answers.states import SOURCE, STATES, fingerprint, is_stale, stamp_text, state_of
from server.settings import ROOT

CACHE = ROOT / "var" / "cache"
_HEAD = ("topic", "lang", "status", "age", "longest", "sms", "samples", "found")


def check(
    content_dir: Path,
    locales_dir: Path = ROOT / "locales",
    today: date | None = None,
    languages: Sequence[str] = OFFERED,
) -> int:
    """Prints how the answers stand and everything that is wrong, one `file:line: message` a line. 1 on any fault, else 0.

    Must-find lines that are missed are named too; they are faults only when a language misses too many.
    """
    report = check_content(content_dir, locales_dir, today or date.today(), languages, CACHE)  # noqa: DTZ011 (an editor's own day)
    _print_table(report.rows)
    _print_found(report)
    for fault in report.faults:
        print(fault)
    print(f"{len(report.faults)} faults" if report.faults else "no faults")
    return 1 if report.faults else 0


def stats(content_dir: Path) -> int:
    """Prints topics by language by state, and how much is taught. Always 0 for readable content."""
    content = load_content(content_dir)
    languages = dict.fromkeys((*OFFERED, *(code for topic in content.topics.values() for code in topic.texts)))
    print(f"{len(content.topics)} topics, {len(content.lines)} help lines, {len(content.figures)} figures\n")
    print("".join(name.rjust(11) for name in ("lang", *STATES, "samples", "must-find", "refused", "danger")))
    for code in languages:
        states = Counter(state_of(topic, code) for topic in content.topics.values())
        taught = sum(len(topic.samples.get(code, ())) for topic in content.topics.values())
        kept = sum(len(topic.must_find.get(code, ())) for topic in content.topics.values())
        phrases = content.phrases.get(code)
        refused = len(content.refused.get(code, ())) + (len(phrases.out_of_scope) if phrases else 0)
        counts = (*(states[state] for state in STATES), taught, kept, refused, len(content.danger.get(code, ())))
        print(code.rjust(11) + "".join(str(count).rjust(11) for count in counts))
    return 0


def stamp(content_dir: Path, languages: Sequence[str]) -> int:
    """Writes into each translation of the languages which English it was made from: say so only after reading both. Always 0."""
    content = load_content(content_dir)
    for topic in content.topics.values():
        for language in languages:
            if (text := topic.texts.get(language)) and is_stale(topic, text):
                stamp_text(content_dir / text.file, fingerprint(topic.texts[SOURCE]))
                print(f"{text.file} is made from today's English")
    return 0


def learn(content_dir: Path, cache: Path) -> int:
    """Learns what takes long and writes it to `models/`; new vectors take some 10 ms each. 1 without the semantic extra."""
    content = load_content(content_dir)
    meaning = embedder(content.folder, cache)
    if meaning is None:
        print("the semantic extra is not installed: pip install 'connexions[semantic]'")
        return 1
    for name, count in learn_all(content, meaning, cache).items():
        print(f"{name}: {count} texts")
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
