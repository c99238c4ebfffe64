"""The store of token paths: exact after a restart, bounded, and never the reason for a failed answer."""

import random
import sqlite3
from pathlib import Path

import pytest

from pensieve_bridge.token_paths import TokenPath, TokenPaths


def path(*tokens: int, head: int = 0, reasoning: int = 0) -> TokenPath:
    return TokenPath(list(tokens), head, reasoning)


def test_random_trees_of_paths_come_back_exactly_after_a_restart(tmp_path: Path) -> None:
    for seed in range(30):
        rnd = random.Random(seed)
        file = tmp_path / f"{seed}.sqlite"
        expected: dict[str, TokenPath] = {}
        store = TokenPaths(file, "model")
        for n in range(25):
            parent = rnd.choice([None, *expected])
            base = expected[parent].tokens if parent else []
            kept = rnd.randint(max(0, len(base) - 2), len(base))
            own = [rnd.randrange(150_000) for _ in range(rnd.randint(0, 40))]
            made = TokenPath([*base[:kept], *own], rnd.randint(0, 9), rnd.randint(0, 9))
            store.add(f"k{n}", made, parent, kept)
            expected[f"k{n}"] = made
            if rnd.random() < 0.2:
                store.close()
                store = TokenPaths(file, "model")
        assert {key: store.find(key) for key in expected} == expected
        store.close()


def test_a_name_means_what_it_meant_first() -> None:
    store = TokenPaths(None, "model")
    store.add("k", path(1, 2), None, 0)
    store.add("k", path(3), None, 0)
    assert store.find("k") == path(1, 2)


def test_models_do_not_see_each_other(tmp_path: Path) -> None:
    TokenPaths(tmp_path / "p", "one").add("k", path(1), None, 0)
    assert TokenPaths(tmp_path / "p", "two").find("k") is None
    assert TokenPaths(tmp_path / "p", "one").find("k") == path(1)


def test_a_path_whose_parent_is_gone_is_stored_whole() -> None:
    store = TokenPaths(None, "model")
    store.add("k", path(1, 2, 3), "gone", 2)
    assert store.find("k") == path(1, 2, 3)


def test_the_conversation_that_was_used_longest_ago_goes_when_there_is_no_room(monkeypatch: pytest.MonkeyPatch) -> None:
    now = iter(range(1000))
    monkeypatch.setattr("pensieve_bridge.token_paths.time.time", lambda: float(next(now)))
    store = TokenPaths(None, "model", limit=4 * 100)
    for n in range(4):
        store.add(f"k{n}", path(*range(25)), None, 0)
    assert store.find("k0") is not None
    store.add("k0-more", path(*range(50)), "k0", 25)
    assert store.find("k1") is None
    assert store.find("k0-more") == path(*range(50))
    assert store.find("k0") == path(*range(25))


def test_a_broken_file_is_begun_anew(tmp_path: Path) -> None:
    file = tmp_path / "paths.sqlite"
    file.write_bytes(b"not a database " * 1000)
    store = TokenPaths(file, "model")
    store.add("k", path(1), None, 0)
    store.close()
    assert TokenPaths(file, "model").find("k") == path(1)


def test_a_file_that_cannot_be_written_costs_only_the_memory(tmp_path: Path) -> None:
    (tmp_path / "in-the-way").write_text("")
    store = TokenPaths(tmp_path / "in-the-way" / "paths.sqlite", "model")
    store.add("k", path(1), None, 0)
    assert store.find("k") == path(1)


def test_a_file_that_breaks_later_costs_what_was_known_and_nothing_else(tmp_path: Path) -> None:
    store = TokenPaths(tmp_path / "paths.sqlite", "model")
    store.add("k", path(1), None, 0)
    with sqlite3.connect(tmp_path / "paths.sqlite") as other:
        other.execute("DROP TABLE paths")
    store.add("l", path(2), None, 0)
    assert store.find("l") is None
    store.add("m", path(3), None, 0)
    assert store.find("m") == path(3)
