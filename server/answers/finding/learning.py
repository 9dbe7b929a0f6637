"""Learning a trained model: what needs the vectors of every sample is prepared once, the rest is learnt in seconds.

Vectors take minutes to make, so the part of a model that needs them is made by `connexions content learn` and kept with the
content (`models/*.npz`, some 100 kB): the weights of meaning, and how sure to be with and without them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Final

import numpy as np

from server.answers.finding.arrays import Arrays, keep_arrays, read_arrays
from server.answers.finding.lexical import LexicalModel, learn_lexical
from server.answers.finding.meaning import LOWEST, MeaningModel, learn_meaning
from server.answers.finding.semantic import Embedder, Vectors
from server.answers.finding.spelling import Speller
from server.answers.finding.taught import Taught
from server.answers.finding.trained import LOST, MEANING_WORTH, Confidence, TrainedModel, fit_confidence, held_out

SEPARATOR: Final = "\n"


@dataclass(frozen=True)
class Prepared:
    """What stays true while only a few samples change. `made_from` names the samples it was learnt from.

    `limits` by language are for readers that draw a line of their own: by spelling alone, and with meaning.
    """

    labels: tuple[str, ...]
    spelling: Confidence
    both: Confidence | None
    meaning: MeaningModel | None
    made_from: str = ""
    limits: Mapping[str, float] = field(default_factory=dict)
    limits_both: Mapping[str, float] = field(default_factory=dict)

    def meaning_for(self, labels: Sequence[str], meaning: Embedder | None) -> MeaningModel | None:
        """The weights of meaning with their columns in the order of `labels`; a label that is new to them is unlikely."""
        if self.meaning is None or meaning is None:
            return None
        place = {label: number for number, label in enumerate(self.labels)}
        weights = np.zeros((len(self.meaning.weights), len(labels)), np.float32)
        bias = np.full(len(labels), LOWEST, np.float32)
        for number, label in enumerate(labels):
            if (known := place.get(label)) is not None:
                weights[:, number] = self.meaning.weights[:, known]
                bias[number] = self.meaning.bias[known]
        return replace(self.meaning, embedder=meaning, weights=weights, bias=bias)


def labels_of(items: Sequence[Taught]) -> tuple[str, ...]:
    """Every label taught, in a settled order."""
    return tuple(sorted({item.label for item in items}))


def prepare(
    items: Sequence[Taught], speller: Speller, vectors: Vectors | None, made_from: str = "", lost: float = LOST
) -> Prepared:
    """Learns twice: once without one sample in five, to see how sure to be, and once from all for the weights of meaning."""
    labels = labels_of(items)
    kept, asked = held_out(items)
    lexical = learn_lexical(kept, labels, speller)
    scores = np.stack([lexical.scores(speller.words(item.text, item.language)) for item in asked])
    spelling = fit_confidence(scores, asked, labels, lost)
    if vectors is None:
        return Prepared(labels, spelling, None, None, made_from)
    meaning = learn_meaning(kept, labels, vectors)
    scores = scores + MEANING_WORTH * meaning.scores_of(vectors.of([item.text for item in asked]))
    both = fit_confidence(scores, asked, labels, lost)
    return Prepared(labels, spelling, both, learn_meaning(items, labels, vectors), made_from)


def joined(
    lexical: LexicalModel, labels: tuple[str, ...], speller: Speller, prepared: Prepared, meaning: Embedder | None
) -> TrainedModel:
    """What was learnt of spelling, with what was prepared of meaning where both are there."""
    weights = prepared.meaning_for(labels, meaning)
    confidence = prepared.both if weights and prepared.both else prepared.spelling
    return TrainedModel(labels, speller, lexical, weights, confidence)


def read_prepared(path: Path, meaning: Embedder | None) -> Prepared | None:
    """What was prepared and kept with the content; None when it is not there or cannot be read.

    Without `meaning`, or with other weights of it than those learnt from, only what was learnt of spelling is there.
    """
    kept = read_arrays(path) or {}
    try:
        labels, made_from = tuple(str(kept["labels"]).split(SEPARATOR)), str(kept["made_from"])
        spelling = Confidence(*(float(number) for number in kept["spelling"]))
        drawn = [json.loads(str(kept[part])) for part in ("limits", "limits_both")]
        if "weights" not in kept or meaning is None or meaning.mark != str(kept["encoder"]):
            return Prepared(labels, spelling, None, None, made_from, *drawn)
        both = Confidence(*(float(number) for number in kept["both"]))
        weights = MeaningModel(meaning, kept["mean"], kept["weights"].astype(np.float32), kept["bias"])
        return Prepared(labels, spelling, both, weights, made_from, *drawn)
    except (ValueError, KeyError, TypeError):
        return None


def keep_prepared(path: Path, prepared: Prepared) -> None:
    """Writes what was prepared; the file is whole or not there. Raises OSError."""
    arrays: Arrays = {
        "labels": np.array(SEPARATOR.join(prepared.labels)),
        "spelling": np.array(list(asdict(prepared.spelling).values())),
        "made_from": np.array(prepared.made_from),
        "limits": np.array(json.dumps(dict(prepared.limits))),
        "limits_both": np.array(json.dumps(dict(prepared.limits_both))),
    }
    if prepared.meaning and prepared.both:
        arrays |= {
            "both": np.array(list(asdict(prepared.both).values())),
            "encoder": np.array(prepared.meaning.embedder.mark),
            "mean": prepared.meaning.mean,
            "weights": prepared.meaning.weights.astype(np.float16),
            "bias": prepared.meaning.bias,
        }
    keep_arrays(path, arrays)
