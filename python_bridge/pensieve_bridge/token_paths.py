"""The one store of token paths: name of a turn → the tokens of its conversation up to there. Kept over restarts.

A path is its parent's beginning and tokens of its own, so a conversation is written once however long it gets. All
paths that begin with the same one live and go together. One thread only.
"""

import contextlib
import sqlite3
import time
from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from .log import log_exception

_RECENT = 8
_SCHEMA = """
CREATE TABLE IF NOT EXISTS roots (root INTEGER PRIMARY KEY, used REAL NOT NULL, bytes INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS paths (
  model TEXT NOT NULL, key TEXT NOT NULL, root INTEGER NOT NULL, parent TEXT, kept INTEGER NOT NULL,
  ids BLOB NOT NULL, head INTEGER NOT NULL, reasoning INTEGER NOT NULL, PRIMARY KEY (model, key)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS paths_by_root ON paths (root);
CREATE INDEX IF NOT EXISTS roots_by_use ON roots (used);
"""


@dataclass(slots=True, frozen=True)
class TokenPath:
    """`head`: tokens of tools and system prompt; `reasoning`: tokens of reasoning among all."""

    tokens: list[int]
    head: int
    reasoning: int


class TokenPaths:
    """`file` None: in memory only. `limit`: bytes of token ids over all models."""

    def __init__(self, file: Path | None, model: str, limit: int = 64 << 20) -> None:
        self._model = model
        self._limit = limit
        self._recent: dict[str, TokenPath] = {}
        self._store = _open(file)

    def find(self, key: str) -> TokenPath | None:
        """The path of a turn, and a use of it."""
        try:
            found = self._recent.get(key) or self._read(key)
            if found is not None:
                self._remember(key, found)
                with self._store:
                    self._store.execute(
                        "UPDATE roots SET used = ? WHERE root = (SELECT root FROM paths WHERE model = ? AND key = ?)",
                        (time.time(), self._model, key),
                    )
        except sqlite3.Error as error:
            self._fall_back(error)
            return None
        return found

    def add(self, key: str, path: TokenPath, parent: str | None, kept: int) -> None:
        """Remember a path that begins with the first `kept` tokens of its parent's; a known name is kept as it is."""
        own = array("I", path.tokens[kept if parent else 0 :]).tobytes()
        try:
            with self._store:
                if self._has(key):
                    return
                root = self._root_of(parent)
                if root is None:
                    parent, kept, own = None, 0, array("I", path.tokens).tobytes()
                    root = self._new_root()
                row = (self._model, key, root, parent, kept, own, path.head, path.reasoning)
                self._store.execute("INSERT INTO paths VALUES (?, ?, ?, ?, ?, ?, ?, ?)", row)
                self._store.execute(
                    "UPDATE roots SET used = ?, bytes = bytes + ? WHERE root = ?", (time.time(), len(own), root)
                )
                self._make_room(root)
        except sqlite3.Error as error:
            self._fall_back(error)
            return
        self._remember(key, path)

    def close(self) -> None:
        self._store.close()

    def _read(self, key: str) -> TokenPath | None:
        links: list[tuple[int, bytes]] = []
        first: tuple[int, int] | None = None
        at: str | None = key
        while at is not None:
            row = self._store.execute(
                "SELECT parent, kept, ids, head, reasoning FROM paths WHERE model = ? AND key = ?", (self._model, at)
            ).fetchone()
            if row is None:
                return None
            first = first or (row[3], row[4])
            links.append((row[1], row[2]))
            at = cast("str | None", row[0])
        ids = array("I")
        for kept, own in reversed(links):
            ids = ids[:kept] + array("I", own)
        assert first is not None
        return TokenPath(ids.tolist(), *first)

    def _has(self, key: str) -> bool:
        query = "SELECT 1 FROM paths WHERE model = ? AND key = ?"
        return self._store.execute(query, (self._model, key)).fetchone() is not None

    def _root_of(self, parent: str | None) -> int | None:
        query = "SELECT root FROM paths WHERE model = ? AND key = ?"
        row = self._store.execute(query, (self._model, parent)).fetchone()
        return None if row is None else cast(int, row[0])

    def _new_root(self) -> int:
        return cast(int, self._store.execute("INSERT INTO roots (used, bytes) VALUES (0, 0)").lastrowid)

    def _make_room(self, current: int) -> None:
        (total,) = self._store.execute("SELECT COALESCE(SUM(bytes), 0) FROM roots").fetchone()
        oldest: Sequence[tuple[int, int]] = []
        if total > self._limit:
            oldest = self._store.execute("SELECT root, bytes FROM roots ORDER BY used").fetchall()
        for root, size in oldest:
            if total <= self._limit:
                return
            if root != current:
                self._store.execute("DELETE FROM paths WHERE root = ?", (root,))
                self._store.execute("DELETE FROM roots WHERE root = ?", (root,))
                self._recent.clear()
                total -= size

    def _remember(self, key: str, path: TokenPath) -> None:
        self._recent.pop(key, None)
        self._recent[key] = path
        if len(self._recent) > _RECENT:
            del self._recent[next(iter(self._recent))]

    def _fall_back(self, error: sqlite3.Error) -> None:
        """A full disk or a broken file costs what was remembered, never an answer."""
        log_exception("token_paths_in_memory_only", error)
        self._recent.clear()
        with contextlib.suppress(sqlite3.Error):
            self._store.close()
        self._store = _connect(":memory:")


def _open(file: Path | None) -> sqlite3.Connection:
    if file is None:
        return _connect(":memory:")
    try:
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        try:
            return _connect(str(file))
        except sqlite3.DatabaseError as error:
            log_exception("token_paths_begun_anew", error, file=str(file))
            for name in (file.name, f"{file.name}-wal", f"{file.name}-shm"):
                file.with_name(name).unlink(missing_ok=True)
            return _connect(str(file))
    except (OSError, sqlite3.Error) as error:
        log_exception("token_paths_in_memory_only", error, file=str(file))
        return _connect(":memory:")


def _connect(name: str) -> sqlite3.Connection:
    # Two bridges may share the file; `check_same_thread`: made while the model loads, used by the prompts' thread.
    store = sqlite3.connect(name, timeout=2.0, check_same_thread=False)
    try:
        store.execute("PRAGMA journal_mode = WAL")
        store.execute("PRAGMA synchronous = NORMAL")
        store.executescript(_SCHEMA)
        store.execute("SELECT COUNT(*) FROM paths").fetchone()
    except sqlite3.Error:
        store.close()
        raise
    return store
