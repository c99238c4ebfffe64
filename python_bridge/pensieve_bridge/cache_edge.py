"""The cache classes of mlx_lm, one object of them at a time: untyped on that side, arrays and plain values on ours.

Engine thread only. Shapes: keys and values are `[1, heads, tokens, size]`.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Literal, cast

import mlx.core as mx

from .mlx_edge import BatchGeneratorLike, Cache

Kind = Literal["kv", "window", "state", "unused"]

_TOKEN_AXIS = 2


class LayoutError(Exception):
    """A cache does not hold what its class promises."""


def leaves(cache: Cache) -> list[Any]:
    """The caches of all layers, those inside composed ones instead of the composed ones."""
    from mlx_lm.models.cache import CacheList

    found: list[Any] = []
    for c in cache:
        found.extend(leaves(list(cast(Any, c).caches)) if isinstance(c, CacheList) else [c])
    return found


def regroup(like: Cache, parts: Iterator[Any]) -> Cache:
    """Leaves put together again as in `like`."""
    from mlx_lm.models.cache import CacheList

    return [
        CacheList(*regroup(list(cast(Any, c).caches), parts)) if isinstance(c, CacheList) else next(parts) for c in like
    ]


def kind_of(leaf: Any, held: int) -> Kind:
    """How the values of a cache that has seen `held` tokens can be taken out."""
    if leaf.empty():
        return "unused"
    if getattr(leaf, "offset", None) != held:
        return "state"
    match _name(leaf):
        case "KVCache" | "QuantizedKVCache":
            return "kv"
        case "ChunkedKVCache":
            return "window"
        case "RotatingKVCache":
            # Kept first tokens are not the last ones: such a cache is taken whole.
            return "state" if leaf.keep else "window"
        case _:
            return "state"


def window_of(leaf: Any) -> int:
    """Tokens that a window cache looks back at most."""
    return cast(int, leaf.chunk_size if _name(leaf) == "ChunkedKVCache" else leaf.max_size)


def can_forget(cache: Cache) -> bool:
    """Whether `forget` gives back what a cache was before its last tokens."""
    return all(_name(leaf) in ("KVCache", "QuantizedKVCache") for leaf in leaves(cache))


def forget(cache: Cache, tokens: int) -> None:
    """Drop the last tokens of caches that `can_forget`."""
    for leaf in leaves(cache):
        leaf.trim(tokens)


def is_window(leaf: Any) -> bool:
    """Whether a cache holds the last tokens only."""
    return _name(leaf) in ("RotatingKVCache", "ChunkedKVCache")


def bytes_of_token(leaf: Any) -> int:
    """What a cache that holds keys and values allocates for each token."""
    return sum(a.nbytes // a.shape[_TOKEN_AXIS] for a in _flat((leaf.keys, leaf.values)))


def token_arrays(leaf: Any, start: int, end: int) -> list[mx.array] | None:
    """Views of keys and values of the tokens [start, end) of a `kv` or `window` cache; None: no longer there."""
    if _name(leaf) == "RotatingKVCache":
        arrays = [leaf._temporal_order(a) for a in (leaf.keys, leaf.values)]
        first = leaf.offset - arrays[0].shape[_TOKEN_AXIS]
    else:
        arrays = _flat((leaf.keys, leaf.values))
        first = getattr(leaf, "start_position", 0)
    if start < first or end > leaf.offset:
        return None
    return [a[..., start - first : end - first, :] for a in arrays]


def arrays_of(leaf: Any) -> int:
    """How many arrays `token_arrays` gives for such a cache: a quantised one has three for the keys."""
    return 6 if _name(leaf) == "QuantizedKVCache" else 2


def from_token_arrays(like: Any, arrays: Sequence[mx.array], held: int) -> Any:
    """A cache of the class of `like` that has seen `held` tokens.

    `arrays` hold all of them for a `kv` cache, perhaps with room behind (growing copies everything), and exactly the
    last ones for a `window` cache.
    """
    from mlx_lm.models.cache import ChunkedKVCache, KVCache, QuantizedKVCache, RotatingKVCache

    made: Any
    match _name(like):
        case "RotatingKVCache":
            made = RotatingKVCache(like.max_size)
            made._idx = arrays[0].shape[_TOKEN_AXIS]
        case "ChunkedKVCache":
            made = ChunkedKVCache(like.chunk_size)
            made.start_position = held - arrays[0].shape[_TOKEN_AXIS]
        case "QuantizedKVCache":
            made = QuantizedKVCache(like.group_size, like.bits)
        case _:
            made = KVCache()
    half = len(arrays) // 2
    sides = [tuple(arrays[:half]), tuple(arrays[half:])]
    made.keys, made.values = sides if half > 1 else [side[0] for side in sides]
    made.offset = held
    return made


def read_state(leaf: Any) -> dict[str, Any]:
    """All fields of a cache, its arrays as copies of their own."""
    return {name: _own(value) for name, value in fields_of(leaf).items()}


def fields_of(leaf: Any) -> dict[str, Any]:
    """The fields of a cache as they are, not to be kept."""
    return cast("dict[str, Any]", vars(leaf))


def from_state(like: Any, state: dict[str, Any]) -> Any:
    """A new cache of the class of `like`; the state can be used again."""
    made: Any = object.__new__(cast("type[object]", type(like)))
    for name, value in state.items():
        setattr(made, name, _own(value))
    return made


def seen_by_batch(generator: BatchGeneratorLike, uid: int) -> tuple[list[int], Cache] | None:
    """A row of a BatchGenerator: the tokens its caches have seen, and views of the caches.

    Its own `extract_cache` copies everything the row has, of which the store knows all but the end.
    """
    batches = cast(Any, generator)
    stage, at = batches._find_uids([uid]).get(uid, (None, 0))
    if stage == 0:
        waiting = batches._unprocessed_sequences[at]
        return list(waiting[4]), waiting[3]
    if stage == 2:
        running = batches._generation_batch
        return list(running.tokens[at]), [_row_of(c, at) for c in running.prompt_cache]
    return None


def arrays_in(value: Any) -> Iterator[mx.array]:
    """Every array inside a state."""
    if isinstance(value, mx.array):
        yield value
    elif isinstance(value, dict):
        for item in cast("Iterable[Any]", value.values()):
            yield from arrays_in(item)
    elif isinstance(value, list | tuple):
        for item in cast("Iterable[Any]", value):
            yield from arrays_in(item)


def _row_of(batched: Any, row: int) -> Any:
    from mlx_lm.models.cache import CacheList, KVCache

    match _name(batched):
        case "CacheList":
            return CacheList(*[_row_of(c, row) for c in batched.caches])
        case "BatchKVCache":
            # Rows end together and begin where their padding ends.
            begin, end = cast("list[int]", batched.left_padding.tolist())[row], cast(int, batched._idx)
            made: Any = KVCache()
            made.keys, made.values = (a[row : row + 1, :, begin:end] for a in (batched.keys, batched.values))
            made.offset = end - begin
            return made
        case _:
            return batched.extract(row)


def _own(value: Any) -> Any:
    if isinstance(value, mx.array):
        # An array of its own object: caches write into their arrays in place. (A scalar has nothing to be contiguous.)
        return mx.contiguous(value) if value.ndim else mx.array(value)
    if isinstance(value, list | tuple):
        copies = [_own(item) for item in cast("Iterable[Any]", value)]
        return copies if isinstance(value, list) else tuple(copies)
    if value is None or isinstance(value, bool | int | float | str):
        return value
    raise LayoutError(f"a cache holds a {type(value).__name__}, which cannot be kept")


def _flat(pair: tuple[Any, Any]) -> list[mx.array]:
    arrays: list[mx.array] = []
    for side in pair:
        arrays.extend(cast("Sequence[mx.array]", side) if isinstance(side, list | tuple) else [side])
    return arrays


def _name(leaf: Any) -> str:
    return cast("type[object]", type(leaf)).__name__
