"""Every run of tokens that was ever computed, without its values: the measure of what could have been restored."""

from .prefix_tree import Needs, Node, PrefixTree, Tokens

_LIMIT = 8 << 20
"""Tokens remembered, four bytes each."""


class SeenTokens:
    """Engine thread only."""

    def __init__(self, limit: int = _LIMIT) -> None:
        self._tree = PrefixTree(Needs())
        self._limit = limit
        self._count = 0

    def known(self, tokens: Tokens, limit: int) -> int:
        """How many of the first `limit` tokens were computed before."""
        return self._tree.match(tokens, limit).common

    def add(self, tokens: Tokens, end: int) -> None:
        """Remember that the first `end` tokens were computed."""
        self._count += end - self._tree.look(tokens, end).common
        self._tree.put(tokens, end, _NOTHING)
        if self._count > self._limit:
            self._forget_oldest()

    def _forget_oldest(self) -> None:
        ends = sorted((n for n in self._tree.nodes() if not n.children), key=_last_use)
        for node in ends[: 1 + len(ends) // 4]:
            self._count -= len(node.tokens)
            self._tree.drop(node)


class _Nothing:
    def kv(self, start: int, end: int) -> None: ...
    def window(self, start: int, end: int) -> None: ...
    def state(self) -> None: ...


_NOTHING = _Nothing()


def _last_use(node: Node) -> int:
    return node.used
