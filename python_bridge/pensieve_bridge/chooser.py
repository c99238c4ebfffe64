"""The sampler of a row that the host steers: it draws under a limit, or says what it is told.

The decoder computes one step ahead: when the host learns what a token was, the next one is drawn already, from
log-probabilities that are still there. `redraw` draws it again, with the same dice, under what is known by then. So a
limit costs no waiting: the forward pass runs while the host works out the limit for the token it will give.
"""

from collections.abc import Iterable

import mlx.core as mx

from .grammar_mask import Except, Limit, Only, only, without
from .mlx_edge import Sampler
from .sampling import RowSampler, greedy

_ANYTHING = Except(frozenset())


class Chooser:
    """Engine thread only; never raises (see `sampling`). `limit` holds for the next token."""

    def __init__(self, sampler: Sampler) -> None:
        self._own_fault: Exception | None = None
        self._sampler = sampler
        self._limit: Limit = _ANYTHING
        self._script: list[int] = []
        self._used = False
        self._owed = False

    @property
    def fault(self) -> Exception | None:
        return self._own_fault or (self._sampler.fault if isinstance(self._sampler, RowSampler) else None)

    def allow(self, limit: Limit) -> bool:
        """What the next token may be; True when one drawn ahead must be drawn again."""
        stale = isinstance(limit, Only) or self._owed or limit != self._limit
        self._limit, self._used = limit, False
        return stale

    def say(self, tokens: Iterable[int]) -> None:
        """Say these next, whatever the dice show."""
        self._script.extend(tokens)

    def __call__(self, logprobs: mx.array) -> mx.array:
        """`[1, vocabulary]` → `[1]`; a stand-in while the bits of the last limit are used up."""
        if isinstance(self._limit, Only) and self._used and not self._script:
            self._owed = True
            return mx.zeros(logprobs.shape[:-1], dtype=mx.uint32)
        self._owed = False
        return self._draw(logprobs)

    def redraw(self, logprobs: mx.array) -> mx.array:
        """The last token again, from the same log-probabilities."""
        if not self._owed:
            self._skip(-1)
        self._owed = False
        return self._draw(logprobs)

    def _draw(self, logprobs: mx.array) -> mx.array:
        self._used = True
        if self._script:
            # The dice go on, so that what comes later is what it would have been.
            self._skip(1)
            return mx.full(logprobs.shape[:-1], self._script.pop(0), dtype=mx.uint32)
        try:
            return self._sampler(self._limited(logprobs))
        except Exception as error:
            self._own_fault = error
            return greedy(logprobs)

    def _limited(self, logprobs: mx.array) -> mx.array:
        limit = self._limit
        if isinstance(limit, Only):
            return only(logprobs, limit.bits)
        return without(logprobs, limit.tokens) if limit.tokens else logprobs

    def _skip(self, draws: int) -> None:
        if isinstance(self._sampler, RowSampler):
            self._sampler.skip(draws)
