"""What was learnt of spelling, on disk, so that a start need not learn again what did not change. Arrays and text: nothing is run."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b
from pathlib import Path
from typing import Final

import numpy as np

from server.answers.finding.arrays import keep_arrays, read_arrays
from server.answers.finding.learning import SEPARATOR
from server.answers.finding.lexical import LexicalModel
from server.answers.finding.spelling import Speller
from server.answers.finding.taught import Taught
from server.answers.finding.vocabulary import Vocabulary

FORM: Final = "5"
"""Raise it when what is learnt from the same samples changes."""

MOST_KEPT: Final = 4


def fingerprint(items: Sequence[Taught], speller: Speller) -> str:
    """Names a model by everything it is learnt from."""
    made = blake2b(FORM.encode(), digest_size=12)
    for item in items:
        made.update(f"{item.label}\t{item.language}\t{item.weight}\t{item.text}\n".encode())
    for language, table in sorted(speller.tables.items()):
        made.update(f"{language} {table!r}\n".encode())
    return made.hexdigest()


def read_lexical(folder: Path, name: str) -> LexicalModel | None:
    """The model of that name, or None when it is not there or cannot be read."""
    kept = read_arrays(folder / f"{name}.npz")
    try:
        if kept is None:
            return None
        runs, pieces = (str(kept[part]).split(SEPARATOR) for part in ("runs", "pieces"))
        numbered = {run: number for number, run in enumerate(runs)}
        vocabulary = Vocabulary(numbered, {p: len(runs) + n for n, p in enumerate(pieces)}, kept["rarity"])
        return LexicalModel(vocabulary, kept["weights"], kept["bias"])
    except KeyError:
        return None


def keep_lexical(folder: Path, name: str, group: str, model: LexicalModel) -> None:
    """Writes a model, whole or not at all, and forgets the oldest of its group; without it the next start only takes longer."""
    vocabulary = model.vocabulary
    arrays = {
        "runs": np.array(SEPARATOR.join(vocabulary.runs)),
        "pieces": np.array(SEPARATOR.join(vocabulary.pieces)),
        "rarity": vocabulary.rarity,
        "weights": model.weights,
        "bias": model.bias,
    }
    try:
        keep_arrays(folder / f"{name}.npz", arrays)
        aged = sorted(folder.glob(f"{group}-*.npz"), key=lambda path: path.stat().st_mtime, reverse=True)
        for old in aged[MOST_KEPT:]:
            old.unlink(missing_ok=True)
    except OSError:
        return
