"""The prefix tree against a plain list of everything that was ever stored, over random conversations."""

import random
from array import array
from dataclasses import dataclass, replace

import pytest

from pensieve_bridge.eviction import BRANCH, ROOT, SIDE, evict
from pensieve_bridge.prefix_tree import Match, Needs, Node, PrefixTree, Tokens, common_prefix

KINDS = [Needs(), Needs(window=5), Needs(state=True), Needs(window=5, state=True)]


def tokens(*ids: int) -> Tokens:
    return array("I", ids)


def value(known: Tokens, at: int) -> int:
    """What a layer holds for the token at `at`: it depends on all tokens up to there."""
    return hash((known[: at + 1].tobytes(), at))


@dataclass(frozen=True)
class FakeSpan:
    values: tuple[int, ...]
    stored: bool = False
    in_memory: bool = True

    @property
    def nbytes(self) -> int:
        return 10 * len(self.values) if self.in_memory else 0

    def __len__(self) -> int:
        return len(self.values)

    def cut(self, at: int) -> "tuple[FakeSpan, FakeSpan]":
        assert 0 < at < len(self.values)
        return replace(self, values=self.values[:at]), replace(self, values=self.values[at:])

    def let_go(self) -> "FakeSpan":
        assert self.stored
        return replace(self, in_memory=False)


@dataclass(frozen=True)
class FakeState:
    value: int
    nbytes: int = 70
    stored: bool = False

    def let_go(self) -> "FakeState":
        assert self.stored
        return replace(self, nbytes=0)


@dataclass(frozen=True)
class Live:
    """A live cache that has seen `known`; of the window only the last tokens are left."""

    known: Tokens
    needs: Needs

    def kv(self, start: int, end: int) -> FakeSpan:
        assert 0 <= start < end <= len(self.known)
        return FakeSpan(tuple(value(self.known, i) for i in range(start, end)))

    def window(self, start: int, end: int) -> FakeSpan | None:
        if not self.needs.window:
            return None
        assert start >= len(self.known) - self.needs.window
        return self.kv(start, end)

    def state(self) -> FakeState | None:
        return FakeState(value(self.known, len(self.known) - 1)) if self.needs.state else None


def check_usable(found: Match, asked: Tokens, needs: Needs) -> None:
    """Everything that is needed behind `usable` tokens is there, and is that of these very tokens."""
    kv: list[int] = []
    window: dict[int, int] = {}
    for node in found.path:
        assert isinstance(node.kv, FakeSpan)
        kv.extend(node.kv.values)
        if isinstance(node.window, FakeSpan):
            window |= {node.window_start + i: v for i, v in enumerate(node.window.values)}
    usable = found.usable
    assert usable <= found.common <= len(asked)
    assert kv[: found.common] == [value(asked, i) for i in range(found.common)]
    if usable and needs.window:
        for i in range(max(0, usable - needs.window), usable):
            assert window[i] == value(asked, i)
    if usable and needs.state:
        (state,) = [node.state for node in found.path if node.end == usable]
        assert isinstance(state, FakeState)
        assert state.value == value(asked, usable - 1)


def check_sound(tree: PrefixTree) -> None:
    total = 0
    for node in tree.nodes():
        total += node.nbytes
        assert node.parent is not None
        assert node.parent.children[node.tokens[0]] is node
        assert node.start == node.parent.end
        assert isinstance(node.kv, FakeSpan)
        assert len(node.kv) == len(node.tokens)
        assert len(node.window or ()) <= len(node.tokens)  # pyright: ignore[reportArgumentType]
    assert tree.nbytes == total


@pytest.mark.parametrize("needs", KINDS, ids=str)
def test_random_conversations_find_what_was_stored_of_them(needs: Needs) -> None:
    for seed in range(150):
        rnd = random.Random(seed)
        tree = PrefixTree(needs)
        stored: list[tuple[Tokens, bool]] = []
        for _ in range(30):
            asked = grown(rnd, stored)
            limit = rnd.randint(0, len(asked))
            found = tree.match(asked, limit)
            check_usable(found, asked, needs)
            assert found.common == max((min(limit, common_prefix(asked, s)) for s, _ in stored), default=0)
            assert found.usable >= best_mark(asked, stored, limit, needs)
            mark = rnd.random() < 0.6
            tree.put(asked, len(asked), Live(asked, needs), mark=mark)
            stored.append((asked, mark))
            check_sound(tree)


