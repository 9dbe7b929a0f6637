"""Learns all that takes long from a library and keeps it with the content: `connexions content learn`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from server.answers.content import Content
from server.answers.danger import learn as danger
from server.answers.danger.learn import examples, prepare_danger
from server.answers.finding import build as finding
from server.answers.finding.kept import fingerprint
from server.answers.finding.learning import keep_prepared, prepare
from server.answers.finding.semantic import Embedder, Vectors, read_vectors, write_vectors
from server.answers.finding.spelling import Speller
from server.answers.finding.taught import Taught, taught


def learn_all(content: Content, meaning: Embedder, cache: Path) -> dict[str, int]:
    """Texts learnt from, by what was learnt. Vectors are kept in `cache`, so that the next time only new texts take long."""
    speller, folder = Speller(content.spelling), cache / f"vectors{meaning.mark}"
    vectors = Vectors(meaning, read_vectors(folder))
    _keep_vectors(folder, vectors, content)
    vectors = Vectors(meaning, read_vectors(folder))
    questions, dangers = tuple(taught(content)), tuple(examples(content))
    found = prepare(questions, speller, vectors, made_from=fingerprint(questions, speller))
    keep_prepared(content.folder / finding.PREPARED, found)
    feared = prepare_danger(dangers, speller, vectors, fingerprint(dangers, speller))
    keep_prepared(content.folder / danger.PREPARED, feared)
    return {"finder": len(questions), "alarm": len(dangers)}


def _keep_vectors(folder: Path, vectors: Vectors, content: Content) -> None:
    texts: dict[str, dict[str, None]] = {}
    for item in _every(content):
        texts.setdefault(item.language, {})[item.text] = None
    for language, listed in texts.items():
        write_vectors(folder / f"{language}.npz", tuple(listed), vectors)


def _every(content: Content) -> Iterator[Taught]:
    yield from taught(content)
    yield from examples(content)
