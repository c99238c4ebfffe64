"""A lone row decodes on its own caches; a second one moves both into a batch.

Joining a batch copies a row's caches (0.8 GB/s on a CPU, and twice the memory for a moment) and its attention needs a
mask, so the common case of one conversation is spared both. A batch stays one until its last row has ended.
"""

from collections.abc import Iterable, Mapping

from .batch_decoder import BatchDecoder
from .decoder import ReadyRow, SeenRow
from .mlx_edge import Network, Sampler
from .sequential_decoder import SequentialDecoder
from .status import DraftCounts


class AdaptiveDecoder:
    """The decoder for models whose caches batch."""

    def __init__(self, model: Network, rows: int, counts: DraftCounts | None = None) -> None:
        self.capacity = rows
        self._alone = SequentialDecoder(model, counts)
        self._batch = BatchDecoder(model, rows)
        self._batched: set[int] = set()
        self._said: list[tuple[int, int]] = []

    def add(self, ready: ReadyRow) -> None:
        if not self._batched and self._alone.empty:
            self._alone.add(ready)
            return
        if not self._alone.empty:
            moved = self._alone.hand_over()
            # Its next token is sampled already: it is what the batch begins with, and is given before the batch's first
            # step, so that what comes behind it can still be decided.
            self._said.append((moved.row, moved.last))
            self._join(moved)
        self._join(ready)

    def step(self) -> list[tuple[int, int]]:
        if not self._batched:
            return self._alone.step()
        if self._said:
            said, self._said = self._said, []
            return said
        return self._batch.step()

    def draw_again(self, draws: Mapping[int, Sampler]) -> None:
        (self._batch if self._batched else self._alone).draw_again(draws)

    def wait(self) -> None:
        (self._batch if self._batched else self._alone).wait()

    def seen(self, row: int) -> SeenRow | None:
        return self._batch.seen(row) if row in self._batched else self._alone.seen(row)

    def remove(self, rows: Iterable[int]) -> None:
        gone = set(rows)
        self._alone.remove(gone)
        self._batch.remove(gone & self._batched)
        self._batched -= gone
        self._said = [(row, token) for row, token in self._said if row not in gone]

    def close(self) -> None:
        self._alone.close()
        self._batch.close()

    def _join(self, ready: ReadyRow) -> None:
        self._batch.add(ready)
        self._batched.add(ready.row)
