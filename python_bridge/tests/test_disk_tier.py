"""Values outlive the process, and nothing on the disk can make an answer wrong."""

import os
import random
import signal
import sqlite3
import subprocess
import sys
import textwrap
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest

from pensieve_bridge.disk_format import NotAsWritten, Packed, decode, encode
from pensieve_bridge.disk_index import Item
from pensieve_bridge.disk_tier import DiskLimits, DiskTier
from pensieve_bridge.events import Started
from pensieve_bridge.marks import Boundaries
from pensieve_bridge.status import EngineOptions

from .engines import Rig, load_as_numbers
from .running import ROOT, Bridge, text_of, until
from .tiny_models import Spec, cached

FAMILIES = {
    "plain": Spec(),
    "sliding and full": Spec(family="gpt_oss"),
    "recurrent": Spec(family="qwen3_5"),
    "composed": Spec(family="falcon_h1"),
}


def prompt(length: int, seed: int) -> list[int]:
    rnd = random.Random(seed)
    return [rnd.randrange(2000) for _ in range(length)]


@contextmanager
def engine(folder: Path | None, spec: Spec = FAMILIES["plain"], cache_bytes: int | None = None) -> Iterator[Rig]:
    options = EngineOptions(cache_folder=folder, cache_bytes=cache_bytes)
    with Rig(partial(load_as_numbers, cached(spec)), options) as rig:
        yield rig


def ask(rig: Rig, talk: list[int], limit: int = 6) -> tuple[list[int], Started]:
    name = rig.submit(talk, limit, boundaries=Boundaries(head=100))
    (said,) = rig.finish(name)
    (started,) = [e for e in rig.seen[name] if isinstance(e, Started)]
    return said, started


@pytest.mark.parametrize("family", FAMILIES)
def test_a_talk_goes_on_after_a_restart_as_if_there_had_been_none(tmp_path: Path, family: str) -> None:
    spec, talk = FAMILIES[family], prompt(250, 1)
    with engine(tmp_path, spec) as rig:
        said, _ = ask(rig, talk)
        talk = [*talk, *said, *prompt(40, 2)]
        said, _ = ask(rig, talk)
        talk = [*talk, *said, 5, 6, 7]
        expected, warm = ask(rig, talk)
        assert warm == Started(len(talk) - 3, "memory")
        # Another talk with the same beginning.
        fork = [*talk[:200], *prompt(30, 3)]
        ask(rig, fork)
        expected_fork, _ = ask(rig, fork)
    with engine(tmp_path, spec) as rig:
        assert ask(rig, talk) == (expected, Started(len(talk) - 1, "disk"))
        said, started = ask(rig, fork)
        assert said == expected_fork
        assert started.cached_tokens >= 200


def test_who_goes_while_the_disk_reads_has_lost_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    talk = prompt(250, 1)
    with engine(tmp_path) as rig:
        expected, _ = ask(rig, talk)
    fetch, go = DiskTier._fetch, threading.Event()  # pyright: ignore[reportPrivateUsage]
    monkeypatch.setattr(DiskTier, "_fetch", lambda *asked: (go.wait(30), fetch(*asked)))
    with engine(tmp_path) as rig:
        left = rig.submit(talk, 6, boundaries=Boundaries(head=100))
        until(lambda: rig.engine.health().running == 1, what="a row that waits")
        rig.engine.cancel(left)
        assert rig.finish(left) == [[]]
        go.set()
        assert ask(rig, talk)[0] == expected
        assert ask(rig, talk) == (expected, Started(249, "memory"))


def test_what_leaves_the_memory_comes_back_from_the_disk(tmp_path: Path) -> None:
    with engine(tmp_path, cache_bytes=300_000) as rig:
        talks = [prompt(300, n) for n in range(6)]
        first = [ask(rig, talk)[0] for talk in talks]
        until(lambda: files(tmp_path), what="a file on the disk")
        again = [ask(rig, talk) for talk in talks]
        assert [said for said, _ in again] == first
        assert {started.restored_from for _, started in again} <= {"disk", "memory"}
        assert all(started.cached_tokens == 299 for _, started in again)


