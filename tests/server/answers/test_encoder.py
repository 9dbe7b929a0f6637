"""The tuned encoder is laid over a copy of the model it was made for, and over no other."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from server.answers.finding.encoder import Tuning, file_fingerprint, keep_tuning, laid_over, read_tuning, tuned_file

MODEL = bytes(range(100))


@pytest.fixture
def base(tmp_path: Path) -> Path:
    path = tmp_path / "model.bin"
    path.write_bytes(MODEL)
    return path


@pytest.fixture
def tuning(base: Path) -> Tuning:
    changed = np.array([7, 7, 9], np.uint8)
    return Tuning(file_fingerprint(base), np.array([10, 98]), np.array([2, 1]), changed)


def test_only_the_tuned_layers_differ(base: Path, tuning: Tuning, tmp_path: Path) -> None:
    made = tuned_file(base, tuning, tmp_path / "cache")
    assert made is not None
    wanted = bytearray(MODEL)
    wanted[10:12], wanted[98:99] = b"\x07\x07", b"\x09"
    assert made.read_bytes() == bytes(wanted)
    assert base.read_bytes() == MODEL


def test_it_is_made_once_and_the_one_before_is_cleared_away(base: Path, tuning: Tuning, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    first = tuned_file(base, tuning, cache)
    assert first is not None
    stamp = first.stat().st_mtime_ns
    assert tuned_file(base, tuning, cache) == first
    assert first.stat().st_mtime_ns == stamp
    second = tuned_file(base, replace(tuning, changed=np.array([1, 2, 3], np.uint8)), cache)
    assert [path for path in cache.iterdir() if path.suffix == ".bin"] == [second]


def test_another_release_of_the_model_is_left_as_it_is(base: Path, tuning: Tuning, tmp_path: Path) -> None:
    base.write_bytes(MODEL[::-1])
    assert tuned_file(base, tuning, tmp_path / "cache") is None


def test_a_file_cut_short_is_made_anew(base: Path, tuning: Tuning, tmp_path: Path) -> None:
    made = tuned_file(base, tuning, tmp_path / "cache")
    assert made is not None
    made.write_bytes(b"half")
    again = tuned_file(base, tuning, tmp_path / "cache")
    assert again is not None
    assert len(again.read_bytes()) == len(MODEL)


@pytest.mark.parametrize("offset", [-1, 99, 10**9])
def test_a_tuning_outside_the_model_is_refused(tuning: Tuning, offset: int) -> None:
    with pytest.raises(ValueError, match="does not fit"):
        laid_over(MODEL, replace(tuning, offsets=np.array([10, offset]), lengths=np.array([2, 2])))


def test_it_is_kept_and_read_and_a_broken_file_counts_as_none(tuning: Tuning, tmp_path: Path) -> None:
    path = tmp_path / "models" / "encoder.npz"
    assert read_tuning(path) is None
    keep_tuning(path, tuning)
    read = read_tuning(path)
    assert read is not None
    assert read.mark == tuning.mark
    path.write_bytes(path.read_bytes()[:50])
    assert read_tuning(path) is None
