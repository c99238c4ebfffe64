"""The second tier: values on the disk, written behind and read ahead by a thread of its own.

Nothing here is ever waited for by a request that could go on without it, and nothing that goes wrong here is the
reason for a wrong answer: what cannot be read was never there. Only bytes and plain values cross.
"""

import hashlib
import os
import queue
import shutil
import sqlite3
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from .disk_format import NotAsWritten, Packed, decode, encode
from .disk_index import DiskIndex, Item
from .log import log, log_exception

_INDEX = "kv-1.sqlite"
_FOLDER = "kv"
_IN_FLIGHT = 256 << 20
"""Bytes that may wait to be written; more would be memory the disk cannot give back in time."""

_IN_USE = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
_STRAY_SECONDS = 60.0
_ROOM_KEPT = 0.9


@dataclass(slots=True, frozen=True)
class DiskLimits:
    """Bytes: at most so much on the disk, of all models together, and written on one day."""

    size: int
    daily: int = 64 << 30

    @staticmethod
    def of(folder: Path) -> "DiskLimits":
        """A part of what is free."""
        free = shutil.disk_usage(folder).free
        return DiskLimits(min(free // 4, 64 << 30))


class DiskTier:
    """`model`: names everything the values depend on. All methods are called by one thread, the engine's."""

    def __init__(self, folder: Path, model: str, limits: DiskLimits | None = None) -> None:
        self.off = False
        self._root = folder
        self._model = hashlib.sha256(model.encode()).hexdigest()
        self._limits = limits
        self._work: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._known: queue.SimpleQueue[list[Item]] = queue.SimpleQueue()
        self._read: queue.SimpleQueue[tuple[int, Packed | None]] = queue.SimpleQueue()
        self._in_flight = 0
        self._counting = threading.Lock()
        self._same: dict[int, int] = {}
        self._thread = threading.Thread(target=self._main, name="disk", daemon=True)
        self._thread.start()

    def name_of(self, kind: str, start: int, path: bytes) -> str:
        """The name of an item by its content: the model, all tokens up to its end, and where it begins."""
        digest = hashlib.sha256(f"{self._model} {kind} {start} ".encode())
        digest.update(path)
        return digest.hexdigest()

    def found(self, seconds: float) -> list[Item]:
        """What was on the disk at the start, each item behind what it hangs on; to be called once."""
        try:
            return self._known.get(timeout=seconds)
        except queue.Empty:
            return []

    def has_room(self) -> bool:
        """Whether more may be given to `write` now."""
        return not self.off and self._in_flight < _IN_FLIGHT

    def write(self, item: Item, packed: Packed) -> None:
        """Write when there is time."""
        with self._counting:
            self._in_flight += packed.nbytes
        self._work.put(lambda: self._write(item, packed))

    def read(self, item_id: int, name: str) -> None:
        """Read, to be taken with `arrived`."""
        self._work.put(lambda: self._fetch(item_id, name))

    def arrived(self, seconds: float = 0.0) -> list[tuple[int, Packed | None]]:
        """What was read meanwhile, None where it cannot be had; waits so long for the first."""
        got: list[tuple[int, Packed | None]] = []
        try:
            got.append(self._read.get(timeout=seconds) if seconds else self._read.get_nowait())
            while True:
                got.append(self._read.get_nowait())
        except queue.Empty:
            return got

    def touch(self, ids: Sequence[int]) -> None:
        """They are in use: they go later."""
        self._work.put(lambda: self._index.touch(ids))

    def close(self, seconds: float) -> None:
        """Write what waits, as far as the time allows."""
        self._work.put(None)
        self._thread.join(seconds)

    # ---- its own thread ----------------------------------------------------------------------------------------------

    def _main(self) -> None:
        try:
            self._open()
            while (work := self._work.get()) is not None:
                work()
            self._index.close()
        except (OSError, sqlite3.Error) as error:
            log_exception("disk_tier_off", error, folder=str(self._root))
        finally:
            self.off = True
            self._known.put([])

    def _open(self) -> None:
        self._folder = self._root / _FOLDER
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        limits = self._limits = self._limits or DiskLimits.of(self._folder)
        try:
            self._index = DiskIndex(self._root / _INDEX, self._model)
            items = self._index.items()
        except sqlite3.DatabaseError as error:
            if error.sqlite_errorcode in _IN_USE:
                raise
            log_exception("disk_index_begun_anew", error)
            for end in ("", "-wal", "-shm"):
                (self._root / f"{_INDEX}{end}").unlink(missing_ok=True)
            self._index = DiskIndex(self._root / _INDEX, self._model)
            items = []
        self._sweep()
        self._known.put(items)
        log("info", "disk_tier", items=len(items), bytes=self._index.size(), limit=limits.size)

    def _sweep(self) -> None:
        """Delete files that no item names: a process was killed between the file and its row."""
        names = self._index.names()
        old = time.time() - _STRAY_SECONDS
        for entry in os.scandir(self._folder):
            # Another process may be faster.
            with suppress(FileNotFoundError):
                if entry.name not in names and entry.is_file() and entry.stat().st_mtime < old:
                    Path(entry.path).unlink()

    def _write(self, item: Item, packed: Packed) -> None:
        with self._counting:
            self._in_flight -= packed.nbytes
        assert self._limits is not None
        if self._index.written_today() + item.size > self._limits.daily or item.size > self._limits.size:
            return
        parent = None if item.parent is None else self._same.get(item.parent, item.parent)
        final = self._folder / item.name
        fresh = final.with_name(f"{item.name}.{os.getpid()}")
        with fresh.open("wb") as file:
            for part in encode(item.name, packed):
                file.write(part)
        fresh.rename(final)
        known = self._index.add(Item(item.id, item.name, item.kind, parent, *_rest(item)))
        if known != item.id:
            self._same[item.id] = known
        self._make_room(self._limits.size)

    def _make_room(self, limit: int) -> None:
        total = self._index.size()
        if total <= limit:
            return
        gone: list[int] = []
        for item_id, name, size in self._index.oldest():
            if total <= limit * _ROOM_KEPT:
                break
            (self._folder / name).unlink(missing_ok=True)
            gone.append(item_id)
            total -= size
        self._index.remove(gone)

    def _fetch(self, item_id: int, name: str) -> None:
        try:
            self._read.put((item_id, decode(name, (self._folder / name).read_bytes())))
        except (OSError, NotAsWritten, ValueError, KeyError) as error:
            log("warning", "disk_item_lost", message=str(error))
            self._index.remove([self._same.get(item_id, item_id)])
            (self._folder / name).unlink(missing_ok=True)
            self._read.put((item_id, None))


def _rest(item: Item) -> tuple[int, int, bytes, int, int]:
    return item.start, item.end, item.tokens, item.size, item.rank
