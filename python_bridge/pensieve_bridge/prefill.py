"""Prefill of one row: its prompt goes through the model chunk by chunk, into the row's own cache.

This is the seam of the prefix store: `start` will restore what is known, and `advance` is where new chunks will be
kept.
"""

from typing import Literal, cast

import mlx.core as mx

from .mlx_edge import Cache, Network, Processor, Sampler, evaluate, generation_stream, new_cache

RestoredFrom = Literal["memory", "disk", "none"]


class Prefill:
    """Lives on the engine thread. `done` counts prompt tokens in the cache, the restored ones included."""

    def __init__(self, model: Network, tokens: list[int], goal: int) -> None:
        """`goal`: how many of `tokens` go in by `advance` (all but the last when a first token is wanted)."""
        self.cached_tokens = 0
        self.restored_from: RestoredFrom = "none"
        self.cache: Cache = new_cache(model)
        self.done = 0
        self.goal = goal
        self._model = model
        self._tokens = tokens

    @property
    def finished(self) -> bool:
        return self.done >= self.goal

    @property
    def left(self) -> int:
        return self.goal - self.done

    def advance(self, count: int) -> int:
        """Prefill up to `count` tokens more and wait for them; returns how many it were."""
        part = self._tokens[self.done : min(self.done + count, self.goal)]
        with mx.stream(generation_stream()):
            # The logits are never evaluated, so the last layer's work and the head cost nothing here.
            self._model(mx.array(part, dtype=mx.uint32)[None], cache=self.cache)
            evaluate([c.state for c in self.cache])
        mx.clear_cache()
        self.done += len(part)
        return len(part)

    def first_token(self, sampler: Sampler, processors: list[Processor]) -> int:
        """Run the prompt's last token and sample; the whole prompt is in the cache then.

        Done here and not in the decoder, which computes one step ahead before it gives a token: the client sees the
        first token a whole step earlier.
        """
        with mx.stream(generation_stream()):
            last = mx.array(self._tokens[-1:], dtype=mx.uint32)
            logits = self._model(last[None], cache=self.cache)[:, -1, :]
            for processor in processors:
                logits = processor(mx.array(self._tokens, dtype=mx.uint32), logits)
            sampled = sampler(logits - mx.logsumexp(logits, axis=-1, keepdims=True))
            return cast(int, sampled.item())
