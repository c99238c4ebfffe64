"""A radix tree over tokens: what is known for every beginning of a prompt. Plain Python, knows nothing of MLX.

A node is a run of tokens with what is needed to go on behind it. Three kinds of it, since caches differ:

- `kv`: one value for each token (full attention): usable up to any token of the run;
- `window`: the same for layers that look back only so far. Kept for the last tokens of a run, wherever going on may
  be wanted; going on behind token n needs the `Needs.window` tokens before it;
- `state`: what a recurrent layer holds after the run's last token: usable exactly there.
"""

from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Protocol, Self, TypeAlias

Tokens: TypeAlias = "array[int]"
"""Token ids, four bytes each."""

_LONGEST_RUN = 1024
"""A node is split where a later prompt leaves it, which copies its values: so none is long."""


class Held(Protocol):
    """Values that cost memory; immutable. `stored`: they lie on the disk too, and can be had again from there."""

    @property
    def nbytes(self) -> int: ...

    @property
    def stored(self) -> bool: ...

    def let_go(self) -> Self:
        """The same without the memory; stored ones only."""
        ...


class Span(Held, Protocol):
    """One value for each token of a run."""

    def __len__(self) -> int: ...

    def cut(self, at: int) -> tuple[Self, Self]:
        """The first `at` tokens and the rest, neither keeping the other's memory."""
        ...


class Source(Protocol):
    """A live cache that the values are taken from: it holds the tokens from 0 to where the tree is asked to store."""

    def kv(self, start: int, end: int) -> Span | None: ...
    def window(self, start: int, end: int) -> Span | None: ...
    def state(self) -> Held | None: ...


@dataclass(slots=True, frozen=True)
class Needs:
    """What a model's layers need, besides `kv`, to go on: `window` tokens back (0: none), a state at the very place."""

    window: int = 0
    state: bool = False


@dataclass(slots=True, eq=False)
class Node:
    """A run of tokens [start, end); `used` and `extras_used`: when, by the clock of the tree; `rank`: its worth."""

    tokens: Tokens
    start: int
    parent: "Node | None"
    kv: Span | None = None
    window: Span | None = None
    state: Held | None = None
    used: int = 0
    extras_used: int = 0
    rank: int = 0
    children: dict[int, "Node"] = field(default_factory=dict[int, "Node"])

    @property
    def end(self) -> int:
        return self.start + len(self.tokens)

    @property
    def nbytes(self) -> int:
        return self.kv_nbytes + self.extras_nbytes

    @property
    def kv_nbytes(self) -> int:
        return self.kv.nbytes if self.kv else 0

    @property
    def kv_stored(self) -> bool:
        return self.kv is not None and self.kv.stored

    @property
    def extras_nbytes(self) -> int:
        return (self.window.nbytes if self.window else 0) + (self.state.nbytes if self.state else 0)

    @property
    def window_start(self) -> int:
        """The first token that `window` covers; it covers all from there to the end."""
        return self.end - (len(self.window) if self.window is not None else 0)


@dataclass(slots=True, frozen=True)
class Match:
    """`common` tokens are known; behind `usable` of them (never more than the limit) generation can go on.

    `path` leads over all that is common, its last node perhaps only in part.
    """

    common: int
    usable: int
    path: list[Node]


def as_tokens(ids: list[int]) -> Tokens:
    return array("I", ids)


