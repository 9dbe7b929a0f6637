"""What teaches the second reader, and the models learnt from it: one for whether there is danger, one for which kind."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from hashlib import blake2b
from pathlib import Path
from typing import Final

import numpy as np

from dialogs.ports import LanguageGuesser, Tier
from dialogs.topics.crisis import CRISIS_TOPICS
from server.answers.content import Content
from server.answers.danger.reader import SecondReader
from server.answers.finding.build import kept_model, trained_model
from server.answers.finding.learning import Prepared, labels_of, prepare, read_prepared
from server.answers.finding.semantic import Embedder, Floats, Vectors
from server.answers.finding.spelling import Speller
from server.answers.finding.taught import NOTHING, Taught
from server.answers.finding.trained import UNFITTED, is_trainable, summary

DANGER: Final = "danger"
QUIET: Final = 0.93
"""Share of the held-out hard negatives that the second reader must leave alone."""

TOPIC_WEIGHT: Final = 0.5
ORDINARY_WEIGHT: Final = 0.2
"""Ordinary questions are many and easy: with more weight they drown the messages that are hard to tell apart."""

QUIETER: Final = 0.975
"""The same share of ordinary questions."""

ENOUGH: Final = 25
"""Messages held out of one language, from which on it has a line of its own."""

PREPARED: Final = "models/danger.npz"
"""In the content folder."""


def examples(content: Content) -> Iterator[Taught]:
    """Everything that teaches danger and what only looks like it; ordinary questions of the library teach that they are none."""
    for language, samples in content.danger.items():
        yield from (Taught(sample.kind or NOTHING, sample.text, language) for sample in samples)
    for language, file in content.alarm.items():
        yield from (Taught(kind, text, language) for kind, texts in file.must_raise.items() for text in texts)
        yield from (Taught(NOTHING, text, language) for text in file.must_not_raise)
    for topic in content.topics.values():
        kind = CRISIS_TOPICS.get(topic.meta.id)
        if kind is None and topic.meta.tier is Tier.CRISIS:
            continue
        for language, asked in topic.samples.items():
            weight = TOPIC_WEIGHT if kind else ORDINARY_WEIGHT
            yield from (Taught(kind or NOTHING, sample.text, language, weight) for sample in asked)
    for language, refused in content.refused.items():
        yield from (Taught(NOTHING, sample.text, language, ORDINARY_WEIGHT) for sample in refused)


def is_danger(items: Sequence[Taught]) -> tuple[Taught, ...]:
    """The same texts, each teaching only whether there is danger."""
    return tuple(item if item.label == NOTHING else replace(item, label=DANGER) for item in items)


def second_reader(
    content: Content,
    meaning: Embedder | None,
    guesser: LanguageGuesser,
    cache: Path | None = None,
    *,
    is_quick: bool = False,
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
        prepared = prepared or prepare_danger(whether, speller, None)
        detector = trained_model("danger", whether, speller, prepared, meaning, cache, is_balanced=True)
        namer = trained_model("kinds", kinds, speller, of_kinds, None, cache)
    if prepared is None or detector is None or namer is None:
        return None
    limits = prepared.limits_both if detector.meaning else prepared.limits
    return SecondReader(detector, namer, guesser, limits)


def prepare_danger(items: Sequence[Taught], speller: Speller, vectors: Vectors | None, made_from: str = "") -> Prepared:
    """Learns whether there is danger, and draws the line in each language."""
    return prepare(
        items, speller, vectors, lambda *_: UNFITTED, made_from, is_balanced=True, held=every_fifth, limits=quiet_limits
    )


def every_fifth(items: Sequence[Taught]) -> tuple[list[Taught], list[Taught]]:
    """(what is kept, one in five of all texts, ordinary questions among them); the same ones every time."""
    held = [blake2b(item.text.encode(), digest_size=2).digest()[1] % 5 == 0 for item in items]
    kept = [item for item, is_held in zip(items, held, strict=True) if not is_held]
    return kept, [item for item, is_held in zip(items, held, strict=True) if is_held]


def quiet_limits(scores: Floats, asked: Sequence[Taught], labels: Sequence[str]) -> dict[str, float]:
    """By language, the margin below which all but a few held-out messages without danger stay; for "" over all languages."""
    margins = [
        (item, summary(row, labels)[0]) for row, item in zip(scores, asked, strict=True) if item.label == NOTHING
    ]
    drawn: dict[str, float] = {}
    for language in ("", *sorted({item.language for item, _ in margins})):
        own = [(item.weight, margin) for item, margin in margins if language in {"", item.language}]
        hard = [margin for weight, margin in own if weight == 1]
        ordinary = [margin for weight, margin in own if weight < 1]
        lines = [
            np.quantile(part, share) for part, share in ((hard, QUIET), (ordinary, QUIETER)) if len(part) >= ENOUGH
        ]
        if lines:
            drawn[language] = float(max(lines))
    return drawn
