"""Who goes next, and how much of a prompt at once: pure decisions, no MLX, no threads."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol, TypeVar

# Seconds by which a class lets others that come later go first. Since the head start is fixed, a request that has
# waited this long is overtaken by nobody: ageing without a clock.
_PATIENCE = {
    "probe": 0.0,
    "classifier": 0.0,
    "title": 0.0,
    "main": 60.0,
    "subagent": 90.0,
    "compaction": 120.0,
    "background": 600.0,
}
_PROMPT_TOKENS_PER_SECOND = 500.0
_TURN_SECONDS = 10.0
"""By so much a request lets others go first for each one of its own session that came before it."""

SHORT_CLASSES = frozenset({"probe", "classifier", "title"})


def due(arrived: float, request_class: str, prompt_tokens: int, ahead: int = 0) -> float:
    """The moment (same clock as `arrived`, seconds) by which a request wants its turn; the earliest goes first.

    `ahead`: requests of the same session that run or wait: a session that asks for much at once must not keep the
    others from their turn.
    """
    return arrived + _PATIENCE[request_class] + prompt_tokens / _PROMPT_TOKENS_PER_SECOND + ahead * _TURN_SECONDS


class HasDue(Protocol):
    due: float
    request_class: str


Item = TypeVar("Item", bound=HasDue)


def most_due(items: Iterable[Item]) -> Item | None:
    """The next one to serve; first come first served among equals."""
    return min(items, key=lambda i: i.due, default=None)


def admissible(waiting: Iterable[Item], running: int, capacity: int) -> Item | None:
    """The next request to be given a place, or None.

    Where there are several places, the last one is kept for short work, so that a title never waits for an answer
    to end.
    """
    if running >= capacity:
        return None
    if capacity > 1 and running == capacity - 1:
        waiting = [w for w in waiting if w.request_class in SHORT_CLASSES]
    return most_due(waiting)


@dataclass(slots=True, frozen=True)
class ChunkLimits:
    """Tokens and seconds of a chunk; the seconds are also what a cancel may have to wait.

    The `shared` ones hold while others decode: their next token waits for the chunk.
    """

    largest: int
    smallest: int = 16
    shared_largest: int = 512
    alone_seconds: float = 0.5
    shared_seconds: float = 0.1


class ChunkSizer:
    """Chooses the next chunk's size (tokens) from how fast the last ones were."""

    def __init__(self, limits: ChunkLimits) -> None:
        self._limits = limits
        self._tokens_per_second: float | None = None

    def next_size(self, *, others_decode: bool) -> int:
        limits = self._limits
        if self._tokens_per_second is None:
            return min(limits.largest, 64 if others_decode else 256)
        largest = min(limits.largest, limits.shared_largest) if others_decode else limits.largest
        seconds = limits.shared_seconds if others_decode else limits.alone_seconds
        wanted = int(self._tokens_per_second * seconds)
        # Powers of two: few shapes, so kernels and buffers are reused.
        size = 1 << max(wanted, 1).bit_length() - 1
        return max(limits.smallest, min(size, largest))

    def record(self, tokens: int, seconds: float) -> None:
        if tokens < self._limits.smallest:
            return  # an odd end of a prompt says little about speed
        speed = tokens / max(seconds, 1e-6)
        known = self._tokens_per_second
        self._tokens_per_second = speed if known is None else 0.5 * known + 0.5 * speed
