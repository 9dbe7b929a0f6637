"""What teaches the second reader, and the models learnt from it: one for whether there is danger, one for which kind."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from hashlib import blake2b
from itertools import chain
from pathlib import Path
from typing import Final

import numpy as np

from dialogs.fold import fold
from dialogs.ports import Intent, LanguageGuesser, Tier
from dialogs.topics.crisis import CRISIS_TOPICS
from server.answers.content import Content
from server.answers.danger.reader import SENSE_WORTH, SecondReader, Sense
from server.answers.finding.build import kept_model, trained_model
from server.answers.finding.learning import Prepared, labels_of, read_prepared
from server.answers.finding.lexical import learn_lexical
from server.answers.finding.meaning import learn_meaning
from server.answers.finding.semantic import Embedder, Floats, Vectors
from server.answers.finding.spelling import Speller
from server.answers.finding.taught import NOTHING, Taught
from server.answers.finding.trained import UNFITTED, is_trainable
from server.answers.schema import Phrases

DANGER: Final = "danger"
QUIET: Final = 0.94
"""Share of the held-out hard negatives that the second reader must leave alone. They were written to lie as near to danger as
harmless words can, far nearer than what comes in; and a danger missed costs more than a card too many."""

QUIETER: Final = 0.96
"""The same share of ordinary questions for information, and of small talk."""

TOPIC_WEIGHT: Final = 0.5
ORDINARY_WEIGHT: Final = 0.2
"""Ordinary questions are many and easy: with more weight they drown the messages that are hard to tell apart."""

SMALL_TALK_WEIGHT: Final = 0.6
ADVICE_WEIGHT: Final = 0.1
"""Questions of an advice topic are told beside danger ("my mum drinks"): they teach a little and draw no line."""

HARMLESS_WEIGHT: Final = 3.0
"""What the safeguarding role says must not raise teaches more than other examples."""

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
        yield from (Taught(NOTHING, text, language, HARMLESS_WEIGHT) for text in file.must_not_raise)
    for topic in content.topics.values():
        kind = CRISIS_TOPICS.get(topic.meta.id)
        if kind is None and topic.meta.tier is Tier.CRISIS:
            continue
        for language, asked in topic.samples.items():
            weight = TOPIC_WEIGHT if kind else ADVICE_WEIGHT if topic.meta.tier is Tier.ADVICE else ORDINARY_WEIGHT
            yield from (Taught(kind or NOTHING, sample.text, language, weight) for sample in asked)
    for language, refused in content.refused.items():
        yield from (Taught(NOTHING, sample.text, language, ORDINARY_WEIGHT) for sample in refused)
    for language, phrases in content.phrases.items():
        yield from (Taught(NOTHING, text, language, SMALL_TALK_WEIGHT) for text in small_talk(phrases))


def small_talk(phrases: Phrases) -> Iterator[str]:
    """Words that always work, and what people say that is no question: a goodbye in so many words is a goodbye."""
    yield from chain.from_iterable(phrases.commands.values())
    yield from chain.from_iterable(said for intent, said in phrases.intents.items() if intent is not Intent.UPSET)
    yield from phrases.out_of_scope


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
    of_whether, of_kinds = (Prepared(labels_of(taught), UNFITTED, None, None) for taught in (whether, kinds))
    if is_quick:
        detector = kept_model("danger", whether, speller, of_whether, None, cache)
        namer = kept_model("kinds", kinds, speller, of_kinds, None, cache)
    else:
        prepared = prepared or prepare_danger(items, speller, None)
        detector = trained_model("danger", whether, speller, of_whether, None, cache, is_balanced=True)
        namer = trained_model("kinds", kinds, speller, of_kinds, None, cache)
    if prepared is None or detector is None or namer is None:
        return None
    sense = Sense(prepared.labels, prepared.meaning) if prepared.meaning else None
    limits = prepared.limits_both if sense else prepared.limits
    return SecondReader(detector, namer, sense, guesser, limits, harmless(content))


def harmless(content: Content) -> frozenset[str]:
    """What the safeguarding role says must not raise, folded: its word is the last one."""
    return frozenset(fold(text) for file in content.alarm.values() for text in file.must_not_raise)


def prepare_danger(items: Sequence[Taught], speller: Speller, vectors: Vectors | None, made_from: str = "") -> Prepared:
    """Learns from all but one in five, and draws the line in each language where those show it; with vectors, learns the sense too."""
    labels = labels_of(items)
    kept, asked = every_fifth(items)
    whether = is_danger(kept)
    spelt = learn_lexical(whether, (NOTHING, DANGER), speller, is_balanced=True)
    rows = (spelt.scores(speller.words(item.text, item.language)) for item in asked)
    margins = np.array([row[1] - row[0] for row in rows])
    drawn = quiet_limits(margins, asked)
    if vectors is None:
        return Prepared(labels, UNFITTED, None, None, made_from, drawn)
    sense = Sense(labels, learn_meaning(kept, labels, vectors))
    both = margins + SENSE_WORTH * sense.danger(vectors.of([item.text for item in asked]))
    whole = learn_meaning(items, labels, vectors)
    return Prepared(labels, UNFITTED, UNFITTED, whole, made_from, drawn, quiet_limits(both, asked))


def every_fifth(items: Sequence[Taught]) -> tuple[list[Taught], list[Taught]]:
    """(what is kept, one in five of all texts, ordinary questions among them); the same ones every time."""
    held = [blake2b(item.text.encode(), digest_size=2).digest()[1] % 5 == 0 for item in items]
    kept = [item for item, is_held in zip(items, held, strict=True) if not is_held]
    return kept, [item for item, is_held in zip(items, held, strict=True) if is_held]


def quiet_limits(margins: Floats, asked: Sequence[Taught]) -> dict[str, float]:
    """By language, the margin below which all but a few held-out messages without danger stay; for "" over all languages."""
    harmless = [(item, margin) for margin, item in zip(margins, asked, strict=True) if item.label == NOTHING]
    drawn: dict[str, float] = {}
    for language in ("", *sorted({item.language for item, _ in harmless})):
        own = [(item.weight, margin) for item, margin in harmless if language in {"", item.language}]
        hard = [margin for weight, margin in own if weight >= 1]
        ordinary = [margin for weight, margin in own if weight in {ORDINARY_WEIGHT, SMALL_TALK_WEIGHT}]
        lines = [
            np.quantile(part, share) for part, share in ((hard, QUIET), (ordinary, QUIETER)) if len(part) >= ENOUGH
        ]
        if lines:
            drawn[language] = float(max(lines))
    return drawn
