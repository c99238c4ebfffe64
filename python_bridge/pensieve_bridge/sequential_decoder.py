"""One row at a time, on its own caches.

For models whose caches do not batch (chunked, quantised, rotating with kept tokens), and for a row that is alone.
"""

from collections.abc import Iterable, Mapping
from typing import cast

import mlx.core as mx

from .decoder import ReadyRow, SeenRow
from .mlx_edge import Network, Sampler, evaluate, evaluate_later, generation_stream


class SequentialDecoder:
    """Same interface as the batch; `capacity` 1, so the engine admits one request at a time."""

    capacity = 1

    def __init__(self, model: Network) -> None:
        self._model = model
        self._stream = generation_stream()
        self._row: ReadyRow | None = None
        self._next: mx.array | None = None
        # What `_next` was drawn from.
        self._logprobs: mx.array | None = None
        # Only where processors want to see it: the tokens so far, on the device.
        self._context = mx.array([], dtype=mx.uint32)
        self._tokens: list[int] = []

    @property
    def empty(self) -> bool:
        return self._row is None

    def add(self, ready: ReadyRow) -> None:
        if self._row is not None:
            raise RuntimeError("the sequential decoder runs one row at a time")
        self._row = ready
        self._tokens = [*ready.prefix, ready.last]
        if ready.processors:
            self._context = mx.array(ready.prefix, dtype=mx.uint32)
        with mx.stream(self._stream):
            self._next = self._forward(ready, mx.array([ready.last], dtype=mx.uint32))

    def step(self) -> list[tuple[int, int]]:
        row, token = self._row, self._next
        if row is None or token is None:
            return []
        with mx.stream(self._stream):
            # Dispatch the following step before waiting for this one.
            self._next = self._forward(row, token)
        said = cast(int, token.item())
        self._tokens.append(said)
        return [(row.row, said)]

    def draw_again(self, draws: Mapping[int, Sampler]) -> None:
        row, logprobs = self._row, self._logprobs
        if row is None or logprobs is None or row.row not in draws:
            return
        with mx.stream(self._stream):
            self._next = self._draw(draws[row.row], logprobs)

    def wait(self) -> None:
        if self._logprobs is not None:
            evaluate(self._logprobs)

    def hand_over(self) -> ReadyRow:
        """Give the row up, ready to be added elsewhere; its `last` token was sampled but not given yet."""
        row, token = self._row, self._next
        if row is None or token is None:
            raise RuntimeError("there is no row to hand over")
        moved = ReadyRow(row.row, self._tokens, cast(int, token.item()), row.cache, row.sampler, row.processors)
        self.close()
        return moved

    def seen(self, row: int) -> SeenRow | None:
        if self._row is None or self._row.row != row:
            return None
        return SeenRow(self._tokens, self._row.cache)

    def remove(self, rows: Iterable[int]) -> None:
        if self._row is not None and self._row.row in set(rows):
            self.close()

    def close(self) -> None:
        self._row = self._next = self._logprobs = None
        self._tokens = []
        self._context = mx.array([], dtype=mx.uint32)

    def _forward(self, row: ReadyRow, token: mx.array) -> mx.array:
        logits = self._model(token[None], cache=row.cache)[:, -1, :]
        if row.processors:
            self._context = mx.concatenate([self._context, token])
            for processor in row.processors:
                logits = processor(self._context, logits)
        self._logprobs = logits - mx.logsumexp(logits, axis=-1, keepdims=True)
        # Also where the sampler gives a stand-in that does not ask for them: the forward pass must be under way.
        evaluate_later(self._logprobs)
        return self._draw(row.sampler, self._logprobs)

    @staticmethod
    def _draw(sampler: Sampler, logprobs: mx.array) -> mx.array:
        sampled = sampler(logprobs).astype(mx.uint32)
        evaluate_later(sampled)
        return sampled
