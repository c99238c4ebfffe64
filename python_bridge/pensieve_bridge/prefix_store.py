"""The prefix store of one model: what was computed for any prompt, to be gone on from. Engine thread only.

It never fails a request: when something in it goes wrong it says so in the log, forgets everything and stays off.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import Literal, TypeVar, cast

from .cache_layout import Layout, Parts, Piece, Reader
from .disk_tier import DiskTier
from .eviction import BRANCH, evict
from .log import log_exception
from .mlx_edge import Cache, Network
from .mlx_edge import new_cache as empty_cache
from .prefix_tree import Match, Node, PrefixTree, Tokens
from .seen_tokens import SeenTokens
from .tiered import TieredSpan, TieredState
from .tiering import Tiering
from .wire import Json

RestoredFrom = Literal["memory", "disk", "none"]

_KEPT_AFTER_EVICTION = 0.95
_WRITTEN_AT_ONCE = 32 << 20
"""Bytes copied for the disk in one step of the engine."""

_SPACING, _LEAST_SPACING, _LARGEST_SPACING = 2048, 1024, 8192
_DISK_WAITS, _DISK_WAIT_SECONDS = 100, 0.1
"""For what has left the memory again since it was read: rare."""

_ROOM = 256
"""Tokens of room behind a prompt, so that the first ones generated do not make its caches grow."""

_T = TypeVar("_T")


@dataclass(slots=True, frozen=True)
class Restored:
    """Caches that have seen the first `tokens` of a prompt.

    `known`: tokens the store has, usable or not; `computed`: those that were computed once, kept or not.
    """

    cache: Cache
    tokens: int
    known: int
    computed: int
    source: RestoredFrom


@dataclass(slots=True, frozen=True)
class StoreSnapshot:
    """The store at a moment, as plain values; bytes are those of its arrays."""

    entries: int = 0
    bytes: int = 0
    budget_bytes: int = 0
    tokens: int = 0
    states: int = 0
    evicted_bytes: int = 0

    def card(self) -> Json:
        """The answer of `GET /cache`."""
        return {
            "entries": self.entries,
            "bytes": self.bytes,
            "budgetBytes": self.budget_bytes,
            "tokens": self.tokens,
            "states": self.states,
            "evictedBytes": self.evicted_bytes,
        }


class PrefixStore:
    """`layout` None: the store is off, and every prompt begins with empty caches."""

    def __init__(
        self,
        network: Network,
        layout: Layout | None,
        budget: int,
        new_cache: Callable[[], Cache] | None = None,
        tier: DiskTier | None = None,
    ) -> None:
        self.budget = budget
        self.make_room: Callable[[int], bool] = lambda _: True
        """Asked before values of so many tokens are kept; they are not where there is no room."""
        self.snapshot = StoreSnapshot(budget_bytes=budget)
        self._new_cache = new_cache or partial(empty_cache, network)
        self._layout = layout
        self._tree = PrefixTree(layout.needs) if layout else None
        self._tiering = Tiering(self._tree, tier) if self._tree and tier else None
        self._seen = SeenTokens()
        self._evicted = 0

    @property
    def needs_marks(self) -> bool:
        """Whether going on is possible at marks only."""
        return self._layout is not None and (self._layout.needs.state or self._layout.needs.window > 0)

    @property
    def spacing(self) -> int:
        """Tokens between two marks in a long run, so that states cost about as much as the keys and values do."""
        state = next((n.state.nbytes for n in self._nodes() if n.state), 0)
        if not state:
            return _SPACING
        per_token = next((n.kv.nbytes // len(n.tokens) for n in self._nodes() if n.kv), 0)
        return max(_LEAST_SPACING, min(state // max(per_token, 1), _LARGEST_SPACING))

    def usable(self, tokens: Tokens, limit: int) -> int:
        """How many of the first `limit` tokens need not be computed."""
        return self._guard(lambda tree: tree.look(tokens, limit).usable, 0)

    def waits_for_disk(self, tokens: Tokens, limit: int) -> bool:
        """Whether what is known of a prompt is being read; call `collect` until it is not."""
        return self._guard(
            lambda tree: self._tiering is not None and self._tiering.missing(tree.look(tokens, limit)), False
        )

    def collect(self, seconds: float = 0.0) -> None:
        """Take in what was read from the disk; waits so long if something is asked for."""
        if self._tiering is not None:
            tiering = self._tiering
            self._guard(lambda _: tiering.collect(seconds), None)

    def idle(self) -> bool:
        """Work for when nothing else is to be done, a little of it; True if there is more."""
        if self._tiering is None:
            return False
        tiering = self._tiering
        return self._guard(lambda _: tiering.write_behind(_WRITTEN_AT_ONCE) or tiering.warm_up(self.budget // 4), False)

    def restore(self, tokens: Tokens, limit: int) -> Restored:
        """Caches for a prompt, of which at most `limit` tokens are taken as known."""
        computed = self._seen.known(tokens, limit)
        empty = Restored(self._new_cache(), 0, 0, computed, "none")

        def find(tree: PrefixTree) -> Restored:
            found = tree.match(tokens, limit)
            for _ in range(_DISK_WAITS):
                if self._tiering is None or not self._tiering.missing(found):
                    break
                self._tiering.collect(_DISK_WAIT_SECONDS)
                found = tree.match(tokens, limit)
            else:
                return replace(empty, known=found.common)
            if not found.usable:
                return replace(empty, known=found.common)
            cache = self._build(tree, found, empty.cache, len(tokens) + _ROOM)
            return Restored(cache, found.usable, found.common, computed, "memory")

        return self._guard(find, empty)

    def warm(self, tokens: Tokens, limit: int) -> None:
        """Someone will go on behind the first `limit` tokens: what is known of them stays, or is read from the disk."""

        def use(tree: PrefixTree) -> None:
            found = tree.match(tokens, limit)
            for node in found.path:
                node.extras_used = tree.clock
            if self._tiering is not None:
                self._tiering.missing(found)

        self._guard(use, None)

    def keep(
        self, tokens: Tokens, end: int, cache: Cache, held: int, *, mark: bool = False, rank: int = BRANCH
    ) -> None:
        """Store what is known of the first `end` tokens by `cache`, which has seen the first `held` of them.

        `mark`: going on right behind them will be wanted; `end` is `held` then. See `PrefixTree.put`.
        """

        def put(tree: PrefixTree) -> None:
            assert self._layout is not None
            self._seen.add(tokens, end)
            missing = end - tree.look(tokens, end).common
            if missing and not self.make_room(missing):
                return
            live = _Live(self._layout.reader(cache, held))
            tree.put(tokens, end, live, mark=mark and self.needs_marks, rank=rank)
            if self._tiering is not None:
                self._tiering.changed()
            if tree.nbytes > self.budget:
                self.idle()
                self._evicted += evict(tree, int(self.budget * _KEPT_AFTER_EVICTION))

        self._guard(put, None)

    def shrink(self, goal: int) -> int:
        """Let go of values until at most `goal` bytes are held; returns the bytes freed."""
        freed = self._guard(lambda tree: evict(tree, goal), 0)
        self._evicted += freed
        return freed

    def publish(self) -> None:
        """Make `snapshot` true; other threads read it."""
        nodes = list(self._nodes())
        self.snapshot = StoreSnapshot(
            entries=len(nodes),
            bytes=self.nbytes,
            budget_bytes=self.budget,
            tokens=sum(len(n.tokens) for n in nodes),
            states=sum(n.state is not None for n in nodes),
            evicted_bytes=self._evicted,
        )

    @property
    def nbytes(self) -> int:
        return self._tree.nbytes if self._tree else 0

    def close(self, seconds: float = 0.0) -> None:
        """Let go of every array; what the disk has been given is written as far as the time allows."""
        if self._tiering is not None:
            self._tiering.close(seconds)
        self._tree = self._tiering = None

    def _build(self, tree: PrefixTree, found: Match, fresh: Cache, capacity: int) -> Cache:
        assert self._layout is not None
        usable, window = found.usable, tree.needs.window
        path = [node for node in found.path if node.start < usable]
        for node in path:
            if node.end > usable - window:
                node.extras_used = tree.clock
        if self._tiering is not None:
            self._tiering.touch(path)
        state = cast("TieredState | None", path[-1].state) if tree.needs.state else None
        parts = Parts(
            usable,
            [_piece(node.kv, node.start, 0, usable) for node in path],
            [
                _piece(node.window, node.window_start, usable - window, usable)
                for node in path
                if node.window is not None and node.end > usable - window
            ],
            state.memory if state else None,
        )
        return self._layout.build(fresh, parts, capacity)

    def _nodes(self) -> Iterator[Node]:
        return self._tree.nodes() if self._tree else iter(())

    def _guard(self, work: Callable[[PrefixTree], _T], otherwise: _T) -> _T:
        if self._tree is None:
            return otherwise
        try:
            return work(self._tree)
        except Exception as error:
            log_exception("prefix_store_off", error)
            self._tree = None
            return otherwise


@dataclass(slots=True, frozen=True)
class _Live:
    """A live cache as a source of the tree, whose values may go to the disk later."""

    reader: Reader

    def kv(self, start: int, end: int) -> TieredSpan:
        return TieredSpan(end - start, self.reader.kv(start, end))

    def window(self, start: int, end: int) -> TieredSpan | None:
        slices = self.reader.window(start, end)
        return None if slices is None else TieredSpan(end - start, slices)

    def state(self) -> TieredState | None:
        states = self.reader.state()
        return None if states is None else TieredState(states)


def _piece(held: object, start: int, low: int, high: int) -> Piece:
    """The part of a span that begins at token `start` which lies in [low, high)."""
    span = cast(TieredSpan, held)
    assert span.memory is not None
    return span.memory, max(0, low - start), min(len(span), high - start)