def test_damaged_files_are_misses(tmp_path: Path) -> None:
    talk = prompt(250, 1)
    with engine(tmp_path) as rig:
        expected, _ = ask(rig, talk)
    for n, file in enumerate(files(tmp_path)):
        content = bytearray(file.read_bytes())
        if n % 3 == 0:
            content[len(content) // 2] ^= 1
            file.write_bytes(content)
        elif n % 3 == 1:
            file.write_bytes(content[: len(content) // 2])
        else:
            file.unlink()
    with engine(tmp_path) as rig:
        assert ask(rig, talk)[0] == expected
        assert ask(rig, talk) == (expected, Started(249, "memory"))


def test_another_model_s_values_are_not_touched(tmp_path: Path) -> None:
    talk = prompt(250, 1)
    with engine(tmp_path) as rig:
        ask(rig, talk)
    with engine(tmp_path, Spec(seed=4)) as rig:
        assert ask(rig, talk)[1] == Started(0, "none")
    with engine(tmp_path) as rig:
        assert ask(rig, talk)[1].cached_tokens == 249


def test_an_index_that_is_no_index_is_begun_anew(tmp_path: Path) -> None:
    talk = prompt(250, 1)
    with engine(tmp_path) as rig:
        expected, _ = ask(rig, talk)
    (tmp_path / "kv-1.sqlite").write_bytes(b"no database " * 500)
    with engine(tmp_path) as rig:
        assert ask(rig, talk) == (expected, Started(0, "none"))
    with engine(tmp_path) as rig:
        assert ask(rig, talk)[1].cached_tokens == 249


def test_an_index_that_somebody_else_uses_is_left_to_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pensieve_bridge.disk_index._BUSY_SECONDS", 0.05)
    tier = DiskTier(tmp_path, "m")
    tier.write(item(1), full(1))
    tier.close(20)
    with sqlite3.connect(tmp_path / "kv-1.sqlite") as index:
        index.execute("PRAGMA locking_mode = EXCLUSIVE")
        index.execute("BEGIN EXCLUSIVE")
        locked_out = DiskTier(tmp_path, "m")
        assert locked_out.found(20) == []
        until(lambda: locked_out.off, what="the end of the tier")
    index.close()
    again = DiskTier(tmp_path, "m")
    assert [i.id for i in again.found(20)] == [1]
    again.close(20)


def files(folder: Path) -> list[Path]:
    return sorted((folder / "kv").iterdir()) if (folder / "kv").exists() else []


def item(n: int, parent: int | None = None) -> Item:
    start = 4 if parent else 0
    return Item(n, f"item{n}", "kv", parent, start, start + 4, b"abcd" * 4, 1000, 1)


def full(n: int) -> Packed:
    return Packed({"n": n}, [bytes([n]) * 1000])


def test_the_disk_holds_at_most_what_it_may(tmp_path: Path) -> None:
    tier = DiskTier(tmp_path, "m", DiskLimits(size=5500))
    for n in range(1, 9):
        tier.write(item(n), full(n))
    tier.close(20)
    assert len(files(tmp_path)) <= 5
    again = DiskTier(tmp_path, "m", DiskLimits(size=5500))
    kept = {i.id for i in again.found(20)}
    again.close(20)
    assert kept == {int(f.name.removeprefix("item")) for f in files(tmp_path)}
    assert max(kept) == 8
    assert 1 not in kept


def test_what_others_hang_on_goes_after_them(tmp_path: Path) -> None:
    tier = DiskTier(tmp_path, "m", DiskLimits(size=3500))
    tier.write(item(1), full(1))
    tier.write(item(2), full(2))
    for n in (3, 4, 5):
        tier.write(item(n, parent=1), full(n))
    tier.close(20)
    again = DiskTier(tmp_path, "m")
    kept = {i.id for i in again.found(20)}
    again.close(20)
    assert 1 in kept
    assert 2 not in kept


def test_no_more_is_written_on_a_day_than_allowed(tmp_path: Path) -> None:
    tier = DiskTier(tmp_path, "m", DiskLimits(size=1 << 30, daily=3000))
    for n in range(1, 9):
        tier.write(item(n), full(n))
    tier.close(20)
    assert len(files(tmp_path)) == 3


def test_files_that_nobody_knows_are_swept_away_later(tmp_path: Path) -> None:
    (tmp_path / "kv").mkdir()
    for name, age in (("old", 1000), ("fresh", 0)):
        file = tmp_path / "kv" / name
        file.write_text("x")
        then = file.stat().st_mtime - age
        os.utime(file, (then, then))
    DiskTier(tmp_path, "m").close(20)
    assert [f.name for f in files(tmp_path)] == ["fresh"]


def test_what_others_put_into_the_folder_is_left_alone(tmp_path: Path) -> None:
    strange = tmp_path / "kv" / "strange"
    strange.mkdir(parents=True)
    (strange / "file").write_text("x")
    os.utime(strange, (0.0, 0.0))
    with engine(tmp_path) as rig:
        expected, _ = ask(rig, prompt(250, 1))
    with engine(tmp_path) as rig:
        assert ask(rig, prompt(250, 1)) == (expected, Started(249, "disk"))
    assert (strange / "file").exists()


@pytest.mark.parametrize(
    "change",
    [
        "tokens = zeroblob(length(tokens))",
        "tokens = x'010203'",
        "start = start + 1",
        "end = end - 1",
        "kind = 'state'",
        "rank = 'much'",
        "parent = id",
        "size = -5",
    ],
)
def test_rows_of_the_index_that_are_not_as_written_are_misses(tmp_path: Path, change: str) -> None:
    talk = prompt(250, 1)
    with engine(tmp_path) as rig:
        expected, _ = ask(rig, talk)
    with sqlite3.connect(tmp_path / "kv-1.sqlite") as index:
        index.execute(f"UPDATE items SET {change} WHERE kind = 'kv'")
    zeros = [0] * 250
    with engine(tmp_path) as rig, engine(None) as cold:
        assert ask(rig, zeros) == (ask(cold, zeros)[0], Started(0, "none"))
        assert ask(rig, talk) == (expected, Started(0, "none"))
    with engine(tmp_path) as rig:
        assert ask(rig, talk) == (expected, Started(249, "disk"))


def test_shared_beginnings_are_in_memory_again_before_anybody_asks(tmp_path: Path) -> None:
    head = prompt(100, 1)
    with engine(tmp_path) as rig:
        for seed in range(3):
            ask(rig, [*head, *prompt(150, 10 + seed)])
    with engine(tmp_path) as rig:
        until(lambda: rig.engine.cache.bytes > 0, what="a beginning in memory")
        _, started = ask(rig, [*head, *prompt(150, 20)])
        assert started == Started(100, "memory")


def test_a_process_that_is_killed_while_it_writes_leaves_nothing_wrong(tmp_path: Path) -> None:
    program = textwrap.dedent(f"""
        from pathlib import Path
        from pensieve_bridge.disk_tier import DiskLimits, DiskTier
        from tests.test_disk_tier import full, item
        tier = DiskTier(Path({str(tmp_path)!r}), "m", DiskLimits(size=1 << 30))
        n = 0
        while True:
            n += 1
            if tier.has_room():
                tier.write(item(n), full(n % 256))
    """)
    writer = subprocess.Popen([sys.executable, "-c", program], cwd=ROOT)
    until(lambda: len(files(tmp_path)) > 20, 60, "files")
    writer.send_signal(signal.SIGKILL)
    writer.wait(20)
    tier = DiskTier(tmp_path, "m", DiskLimits(size=1 << 30))
    items = tier.found(20)
    assert items
    for i in items:
        tier.read(i.id, i.name)
    got: dict[int, Packed | None] = {}
    until(lambda: got.update(dict(tier.arrived(0.1))) or len(got) == len(items), what="all items")
    assert all(p is not None and p.buffers[0] == bytes([n % 256]) * 1000 for n, p in got.items())
    tier.close(20)


def test_an_engine_that_is_killed_while_it_writes_is_gone_on_from(tmp_path: Path) -> None:
    model = cached(Spec())
    text = " ".join(["the file is in the user value"] * 300)
    with Bridge(model, "--no-store") as cold:
        expected = text_of(cold.generate(text=text, maxTokens=8, sampling={"temperature": 0}))
    for place in (0, 3):
        bridge = Bridge(model, "--cache", str(tmp_path)).ready()
        answer = bridge.open(text=f"{text} {place}", maxTokens=20_000)
        answer.wait_for("piece")
        bridge.generate(text=text, maxTokens=8, sampling={"temperature": 0})
        until(lambda place=place: len(files(tmp_path)) > place, what="a file on the disk")
        bridge.signal(signal.SIGKILL)
        answer.close()
    with Bridge(model, "--cache", str(tmp_path)) as bridge:
        lines = bridge.generate(text=text, maxTokens=8, sampling={"temperature": 0})
        assert text_of(lines) == expected
        assert lines[1]["cachedTokens"] > 0


def test_a_folder_that_cannot_be_used_turns_the_tier_off(tmp_path: Path) -> None:
    (tmp_path / "kv").write_text("in the way")
    tier = DiskTier(tmp_path, "m")
    until(lambda: tier.off, what="the end of the tier")
    assert not tier.has_room()


def test_two_processes_that_write_the_same_have_it_once(tmp_path: Path) -> None:
    for own in (10, 20):
        tier = DiskTier(tmp_path, "m", DiskLimits(size=1 << 20))
        tier.write(Item(own, "same", "kv", None, 0, 4, b"abcd" * 4, 1000, 1), full(1))
        tier.write(Item(own + 1, f"child{own}", "kv", own, 4, 8, b"abcd" * 4, 1000, 1), full(2))
        tier.close(20)
    with sqlite3.connect(tmp_path / "kv-1.sqlite") as index:
        rows = index.execute("SELECT name, parent FROM items ORDER BY name").fetchall()
    assert rows == [("child10", 10), ("child20", 10), ("same", None)]


def test_a_file_is_exactly_what_was_written() -> None:
    rnd = random.Random(1)
    for _ in range(200):
        packed = Packed({"a": rnd.random()}, [rnd.randbytes(rnd.randint(0, 40)) for _ in range(rnd.randint(0, 4))])
        content = b"".join(encode("n", packed))
        assert decode("n", content) == Packed(packed.form, packed.buffers)
        with pytest.raises(NotAsWritten):
            decode("m", content)
        at = rnd.randrange(len(content))
        with pytest.raises(NotAsWritten):
            decode("n", content[:at] + bytes([content[at] ^ (1 << rnd.randrange(8))]) + content[at + 1 :])
        with pytest.raises(NotAsWritten):
            decode("n", content[:at])