def grown(rnd: random.Random, stored: list[tuple[Tokens, bool]]) -> Tokens:
    """A new conversation, or an earlier one from some token on."""
    base = rnd.choice(stored)[0] if stored and rnd.random() < 0.8 else tokens()
    kept = base[: rnd.randint(0, len(base))] if rnd.random() < 0.5 else base
    return kept + array("I", (rnd.randint(0, 2) for _ in range(rnd.randint(1, 14))))


def best_mark(asked: Tokens, stored: list[tuple[Tokens, bool]], limit: int, needs: Needs) -> int:
    """The least that must be usable: without windows and states all that is known, else the longest mark."""
    best = 0
    for known, mark in stored:
        common = common_prefix(asked, known)
        if needs == Needs():
            best = max(best, min(common, limit))
        elif mark and common == len(known) <= limit:
            best = max(best, common)
    return best


@pytest.mark.parametrize("needs", KINDS, ids=str)
def test_what_is_evicted_is_never_found_and_the_rest_stays_right(needs: Needs) -> None:
    for seed in range(100):
        rnd = random.Random(seed)
        tree = PrefixTree(needs)
        stored: list[tuple[Tokens, bool]] = []
        for _ in range(25):
            asked = grown(rnd, stored)
            check_usable(tree.match(asked, len(asked)), asked, needs)
            tree.put(asked, len(asked), Live(asked, needs), mark=rnd.random() < 0.6, rank=rnd.randint(SIDE, ROOT))
            stored.append((asked, False))
            some_are_stored(tree, rnd)
            budget = rnd.choice([0, 300, 1000, 5000])
            before = tree.nbytes
            freed = evict(tree, budget)
            assert tree.nbytes == before - freed
            assert tree.nbytes <= budget
            check_sound(tree)


def some_are_stored(tree: PrefixTree, rnd: random.Random) -> None:
    """As the disk does it: a node only when the one in front of it is."""
    for node in tree.nodes():
        assert node.parent is not None
        if (node.parent is tree.root or node.parent.kv_stored) and rnd.random() < 0.3:
            for span, keep in ((node.kv, tree.set_kv), (node.window, tree.set_window)):
                if isinstance(span, FakeSpan):
                    keep(node, replace(span, stored=True))
            if isinstance(node.state, FakeState) and rnd.random() < 0.5:
                tree.set_state(node, replace(node.state, stored=True))


def test_what_is_stored_is_still_known_when_its_memory_is_gone() -> None:
    needs = Needs(window=3, state=True)
    tree = PrefixTree(needs)
    talk = tokens(1, 2, 3, 4, 5, 6)
    tree.put(talk, 6, Live(talk, needs), mark=True)
    (node,) = tree.nodes()
    for span, keep in ((node.kv, tree.set_kv), (node.window, tree.set_window)):
        assert isinstance(span, FakeSpan)
        keep(node, replace(span, stored=True))
    assert isinstance(node.state, FakeState)
    tree.set_state(node, replace(node.state, stored=True))
    assert evict(tree, 0) > 0
    assert tree.nbytes == 0
    assert tree.match(talk, 6).usable == 6
    # Parted later, each part is still stored.
    tree.put(tokens(1, 2, 9), 3, Live(tokens(1, 2, 9), needs), mark=True)
    assert tree.match(talk, 6).usable == 6


def test_a_part_that_was_evicted_is_stored_again() -> None:
    needs = Needs()
    tree = PrefixTree(needs)
    talk = tokens(1, 2, 3, 4, 5, 6)
    tree.put(talk, 4, Live(talk[:4], needs))
    evict(tree, 0)
    tree.put(talk, 6, Live(talk, needs))
    assert tree.match(talk, 6).usable == 6


