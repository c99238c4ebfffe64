"""The sampler of a row whose client wants to know how likely its tokens were.

Tokens are drawn ahead of those that are given, each once: what was drawn first is given first. What the row says of a
token is computed beside the drawing and read when the token is given, so nobody waits for it.
"""

from collections import deque
from dataclasses import dataclass
from typing import cast

import mlx.core as mx

from .mlx_edge import Sampler, evaluate_later

_LEAST = -9999.0
"""What is impossible: JSON has no infinity."""


@dataclass(slots=True, frozen=True)
class Odds:
    """A token's log probability, and the likeliest tokens in its place with theirs, the likeliest first."""

    logprob: float
    top: tuple[tuple[int, float], ...]


class LikelyDraws:
    """Engine thread only; never raises as a sampler (see `sampling`)."""

    def __init__(self, sampler: Sampler, top: int) -> None:
        """`top`: how many likely tokens are told of each."""
        self._own_fault: Exception | None = None
        self._sampler = sampler
        self._top = top
        self._drawn: deque[tuple[mx.array, mx.array, mx.array]] = deque()

    @property
    def fault(self) -> Exception | None:
        inner = cast("Exception | None", getattr(self._sampler, "fault", None))
        return self._own_fault or inner

    def __call__(self, logprobs: mx.array) -> mx.array:
        """`[1, vocabulary]` → `[1]`."""
        return self._remember(logprobs, self._sampler(logprobs))

    def again(self, sampler: Sampler) -> Sampler:
        """Draws the last token once more, by another sampler: what was remembered of it is forgotten."""

        def draw(logprobs: mx.array) -> mx.array:
            if self._drawn:
                self._drawn.pop()
            return self._remember(logprobs, sampler(logprobs))

        return draw

    def take(self) -> Odds:
        """Of the next token that is given. Raises IndexError for a token that was never drawn here."""
        own, ids, values = self._drawn.popleft()
        pairs = zip(cast("list[int]", ids.tolist()), cast("list[float]", values.tolist()), strict=True)
        top = sorted(((token, max(value, _LEAST)) for token, value in pairs), key=lambda pair: -pair[1])
        return Odds(max(cast(float, own.item()), _LEAST), tuple(top))

    def _remember(self, logprobs: mx.array, drawn: mx.array) -> mx.array:
        try:
            row = logprobs[0].astype(mx.float32)
            count = min(self._top, row.shape[-1])
            ids = mx.argpartition(-row, kth=count - 1)[:count] if count else mx.array([], dtype=mx.uint32)
            odds = (row[drawn[0]], ids, row[ids] if count else mx.array([]))
            evaluate_later(*odds)
            self._drawn.append(odds)
        except Exception as error:
            self._own_fault = error
        return drawn
