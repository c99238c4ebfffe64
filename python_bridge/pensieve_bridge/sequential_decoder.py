"""One row at a time, for models whose caches do not batch (chunked, quantised, rotating with kept tokens)."""

from collections.abc import Iterable
from typing import cast

import mlx.core as mx

from .decoder import ReadyRow
from .mlx_edge import Network, evaluate_later, generation_stream


class SequentialDecoder:
    """Same interface as the batch; `capacity` 1, so the engine admits one request at a time."""

    capacity = 1

    def __init__(self, model: Network) -> None:
        self._model = model
        self._stream = generation_stream()
        self._row: ReadyRow | None = None
        self._context = mx.array([], dtype=mx.uint32)
        self._next: mx.array | None = None

    def add(self, ready: ReadyRow) -> None:
        if self._row is not None:
            raise RuntimeError("the sequential decoder runs one row at a time")
        self._row = ready
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
        return [(row.row, cast(int, token.item()))]

    def remove(self, rows: Iterable[int]) -> None:
        if self._row is not None and self._row.row in set(rows):
            self._row = self._next = None

    def close(self) -> None:
        self._row = self._next = None

    def _forward(self, row: ReadyRow, token: mx.array) -> mx.array:
        logits = self._model(token[None], cache=row.cache)[:, -1, :]
        if row.processors:
            self._context = mx.concatenate([self._context, token])
            for processor in row.processors:
                logits = processor(self._context, logits)
        sampled = row.sampler(logits - mx.logsumexp(logits, axis=-1, keepdims=True)).astype(mx.uint32)
        evaluate_later(sampled)
        return sampled