def test_long_runs_are_stored_in_pieces() -> None:
    needs = Needs()
    tree = PrefixTree(needs)
    talk = array("I", range(3000))
    tree.put(talk, 3000, Live(talk, needs))
    assert max(len(node.tokens) for node in tree.nodes()) == 1024
    assert tree.match(talk, 3000).usable == 3000


def test_a_window_is_stored_once_however_close_the_marks_are() -> None:
    needs = Needs(window=8)
    tree = PrefixTree(needs)
    talk = array("I", range(40))
    for end in range(20, 41):
        tree.put(talk, end, Live(talk[:end], needs), mark=True)
    assert sum(len(node.window or ()) for node in tree.nodes()) == 28  # pyright: ignore[reportArgumentType]
    for limit in range(20, 41):
        assert tree.match(talk, limit).usable == limit


def test_a_mark_inside_a_known_run_makes_going_on_there_possible() -> None:
    needs = Needs(state=True)
    tree = PrefixTree(needs)
    talk = array("I", range(10))
    tree.put(talk, 10, Live(talk, needs), mark=True)
    assert tree.match(talk, 9).usable == 0
    tree.put(talk, 6, Live(talk[:6], needs), mark=True)
    assert tree.match(talk, 9).usable == 6
    assert tree.match(talk, 10).usable == 10


def stored_as(tree: PrefixTree, needs: Needs, rank: int, *ids: int) -> None:
    talk = tokens(*ids)
    tree.match(talk, len(talk))
    tree.put(talk, len(talk), Live(talk, needs), rank=rank)


def first_tokens(tree: PrefixTree) -> list[int]:
    return sorted(tree.root.children)


def test_side_requests_go_first_and_shared_beginnings_last() -> None:
    needs = Needs()
    tree = PrefixTree(needs)
    stored_as(tree, needs, ROOT, 1)
    stored_as(tree, needs, BRANCH, 2, 2, 2)
    stored_as(tree, needs, SIDE, 3, 3, 3)
    gone: list[list[int]] = []
    for goal in (45, 20):
        evict(tree, goal)
        gone.append(first_tokens(tree))
    assert gone == [[1, 2], [1]]


def test_among_branches_the_oldest_goes_first() -> None:
    needs = Needs()
    tree = PrefixTree(needs)
    for first in (1, 2, 3):
        stored_as(tree, needs, BRANCH, first, 7, 7)
    tree.match(tokens(1, 7, 7), 3)
    evict(tree, tree.nbytes - 1)
    assert first_tokens(tree) == [1, 3]


def test_only_the_shared_beginnings_used_last_are_spared() -> None:
    needs = Needs()
    tree = PrefixTree(needs)
    for first in range(1, 5):
        stored_as(tree, needs, ROOT, first, first, first)
    stored_as(tree, needs, BRANCH, 5, 5, 5)
    tree.match(tokens(1, 1, 1), 3)
    evict(tree, 90)
    assert first_tokens(tree) == [1, 4, 5]


def test_old_states_go_before_the_tokens_that_were_used_last() -> None:
    needs = Needs(state=True)
    tree = PrefixTree(needs)
    talk = array("I", range(9))
    for end in (3, 6, 9):
        tree.match(talk, end)
        tree.put(talk, end, Live(talk[:end], needs), mark=True, rank=BRANCH)
    evict(tree, tree.nbytes - 1)
    states = [node.end for node in sorted(tree.nodes(), key=_start) if node.state is not None]
    assert states == [6, 9]


def test_a_state_inside_a_shared_beginning_goes_before_the_one_at_its_end() -> None:
    needs = Needs(state=True)
    tree = PrefixTree(needs)
    head = array("I", range(9))
    for end in (3, 6, 9):
        tree.put(head, end, Live(head[:end], needs), mark=True, rank=ROOT)
    talk = array("I", range(60))
    tree.match(talk, 60)
    tree.put(talk, 60, Live(talk, needs), mark=True, rank=BRANCH)
    evict(tree, tree.nbytes - 1)
    states = [node.end for node in sorted(tree.nodes(), key=_start) if node.state is not None]
    assert len(states) == 3
    assert {9, 60} < set(states)


def _start(node: Node) -> int:
    return node.start
