"""What goes first when the budget is exceeded: pure decisions over the prefix tree."""

import heapq
from itertools import count

from .prefix_tree import Node, PrefixTree

SIDE, BRANCH, ROOT = 0, 1, 2
"""Ranks: side requests (titles, probes) go first, the beginnings that sessions and agents share go last."""

_LIVE_LOOKUPS = 256
"""A root that this many later prompts did not need is a branch like any other."""


def evict(tree: PrefixTree, goal: int) -> int:
    """Drop the least valuable values until the tree holds at most `goal` bytes; returns the bytes freed.

    Within a rank the oldest goes first. A run of tokens goes only when nothing continues it; windows and states go
    alone, since an old one is of use to nobody who went on behind it.
    """
    before = tree.nbytes
    if before <= goal:
        return 0
    order = count()
    waiting: list[tuple[int, int, int, int, Node]] = []

    def offer(node: Node) -> None:
        rank = _rank(tree, node)
        if node.extras_nbytes:
            heapq.heappush(waiting, (rank, node.extras_used, 0, next(order), node))
        if not node.children:
            heapq.heappush(waiting, (rank, node.used, 1, next(order), node))

    for node in tree.nodes():
        offer(node)
    while waiting and tree.nbytes > goal:
        _, _, whole, _, node = heapq.heappop(waiting)
        parent = node.parent
        if parent is None:
            continue
        if not whole:
            tree.drop_extras(node)
        elif not node.children:
            tree.drop(node)
            if parent.parent is not None and not parent.children:
                heapq.heappush(waiting, (_rank(tree, parent), parent.used, 1, next(order), parent))
    return before - tree.nbytes


def _rank(tree: PrefixTree, node: Node) -> int:
    return BRANCH if node.rank == ROOT and node.used < tree.clock - _LIVE_LOOKUPS else node.rank
