"""A trained model on disk, so that a start need not learn again what did not change. Arrays and text only: nothing is run on reading."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from hashlib import blake2b
from pathlib import Path
from typing import Final

import numpy as np

from server.answers.finding.learning import SEPARATOR, Prepared
from server.answers.finding.lexical import LexicalModel, Vocabulary
from server.answers.finding.meaning import MeaningModel
from server.answers.finding.semantic import Embedder
from server.answers.finding.spelling import Speller
from server.answers.finding.taught import Taught
from server.answers.finding.trained import Confidence, TrainedModel

FORM: Final = "1"
"""Raise it when what is learnt from the same samples changes."""

MOST_KEPT: Final = 4


def fingerprint(items: Sequence[Taught], speller: Speller, prepared: Prepared | None = None) -> str:
    """Names a model by everything it is learnt from."""
    made = blake2b(FORM.encode(), digest_size=12)
    if prepared:
        made.update(f"{prepared.made_from} {prepared.spelling} {prepared.both}\n".encode())
    for item in items:
        made.update(f"{item.label}\t{item.language}\t{item.weight}\t{item.text}\n".encode())
    for language, table in sorted(speller.tables.items()):
        made.update(f"{language} {table!r}\n".encode())
    return made.hexdigest()


def read_model(folder: Path, name: str, speller: Speller, embedder: Embedder | None) -> TrainedModel | None:
    """The model of that name, or None when it is not there or cannot be read."""
    try:
        with np.load(folder / f"{name}.npz", allow_pickle=False) as kept:
            runs, pieces = (str(kept[part]).split(SEPARATOR) for part in ("runs", "pieces"))
            numbered = {run: number for number, run in enumerate(runs)}
            vocabulary = Vocabulary(numbered, {p: len(runs) + n for n, p in enumerate(pieces)}, kept["rarity"])
            lexical = LexicalModel(vocabulary, kept["weights"], kept["bias"])
            meaning = None
            if embedder and "meaning" in kept:
                meaning = MeaningModel(embedder, kept["mean"], kept["meaning"], kept["meaning_bias"])
            confidence = Confidence(*(float(number) for number in kept["confidence"]))
            return TrainedModel(tuple(str(kept["labels"]).split(SEPARATOR)), speller, lexical, meaning, confidence)
    except (OSError, ValueError, KeyError, TypeError):
        return None


def keep_model(folder: Path, name: str, group: str, model: TrainedModel) -> None:
    """Writes a model, whole or not at all, and forgets the oldest of its group; without it the next start only takes longer."""
    vocabulary, meaning = model.lexical.vocabulary, model.meaning
    arrays = {
        "runs": np.array(SEPARATOR.join(vocabulary.runs)),
        "pieces": np.array(SEPARATOR.join(vocabulary.pieces)),
        "rarity": vocabulary.rarity,
        "weights": model.lexical.weights,
        "bias": model.lexical.bias,
        "confidence": np.array(list(asdict(model.confidence).values())),
        "labels": np.array(SEPARATOR.join(model.labels)),
    }
    if meaning:
        arrays |= {"mean": meaning.mean, "meaning": meaning.weights, "meaning_bias": meaning.bias}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        draft = folder / f".{name}.part"
        with draft.open("wb") as file:
            np.savez(file, allow_pickle=False, **arrays)
        draft.replace(folder / f"{name}.npz")
        aged = sorted(folder.glob(f"{group}-*.npz"), key=lambda path: path.stat().st_mtime, reverse=True)
        for old in aged[MOST_KEPT:]:
            old.unlink(missing_ok=True)
    except OSError:
        return
