"""Arrays in files: read whole or not at all, written whole or not at all. Nothing in a file is ever run."""

from __future__ import annotations

import os
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

Arrays = dict[str, NDArray[Any]]

UNREADABLE: Final = (OSError, ValueError, KeyError, TypeError, EOFError, BadZipFile, zlib.error, AttributeError)
"""What a missing, cut short, foreign or damaged file may raise."""


def read_arrays(path: Path) -> Arrays | None:
    """Every array of a file by its name; None when the file is not there or any of it cannot be read."""
    try:
        with np.load(path, allow_pickle=False) as kept:
            return {name: kept[name] for name in kept.files}
    except UNREADABLE:
        return None


def keep_arrays(path: Path, arrays: Mapping[str, NDArray[Any]]) -> None:
    """Writes a file of arrays; who reads it meanwhile sees the old one or the new one. Raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{os.getpid()}.part")
    with draft.open("wb") as file:
        np.savez(file, allow_pickle=False, **arrays)
    draft.replace(path)
