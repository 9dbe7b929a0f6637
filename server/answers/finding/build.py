"""Builds a finder from what is taught: trained where that can be, counted where it cannot."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from server.answers.content import Content
from server.answers.finding.counted import count
from server.answers.finding.finder import Finder
from server.answers.finding.guesser import LearnedGuesser, spoken
from server.answers.finding.kept import fingerprint, keep_lexical, read_lexical
from server.answers.finding.learning import Prepared, joined, labels_of, prepare, read_prepared
from server.answers.finding.lexical import learn_lexical
from server.answers.finding.semantic import Embedder, Vectors
from server.answers.finding.spelling import Speller
from server.answers.finding.taught import Taught, taught
from server.answers.finding.trained import LOST_ELSEWHERE, UNFITTED, TrainedModel, is_trainable

PREPARED: Final = "models/finder.npz"
"""In the content folder."""


def build_finder(
    content: Content, meaning: Embedder | None, cache: Path | None = None, *, is_quick: bool = False
) -> Finder:
    """A finder of the library. `cache` is a folder in which the trained model is kept for the next start.

    With `is_quick` nothing is learnt that was not kept: a finder that only counts, not as good, is ready at once.
    """
    items, speller = tuple(taught(content)), Speller(content.spelling)
    if not is_trainable(items):
        return Finder(count(items, speller), items)
    prepared = read_prepared(content.folder / PREPARED, meaning)
    if is_quick:
        model = kept_model("finder", items, speller, prepared, meaning, cache)
        return Finder(model or count(items, speller), items)
    prepared = prepared or prepare(items, speller, None)
    return Finder(trained_model("finder", items, speller, prepared, meaning, cache), items)


def build_guesser(content: Content, cache: Path | None = None, *, is_quick: bool = False) -> LearnedGuesser | None:
    """A guesser of the library's languages; None while there is too little to learn from, or nothing kept and no time."""
    items, speller = spoken(content), Speller()
    if not is_trainable(items):
        return None
    prepared = Prepared(labels_of(items), UNFITTED, None, None)
    learnt = kept_model if is_quick else trained_model
    model = learnt("language", items, speller, prepared, None, cache)
    return LearnedGuesser(model.labels, model.lexical) if model else None


def finder_of(
    items: Sequence[Taught], speller: Speller, meaning: Embedder | None, ready: Vectors | None = None
) -> Finder:
    """A finder of anything taught, nothing prepared: with `meaning` the vectors that are not `ready` are made, 10 ms each."""
    if not is_trainable(items):
        return Finder(count(items, speller), items)
    vectors = ready or (Vectors(meaning) if meaning else None)
    prepared = prepare(items, speller, vectors, lost=LOST_ELSEWHERE)
    labels = labels_of(items)
    return Finder(joined(learn_lexical(items, labels, speller), labels, speller, prepared, meaning), items)


def kept_model(
    name: str,
    items: Sequence[Taught],
    speller: Speller,
    prepared: Prepared | None,
    meaning: Embedder | None,
    cache: Path | None,
) -> TrainedModel | None:
    """The model that was learnt from exactly this before, read in a moment; None when there is none."""
    lexical = read_lexical(cache, f"{name}-{fingerprint(items, speller)}") if cache and prepared else None
    return joined(lexical, labels_of(items), speller, prepared, meaning) if lexical and prepared else None


def trained_model(
    name: str,
    items: Sequence[Taught],
    speller: Speller,
    prepared: Prepared,
    meaning: Embedder | None,
    cache: Path | None,
    *,
    is_balanced: bool = False,
) -> TrainedModel:
    """The model of everything taught, from `cache` when nothing changed since it was kept there."""
    model = kept_model(name, items, speller, prepared, meaning, cache)
    if model is not None:
        return model
    lexical = learn_lexical(items, labels_of(items), speller, is_balanced=is_balanced)
    if cache:
        keep_lexical(cache, f"{name}-{fingerprint(items, speller)}", name, lexical)
    return joined(lexical, labels_of(items), speller, prepared, meaning)
