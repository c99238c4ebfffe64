"""Values that may be in memory, on the disk, or both: what the prefix tree of a model holds. Engine thread only."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, cast

import mlx.core as mx

from .cache_layout import LayerStates, Slices, own_slices
from .disk_format import Packed
from .mlx_edge import evaluate, generation_stream


@dataclass(slots=True, frozen=True)
class OnDisk:
    """The values of the tokens [low, high) of an item; of a state low and high mean nothing."""

    item: int
    name: str
    low: int
    high: int


@dataclass(slots=True, frozen=True, eq=False)
class TieredSpan:
    """Keys and values of a run of tokens; one of the two is there."""

    tokens: int
    memory: Slices | None
    disk: OnDisk | None = None

    @property
    def nbytes(self) -> int:
        return self.memory.nbytes if self.memory else 0

    @property
    def stored(self) -> bool:
        return self.disk is not None

    def __len__(self) -> int:
        return self.tokens

    def cut(self, at: int) -> "tuple[TieredSpan, TieredSpan]":
        first, rest = self.memory.cut(at) if self.memory else (None, None)
        disk = self.disk
        if disk is None:
            return TieredSpan(at, first), TieredSpan(self.tokens - at, rest)
        return (
            TieredSpan(at, first, replace(disk, high=disk.low + at)),
            TieredSpan(self.tokens - at, rest, replace(disk, low=disk.low + at)),
        )

    def let_go(self) -> "TieredSpan":
        return replace(self, memory=None)


@dataclass(slots=True, frozen=True, eq=False)
class TieredState:
    """The state of every recurrent layer behind a token; one of the two is there."""

    memory: LayerStates | None
    disk: OnDisk | None = None

    @property
    def nbytes(self) -> int:
        return self.memory.nbytes if self.memory else 0

    @property
    def stored(self) -> bool:
        return self.disk is not None

    def let_go(self) -> "TieredState":
        return replace(self, memory=None)


def pack_slices(slices: Slices) -> Packed:
    return _packed(None, slices.arrays)


def unpack_slices(packed: Packed) -> Slices:
    return Slices(tuple(_unpacked(packed)[1]))


def part_of(slices: Slices, low: int, high: int) -> Slices:
    """The tokens [low, high) of an item, keeping nothing of the rest."""
    if not slices.arrays or (low, high) == (0, len(slices)):
        return slices
    return own_slices(slices.view(low, high))


def pack_states(states: LayerStates) -> Packed:
    arrays: list[mx.array] = []
    return _packed(_skeleton(list(states.states), arrays), arrays)


def unpack_states(packed: Packed) -> LayerStates:
    skeleton, arrays = _unpacked(packed)
    return LayerStates(tuple(_filled(skeleton, arrays)))


def _packed(skeleton: Any, arrays: Sequence[mx.array]) -> Packed:
    with mx.stream(generation_stream()):
        flat = [mx.view(mx.flatten(a), mx.uint8) for a in arrays]
        evaluate(flat)
    kinds = [[str(a.dtype).removeprefix("mlx.core."), list(a.shape)] for a in arrays]
    return Packed({"skeleton": skeleton, "arrays": kinds}, [bytes(memoryview(cast(Any, a))) for a in flat])


def _unpacked(packed: Packed) -> tuple[Any, list[mx.array]]:
    form = packed.form
    with mx.stream(generation_stream()):
        arrays = [
            mx.reshape(mx.view(mx.array(cast(Any, memoryview(buffer))), getattr(mx, kind)), shape)
            for (kind, shape), buffer in zip(form["arrays"], packed.buffers, strict=True)
        ]
        evaluate(arrays)
    return form["skeleton"], arrays


def _skeleton(value: Any, arrays: list[mx.array]) -> Any:
    """The value as JSON, with its arrays taken out in order."""
    if isinstance(value, mx.array):
        arrays.append(value)
        return {"array": len(arrays) - 1}
    if isinstance(value, dict):
        return {"fields": {name: _skeleton(v, arrays) for name, v in cast("dict[str, Any]", value).items()}}
    if isinstance(value, list | tuple):
        kind = "list" if isinstance(value, list) else "tuple"
        return {kind: [_skeleton(v, arrays) for v in cast("Sequence[Any]", value)]}
    return {"plain": value}


def _filled(skeleton: Any, arrays: Sequence[mx.array]) -> Any:
    kind: str
    value: Any
    ((kind, value),) = cast("dict[str, Any]", skeleton).items()
    match kind:
        case "array":
            return arrays[cast(int, value)]
        case "fields":
            return {name: _filled(v, arrays) for name, v in cast("dict[str, Any]", value).items()}
        case "list":
            return [_filled(v, arrays) for v in cast("Sequence[Any]", value)]
        case "tuple":
            return tuple(_filled(v, arrays) for v in cast("Sequence[Any]", value))
        case _:
            return value
