"""The four-bit numbers of a model file are read and written without losing more than four bits lose."""

from __future__ import annotations

import struct

import numpy as np
import pytest

from tools.tuning.weights import BLOCK, packed, tensors_of, unpacked


def test_what_was_packed_stays_as_it_is() -> None:
    steps = np.random.default_rng(0).integers(0, 16, (50, BLOCK))
    steps[:, 0] = 0  # the number that a scale is drawn from
    numbers = ((steps - 8) * np.float32(0.015625)).astype(np.float32).reshape(-1)
    assert np.array_equal(unpacked(packed(numbers)), numbers)


def test_any_numbers_come_back_near() -> None:
    numbers = np.random.default_rng(1).normal(0, 0.05, 64 * BLOCK).astype(np.float32)
    missed = unpacked(packed(numbers)) - numbers
    assert np.sqrt((missed**2).mean()) < 0.1 * numbers.std()
    assert np.array_equal(unpacked(packed(np.zeros(BLOCK, np.float32))), np.zeros(BLOCK))


def test_the_tensors_of_a_file_are_found() -> None:
    blob = b"ab"
    head = (
        b"E5S1"
        + struct.pack("<i", 1)
        + struct.pack("<7i", 384, 12, 12, 1536, 2, 512, 2)
        + struct.pack("<fi", 1e-12, 32)
    )
    pieces = struct.pack("<5i", 2, 0, 1, 2, 3) + struct.pack("<Q", len(blob)) + b"\0" * (3 * 4 + 2 * 4) + blob
    norms = struct.pack("<iI", 1, 9) + b"\0" * 9
    directory = struct.pack("<i", 2)
    for name, kind, offset in (("l0.q.w", 1, 400), ("l0.q.b", 0, 500)):
        directory += struct.pack("<H", len(name)) + name.encode() + bytes([kind]) + struct.pack("<IQQ", 32, offset, 18)
    found = tensors_of(head + pieces + norms + directory)
    assert (found["l0.q.w"].offset, found["l0.q.w"].is_packed) == (400, True)
    assert (found["l0.q.b"].offset, found["l0.q.b"].is_packed) == (500, False)


def test_another_file_is_refused() -> None:
    with pytest.raises(ValueError, match="not a model"):
        tensors_of(b"GGUF" + b"\0" * 100)
