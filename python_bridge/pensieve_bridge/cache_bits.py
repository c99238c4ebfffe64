"""Keys and values in fewer bits: a longer prompt in the same memory, a little less exactly. Engine thread only."""

from collections.abc import Callable
from typing import Any, cast

import mlx.core as mx

from .cache_edge import leaves, regroup
from .mlx_edge import Cache, Network, evaluate, new_cache

_GROUPS = (64, 32)
"""Numbers that share a scale; the largest that divides a head."""


class BitsError(Exception):
    """The model cannot work with such caches; the message says why."""


def keep_in_bits(network: Network, bits: int) -> None:
    """From now on caches of every token's keys and values keep them in so many bits; other kinds stay as they are.

    Tried with one token: which sizes a model has, and whether its attention reads such caches, shows only then.
    Raises `BitsError`.
    """
    plain = _plain_caches(network)
    if not any(_is_plain(leaf) for leaf in leaves(plain())):
        raise BitsError("no layer of this model keeps the keys and values of every token")
    problem = ""
    for group in _GROUPS:
        cast(Any, network).make_cache = _quantized(plain, group, bits)
        try:
            evaluate(network(mx.array([[0]]), cache=new_cache(network)))
        except ValueError as error:
            problem = str(error)
        else:
            return
    raise BitsError(problem)


def _plain_caches(network: Network) -> Callable[[], Cache]:
    from mlx_lm.models.cache import KVCache

    own = cast("Callable[[], Cache] | None", getattr(network, "make_cache", None))
    return own or (lambda: [KVCache() for _ in cast(Any, network).layers])


def _quantized(plain: Callable[[], Cache], group: int, bits: int) -> Callable[[], Cache]:
    from mlx_lm.models.cache import QuantizedKVCache

    def make() -> Cache:
        cache = plain()
        made = (QuantizedKVCache(group, bits) if _is_plain(leaf) else leaf for leaf in leaves(cache))
        return regroup(cache, made)

    return make


def _is_plain(leaf: object) -> bool:
    return type(leaf).__name__ == "KVCache"
