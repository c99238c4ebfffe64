"""What goes first when the budget is exceeded: pure decisions over the prefix tree."""

import heapq
from itertools import count

from .prefix_tree import Node, PrefixTree

SIDE, BRANCH, ROOT = 0, 1, 2
"""Ranks: side requests (titles, probes) go first, the beginnings that sessions and agents share go last."""

_ROOTS_SHARE = 0.5
"""Of what is kept, what the roots used last may take; others are branches like any."""


def evict(tree: PrefixTree, goal: int) -> int:
    """Let the least valuable values go until the tree holds at most `goal` bytes; returns the bytes freed.

    Within a rank the oldest goes first. The values of a run of tokens go only when those of nothing that continues it
    are in memory; windows and states go alone, since an old one is of use to nobody who went on behind it. What lies
    on the disk is still known afterwards, all else is forgotten.
    """
    before = tree.nbytes
    if before <= goal:
        return 0
    order = count()
    roots = _live_roots(tree, int(goal * _ROOTS_SHARE))

    def rank_of(node: Node) -> int:
        return BRANCH if node.rank == ROOT and node not in roots else node.rank

    waiting: list[tuple[int, int, int, int, Node]] = []
    # Children whose values, or those behind them, are in memory.
    heavy: dict[Node, int] = {}
    for node in reversed(list(tree.nodes())):
        rank = rank_of(node)
        if node.extras_nbytes:
            # Inside a shared beginning going on is wanted rarely: there the last use counts, as in a branch.
            inside = rank == ROOT and has_root_below(node)
            waiting.append((BRANCH if inside else rank, node.extras_used, 0, next(order), node))
        if heavy.get(node, 0) == 0:
            waiting.append((rank, node.used, 1, next(order), node))
        if node.parent is not None and (node.kv_nbytes or heavy.get(node, 0)):
            heavy[node.parent] = heavy.get(node.parent, 0) + 1
    heapq.heapify(waiting)
    while waiting and tree.nbytes > goal:
        _, _, whole, _, node = heapq.heappop(waiting)
        parent = node.parent
        if parent is None:
            continue
        if not whole:
            tree.release_extras(node)
            continue
        if not node.kv_nbytes and (node.children or node.kv_stored):
            continue
        lighter = node.kv_nbytes > 0
        tree.release(node)
        if not lighter and not parent.children and parent.parent is not None:
            heapq.heappush(waiting, (rank_of(parent), parent.used, 1, next(order), parent))
        while lighter and parent.parent is not None:
            heavy[parent] -= 1
            lighter = heavy[parent] == 0
            if lighter and parent.kv_nbytes:
                heapq.heappush(waiting, (rank_of(parent), parent.used, 1, next(order), parent))
                break
            parent = parent.parent
    return before - tree.nbytes


def has_root_below(node: Node) -> bool:
    """Whether what is shared goes on behind a node."""
    return any(child.rank == ROOT for child in node.children.values())


def _live_roots(tree: PrefixTree, limit: int) -> set[Node]:
    live: set[Node] = set()
    for node in sorted((n for n in tree.nodes() if n.rank == ROOT), key=_last_use, reverse=True):
        limit -= node.nbytes
        if limit < 0:
            break
        live.add(node)
    return live


def _last_use(node: Node) -> tuple[int, int]:
    return node.used, -node.start
