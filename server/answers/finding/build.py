"""Builds a finder from what is taught: trained where that can be, counted where it cannot."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from server.answers.content import Content
from server.answers.finding.counted import count
from server.answers.finding.finder import Finder
from server.answers.finding.guesser import LearnedGuesser, spoken
from server.answers.finding.kept import fingerprint, keep_model, read_model
from server.answers.finding.learning import Prepared, labels_of, learn, prepare, read_prepared
from server.answers.finding.semantic import Embedder, Vectors
from server.answers.finding.spelling import Speller
from server.answers.finding.taught import Taught, taught
from server.answers.finding.trained import UNFITTED, TrainedModel, is_trainable

PREPARED: Final = "models/finder.npz"
"""In the content folder."""


def build_finder(content: Content, meaning: Embedder | None, cache: Path | None = None) -> Finder:
    """A finder of the library. `cache` is a folder in which the trained model is kept for the next start."""
    items, speller = tuple(taught(content)), Speller(content.spelling)
    if not is_trainable(items):
        return Finder(count(items, speller), items)
    prepared = read_prepared(content.folder / PREPARED, meaning) or prepare(items, speller, None)
    return Finder(trained_model("finder", items, speller, prepared, meaning, cache), items)


def built_guesser(content: Content, cache: Path | None = None) -> LearnedGuesser | None:
    """A guesser of the library's languages; None while there is too little to learn from."""
    items = spoken(tuple(taught(content)))
    if not is_trainable(items):
        return None
    model = trained_model("language", items, Speller(), Prepared(labels_of(items), UNFITTED, None, None), None, cache)
    return LearnedGuesser(model.labels, model.lexical)


def quick_finder(content: Content) -> Finder:
    """A finder that is ready at once and not as good: for the moments until the trained one is there."""
    items = tuple(taught(content))
    return Finder(count(items, Speller(content.spelling)), items)


def finder_of(items: Sequence[Taught], speller: Speller, meaning: Embedder | None) -> Finder:
    """A finder of anything taught, nothing prepared: with `meaning` the vectors of every text are made, 10 ms each."""
    if not is_trainable(items):
        return Finder(count(items, speller), items)
    prepared = prepare(items, speller, Vectors(meaning) if meaning else None)
    return Finder(learn(items, speller, prepared, meaning), items)


def trained_model(
    name: str,
    items: Sequence[Taught],
    speller: Speller,
    prepared: Prepared,
    meaning: Embedder | None,
    cache: Path | None,
) -> TrainedModel:
    """The model of everything taught, from `cache` when nothing changed since it was kept there."""
    if cache is None:
        return learn(items, speller, prepared, meaning)
    kept_as = f"{name}-{fingerprint(items, speller, prepared)}-{'both' if meaning else 'spelling'}"
    model = read_model(cache, kept_as, speller, meaning)
    if model is None:
        model = learn(items, speller, prepared, meaning)
        keep_model(cache, kept_as, name, model)
    return model
