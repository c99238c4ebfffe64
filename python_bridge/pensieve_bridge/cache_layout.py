"""What the caches of a model's layers hold, and how a part of it is taken out and put back. Engine thread only.

Three kinds (see `prefix_tree`), by class (see `cache_edge`):

- `kv`: any run of tokens can be cut out;
- `window`: the same, but only the last tokens are still there;
- `state`: taken whole, valid behind exactly the tokens it has seen.

What is taken out is always a copy of its own: a slice would keep the whole of what it was cut from.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

import mlx.core as mx

from .cache_edge import (
    Kind,
    LayoutError,
    arrays_in,
    arrays_of,
    bytes_of_token,
    fields_of,
    from_state,
    from_token_arrays,
    is_window,
    kind_of,
    leaves,
    read_state,
    regroup,
    token_arrays,
    window_of,
)
from .memory_budget import Footprint
from .mlx_edge import Cache, evaluate, generation_stream
from .prefix_tree import Needs

_TOKEN_AXIS = 2


@dataclass(slots=True, frozen=True, eq=False)
class Slices:
    """Keys and values of one run of tokens, of all layers of a kind: arrays `[1, heads, tokens, size]`."""

    arrays: tuple[mx.array, ...]

    @property
    def nbytes(self) -> int:
        return sum(a.nbytes for a in self.arrays)

    def __len__(self) -> int:
        return self.arrays[0].shape[_TOKEN_AXIS]

    def cut(self, at: int) -> "tuple[Slices, Slices]":
        return own_slices([a[..., :at, :] for a in self.arrays]), own_slices([a[..., at:, :] for a in self.arrays])

    def view(self, start: int, end: int) -> list[mx.array]:
        """A part, to be copied at once."""
        if self.arrays and (start, end) == (0, len(self)):
            return list(self.arrays)
        return [a[..., start:end, :] for a in self.arrays]


@dataclass(slots=True, frozen=True, eq=False)
class LayerStates:
    """The whole of every `state` layer, behind one token."""

    states: tuple[dict[str, Any], ...]

    @property
    def nbytes(self) -> int:
        return sum(a.nbytes for a in arrays_in(list(self.states)))


def own_slices(views: Sequence[mx.array]) -> Slices:
    """Copies of views that keep nothing of what they were cut from."""
    with mx.stream(generation_stream()):
        arrays = tuple(mx.contiguous(v) for v in views)
        evaluate(arrays)
    return Slices(arrays)


Piece = tuple[Slices, int, int]
"""The tokens [start, end) of some slices."""


@dataclass(slots=True, frozen=True)
class Parts:
    """What a cache is made of: `kv` covers all its tokens, `window` the last of them."""

    tokens: int
    kv: Sequence[Piece]
    window: Sequence[Piece]
    state: LayerStates | None


class Layout:
    """Found once a model, from a cache that was used: some layers never use theirs."""

    def __init__(self, used: Cache, held: int) -> None:
        parts = leaves(used)
        kinds: list[Kind] = [kind_of(leaf, held) for leaf in parts]
        windows = {window_of(leaf) for leaf, kind in zip(parts, kinds, strict=True) if kind == "window"}
        self._window = max(windows, default=0)
        # Where windows differ, the smaller ones are taken whole.
        self._kinds: list[Kind] = [
            "state" if kind == "window" and window_of(leaf) != self._window else kind
            for leaf, kind in zip(parts, kinds, strict=True)
        ]
        self.kinds = " ".join(f"{_named(p)}:{k}" for p, k in zip(parts, self._kinds, strict=True))
        """Class and kind of every layer, as text."""
        self.needs = Needs(self._window, "state" in self._kinds)
        self.footprint = _footprint(parts, self._kinds)

    def reader(self, cache: Cache, held: int) -> "Reader":
        """Takes values out of a cache that has seen exactly `held` tokens. Raises `LayoutError` if it has not."""
        parts = leaves(cache)
        for leaf, kind in zip(parts, self._kinds, strict=True):
            if kind in ("kv", "window") and leaf.offset != held:
                raise LayoutError(f"a {type(leaf).__name__} has seen {leaf.offset} tokens instead of {held}")
        return Reader(self._of(parts, "kv"), self._of(parts, "window"), self._of(parts, "state"))

    def build(self, fresh: Cache, parts: Parts, capacity: int) -> Cache:
        """The caches as they were behind `parts.tokens`; `fresh` gives the classes.

        There is room for `capacity` tokens, since a cache that grows copies all it holds.
        """
        with mx.stream(generation_stream()):
            arrays = {"kv": iter(_join(parts.kv, capacity)), "window": iter(_join(parts.window))}
            states = iter(parts.state.states if parts.state else ())
            made: list[Any] = []
            for leaf, kind in zip(leaves(fresh), self._kinds, strict=True):
                if kind == "unused":
                    made.append(leaf)
                elif kind == "state":
                    made.append(from_state(leaf, next(states)))
                else:
                    own = list(islice(arrays[kind], arrays_of(leaf)))
                    made.append(from_token_arrays(leaf, own, parts.tokens))
            evaluate([list(arrays_in(fields_of(leaf))) for leaf in made])
        return regroup(fresh, iter(made))

    def _of(self, parts: list[Any], kind: Kind) -> list[Any]:
        return [leaf for leaf, its in zip(parts, self._kinds, strict=True) if its == kind]


@dataclass(slots=True, frozen=True)
class Reader:
    """A live cache as a source of the prefix tree. Not to be kept: the cache goes on."""

    kv_leaves: list[Any]
    window_leaves: list[Any]
    state_leaves: list[Any]

    def kv(self, start: int, end: int) -> Slices:
        """Of no arrays where no layer keeps values of every token."""
        found = _cut(self.kv_leaves, start, end) if self.kv_leaves else Slices(())
        if found is None:
            raise LayoutError(f"a cache has lost tokens {start} to {end}")
        return found

    def window(self, start: int, end: int) -> Slices | None:
        return _cut(self.window_leaves, start, end)

    def state(self) -> LayerStates | None:
        if not self.state_leaves:
            return None
        with mx.stream(generation_stream()):
            states = tuple(read_state(leaf) for leaf in self.state_leaves)
            evaluate(list(arrays_in(list(states))))
        return LayerStates(states)


def _footprint(parts: list[Any], kinds: list[Kind]) -> Footprint:
    per_token = per_row = 0
    for leaf, kind in zip(parts, kinds, strict=True):
        if kind == "kv":
            per_token += bytes_of_token(leaf)
        elif kind == "window" or is_window(leaf):
            per_row += bytes_of_token(leaf) * window_of(leaf)
        elif kind == "state":
            per_row += sum(a.nbytes for a in arrays_in(fields_of(leaf)))
    return Footprint(per_token, per_row)


def _cut(parts: list[Any], start: int, end: int) -> Slices | None:
    if not parts:
        return None
    views: list[mx.array] = []
    with mx.stream(generation_stream()):
        for leaf in parts:
            arrays = token_arrays(leaf, start, end)
            if arrays is None:
                return None
            views.extend(arrays)
        return own_slices(views)


def _join(pieces: Sequence[Piece], capacity: int = 0) -> list[mx.array]:
    """One array of each layer's pieces, with zeros behind them up to `capacity` tokens."""
    if not pieces:
        return []
    columns = zip(*(slices.view(start, end) for slices, start, end in pieces), strict=True)
    spare = capacity - sum(end - start for _, start, end in pieces)
    return [mx.concatenate([*column, *_zeros(column[0], spare)], axis=_TOKEN_AXIS) for column in columns]


def _zeros(like: mx.array, tokens: int) -> list[mx.array]:
    if tokens <= 0:
        return []
    batch, heads, _, size = like.shape
    return [mx.zeros((batch, heads, tokens, size), like.dtype)]


def _named(leaf: object) -> str:
    return type(leaf).__name__
