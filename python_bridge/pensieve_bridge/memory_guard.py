"""Keeps what MLX holds within its budget: the prefix store gives way, and new work waits. Engine thread only."""

from . import device
from .memory_budget import MemoryBudget
from .prefix_store import PrefixStore
from .status import Memory


class MemoryGuard:
    """Goes by what is really held, not by what should be. `full` may be read on any thread: nothing new can begin."""

    def __init__(self, budget: MemoryBudget, store: PrefixStore) -> None:
        self.full = False
        self._budget = budget
        self._store = store

    def room_for(self, tokens: int) -> bool:
        """Whether a row can begin with which the caches will hold so many tokens more.

        What the store holds gives way to it.
        """
        return self._make_room(self._budget.footprint.of(tokens))

    def relieve(self) -> None:
        """After a step: let go of what is too much."""
        self.full = not self._make_room(0)

    def read(self) -> Memory:
        found = device.read_memory()
        return Memory(found.active, found.peak, self._budget.limit)

    def _make_room(self, needed: int) -> bool:
        held = device.active_memory()
        excess = self._budget.excess(held, needed)
        if excess and self._store.nbytes:
            self._store.shrink(max(0, self._store.nbytes - excess))
            device.release_unused()
            held = device.active_memory()
        return not self._budget.full(held, needed)
