"""Prefill of one row: what the prefix store knows is restored, the rest goes through the model chunk by chunk.

What was computed is kept in the store as it comes, so that a request that is cancelled was not for nothing.
"""

from dataclasses import dataclass
from typing import cast

import mlx.core as mx

from .eviction import BRANCH, SIDE
from .marks import Boundaries, place_marks
from .mlx_edge import Cache, Network, Processor, Sampler, evaluate, generation_stream
from .prefix_store import PrefixStore, RestoredFrom
from .prefix_tree import Tokens, common_prefix
from .scheduler import SHORT_CLASSES

_KEPT_AT_ONCE = 512
"""Tokens that are kept together: each run in the store has a cost of its own."""

_WORTH_RESTORING = 64


@dataclass(slots=True, frozen=True)
class Worth:
    """How much a prompt is worth keeping: its beginning, up to `head`, and the rest (ranks of `eviction`)."""

    head: int
    rank: int

    @staticmethod
    def of(request_class: str, head: int) -> "Worth":
        return Worth(head, SIDE if request_class in SHORT_CLASSES else BRANCH)

    def at(self, token: int) -> int:
        shared = token <= self.head
        return self.rank + 1 if shared else self.rank


class Prefill:
    """Lives on the engine thread. `done` counts prompt tokens in the cache, the restored ones included."""

    def __init__(
        self, model: Network, store: PrefixStore, tokens: Tokens, goal: int, boundaries: Boundaries, worth: Worth
    ) -> None:
        """`goal`: how many of `tokens` go in by `advance` (all but the last when a first token is wanted)."""
        self.goal = goal
        self._model = model
        self._store = store
        self._tokens = tokens
        self._boundaries = boundaries
        self._worth = worth
        self._restore()

    @property
    def finished(self) -> bool:
        return self.done >= self.goal

    @property
    def left(self) -> int:
        return self.goal - self.done

    def advance(self, count: int) -> int:
        """Prefill up to `count` tokens more and wait for them; returns how many it were."""
        stop = next((s for s in self._stops if s > self.done), self.goal)
        part = self._tokens[self.done : min(self.done + count, stop)]
        with mx.stream(generation_stream()):
            # The logits are never evaluated, so the last layer's work and the head cost nothing here.
            self._model(as_array(part)[None], cache=self.cache)
            evaluate([c.state for c in self.cache])
        mx.clear_cache()
        self.done += len(part)
        if self.done == stop or self.done - self._kept >= _KEPT_AT_ONCE:
            self.keep(mark=self.done in self._stops)
        return len(part)

    def catch_up(self) -> None:
        """Go on from what another request has computed meanwhile, if that is further."""
        if self._store.usable(self._tokens, self.goal) >= self.done + _WORTH_RESTORING:
            self.keep()
            self._restore()

    def common(self, tokens: Tokens) -> int:
        """How many tokens this prompt begins with in common with another."""
        return common_prefix(self._tokens, tokens)

    def keep(self, *, mark: bool = False) -> None:
        """Put what was computed since the last time into the store; `mark`: going on right here will be wanted."""
        if self.done > self._kept or mark:
            head = min(self._worth.head, self.done)
            if self._kept < head < self.done:
                self._store.keep(self._tokens, head, self.cache, self.done, rank=self._worth.at(head))
            rank = self._worth.at(self.done)
            self._store.keep(self._tokens, self.done, self.cache, self.done, mark=mark, rank=rank)
            self._kept = self.done

    def first_token(self, sampler: Sampler, processors: list[Processor]) -> int:
        """Run the prompt's last token and sample; the whole prompt is in the cache then.

        Done here and not in the decoder, which computes one step ahead before it gives a token: the client sees the
        first token a whole step earlier.
        """
        with mx.stream(generation_stream()):
            last = as_array(self._tokens[-1:])
            logits = self._model(last[None], cache=self.cache)[:, -1, :]
            for processor in processors:
                logits = processor(as_array(self._tokens), logits)
            sampled = sampler(logits - mx.logsumexp(logits, axis=-1, keepdims=True))
            token = cast(int, sampled.item())
        self.done = len(self._tokens)
        return token

    def _restore(self) -> None:
        found = self._store.restore(self._tokens, self.goal)
        self.cache: Cache = found.cache
        self.done = self._kept = self.cached_tokens = found.tokens
        self.restored_from: RestoredFrom = found.source
        self.computed_tokens = found.computed
        self._stops: list[int] = []
        if self._store.needs_marks:
            diverged = found.known if found.known < self.goal else 0
            self._stops = place_marks(self._boundaries, self.done, diverged, self.goal, self._store.spacing)


def as_array(tokens: Tokens) -> mx.array:
    return mx.array(tokens.tolist(), dtype=mx.uint32)
