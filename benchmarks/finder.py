"""`python -m benchmarks.finder`: our finder beside two peers in one run, on the same samples and the same unseen messages.

The library's samples teach; its must-find lines and `tests/content/not_ours.en.txt` are asked. Peers: scikit-learn's plain TF-IDF with a linear
machine, and node-nlp (npm). With `--clinc FILE` (the public `data_full.json` of CLINC150) that set is measured too.
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import subprocess
import tempfile
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from server.answers.finding.build import finder_of
from server.answers.finding.measured import asked_of, figures
from server.answers.finding.semantic import Vectors, embedder, read_vectors
from server.answers.finding.spelling import Speller
from server.answers.finding.taught import NOTHING, Taught, is_topic, taught
from server.answers.loader import load_content
from server.settings import ROOT
from tests.support.node import node_environment, node_tool

HERE = Path(__file__).parent
CACHE = ROOT / "var" / "cache"
COLUMNS = ("top_1", "top_3", "refused", "wrong", "p50_ms", "p99_ms")


def main() -> None:
    """Print one table a set of messages."""
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--clinc", type=Path)
    arguments.add_argument("--no-node", action="store_true")
    arguments.add_argument("--many", action="store_true", help="a made-up library of 2,000 topics in ten languages too")
    chosen = arguments.parse_args()
    train, test = library()
    english = [row for row in train if row.language == "en"]
    print(f"library, English: {len(english)} samples, {sum(r.language == 'en' for r in test)} unseen messages")
    compare(english, [row for row in test if row.language == "en"], with_node=not chosen.no_node)
    print(f"\nlibrary, all languages: {len(train)} samples, {len(test)} unseen messages")
    compare(train, test, with_node=False)
    if chosen.many:
        many()
    if chosen.clinc:
        clinc(json.loads(chosen.clinc.read_text(encoding="utf-8")), with_node=not chosen.no_node)


def library() -> tuple[list[Taught], list[Taught]]:
    """(what teaches, what is asked)."""
    content = load_content(ROOT / "content")
    train = [item for item in taught(content) if item.weight == 1 and (is_topic(item.label) or item.label == NOTHING)]
    test = [
        Taught(topic.meta.id, sample.text, language)
        for topic in content.topics.values()
        for language, samples in topic.must_find.items()
        for sample in samples
    ]
    lines = (ROOT / "tests" / "content" / "not_ours.en.txt").read_text(encoding="utf-8").splitlines()
    test += [Taught(NOTHING, line, "en") for line in lines if line and not line.startswith("#")]
    return train, test


def clinc(data: dict[str, list[list[str]]], *, with_node: bool) -> None:
    """CLINC150 full: learnt from its train split, out-of-scope lines among it."""
    train = [Taught(NOTHING if label == "oos" else label, text) for text, label in data["train"] + data["oos_train"]]
    test = [Taught(NOTHING if label == "oos" else label, text) for text, label in data["test"] + data["oos_test"]]
    print(f"\nCLINC150 full: {len(train)} samples, {len(test)} unseen messages")
    compare(train, test, with_node=with_node, is_library=False)


def many() -> None:
    """Made-up libraries: how long one question takes with 100 topics in eight languages, and with 2,000 in ten."""
    print("\nmade-up libraries\n" + "".ljust(26) + "p50_ms".rjust(9) + "p99_ms".rjust(9) + "  built_s")
    for topics, languages in ((100, 8), (2000, 10)):
        train, test = made_up(topics, languages)
        began = time.perf_counter()
        finder = finder_of(train, Speller(), None)
        built = time.perf_counter() - began
        told = figures(asked_of(finder, test)).as_dict()
        cells = "".join(f"{told[name]:9.2f}" for name in ("p50_ms", "p99_ms"))
        print(f"{topics} topics, {languages} languages".ljust(26) + cells + f"{built:9.1f}", flush=True)


def made_up(topics: int, languages: int) -> tuple[list[Taught], list[Taught]]:
    """Five samples a topic and language, of words common to the language and words of the topic; and 2,000 questions alike."""
    draw = random.Random(1)
    letters = [[draw.choice("bdfgklmnprst") + draw.choice("aeiou") for _ in range(40)] for _ in range(languages)]

    def words(language: int, count: int) -> list[str]:
        return ["".join(draw.choices(letters[language], k=draw.randint(2, 4))) for _ in range(count)]

    common = [words(language, 300) for language in range(languages)]
    own = [[words(language, 12) for language in range(languages)] for _ in range(topics)]

    def message(topic: int, language: int) -> Taught:
        said = draw.choices(common[language], k=5) + draw.choices(own[topic][language], k=3)
        draw.shuffle(said)
        return Taught(f"made.topic-{topic}", " ".join(said), f"x{language}")

    train = [message(t, n) for t in range(topics) for n in range(languages) for _ in range(5)]
    return train, [message(draw.randrange(topics), draw.randrange(languages)) for _ in range(2000)]


def compare(train: Sequence[Taught], test: Sequence[Taught], *, with_node: bool, is_library: bool = True) -> None:
    """One line for each finder; with what is not the library, the encoder is the wheel's own."""
    print("".ljust(26) + "".join(name.rjust(9) for name in COLUMNS) + "  built_s")
    speller = Speller(load_content(ROOT / "content").spelling)
    meaning = embedder(ROOT / "content", CACHE) if is_library else embedder()
    if meaning:
        ready = Vectors(meaning, read_vectors(CACHE / f"vectors{meaning.mark}"))
        began = time.perf_counter()
        show("ours", asked_of(finder_of(train, speller, meaning, ready), test), time.perf_counter() - began)
    began = time.perf_counter()
    show("ours, spelling alone", asked_of(finder_of(train, speller, None), test), time.perf_counter() - began)
    show_peer("scikit-learn TF-IDF", *plain(train, test), test)
    if with_node:
        show_peer("node-nlp", *node_nlp(train, test), test)
    print(f"memory at most {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


def show(name: str, rows: Any, built: float) -> None:
    """One finder of ours."""
    line(name, figures(rows).as_dict(), built)


def show_peer(name: str, found: Iterable[dict[str, Any]], built: float, test: Sequence[Taught]) -> None:
    """One peer, measured the same way."""
    pairs = list(zip(found, test, strict=True))
    ours = [(answer, row) for answer, row in pairs if row.label != NOTHING]
    others = [answer for answer, row in pairs if row.label == NOTHING]
    took = sorted(answer["ms"] for answer, _ in pairs)
    told = {
        "top_1": sum(a["topic"] == r.label for a, r in ours) / len(ours),
        "top_3": sum(r.label in a["best"] for a, r in ours) / len(ours),
        "refused": sum(a["topic"] is None for a in others) / len(others) if others else None,
        "wrong": sum(a["topic"] not in (None, r.label) for a, r in ours) / len(ours),
        "p50_ms": took[len(took) // 2],
        "p99_ms": took[int(len(took) * 0.99)],
    }
    line(name, told, built)


def line(name: str, told: dict[str, Any], built: float) -> None:
    """Shares as per cent, times in milliseconds."""
    cells = ("-" if told[c] is None else f"{told[c]:.2f}" if c.endswith("_ms") else f"{told[c]:.1%}" for c in COLUMNS)
    print(name.ljust(26) + "".join(cell.rjust(9) for cell in cells) + f"{built:9.1f}", flush=True)


def plain(train: Sequence[Taught], test: Sequence[Taught]) -> tuple[list[dict[str, Any]], float]:
    """scikit-learn as its tutorial has it: word TF-IDF and a linear machine; what must be refused is one more label."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.pipeline import make_pipeline
    from sklearn.svm import LinearSVC

    began = time.perf_counter()
    machine = make_pipeline(TfidfVectorizer(), LinearSVC())
    machine.fit([row.text for row in train], [row.label for row in train])
    built = time.perf_counter() - began
    labels, found = list(machine.classes_), []
    for row in test:
        start = time.perf_counter()
        scores = machine.decision_function([row.text])[0]
        took = 1000 * (time.perf_counter() - start)
        order = [labels[n] for n in scores.argsort()[::-1][:4]]
        best = [label for label in order if label != NOTHING][:3]
        found.append({"topic": None if order[0] == NOTHING else order[0], "best": best, "ms": took})
    return found, built


def node_nlp(train: Sequence[Taught], test: Sequence[Taught]) -> tuple[list[dict[str, Any]], float]:
    """node-nlp with its defaults, in its own process."""
    node = node_tool("node")
    if not (HERE / "node" / "node_modules" / "node-nlp").is_dir():
        npm = Path(node[0]).parent / "npm"
        command = [
            str(npm) if npm.exists() else "npm",
            "install",
            "--no-audit",
            "--no-fund",
            "--silent",
            "--no-package-lock",
        ]
        subprocess.run(command, cwd=HERE / "node", check=True, env=node_environment())
    with tempfile.TemporaryDirectory() as folder:
        files = [Path(folder) / name for name in ("train.jsonl", "test.jsonl")]
        for file, rows in zip(files, (train, test), strict=True):
            said = (
                {"text": r.text, "lang": r.language, "topic": None if r.label == NOTHING else r.label} for r in rows
            )
            file.write_text("".join(json.dumps(row) + "\n" for row in said), encoding="utf-8")
        command = [*node, str(HERE / "node" / "node-nlp.mjs"), *map(str, files)]
        done = subprocess.run(command, check=True, capture_output=True, text=True, env=node_environment())
    first, *rest = (json.loads(row) for row in done.stdout.splitlines() if row.startswith("{"))
    return rest, first["built_s"]


if __name__ == "__main__":
    main()
