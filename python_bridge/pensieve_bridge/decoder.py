"""What the engine needs from whatever turns prefilled rows into tokens (see `adaptive_decoder`)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

from .mlx_edge import Cache, Processor, Sampler


@dataclass(slots=True, frozen=True)
class ReadyRow:
    """A prefilled row: `cache` holds `prefix` (the prompt); `last`, its first sampled token, not in the cache yet."""

    row: int
    prefix: list[int]
    last: int
    cache: Cache
    sampler: Sampler
    processors: list[Processor]


@dataclass(slots=True, frozen=True)
class SeenRow:
    """A row's caches and all tokens they have seen. To be read at once: the row goes on."""

    tokens: list[int]
    cache: Cache


class Decoder(Protocol):
    """Lives on the engine thread. Never ends a row by itself: the engine calls `remove`.

    After any exception out of `step`, every row is lost and the decoder must be thrown away.
    """

    capacity: int
    """Rows that may decode at once."""

    def add(self, ready: ReadyRow) -> None:
        """Take the row over; its cache belongs to the decoder from now on."""
        ...

    def step(self) -> list[tuple[int, int]]:
        """One token for each running row, as (row, token id); a new row may need one step to warm up."""
        ...

    def draw_again(self, draws: Mapping[int, Sampler]) -> None:
        """Draw anew, each with its sampler, the tokens that were drawn ahead for these rows; asked between two steps.

        Nothing happens for a row that has no such token.
        """
        ...

    def wait(self) -> None:
        """Let the forward pass that is under way finish."""
        ...

    def seen(self, row: int) -> SeenRow | None:
        """The state of a row that is still there; None where it cannot be had."""
        ...

    def remove(self, rows: Iterable[int]) -> None: ...

    def close(self) -> None: ...
