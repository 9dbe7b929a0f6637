"""`connexions evaluate` and `evaluate-alarm`: the finder and the alarm put to labelled messages."""

from __future__ import annotations

import json
import sys
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import Any, Final

from dialogs.ports import AlarmKind, AlarmReader
from server.answers.finding.build import finder_of
from server.answers.finding.finder import Finder
from server.answers.finding.measured import Asked, asked_of, confusions, figures
from server.answers.finding.semantic import embedder
from server.answers.finding.spelling import Speller
from server.answers.finding.taught import NOTHING, Taught
from server.answers.loader import load_content
from server.answers.wire import build_ports
from server.cli.ask import CACHE, CONTENT, LOCALES
from server.cli.labelled import FaultyRows, rows_of

_COLUMNS: Final = ("ours", "top_1", "best_guess", "top_3", "wrong", "others", "refused", "p50_ms", "p99_ms")


def evaluate(test: Path, train: Path | None, *, as_json: bool, is_plain: bool) -> int:
    """Prints how a finder does on `test`: learnt from `train`, or the library's own. 1 when a file cannot be used."""
    try:
        asked = _taught(test)
        began = time.perf_counter()
        finder = _finder(train, is_plain=is_plain)
    except FaultyRows as error:
        print(error, file=sys.stderr)
        return 1
    took = time.perf_counter() - began
    rows = asked_of(finder, asked)
    by_language = {code: [row for row in rows if row.language == code] for code in sorted({r.language for r in rows})}
    if as_json:
        print(json.dumps(_as_dict(rows, by_language, took), ensure_ascii=False))
        return 0
    _print_table({**by_language, "all": rows} if len(by_language) > 1 else by_language)
    print(f"\nbuilt in {took:.1f} s")
    for wanted, found, count in confusions(rows):
        print(f"{count:4}  {wanted}  found as  {found}")
    return 0


def evaluate_alarm(file: Path, alarm: AlarmReader | None = None, *, as_json: bool = False) -> int:
    """Prints recall and false alarms by language and kind over rows `{"text", "lang", "urgent"}`. 1 when the file cannot be used."""
    try:
        rows = [(text, code, _kind(kind, file)) for text, code, kind in rows_of(file, "urgent")]
    except FaultyRows as error:
        print(error, file=sys.stderr)
        return 1
    alarm = alarm or build_ports(CONTENT, LOCALES, date.today, cache=CACHE).alarm
    counts: Counter[tuple[str, str, str]] = Counter()
    took = []
    for text, code, kind in rows:
        began = time.perf_counter()
        raised = alarm.read(text)
        took.append(time.perf_counter() - began)
        key = kind or "none"
        counts.update(((code, key, "asked"), (code, key, "raised")) if raised else ((code, key, "asked"),))
        if raised and kind and _names(raised.reasons, raised.kind, kind):
            counts[code, key, "named"] += 1
    _report_alarm(counts, sorted(took), as_json=as_json)
    return 0


def _finder(train: Path | None, *, is_plain: bool) -> Finder:
    meaning = None if is_plain else embedder()
    if train:
        return finder_of(_taught(train), Speller(load_content(CONTENT).spelling), meaning)
    found = build_ports(CONTENT, LOCALES, date.today, cache=CACHE, has_meaning=not is_plain).finder
    assert isinstance(found, Finder)  # noqa: S101 (what build_ports makes)
    return found


def _taught(path: Path) -> tuple[Taught, ...]:
    rows = tuple(Taught(label or NOTHING, text, code) for text, code, label in rows_of(path, "topic"))
    if not rows:
        raise FaultyRows(f"{path.name} holds no messages")
    return rows


def _as_dict(rows: Sequence[Asked], by_language: dict[str, list[Asked]], took: float) -> dict[str, Any]:
    return {
        "all": figures(rows).as_dict(),
        "languages": {code: figures(found).as_dict() for code, found in by_language.items()},
        "confusions": [{"wanted": wanted, "found": found, "count": count} for wanted, found, count in confusions(rows)],
        "built_s": round(took, 2),
    }


def _print_table(groups: dict[str, list[Asked]]) -> None:
    print("lang".ljust(6) + "".join(name.rjust(11) for name in _COLUMNS))
    for name, rows in groups.items():
        told = figures(rows).as_dict()
        print(name.ljust(6) + "".join(_cell(column, told[column]).rjust(11) for column in _COLUMNS))


def _cell(column: str, value: float | None) -> str:
    if value is None:
        return "-"
    return f"{value:.1%}" if isinstance(value, float) and not column.endswith("_ms") else str(value)


def _kind(kind: str | None, file: Path) -> AlarmKind | None:
    if kind is not None and kind not in set(AlarmKind):
        raise FaultyRows(f"{file.name}: there is no kind '{kind}'; there are {', '.join(AlarmKind)}")
    return AlarmKind(kind) if kind else None


def _names(reasons: Iterable[str], raised: AlarmKind, kind: AlarmKind) -> bool:
    return raised is kind or any(f"/{kind}/" in reason for reason in reasons)


def _report_alarm(counts: Counter[tuple[str, str, str]], took: Sequence[float], *, as_json: bool) -> None:
    told = {
        code: {
            kind: {part: counts[code, kind, part] for part in ("asked", "raised", "named")}
            for kind in sorted({k for c, k, _ in counts if c == code})
        }
        for code in sorted({code for code, _, _ in counts})
    }
    if as_json:
        print(json.dumps(told))
        return
    for code, kinds in told.items():
        danger = [row for kind, row in kinds.items() if kind != "none"]
        asked, raised = (sum(row[part] for row in danger) for part in ("asked", "raised"))
        none = kinds.get("none", {"asked": 0, "raised": 0})
        print(f"{code}: recall {_share(raised, asked)}, false alarms {_share(none['raised'], none['asked'])}")
        for kind, row in kinds.items():
            if kind != "none":
                share = _share(row["raised"], row["asked"])
                print(f"    {kind:28}{row['asked']:5} asked  {share} raised  {row['named']:4} by its name")
    if took:
        print(f"one message: p50 {1000 * took[len(took) // 2]:.2f} ms, p99 {1000 * took[int(len(took) * 0.99)]:.2f} ms")


def _share(part: int, whole: int) -> str:
    return f"{part}/{whole} ({part / whole:.1%})" if whole else "-"
