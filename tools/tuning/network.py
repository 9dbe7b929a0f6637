"""The encoder as a function that can be learnt from: the same arithmetic as the wheel's, in whole floats instead of four bits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import jax
import jax.numpy as jnp
import numpy as np

from server.answers.finding.semantic import SIZE
from tools.tuning.weights import BLOCK_BYTES, Floats, Tensor, unpacked

HEADS: Final = 12
LAYERS: Final = 12
SMALL: Final = 1e-12
MATRICES: Final = {"q": SIZE, "k": SIZE, "v": SIZE, "ao": SIZE, "fi": 4 * SIZE, "fo": SIZE}
"""Rows of each matrix of a layer."""

NORMS: Final = ("aln", "oln")

Layer = dict[str, Any]
Array = Any


def layers(model: bytes, tensors: Mapping[str, Tensor], first: int, end: int) -> list[Layer]:
    """The weights of some layers: `name.w` and `name.b` of each matrix and each norm."""
    return [_layer(model, tensors, number) for number in range(first, end)]


def _layer(model: bytes, tensors: Mapping[str, Tensor], number: int) -> Layer:
    weights: Layer = {}
    for part in (*MATRICES, *NORMS):
        for kind in ("w", "b"):
            numbers = _numbers(model, tensors[f"l{number}.{part}.{kind}"])
            is_matrix = kind == "w" and part in MATRICES
            weights[f"{part}.{kind}"] = jnp.asarray(numbers.reshape(MATRICES[part], -1) if is_matrix else numbers)
    return weights


def _numbers(model: bytes, tensor: Tensor) -> Floats:
    raw = model[tensor.offset : tensor.offset + tensor.length]
    return unpacked(raw) if tensor.is_packed else np.frombuffer(raw, np.float32)


def entered(
    model: bytes, tensors: Mapping[str, Tensor], cut: Sequence[Sequence[int]], width: int
) -> tuple[Array, Array]:
    """(what enters the first layer, texts by `width` by `SIZE`; which places hold a piece) of texts cut to pieces."""
    word, row = tensors["emb.word"], SIZE // 32 * BLOCK_BYTES
    place = _numbers(model, tensors["emb.pos"]).reshape(-1, SIZE)
    kind = _numbers(model, tensors["emb.type"]).reshape(-1, SIZE)[0]
    places = np.zeros((len(cut), width, SIZE), np.float32)
    held = np.zeros((len(cut), width), np.float32)
    held[:, 0] = 1
    for number, pieces in enumerate(cut):
        fitting = shortened(pieces, width)
        raw = b"".join(model[word.offset + row * piece : word.offset + row * (piece + 1)] for piece in fitting)
        places[number, : len(fitting)] = unpacked(raw).reshape(-1, SIZE) + place[: len(fitting)] + kind
        held[number, : len(fitting)] = 1
    norm = (_numbers(model, tensors["emb.ln.w"]), _numbers(model, tensors["emb.ln.b"]))
    return _normed(jnp.asarray(places), *norm), jnp.asarray(held)


def shortened(pieces: Sequence[int], width: int) -> Sequence[int]:
    """The pieces that fit; the mark of the end stays the last."""
    return pieces if len(pieces) <= width else [*pieces[: width - 1], pieces[-1]]


def passed(places: Array, held: Array, through: Sequence[Layer], exactness: Any = jnp.float32) -> Array:
    """What leaves the last of some layers."""
    hidden = jnp.where(held > 0, 0.0, -1e9)[:, None, None, :]
    for layer in through:
        places = _one_layer(places, layer, hidden, exactness)
    return places


def pooled(places: Array, held: Array) -> Array:
    """One vector of length 1 a text: the mean over its pieces."""
    mean = (places * held[..., None]).sum(1) / held.sum(1, keepdims=True)
    return mean / jnp.linalg.norm(mean, axis=-1, keepdims=True)


def _one_layer(places: Array, layer: Layer, hidden: Array, exactness: Any) -> Array:
    texts, width, _ = places.shape

    def through(part: str, what: Array) -> Array:
        product = jax.lax.dot_general(
            what.astype(exactness),
            layer[f"{part}.w"].astype(exactness),
            (((what.ndim - 1,), (1,)), ((), ())),
            preferred_element_type=jnp.float32,
        )
        return product + layer[f"{part}.b"]

    asked, offered, held = (through(part, places).reshape(texts, width, HEADS, -1) for part in ("q", "k", "v"))
    likeness = jnp.einsum("bthd,bshd->bhts", asked, offered) / np.sqrt(SIZE / HEADS) + hidden
    seen = jnp.einsum("bhts,bshd->bthd", jax.nn.softmax(likeness, -1), held).reshape(texts, width, SIZE)
    places = _normed(places + through("ao", seen), layer["aln.w"], layer["aln.b"])
    thought = through("fo", jax.nn.gelu(through("fi", places), approximate=False))
    return _normed(places + thought, layer["oln.w"], layer["oln.b"])


def _normed(places: Array, weight: Array, bias: Array) -> Array:
    mean = places.mean(-1, keepdims=True)
    spread = ((places - mean) ** 2).mean(-1, keepdims=True)
    return (places - mean) * jax.lax.rsqrt(spread + SMALL) * weight + bias