def common_prefix(a: Tokens, b: Tokens) -> int:
    """How many tokens two sequences begin with in common."""
    low, high = 0, min(len(a), len(b))
    if a[:high] == b[:high]:
        return high
    while low < high:
        middle = (low + high + 1) // 2
        if a[low:middle] == b[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


class PrefixTree:
    """Not thread-safe. `nbytes` is what all values hold; `clock` counts the prompts looked up."""

    def __init__(self, needs: Needs) -> None:
        self.root = Node(array("I"), 0, None)
        self.nbytes = 0
        self.clock = 0
        self.needs = needs

    def match(self, tokens: Tokens, limit: int) -> Match:
        """The longest known beginning, of at most `limit` tokens; counts as a use of it."""
        found = self.look(tokens, limit)
        self.clock += 1
        for node in found.path:
            node.used = self.clock
        return found

    def look(self, tokens: Tokens, limit: int) -> Match:
        """`match` without a trace."""
        path, common = self._walk(tokens[:limit])
        return Match(common, self._usable(path, common), path)

    def put(self, tokens: Tokens, end: int, source: Source, *, mark: bool = False, rank: int = 0) -> None:
        """Store what is not known yet of the first `end` tokens, which `source` holds.

        `mark`: going on right behind `end` will be wanted, so windows and states are stored too; the source must
        hold exactly `end` tokens then.
        """
        tokens = tokens[:end]
        path, common = self._walk(tokens)
        last = path[-1] if path else self.root
        if mark or common < end:
            last = self._boundary(last, common)
            path = list(_way_to(last))
        while last.end < end:
            until = min(end, last.end + _LONGEST_RUN)
            last = self._append(last, tokens[last.end : until], source)
            path.append(last)
        for node in path:
            node.used = self.clock
            node.rank = max(node.rank, rank)
        if mark:
            self._store_extras(path, end, source)

    def drop(self, node: Node) -> None:
        """Forget a node and all that continues it."""
        assert node.parent is not None
        del node.parent.children[node.tokens[0]]
        node.parent = None
        gone = [node]
        while gone:
            node = gone.pop()
            self.set_window(node, None)
            self.set_state(node, None)
            self.set_kv(node, None)
            gone.extend(node.children.values())

    def release(self, node: Node) -> None:
        """Let a node's values go: forget it, with what continues it, unless they are stored."""
        if node.kv is None or not node.kv.stored:
            self.drop(node)
            return
        self.set_kv(node, node.kv.let_go())
        self.release_extras(node)

    def release_extras(self, node: Node) -> None:
        """Let a node's window and state go, which are of use behind it only."""
        if node.window is not None:
            self.set_window(node, node.window.let_go() if node.window.stored else None)
        if node.state is not None:
            self.set_state(node, node.state.let_go() if node.state.stored else None)

    def nodes(self) -> Iterator[Node]:
        """Every node but the root, parents before children."""
        waiting = list(self.root.children.values())
        while waiting:
            node = waiting.pop()
            yield node
            waiting.extend(node.children.values())

    def set_kv(self, node: Node, kv: Span | None) -> None:
        self.nbytes += (kv.nbytes if kv else 0) - (node.kv.nbytes if node.kv else 0)
        node.kv = kv

    def set_window(self, node: Node, window: Span | None) -> None:
        self.nbytes += (window.nbytes if window else 0) - (node.window.nbytes if node.window else 0)
        node.window = window

    def set_state(self, node: Node, state: Held | None) -> None:
        self.nbytes += (state.nbytes if state else 0) - (node.state.nbytes if node.state else 0)
        node.state = state

    def _walk(self, tokens: Tokens) -> tuple[list[Node], int]:
        """The nodes that hold the longest known beginning, and its length; the last node may agree only in part."""
        path: list[Node] = []
        node, at = self.root, 0
        while at < len(tokens) and (child := node.children.get(tokens[at])) is not None:
            agreed = common_prefix(child.tokens, tokens[at : at + len(child.tokens)])
            path.append(child)
            at += agreed
            if agreed < len(child.tokens):
                break
            node = child
        return path, at

    def _usable(self, path: list[Node], common: int) -> int:
        """The largest number of tokens (at most `common`) behind which everything needed is there."""
        best = 0
        covered_from = 0
        for node in path:
            end = min(node.end, common)
            if self.needs.window and node.window_start > node.start:
                covered_from = node.window_start
            enough = not self.needs.window or (
                covered_from < end and (covered_from == 0 or end - self.needs.window >= covered_from)
            )
            there = not self.needs.state or (node.state is not None and end == node.end)
            if enough and there:
                best = end
        return best

    def _boundary(self, node: Node, at: int) -> Node:
        """The node that ends at token `at`, which lies in `node`; splits it if need be."""
        if at == node.end:
            return node
        assert node.parent is not None
        assert node.start < at < node.end
        first = at - node.start
        upper = Node(node.tokens[:first], node.start, node.parent, used=node.used, extras_used=node.extras_used)
        upper.rank = node.rank
        node.parent.children[node.tokens[0]] = upper
        before = node.nbytes
        if node.kv is not None:
            upper.kv, node.kv = node.kv.cut(first)
        if node.window is not None and node.window_start < at:
            upper.window, node.window = node.window.cut(at - node.window_start)
        node.tokens, node.start, node.parent = node.tokens[first:], at, upper
        upper.children[node.tokens[0]] = node
        self.nbytes += upper.nbytes + node.nbytes - before
        return upper

    def _append(self, parent: Node, tokens: Tokens, source: Source) -> Node:
        node = Node(tokens, parent.end, parent, used=self.clock, extras_used=self.clock)
        parent.children[tokens[0]] = node
        self.set_kv(node, source.kv(node.start, node.end))
        return node

    def _store_extras(self, path: list[Node], end: int, source: Source) -> None:
        first = max(0, end - self.needs.window)
        for node in reversed(path):
            if node.end <= first:
                break
            node.extras_used = self.clock
            wanted = max(first, node.start)
            if node.window_start > wanted and (window := source.window(wanted, node.end)) is not None:
                self.set_window(node, window)
        if path and path[-1].state is None:
            self.set_state(path[-1], source.state())


def _way_to(node: Node) -> list[Node]:
    way: list[Node] = []
    while node.parent is not None:
        way.append(node)
        node = node.parent
    return way[::-1]
