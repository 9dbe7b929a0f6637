"""What teaches the second reader, and the models learnt from it: one for whether there is danger, one for which kind."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

import numpy as np

from dialogs.ports import AlarmKind, Tier
from server.answers.content import Content
from server.answers.danger.reader import SecondReader
from server.answers.finding.build import kept_model, trained_model
from server.answers.finding.learning import Prepared, labels_of, prepare, read_prepared
from server.answers.finding.semantic import Embedder, Floats
from server.answers.finding.spelling import Speller
from server.answers.finding.taught import NOTHING, Taught
from server.answers.finding.trained import UNFITTED, Confidence, is_trainable, summary

KIND_OF_TOPIC: Final = {
    "crisis.suicide": AlarmKind.SUICIDE,
    "crisis.self-harm-now": AlarmKind.SELF_HARM,
    "crisis.abuse-now": AlarmKind.ABUSE,
    "crisis.partner-violence": AlarmKind.PARTNER_VIOLENCE,
    "crisis.run-away": AlarmKind.RUNAWAY_HOMELESS_TONIGHT,
    "crisis.exploited": AlarmKind.EXPLOITATION,
    "housing.homeless-tonight": AlarmKind.RUNAWAY_HOMELESS_TONIGHT,
}
"""The danger that the samples of a crisis topic speak of."""

DANGER: Final = "danger"
QUIET: Final = 0.95
"""Share of the held-out hard negatives that the second reader must leave alone."""

TOPIC_WEIGHT: Final = 0.5
STEEPNESS: Final = 4.0
PREPARED: Final = "models/danger.npz"
"""In the content folder."""


def examples(content: Content) -> Iterator[Taught]:
    """Everything that teaches danger and what only looks like it; ordinary questions of the library teach that they are none."""
    for language, samples in content.danger.items():
        yield from (Taught(sample.kind or NOTHING, sample.text, language) for sample in samples)
    for topic in content.topics.values():
        kind = KIND_OF_TOPIC.get(topic.meta.id)
        if kind is None and topic.meta.tier is Tier.CRISIS:
            continue
        for language, asked in topic.samples.items():
            yield from (Taught(kind or NOTHING, sample.text, language, TOPIC_WEIGHT) for sample in asked)
    for language, refused in content.refused.items():
        yield from (Taught(NOTHING, sample.text, language, TOPIC_WEIGHT) for sample in refused)


def is_danger(items: Sequence[Taught]) -> tuple[Taught, ...]:
    """The same texts, each teaching only whether there is danger."""
    return tuple(item if item.label == NOTHING else replace(item, label=DANGER) for item in items)


def second_reader(
    content: Content, meaning: Embedder | None, cache: Path | None = None, *, is_quick: bool = False
) -> SecondReader | None:
    """The trained reader, from `cache` when nothing changed; None while there are too few examples, or nothing kept and no time."""
    items, speller = tuple(examples(content)), Speller(content.spelling)
    kinds, whether = tuple(item for item in items if item.label != NOTHING), is_danger(items)
    if not (is_trainable(whether) and is_trainable(kinds)):
        return None
    prepared = read_prepared(content.folder / PREPARED, meaning)
    of_kinds = Prepared(labels_of(kinds), UNFITTED, None, None)
    if is_quick:
        detector = kept_model("danger", whether, speller, prepared, meaning, cache)
        namer = kept_model("kinds", kinds, speller, of_kinds, None, cache)
    else:
        prepared = prepared or prepare(whether, speller, None, fit_quiet, is_balanced=True)
        detector = trained_model("danger", whether, speller, prepared, meaning, cache, is_balanced=True)
        namer = trained_model("kinds", kinds, speller, of_kinds, None, cache)
    return SecondReader(detector, namer) if detector and namer else None


def fit_quiet(scores: Floats, asked: Sequence[Taught], labels: Sequence[str]) -> Confidence:
    """Confidence is 0.5 where all but a few of the held-out hard negatives stay below it."""
    quiet = [summary(row, labels)[0] for row, item in zip(scores, asked, strict=True) if item.label == NOTHING]
    doubt = float(np.quantile(quiet, QUIET)) if quiet else 0.0
    return Confidence(STEEPNESS, 0.0, STEEPNESS * doubt, 0.5, 0.0)
