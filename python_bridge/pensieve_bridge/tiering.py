"""Between the tree in memory and the disk: what is written behind, what is read ahead. Engine thread only."""

import secrets
from array import array
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import cast

from .disk_format import Packed
from .disk_index import Item, ItemKind
from .disk_tier import DiskTier
from .eviction import BRANCH, ROOT, has_root_below
from .prefix_tree import Match, Node, PrefixTree, Tokens
from .tiered import (
    OnDisk,
    TieredSpan,
    TieredState,
    pack_slices,
    pack_states,
    part_of,
    unpack_slices,
    unpack_states,
)

_INDEX_SECONDS = 30.0
"""It is there within milliseconds; a machine that is busy must not forget all it knew."""


@dataclass(slots=True, frozen=True)
class _Place:
    """Values of a node that lie on the disk only."""

    node: Node
    kind: ItemKind
    disk: OnDisk


class Tiering:
    """Moves values of one tree. Items of the disk that are known become nodes without memory."""

    def __init__(self, tree: PrefixTree, tier: DiskTier) -> None:
        self._tree = tree
        self._tier = tier
        self._asked: dict[int, list[_Place]] = {}
        self._unsaved = False
        self._warm: list[Node] = []
        self._adopt(tier.found(_INDEX_SECONDS))

    def collect(self, seconds: float = 0.0) -> None:
        """Take in what the disk has read; waits so long for something that was asked for."""
        for item, packed in self._tier.arrived(seconds if self._asked else 0.0):
            self._receive(self._asked.pop(item, []), packed)

    def changed(self) -> None:
        """Something was stored that the disk may not have."""
        self._unsaved = True

    def missing(self, found: Match) -> bool:
        """Whether going on behind a match must wait for the disk; asks it for what is missing."""
        places = list(_only_on_disk(found, self._tree.needs.window))
        for place in places:
            waiting = self._asked.setdefault(place.disk.item, [])
            if not waiting:
                self._tier.read(place.disk.item, place.disk.name)
            place.node.used = self._tree.clock
            if not any(w.node is place.node and w.kind == place.kind for w in waiting):
                waiting.append(place)
        return bool(places)

    def touch(self, path: list[Node]) -> None:
        """These nodes were gone on from."""
        disks = (span.disk for node in path for span in (_span(node.kv), _span(node.window)) if span)
        items = {disk.item for disk in disks if disk} | {s.disk.item for n in path if (s := _state(n)) and s.disk}
        if items:
            self._tier.touch(sorted(items))

    def write_behind(self, limit: int) -> bool:
        """Give the disk up to `limit` bytes that it does not have; True if more is left to do."""
        if not self._unsaved or not self._tier.has_room():
            return False
        for node in list(self._tree.nodes()):
            parent = node.parent
            if node.rank < BRANCH or parent is None or (parent is not self._tree.root and not _saved(parent)):
                continue
            for kind in ("kv", "window", "state"):
                limit -= self._save(node, kind)
            if limit <= 0 or not self._tier.has_room():
                return True
        self._unsaved = False
        return False

    def warm_up(self, limit: int) -> bool:
        """Ask for one beginning that was shared before the restart, while less than `limit` bytes are held."""
        while self._warm and self._tree.nbytes < limit:
            node = self._warm.pop()
            if node.parent is not None and self.missing(_way_to(node)):
                return True
        return False

    def close(self, seconds: float) -> None:
        self._tier.close(seconds)

    # ---- from the disk -----------------------------------------------------------------------------------------------

    def _adopt(self, items: list[Item]) -> None:
        """Make nodes of what lies on the disk. An item whose path is not complete is left alone."""
        paths: dict[int, Tokens] = {}
        for item in items:
            base = paths.get(item.parent) if item.parent is not None else array("I")
            if base is None or len(base) < (item.start if item.kind == "kv" else item.end):
                continue
            if item.kind == "kv":
                tokens = paths[item.id] = base[: item.start] + array("I", item.tokens)
            else:
                tokens = base[: item.end]
            self._tree.put(tokens, item.end, _Stored(item), mark=item.kind != "kv", rank=item.rank)
        self._warm = [node for node in self._tree.nodes() if node.rank == ROOT and not has_root_below(node)]

    def _receive(self, places: list[_Place], packed: Packed | None) -> None:
        whole = unpack_slices(packed) if packed and places and places[0].kind != "state" else None
        for place in places:
            node, disk = place.node, place.disk
            now = _held(node, place.kind)
            if node.parent is None or now is None or now.disk is None or now.disk.item != disk.item:
                continue
            if packed is None:
                self._lose(node, place.kind)
            elif isinstance(now, TieredState):
                self._tree.set_state(node, replace(now, memory=unpack_states(packed)))
            elif whole is not None:
                filled = replace(now, memory=part_of(whole, now.disk.low, now.disk.high))
                (self._tree.set_kv if place.kind == "kv" else self._tree.set_window)(node, filled)

    def _lose(self, node: Node, kind: ItemKind) -> None:
        """The disk does not have it any more."""
        if kind == "kv":
            self._tree.drop(node)
        elif kind == "window":
            self._tree.set_window(node, None)
        else:
            self._tree.set_state(node, None)

    # ---- to the disk -------------------------------------------------------------------------------------------------

    def _save(self, node: Node, kind: ItemKind) -> int:
        """Give one kind of a node's values to the disk, if it has not got them; the bytes it was."""
        held = _held(node, kind)
        if held is None or held.memory is None or held.disk is not None:
            return 0
        start = node.window_start if kind == "window" else node.start
        tokens = _tokens_to(node)
        parent = node.parent if kind == "kv" else node
        above = _span(parent.kv) if parent else None
        packed = pack_states(held.memory) if isinstance(held, TieredState) else pack_slices(held.memory)
        item = Item(
            id=secrets.randbits(62),
            name=self._tier.name_of(kind, start, tokens.tobytes()),
            kind=kind,
            parent=above.disk.item if above and above.disk else None,
            start=start,
            end=node.end,
            tokens=node.tokens.tobytes() if kind == "kv" else b"",
            size=packed.nbytes,
            rank=node.rank,
        )
        self._tier.write(item, packed)
        disk = OnDisk(item.id, item.name, 0, node.end - start)
        if isinstance(held, TieredState):
            self._tree.set_state(node, replace(held, disk=disk))
        else:
            (self._tree.set_kv if kind == "kv" else self._tree.set_window)(node, replace(held, disk=disk))
        return packed.nbytes


