"""Which runs of tokens lie on the disk: a table, so that a restart knows them without opening a file.

Each item hangs on the item of the tokens in front of it. Items are never changed, only added and deleted. One thread.
"""

import hashlib
import sqlite3
import time
from collections.abc import Iterable
from dataclasses import astuple, dataclass, replace
from pathlib import Path
from typing import Literal, cast

from .log import log

ItemKind = Literal["kv", "window", "state"]

_DAY = 86_400
_BUSY_SECONDS = 10.0
"""How long to wait for another process that uses the index too."""

_SCHEMA = """
CREATE TABLE IF NOT EXISTS items (
  id INTEGER PRIMARY KEY, model TEXT NOT NULL, name TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, parent INTEGER,
  start INTEGER NOT NULL, end INTEGER NOT NULL, tokens BLOB NOT NULL, size INTEGER NOT NULL, rank INTEGER NOT NULL,
  used REAL NOT NULL, checksum BLOB NOT NULL);
CREATE INDEX IF NOT EXISTS items_by_model ON items (model);
CREATE INDEX IF NOT EXISTS items_by_use ON items (used);
CREATE TABLE IF NOT EXISTS written (day INTEGER PRIMARY KEY, bytes INTEGER NOT NULL);
"""


@dataclass(slots=True, frozen=True)
class Item:
    """Values of the tokens [start, end) of one path (`state`: behind `end`).

    `tokens`: of a `kv` item those of its run, four bytes each; of others none. `parent`: the `kv` item in which the
    path goes on in front of `start` (of a `kv` item), or in which `end` lies (of others).
    """

    id: int
    name: str
    kind: ItemKind
    parent: int | None
    start: int
    end: int
    tokens: bytes
    size: int
    rank: int


class DiskIndex:
    """Raises sqlite3.Error; its owner gives up then."""

    def __init__(self, file: Path, model: str) -> None:
        self._model = model
        self._store = sqlite3.connect(file, timeout=_BUSY_SECONDS)
        self._store.execute("PRAGMA journal_mode = WAL")
        self._store.execute("PRAGMA synchronous = NORMAL")
        self._store.executescript(_SCHEMA)

    def items(self) -> list[Item]:
        """Those of the model, each behind its parent. Rows that are not as they were written are deleted."""
        rows = self._store.execute(
            "SELECT id, name, kind, parent, start, end, tokens, size, rank, checksum FROM items WHERE model = ?"
            " ORDER BY CASE kind WHEN 'kv' THEN 0 ELSE 1 END, start, rowid",
            (self._model,),
        )
        found: list[Item] = []
        wrong: list[int] = []
        for *row, checksum in rows.fetchall():
            item = Item(*row)
            if checksum == self._checksum(item):
                found.append(item)
            else:
                wrong.append(item.id)
        if wrong:
            log("warning", "disk_rows_lost", rows=len(wrong))
            self.remove(wrong)
        return found

    def names(self) -> set[str]:
        """Of all models."""
        return {name for (name,) in self._store.execute("SELECT name FROM items")}

    def add(self, item: Item) -> int:
        """Returns its id, or that of the same item that was written before; it hangs on `parent` from now on."""
        with self._store:
            self._store.execute("BEGIN IMMEDIATE")
            found = self._store.execute("SELECT id FROM items WHERE name = ?", (item.name,)).fetchone()
            known = item if found is None else replace(item, id=cast(int, found[0]))
            self._store.execute(
                "INSERT OR REPLACE INTO items VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    *(known.id, self._model, known.name, known.kind, known.parent, known.start, known.end),
                    *(known.tokens, known.size, known.rank, time.time(), self._checksum(known)),
                ),
            )
            self._store.execute(
                "INSERT INTO written VALUES (?, ?) ON CONFLICT (day) DO UPDATE SET bytes = bytes + excluded.bytes",
                (int(time.time()) // _DAY, item.size),
            )
        return known.id

    def written_today(self) -> int:
        row = self._store.execute("SELECT bytes FROM written WHERE day = ?", (int(time.time()) // _DAY,)).fetchone()
        return cast(int, row[0]) if row else 0

    def touch(self, ids: Iterable[int]) -> None:
        """They were used now."""
        with self._store:
            self._store.executemany("UPDATE items SET used = ? WHERE id = ?", [(time.time(), i) for i in ids])

    def remove(self, ids: Iterable[int]) -> None:
        with self._store:
            self._store.executemany("DELETE FROM items WHERE id = ?", [(i,) for i in ids])

    def size(self) -> int:
        """Bytes of all models."""
        (total,) = self._store.execute("SELECT COALESCE(SUM(size), 0) FROM items").fetchone()
        return cast(int, total)

    def oldest(self) -> list[tuple[int, str, int]]:
        """(id, name, size), those used longest ago first; what others hang on is used when they are."""
        rows = self._store.execute(
            "SELECT id, parent, name, size, used FROM items ORDER BY start DESC, end DESC"
        ).fetchall()
        used: dict[int, float] = {}
        found: list[tuple[float, int, int, str, int]] = []
        for place, (item, parent, name, size, own) in enumerate(rows):
            last = max(own, used.get(item, 0.0))
            if parent is not None:
                used[parent] = max(last, used.get(parent, 0.0))
            found.append((last, place, item, name, size))
        return [(item, name, size) for _, _, item, name, size in sorted(found)]

    def close(self) -> None:
        self._store.close()

    def _checksum(self, item: Item) -> bytes:
        """SQLite has none: a wrong bit in a row would give tokens the values of others."""
        return hashlib.sha256(repr((self._model, *astuple(item))).encode()).digest()
