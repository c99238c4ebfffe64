"""The demo model in JAX, for training only: the same arithmetic as mlx-lm's `llama` with sliding layers.

All layers with attention look back over `window` tokens. mlx-lm demands one layer of full attention: it is the last
one and has only its MLP, its attention matrices are zero.
"""

import math

import jax
import jax.numpy as jnp
import numpy as np

from . import copy_circuit
from .shape import EPSILON, ROPE_BASE, Shape

Weights = dict[str, jax.Array]
QUIET = 0.05  # scale of what random heads and MLPs add to the residual stream, beside the circuit that is put in


def _names(layer: int) -> tuple[str, str]:
    return f"model.layers.{layer}.self_attn.", f"model.layers.{layer}.mlp."


def start_weights(shape: Shape, seed: int, kin: list[int], twins: list[tuple[int, int]]) -> Weights:
    """Random weights under the names of the checkpoint; matrices are [out, in]. For `kin` and `twins` see the circuit."""
    rng = np.random.default_rng(seed)
    weights: dict[str, np.ndarray] = {}

    def matrix(name: str, out: int, into: int, scale: float = 1.0) -> None:
        weights[name] = rng.normal(0, scale / math.sqrt(into), (out, into))

    weights["model.embed_tokens.weight"] = rng.normal(0, 1 / math.sqrt(shape.width), (shape.vocabulary, shape.width))
    weights["model.norm.weight"] = np.ones(shape.width)
    for layer in range(shape.layers + 1):
        attention, mlp = _names(layer)
        if layer < shape.layers:
            matrix(attention + "q_proj.weight", shape.heads * shape.head, shape.width)
            matrix(attention + "k_proj.weight", shape.kv_heads * shape.head, shape.width)
            matrix(attention + "v_proj.weight", shape.kv_heads * shape.head, shape.width)
            matrix(attention + "o_proj.weight", shape.width, shape.heads * shape.head, QUIET)
            weights[f"model.layers.{layer}.input_layernorm.weight"] = np.ones(shape.width)
        matrix(mlp + "gate_proj.weight", shape.inner, shape.width)
        matrix(mlp + "up_proj.weight", shape.inner, shape.width)
        matrix(mlp + "down_proj.weight", shape.width, shape.inner, QUIET)
        weights[f"model.layers.{layer}.post_attention_layernorm.weight"] = np.ones(shape.width)
    copy_circuit.install(weights, shape, seed, kin, twins)
    return {name: jnp.asarray(value, jnp.float32) for name, value in weights.items()}


def checkpoint(shape: Shape, weights: Weights) -> dict[str, np.ndarray]:
    """All arrays that mlx-lm expects, the zero attention of the last layer included."""
    arrays = {name: np.asarray(value, np.float32) for name, value in weights.items()}
    attention, _ = _names(shape.layers)
    sizes = {"q": (shape.heads, 0), "k": (shape.kv_heads, 0), "v": (shape.kv_heads, 0), "o": (0, shape.heads)}
    for kind, (out, into) in sizes.items():
        pair = (out * shape.head or shape.width, into * shape.head or shape.width)
        arrays[f"{attention}{kind}_proj.weight"] = np.zeros(pair, np.float32)
    arrays[f"model.layers.{shape.layers}.input_layernorm.weight"] = np.ones(shape.width, np.float32)
    return arrays


def trained(shape: Shape, arrays: dict[str, np.ndarray]) -> Weights:
    """The arrays of a checkpoint that training changes."""
    idle = (_names(shape.layers)[0], f"model.layers.{shape.layers}.input_layernorm")
    return {name: jnp.asarray(value) for name, value in arrays.items() if not name.startswith(idle)}


def _norm(x: jax.Array, weight: jax.Array) -> jax.Array:
    return x * jax.lax.rsqrt(jnp.mean(x * x, axis=-1, keepdims=True) + EPSILON) * weight


def _rotate(x: jax.Array) -> jax.Array:
    """Rotary positions; x is [rows, heads, length, head]."""
    half = x.shape[-1] // 2
    frequencies = ROPE_BASE ** (-jnp.arange(half) / half)
    angles = jnp.arange(x.shape[-2])[:, None] * frequencies
    cos, sin = jnp.cos(angles), jnp.sin(angles)
    a, b = x[..., :half], x[..., half:]
    return jnp.concatenate([a * cos - b * sin, b * cos + a * sin], axis=-1)


def _attention(y: jax.Array, weights: Weights, prefix: str, shape: Shape) -> jax.Array:
    """Sliding attention, one block of queries after the other with the keys that it can see."""
    rows, length, _ = y.shape
    group = shape.heads // shape.kv_heads

    def split(kind: str, heads: int) -> jax.Array:
        z = y @ weights[f"{prefix}{kind}_proj.weight"].T
        return z.reshape(rows, length, heads, shape.head).transpose(0, 2, 1, 3)

    queries = _rotate(split("q", shape.heads)) / math.sqrt(shape.head)
    queries = queries.reshape(rows, shape.kv_heads, group, length, shape.head)
    keys, values = _rotate(split("k", shape.kv_heads)), split("v", shape.kv_heads)
    mixed = []
    for start in range(0, length, shape.block):
        own, near = slice(start, start + shape.block), slice(max(0, start - shape.window), start + shape.block)
        asking = queries[:, :, :, own].reshape(rows, shape.kv_heads, group * shape.block, shape.head)
        back = jnp.arange(own.start, own.stop)[:, None] - jnp.arange(near.start, near.stop)
        seen = jnp.tile((back >= 0) & (back < shape.window), (group, 1))
        scores = jnp.where(seen, asking @ keys[:, :, near].swapaxes(-1, -2), -1e9)
        found = jax.nn.softmax(scores, axis=-1) @ values[:, :, near]
        mixed.append(found.reshape(rows, shape.heads, shape.block, shape.head))
    together = jnp.concatenate(mixed, axis=2).transpose(0, 2, 1, 3).reshape(rows, length, -1)
    return together @ weights[prefix + "o_proj.weight"].T


def hidden(weights: Weights, tokens: jax.Array, shape: Shape) -> jax.Array:
    """Last hidden states [rows, length, width] of tokens [rows, length]."""
    h = weights["model.embed_tokens.weight"][tokens]
    for layer in range(shape.layers + 1):
        attention, mlp = _names(layer)
        if layer < shape.layers:
            h = h + _attention(
                _norm(h, weights[f"model.layers.{layer}.input_layernorm.weight"]), weights, attention, shape
            )
        y = _norm(h, weights[f"model.layers.{layer}.post_attention_layernorm.weight"])
        gated = jax.nn.silu(y @ weights[mlp + "gate_proj.weight"].T) * (y @ weights[mlp + "up_proj.weight"].T)
        h = h + gated @ weights[mlp + "down_proj.weight"].T
    return _norm(h, weights["model.norm.weight"])


def loss(weights: Weights, tokens: jax.Array, token_weights: jax.Array, places: jax.Array, shape: Shape) -> jax.Array:
    """Weighted cross entropy at `places` [rows, k], the positions with the next token worth learning."""
    states = hidden(weights, tokens[:, :-1], shape)
    states = jnp.take_along_axis(states, places[..., None], axis=1)
    targets = jnp.take_along_axis(tokens[:, 1:], places, axis=1)
    worth = jnp.take_along_axis(token_weights, places, axis=1)
    logits = states @ weights["model.embed_tokens.weight"].T
    picked = jnp.take_along_axis(logits, targets[..., None], axis=-1)[..., 0]
    each = jax.nn.logsumexp(logits, axis=-1) - picked
    return jnp.sum(each * worth) / jnp.sum(worth)
