"""How much fits: pure decisions about bytes. What is measured comes from `device`, what is held from `cache_layout`."""

from collections.abc import Collection
from dataclasses import dataclass

_EVICT_ABOVE, _FULL_ABOVE = 0.85, 0.95
"""Of the limit: where the prefix store gives way, and where no new work is begun."""

_COPIES = 2
"""A prompt's keys and values are held twice: by the row that runs, and by the store that keeps them for the next."""

_SMALLEST_WINDOW = 1024


@dataclass(slots=True, frozen=True)
class Footprint:
    """Bytes of the caches of one row: for each of its tokens, and whatever its length."""

    per_token: int = 0
    per_row: int = 0

    def of(self, tokens: int) -> int:
        return self.per_row + self.per_token * tokens


@dataclass(slots=True, frozen=True)
class MemoryBudget:
    """`limit`: bytes that may be held in all; `base`: those of the loaded model."""

    limit: int
    base: int
    footprint: Footprint

    @property
    def evict_above(self) -> int:
        return int(self.limit * _EVICT_ABOVE)

    @property
    def store(self) -> int:
        """Bytes for the prefix store, when nothing else wants them."""
        return max(0, self.evict_above - self.base) // 2

    def window(self, context: int) -> int:
        """Tokens of the longest prompt, with its answer, of which the caches fit."""
        if not self.footprint.per_token:
            return context
        left = self.evict_above - self.base - _COPIES * self.footprint.per_row
        return min(context, max(_SMALLEST_WINDOW, left // (_COPIES * self.footprint.per_token)))

    def excess(self, held: int, needed: int = 0) -> int:
        """Bytes that must go before `needed` more can be held; 0 if none."""
        return max(0, held + needed - self.evict_above)

    def full(self, held: int, needed: int = 0) -> bool:
        """Whether so much must not be held."""
        return held + needed > self.limit * _FULL_ABOVE


def batched(lengths: Collection[int]) -> int:
    """Tokens that rows of these lengths hold in one batch, where each is as long as the longest."""
    return len(lengths) * max(lengths, default=0)
