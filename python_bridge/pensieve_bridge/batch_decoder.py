"""Continuous batching: mlx_lm's BatchGenerator behind the decoder interface."""

from collections.abc import Iterable, Mapping

import mlx.core as mx

from .cache_edge import seen_by_batch
from .decoder import ReadyRow, SeenRow
from .mlx_edge import Network, Sampler, batch_generator, draw_again, generation_stream, wait_for_step

_NEVER = 1 << 30


class BatchDecoder:
    """All rows decode together; a row joins when its prompt is prefilled and leaves when it is removed."""

    def __init__(self, model: Network, rows: int) -> None:
        self.capacity = rows
        self._generator = batch_generator(model, rows)
        self._uid_of: dict[int, int] = {}
        self._row_of: dict[int, int] = {}

    def add(self, ready: ReadyRow) -> None:
        # Never max_kv_size: it makes rotating caches with kept tokens, which are wrong in a batch.
        (uid,) = self._generator.insert(
            [[ready.last]],
            max_tokens=[_NEVER],
            caches=[ready.cache],
            all_tokens=[ready.prefix],
            samplers=[ready.sampler],
            logits_processors=[ready.processors],
        )
        self._uid_of[ready.row] = uid
        self._row_of[uid] = ready.row

    def step(self) -> list[tuple[int, int]]:
        _, responses = self._generator.next()
        return [(self._row_of[r.uid], r.token) for r in responses]

    def draw_again(self, draws: Mapping[int, Sampler]) -> None:
        with mx.stream(generation_stream()):
            draw_again(self._generator, {self._uid_of[row]: draw for row, draw in draws.items()})

    def wait(self) -> None:
        wait_for_step(self._generator)

    def seen(self, row: int) -> SeenRow | None:
        found = seen_by_batch(self._generator, self._uid_of[row]) if row in self._uid_of else None
        return SeenRow(*found) if found else None

    def remove(self, rows: Iterable[int]) -> None:
        uids = [uid for row in rows if (uid := self._uid_of.pop(row, None)) is not None]
        if uids:
            self._generator.remove(uids)
        for uid in uids:
            del self._row_of[uid]

    def close(self) -> None:
        self._generator.close()