@dataclass(slots=True, frozen=True)
class _Stored:
    """An item as a source of the tree: values without memory."""

    item: Item

    def kv(self, start: int, end: int) -> TieredSpan | None:
        return self._span(start, end) if self.item.kind == "kv" else None

    def window(self, start: int, end: int) -> TieredSpan | None:
        return self._span(start, end) if self.item.kind == "window" and start >= self.item.start else None

    def state(self) -> TieredState | None:
        return TieredState(None, OnDisk(self.item.id, self.item.name, 0, 0)) if self.item.kind == "state" else None

    def _span(self, start: int, end: int) -> TieredSpan:
        first = self.item.start
        return TieredSpan(end - start, None, OnDisk(self.item.id, self.item.name, start - first, end - first))


def _only_on_disk(found: Match, window: int) -> Iterator[_Place]:
    """What is needed to go on behind the usable tokens of a match and is not in memory."""
    for node in found.path:
        if node.start >= found.usable:
            return
        kinds: list[ItemKind] = ["kv"]
        if node.end > found.usable - window:
            kinds.append("window")
        if node.end == found.usable:
            kinds.append("state")
        for kind in kinds:
            held = _held(node, kind)
            if held is not None and held.memory is None and held.disk is not None:
                yield _Place(node, kind, held.disk)


def _held(node: Node, kind: ItemKind) -> TieredSpan | TieredState | None:
    if kind == "state":
        return _state(node)
    return _span(node.kv if kind == "kv" else node.window)


def _span(held: object) -> TieredSpan | None:
    return cast("TieredSpan | None", held)


def _state(node: Node) -> TieredState | None:
    return cast("TieredState | None", node.state)


def _saved(node: Node) -> bool:
    return node.kv is None or node.kv.stored


def _tokens_to(node: Node) -> Tokens:
    runs: list[Tokens] = []
    at: Node | None = node
    while at is not None:
        runs.append(at.tokens)
        at = at.parent
    tokens = array("I")
    for run in reversed(runs):
        tokens += run
    return tokens


def _way_to(node: Node) -> Match:
    way: list[Node] = []
    at = node
    while at.parent is not None:
        way.append(at)
        at = at.parent
    return Match(node.end, node.end, way[::-1])
