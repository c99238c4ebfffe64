"""Starts the network with the attention heads that copying needs, so that training need not find them.

Layer 0 tells each token which tokens stood one and two places before it (heads 0 and 1). Layer 1 looks for the place
whose last two tokens are the present two, and carries on from there. Training sharpens this for names and teaches
everything else.
"""

import math

import numpy as np

from .shape import ROPE_BASE, Shape

COMMON = 0.6  # length of the part that all embeddings share, of which the previous-token head makes its fixed query
PEAK = 7.0  # score of a match in the previous-token head, for each quick rotary pair
QUICK, SLOW = 0.02, 0.006  # radians per token: pairs above tell distances, pairs below hardly turn within the window
MATCH = 13.0  # score of a match of token content in layer 1
LOOK_BACK = 2  # tokens
CARRY = 0.5  # gain of the previous token in the residual stream
COPY = 4.0  # gain of the copied token in the residual stream
WIDTHS = 20  # directions of token content that one head of layer 1 compares


def _frequencies(shape: Shape) -> np.ndarray:
    half = shape.head // 2
    return ROPE_BASE ** (-np.arange(half) / half)


def _slow_slots(shape: Shape) -> np.ndarray:
    """Places within a head that keep their direction over the whole window."""
    slow = np.flatnonzero(_frequencies(shape) < SLOW)
    return np.concatenate([slow, slow + shape.head // 2])[:WIDTHS]


def _write_look_back(weights: dict[str, np.ndarray], shape: Shape, common: np.ndarray, basis: list[np.ndarray]) -> None:
    """Layer 0: head `n` brings the token `n + 1` places back, read by `basis[0]`, into the directions `basis[n + 1]`."""
    table = weights["model.embed_tokens.weight"]
    table += np.outer(COMMON - table @ common, common)
    normed = table / np.sqrt(np.mean(table**2, axis=1, keepdims=True))
    strength = float(np.mean(normed @ common))
    layer, size, turns = "model.layers.0.self_attn.", shape.head, _frequencies(shape)
    quick = np.where(turns > QUICK, math.sqrt(PEAK * math.sqrt(size)) / strength, 0.0)
    weights[layer + "k_proj.weight"][:size] = np.outer(np.concatenate([quick, 0 * quick]), common)
    weights[layer + "v_proj.weight"][:size] = basis[0]
    for head in range(LOOK_BACK):
        angle = (head + 1) * turns  # the query is turned back by so many tokens
        query = np.concatenate([quick * np.cos(angle), -quick * np.sin(angle)])
        own = slice(head * size, (head + 1) * size)
        weights[layer + "q_proj.weight"][own] = np.outer(query, common)
        weights[layer + "o_proj.weight"][:, own] = CARRY * basis[head + 1].T


def _write_match(weights: dict[str, np.ndarray], shape: Shape, basis: list[np.ndarray]) -> None:
    """Layer 1: the first pair of heads compares two tokens, the second pair one token; both copy what follows."""
    length = math.sqrt(shape.width / (1 + COMMON**2))  # of a normed embedding without the common part
    carried = CARRY * length
    spread = math.sqrt((1 + COMMON**2 + LOOK_BACK * carried**2 * shape.head / shape.width) / shape.width)
    size, slots, heads = shape.head, _slow_slots(shape), shape.heads // shape.kv_heads
    found = carried / spread**2 * len(slots) / shape.width  # size of a match before scaling
    scale = math.sqrt(MATCH * math.sqrt(size) / found)
    query, key, value, out = (weights[f"model.layers.1.self_attn.{kind}_proj.weight"] for kind in "qkvo")
    for group in range(shape.kv_heads):
        parts = np.array_split(np.arange(len(slots)), LOOK_BACK if group == 0 else 1)
        asked, offered = np.zeros((size, shape.width)), np.zeros((size, shape.width))
        for back, part in enumerate(parts):
            rows = part + (0 if group == 0 else size - len(slots))
            asked[slots[part]] = scale * basis[back][rows] / (carried if back else 1.0)
            offered[slots[part]] = scale * basis[back + 1][rows]
        copied = basis[0] if group == 0 else basis[3]
        own = slice(group * size, group * size + len(copied))
        key[group * size : (group + 1) * size] = offered
        value[own] = copied
        for head in range(group * heads, (group + 1) * heads):
            query[head * size : (head + 1) * size] = asked
            out[:, head * size : head * size + len(copied)] = COPY * spread / heads * copied.T


def install(weights: dict[str, np.ndarray], shape: Shape, seed: int) -> None:
    """Overwrite parts of freshly drawn weights, in place."""
    rng = np.random.default_rng(seed)
    rows = np.linalg.qr(rng.normal(size=(shape.width, shape.width)))[0].T  # orthonormal
    size = shape.head
    basis = [rows[1 + n * size : 1 + (n + 1) * size] for n in range(4)]
    _write_look_back(weights, shape, rows[0], basis)
    _write_match(weights, shape, basis)
