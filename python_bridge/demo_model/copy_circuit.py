"""Starts the network with the two attention heads that copying needs, so that training need not find them.

Layer 0 tells each token what the token before it was (head 0). Layer 1 looks for the place whose previous token is the
present token, and carries on from there. Training then sharpens this for names and teaches everything else.
"""

import math

import numpy as np

from .shape import ROPE_BASE, Shape

COMMON = 0.6  # length of the part that all embeddings share, of which the previous-token head makes its fixed query
PEAK = 7.0  # score of a match in the previous-token head, for each quick rotary pair
QUICK, SLOW = 0.02, 0.006  # radians per token: pairs above tell distances, pairs below hardly turn within the window
MATCH = 13.0  # score of a match of token content in layer 1
CARRY = 0.5  # gain of the previous token in the residual stream
COPY = 4.0  # gain of the copied token in the residual stream
WIDTHS = 20  # directions of the embedding that layer 1 compares, per pair of heads


def _frequencies(shape: Shape) -> np.ndarray:
    half = shape.head // 2
    return ROPE_BASE ** (-np.arange(half) / half)


def _slow_slots(shape: Shape) -> np.ndarray:
    """Places within a head that keep their direction over the whole window."""
    slow = np.flatnonzero(_frequencies(shape) < SLOW)
    return np.concatenate([slow, slow + shape.head // 2])[:WIDTHS]


def install(weights: dict[str, np.ndarray], shape: Shape, seed: int) -> None:
    """Overwrite parts of freshly drawn weights, in place."""
    rng = np.random.default_rng(seed)
    basis = np.linalg.qr(rng.normal(size=(shape.width, shape.width)))[0].T  # rows are orthonormal
    size, slots = shape.head, _slow_slots(shape)
    common, compared, stored, copied = (
        basis[0],
        basis[1 : 1 + size],
        basis[1 + size : 1 + 2 * size],
        basis[1 + 2 * size :],
    )

    table = weights["model.embed_tokens.weight"]
    table += np.outer(COMMON - table @ common, common)
    normed = table / np.sqrt(np.mean(table**2, axis=1, keepdims=True))
    strength = float(np.mean(normed @ common))

    layer = "model.layers.0.self_attn."
    quick = np.where(_frequencies(shape) > QUICK, math.sqrt(PEAK * math.sqrt(size)) / strength, 0.0)
    ahead = _frequencies(shape)  # a query turned back by one token
    weights[layer + "q_proj.weight"][:size] = np.outer(
        np.concatenate([quick * np.cos(ahead), -quick * np.sin(ahead)]), common
    )
    weights[layer + "k_proj.weight"][:size] = np.outer(np.concatenate([quick, 0 * quick]), common)
    weights[layer + "v_proj.weight"][:size] = compared
    weights[layer + "o_proj.weight"][:, :size] = CARRY * stored.T

    length = math.sqrt(shape.width / (1 + COMMON**2))  # of a normed embedding without the common part
    spread = math.sqrt((1 + COMMON**2 + (CARRY * length) ** 2 * size / shape.width) / shape.width)
    content = len(slots) / shape.width  # share of an embedding's square that is compared
    found = (1 / spread**2) * CARRY * length * content  # size of a match before scaling
    scale = math.sqrt(MATCH * math.sqrt(size) / found)
    layer = "model.layers.1.self_attn."
    query, key, value, out = (weights[f"{layer}{kind}_proj.weight"] for kind in "qkvo")
    for group in range(shape.kv_heads):
        first = (group * (size - len(slots))) % size
        chosen = slice(first, first + len(slots))
        block = np.zeros((size, shape.width))
        block[slots] = scale * stored[chosen]
        key[group * size : (group + 1) * size] = block
        part = copied[group * size : (group + 1) * size]
        value[group * size : group * size + len(part)] = part
        heads = shape.heads // shape.kv_heads
        for head in range(group * heads, (group + 1) * heads):
            block = np.zeros((size, shape.width))
            block[slots] = scale * compared[chosen]
            query[head * size : (head + 1) * size] = block
            out[:, head * size : head * size + len(part)] = COPY * spread / heads * part.T
