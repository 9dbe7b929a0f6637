"""The training: what lies below the tuned layers is worked out once, then the layers above learn topics and dangers together."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import jax
import jax.numpy as jnp
import numpy as np
import optax
from numpy.typing import NDArray

from server.answers.finding.encoder import Tuning
from server.answers.finding.semantic import SIZE
from tools.tuning import network
from tools.tuning.lessons import Lesson
from tools.tuning.weights import Tensor, packed

FIRST_TUNED: Final = 8
"""The layers below stay as they are: they hold the languages, and half the work is saved."""

WIDTHS: Final = (12, 16, 20, 24, 32, 48, 72, 110)
"""Texts are trained on beside texts of like length, so that little is worked out for nothing."""

PIECES_AT_ONCE: Final = 1024
SPREAD: Final = 20.0
"""Vectors lie close together: times this, less their mean, they are of a size to learn from."""

HEAD_RATE: Final = 3e-4
WARM_UP: Final = 200
SAID_EVERY: Final = 100

Weights = dict[str, Any]


@dataclass(frozen=True)
class Shelf:
    """Texts of one width: their numbers among the lessons, what leaves the untouched layers, which places hold a piece."""

    numbers: NDArray[np.int64]
    places: NDArray[np.float16]
    held: NDArray[np.float32]


@dataclass(frozen=True)
class Targets:
    """For each lesson the number of its topic and of its danger, and what each counts."""

    topics: tuple[str, ...]
    dangers: tuple[str, ...]
    topic: NDArray[np.int64]
    topic_weight: NDArray[np.float32]
    danger: NDArray[np.int64]
    danger_weight: NDArray[np.float32]


def targets(lessons: Sequence[Lesson]) -> Targets:
    """The lessons as numbers."""
    topics = tuple(sorted({lesson.topic for lesson in lessons}))
    dangers = tuple(sorted({lesson.danger for lesson in lessons}))
    return Targets(
        topics,
        dangers,
        np.array([topics.index(lesson.topic) for lesson in lessons]),
        np.array([lesson.topic_weight for lesson in lessons], np.float32),
        np.array([dangers.index(lesson.danger) for lesson in lessons]),
        np.array([lesson.danger_weight for lesson in lessons], np.float32),
    )


def shelves(model: bytes, tensors: Mapping[str, Tensor], cut: Sequence[Sequence[int]]) -> list[Shelf]:
    """What leaves the layers that stay as they are, for every text."""
    below = network.layers(model, tensors, 0, FIRST_TUNED)
    through = jax.jit(lambda places, held: network.passed(places, held, below, jnp.bfloat16).astype(jnp.float16))
    found, lengths = [], np.array([min(len(pieces), WIDTHS[-1]) for pieces in cut])
    for narrower, width in zip((0, *WIDTHS), WIDTHS, strict=False):
        numbers = np.flatnonzero((lengths > narrower) & (lengths <= width))
        count = max(8, 2 * PIECES_AT_ONCE // width)
        places = np.zeros((len(numbers), width, SIZE), np.float16)
        held = np.zeros((len(numbers), width), np.float32)
        for start in range(0, len(numbers), count):
            chosen = [cut[n] for n in numbers[start : start + count]]
            filled = [*chosen, *([[0]] * (count - len(chosen)))]  # one shape, compiled once
            entered, kept = network.entered(model, tensors, filled, width)
            places[start : start + count] = np.asarray(through(entered, kept))[: len(chosen)]
            held[start : start + count] = np.asarray(kept)[: len(chosen)]
        found.append(Shelf(numbers, places, held))
    return [shelf for shelf in found if len(shelf.numbers)]


def tuned_layers(
    model: bytes, tensors: Mapping[str, Tensor], kept: Sequence[Shelf], wanted: Targets, epochs: float, rate: float
) -> list[network.Layer]:
    """The upper layers after training. Prints how it goes."""
    weights: Weights = {"layers": network.layers(model, tensors, FIRST_TUNED, network.LAYERS)}
    vectors = _vectors(weights["layers"], kept, len(wanted.topic))
    mean = jnp.asarray(vectors.mean(0))
    weights |= _first_heads((vectors - np.asarray(mean)) * SPREAD, wanted)
    steps = int(sum(_count(shelf) for shelf in kept) * epochs)
    slope = optax.warmup_cosine_decay_schedule(0, 1, min(WARM_UP, steps // 10), steps, 0.02)
    rates = {
        "layers": optax.adamw(lambda step: rate * slope(step), weight_decay=0.01),
        "heads": optax.adam(lambda step: HEAD_RATE * slope(step)),
    }
    parts = jax.tree_util.tree_map_with_path(lambda path, _: "layers" if path[0].key == "layers" else "heads", weights)
    learner = optax.chain(optax.clip_by_global_norm(1.0), optax.multi_transform(rates, parts))

    def loss(weights: Weights, batch: Mapping[str, Any]) -> Any:
        left = network.passed(batch["places"].astype(jnp.float32), batch["held"], weights["layers"])
        return _loss(weights, (network.pooled(left, batch["held"]) - mean) * SPREAD, batch)

    @jax.jit
    def step(weights: Weights, state: Any, batch: Mapping[str, Any]) -> Any:
        value, slopes = jax.value_and_grad(loss)(weights, batch)
        change, state = learner.update(slopes, state, weights)
        return optax.apply_updates(weights, change), state, value

    state, began, seen = learner.init(weights), time.monotonic(), 0.0
    for number, batch in zip(range(1, steps + 1), _batches(kept, wanted), strict=False):
        weights, state, value = step(weights, state, batch)
        seen += float(value)
        if number % SAID_EVERY == 0:
            print(f"{number} of {steps}: loss {seen / SAID_EVERY:.3f}, {time.monotonic() - began:.0f} s", flush=True)
            seen = 0.0
    done: list[network.Layer] = weights["layers"]
    return done


def tuning_of(layers: Sequence[network.Layer], tensors: Mapping[str, Tensor], base: str) -> Tuning:
    """What is to be laid over the model file whose fingerprint is `base`."""
    offsets, parts = [], []
    for number, layer in enumerate(layers, FIRST_TUNED):
        for name, numbers in sorted(layer.items()):
            tensor, plain = tensors[f"l{number}.{name}"], np.asarray(numbers, np.float32)
            raw = packed(plain) if tensor.is_packed else plain.tobytes()
            offsets.append(tensor.offset)
            parts.append(np.frombuffer(raw, np.uint8))
    return Tuning(base, np.array(offsets), np.array([len(part) for part in parts]), np.concatenate(parts))


def _vectors(layers: Sequence[network.Layer], kept: Sequence[Shelf], count: int) -> NDArray[np.float32]:
    through = jax.jit(lambda places, held: network.pooled(network.passed(places, held, layers, jnp.bfloat16), held))
    vectors = np.zeros((count, SIZE), np.float32)
    for shelf in kept:
        for start in range(0, len(shelf.numbers), PIECES_AT_ONCE):
            part = slice(start, start + PIECES_AT_ONCE)
            places = jnp.asarray(shelf.places[part], jnp.float32)
            vectors[shelf.numbers[part]] = np.asarray(through(places, shelf.held[part]))
    return vectors


def _first_heads(vectors: NDArray[np.float32], wanted: Targets) -> Weights:
    """Linear heads over the untouched vectors, so that training does not begin with noise."""
    heads: Weights = {
        "topic": jnp.zeros((SIZE, len(wanted.topics))),
        "topic_bias": jnp.zeros(len(wanted.topics)),
        "danger": jnp.zeros((SIZE, len(wanted.dangers))),
        "danger_bias": jnp.zeros(len(wanted.dangers)),
    }
    learner = optax.adam(5e-3)
    state, order = learner.init(heads), np.random.default_rng(0)

    @jax.jit
    def step(heads: Weights, state: Any, rows: Any, batch: Mapping[str, Any]) -> Any:
        change, state = learner.update(jax.grad(_loss)(heads, rows, batch), state, heads)
        return optax.apply_updates(heads, change), state

    size = min(1024, len(vectors))
    for _ in range(12):
        mixed = order.permutation(len(vectors))
        for start in range(0, len(mixed) - size + 1, size):
            chosen = mixed[start : start + size]
            heads, state = step(heads, state, vectors[chosen], _labels(wanted, chosen))
    return heads


def _loss(heads: Weights, rows: Any, batch: Mapping[str, Any]) -> Any:
    missed: Any = 0.0
    for name in ("topic", "danger"):
        scores = rows @ heads[name] + heads[f"{name}_bias"]
        each = optax.softmax_cross_entropy_with_integer_labels(scores, batch[name])
        missed += (each * batch[f"{name}_weight"]).mean()
    return missed


def _labels(wanted: Targets, numbers: NDArray[np.int64]) -> dict[str, Any]:
    names = ("topic", "topic_weight", "danger", "danger_weight")
    return {name: getattr(wanted, name)[numbers] for name in names}


def _count(shelf: Shelf) -> int:
    return -(-len(shelf.numbers) // _size(shelf))


def _size(shelf: Shelf) -> int:
    return min(max(8, PIECES_AT_ONCE // shelf.places.shape[1]), len(shelf.numbers))


def _batches(kept: Sequence[Shelf], wanted: Targets) -> Iterator[dict[str, Any]]:
    """Batches without end, every text once before any comes again."""
    order = np.random.default_rng(1)
    while True:
        drawn = []
        for shelf in kept:
            mixed, size = order.permutation(len(shelf.numbers)), _size(shelf)
            starts = [min(start, len(mixed) - size) for start in range(0, len(mixed), size)]
            drawn += [(shelf, mixed[start : start + size]) for start in starts]
        for number in order.permutation(len(drawn)):
            shelf, chosen = drawn[number]
            labels = _labels(wanted, shelf.numbers[chosen])
            yield {"places": shelf.places[chosen], "held": shelf.held[chosen], **labels}
