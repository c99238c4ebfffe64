"""`python -m pensieve_bridge.hub` as its caller sees it: a process, lines on stdout, and the hub's cache afterwards."""

import errno
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from pensieve_bridge.hub_errors import explained

from .fake_hub import REVISION, FakeHub, Repository, Trouble, tiny

_BRIDGE = Path(__file__).resolve().parent.parent
_SECONDS = 60
_WEIGHTS = 300_000
_HELD = 131_072


@dataclass
class Run:
    code: int
    lines: list[dict[str, Any]]
    stderr: str

    @property
    def last(self) -> dict[str, Any]:
        return self.lines[-1]


@dataclass
class Hub:
    """The command against a fake hub, with a home of its own."""

    fake: FakeHub
    home: Path

    def environment(self, **more: str) -> dict[str, str]:
        ours = {name: value for name, value in os.environ.items() if not name.startswith(("HF_", "TRANSFORMERS_"))}
        return {**ours, "HF_ENDPOINT": self.fake.url, "HF_HOME": str(self.home), "NO_PROXY": "*", **more}

    def start(self, *arguments: str, **more: str) -> "subprocess.Popen[str]":
        command = [sys.executable, "-m", "pensieve_bridge.hub", *arguments]
        pipe = subprocess.PIPE
        return subprocess.Popen(
            command, cwd=_BRIDGE, env=self.environment(**more), stdout=pipe, stderr=pipe, text=True, bufsize=1
        )

    def run(self, *arguments: str, **more: str) -> Run:
        process = self.start(*arguments, **more)
        try:
            out, err = process.communicate(timeout=_SECONDS)
        finally:
            process.kill()
        return Run(process.returncode, [json.loads(line) for line in out.splitlines()], err)

    @property
    def snapshot(self) -> Path:
        return self.home / "hub" / "models--org--model" / "snapshots" / REVISION

    def partial(self) -> list[int]:
        """Sizes of what was begun."""
        sizes: list[int] = []
        for path in (self.home / "hub").rglob("*.incomplete"):
            # It may be complete by now, and have another name.
            with suppress(FileNotFoundError):
                sizes.append(path.stat().st_size)
        return sizes

    def wait_for_hold(self, process: "subprocess.Popen[str]") -> None:
        """Until the download has written all that a hub that holds has sent."""
        deadline = time.monotonic() + _SECONDS
        while self.partial() != [_HELD]:
            assert time.monotonic() < deadline
            with suppress(subprocess.TimeoutExpired):
                process.wait(timeout=0.02)
            assert process.poll() is None


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[Hub]:
    with FakeHub({"org/model": Repository(tiny(weights=_WEIGHTS))}).running() as fake:
        yield Hub(fake, tmp_path / "home")


def test_info_tells_sizes_and_whether_it_is_here(hub: Hub) -> None:
    small = sum(len(content) for content in tiny(weights=0).values())
    before = hub.run("info", "org/model")
    assert before.code == 0
    assert before.last == {
        "repository": "org/model",
        "revision": REVISION,
        "downloadBytes": small + _WEIGHTS,
        "totalBytes": small + _WEIGHTS,
        "weightBytes": _WEIGHTS,
        "files": 5,
        "alreadyHere": False,
    }
    hub.run("download", "org/model")
    after = hub.run("info", "org/model").last
    assert (after["downloadBytes"], after["alreadyHere"]) == (0, True)


def test_a_download_ends_in_the_hubs_cache_with_what_mlx_needs_only(hub: Hub) -> None:
    extra = {
        "modeling_evil.py": b"raise SystemExit",
        "pytorch_model.bin": b"1",
        "model.gguf": b"2",
        "original/model.safetensors": b"3",
        "consolidated.safetensors": b"4",
        "README.md": b"5",
        "additional_chat_templates/tool_use.jinja": b"6",
        "merges.txt": b"7",
    }
    files = tiny(extra, _WEIGHTS)
    hub.fake.repositories["org/model"] = Repository(files)
    run = hub.run("download", "org/model")
    assert run.code == 0, run
    assert run.stderr == ""
    assert run.last == {"type": "done", "path": str(hub.snapshot)}
    assert (hub.home / "hub" / "models--org--model" / "refs" / "main").read_text() == REVISION
    here = {str(path.relative_to(hub.snapshot)): path.read_bytes() for path in hub.snapshot.rglob("*.*")}
    names = {*tiny(), "additional_chat_templates/tool_use.jinja", "merges.txt"}
    assert here == {name: files[name] for name in names}
    assert hub.partial() == []


def test_progress_ends_with_all_bytes(hub: Hub) -> None:
    lines = [line for line in hub.run("download", "org/model").lines if line["type"] == "progress"]
    total = sum(len(content) for content in tiny(weights=_WEIGHTS).values())
    assert lines[0] == {"type": "progress", "done": 0, "total": total}
    assert lines[-1] == {"type": "progress", "done": total, "total": total}


def test_the_hub_is_told_nothing_but_what_it_is_asked(hub: Hub) -> None:
    hub.run("download", "org/model")
    assert {seen.path.split("/")[1] for seen in hub.fake.seen} == {"api", "org", "cdn"}


def test_a_broken_connection_goes_on_where_it_broke(hub: Hub) -> None:
    hub.fake.trouble = Trouble(break_after=100_000)
    run = hub.run("download", "org/model")
    assert run.code == 0, run
    assert hub.fake.transfers() == [None, "bytes=100000-"]
    assert (hub.snapshot / "model.safetensors").read_bytes() == tiny(weights=_WEIGHTS)["model.safetensors"]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_a_stopped_download_goes_on_the_next_time(hub: Hub, number: signal.Signals) -> None:
    hub.fake.trouble = Trouble(hold_after=_HELD)
    process = hub.start("download", "org/model")
    try:
        hub.wait_for_hold(process)
        process.send_signal(number)
        out, err = process.communicate(timeout=5)
    finally:
        process.kill()
    assert err == ""
    if number != signal.SIGKILL:
        assert process.returncode == 130
        assert json.loads(out.splitlines()[-1])["code"] == "interrupted"
    assert not hub.snapshot.exists()
    left = hub.run("info", "org/model").last
    assert left["totalBytes"] - left["downloadBytes"] >= _HELD

    again = hub.run("download", "org/model")
    assert again.code == 0, again
    assert again.lines[0]["done"] >= _HELD
    assert hub.fake.transfers() == [None, f"bytes={_HELD}-"]
    assert (hub.snapshot / "model.safetensors").read_bytes() == tiny(weights=_WEIGHTS)["model.safetensors"]


def test_a_caller_that_is_gone_ends_the_download(hub: Hub) -> None:
    hub.fake.trouble = Trouble(hold_after=_HELD)
    process = hub.start("download", "org/model")
    assert process.stdout is not None
    assert process.stderr is not None
    try:
        assert json.loads(process.stdout.readline())["done"] == 0
        process.stdout.close()
        # The hub says nothing more: not the next byte ends it, but that nobody listens.
        assert process.wait(timeout=5) == 1
        assert process.stderr.read() == ""
    finally:
        process.kill()
        process.stderr.close()


def test_a_server_without_ranges_sends_it_all_again(hub: Hub) -> None:
    hub.fake.trouble = Trouble(break_after=100_000, ignore_range=True)
    run = hub.run("download", "org/model")
    assert run.code == 0, run
    assert (hub.snapshot / "model.safetensors").read_bytes() == tiny(weights=_WEIGHTS)["model.safetensors"]
    assert run.lines[-2]["done"] == run.lines[-2]["total"]


@pytest.mark.parametrize("trouble", [Trouble(wrong_bytes=True), Trouble(more_bytes=True)])
def test_wrong_bytes_are_thrown_away(hub: Hub, trouble: Trouble) -> None:
    hub.fake.trouble = trouble
    run = hub.run("download", "org/model")
    assert (run.code, run.last["code"]) == (1, "damaged")
    assert not hub.snapshot.exists()
    # Of the small files some may have been under way.
    assert sum(hub.partial()) < 1000
    hub.fake.trouble = Trouble()
    assert hub.run("download", "org/model").last["type"] == "done"


def test_two_downloads_of_one_file_do_not_mix(hub: Hub) -> None:
    hub.fake.trouble = Trouble(hold_after=_HELD)
    first = hub.start("download", "org/model")
    try:
        hub.wait_for_hold(first)
        assert hub.run("download", "org/model").last["code"] == "busy"
        hub.fake.release.set()
        out, _ = first.communicate(timeout=_SECONDS)
    finally:
        first.kill()
    assert json.loads(out.splitlines()[-1])["type"] == "done"


@dataclass
class Case:
    code: str
    says: str
    repository: str = "org/model"
    here: Repository | None = None
    trouble: Trouble | None = None
    token: str | None = None


_BARE = {"README.md": b"hello"}
_GATED = Repository(tiny(), gated=True, token="good")
_PRIVATE = Repository(tiny(), private=True, token="good")

CASES = {
    "no such repository": Case("not_found", "set HF_TOKEN", repository="org/other"),
    "no such repository, with a token": Case("not_found", "Check the spelling.", repository="org/other", token="x"),
    "an impossible name": Case("not_found", "look like org/model", repository="a--b/..c"),
    "gated, without a token": Case("gated", "start again with HF_TOKEN", here=_GATED),
    "gated, with the wrong token": Case("gated", "no access", here=_GATED, token="bad"),
    "private, without a token": Case("not_found", "If it is private, set HF_TOKEN", here=_PRIVATE),
    "no model": Case("not_a_model", "no weights", here=Repository(_BARE)),
    "weights for others only": Case("not_a_model", "no weights", here=Repository({**_BARE, "pytorch_model.bin": b"1"})),
    "no tokenizer": Case(
        "not_a_model", "no tokenizer", here=Repository({"config.json": b"{}", "model.safetensors": b"1"})
    ),
    "a hub in trouble": Case("unreachable", "status 503", trouble=Trouble(status=503)),
    "something that is no hub": Case("unreachable", "is not a model hub", trouble=Trouble(status=200)),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_what_goes_wrong_is_one_line(hub: Hub, case: Case) -> None:
    if case.here is not None:
        hub.fake.repositories["org/model"] = case.here
    hub.fake.trouble = case.trouble or Trouble()
    more = {} if case.token is None else {"HF_TOKEN": case.token}
    info = hub.run("info", case.repository, **more)
    assert (info.code, info.stderr, len(info.lines)) == (1, "", 1)
    assert info.last["error"]["code"] == case.code
    assert case.says in info.last["error"]["message"]


def test_a_download_that_cannot_begin_tells_the_same_line(hub: Hub) -> None:
    info, download = hub.run("info", "org/other"), hub.run("download", "org/other")
    assert (download.code, download.stderr) == (1, "")
    assert download.lines == [{"type": "error", **info.last["error"]}]


def test_a_token_opens_what_is_gated_and_stays_with_the_hub(hub: Hub) -> None:
    hub.fake.repositories["org/model"] = _GATED
    assert hub.run("download", "org/model", HF_TOKEN="good").last["type"] == "done"
    assert all(seen.authorized == (seen.host == "127.0.0.1") for seen in hub.fake.seen)


def test_an_unreachable_hub_is_told_soon(hub: Hub) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{closed.getsockname()[1]}"
        started = time.monotonic()
        run = hub.run("info", "org/model", HF_ENDPOINT=url)
    assert time.monotonic() - started < 15
    assert run.last["error"]["code"] == "unreachable"
    assert url in run.last["error"]["message"]


def test_offline_mode_is_named(hub: Hub) -> None:
    error = hub.run("info", "org/model", HF_HUB_OFFLINE="1").last["error"]
    assert error["code"] == "unreachable"
    assert "HF_HUB_OFFLINE" in error["message"]


def test_the_cache_may_be_elsewhere(hub: Hub, tmp_path: Path) -> None:
    run = hub.run("download", "org/model", HF_HUB_CACHE=str(tmp_path / "cache"))
    assert run.last["path"].startswith(str(tmp_path / "cache"))


def test_a_cache_that_cannot_be_written_is_one_line(hub: Hub, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    run = hub.run("download", "org/model", HF_HUB_CACHE=str(tmp_path / "file" / "cache"))
    assert (run.code, run.stderr) == (1, "")
    assert run.last["code"] == "not_writable"


@pytest.mark.parametrize(
    ("number", "code"), [(errno.ENOSPC, "disk_full"), (errno.EACCES, "not_writable"), (errno.EIO, "failed")]
)
def test_what_the_disk_refuses_is_told_even_when_the_library_wraps_it(number: int, code: str) -> None:
    try:
        try:
            raise OSError(number, os.strerror(number), "/somewhere/hub")
        except OSError as error:
            raise RuntimeError("could not write\nand more") from error
    except RuntimeError as wrapped:
        told = explained(wrapped, "org/model")
    assert told.code == code
    assert "\n" not in str(told)


def test_mlx_is_not_imported(hub: Hub) -> None:
    code = "import sys, pensieve_bridge.hub as h; h.prepare_environment(); import pensieve_bridge.hub_snapshot; "
    code += "print([m for m in sys.modules if m.split('.')[0] in ('mlx', 'mlx_lm', 'transformers', 'torch')])"
    found = subprocess.run(
        [sys.executable, "-c", code],
        cwd=_BRIDGE,
        env=hub.environment(),
        capture_output=True,
        text=True,
        timeout=_SECONDS,
        check=True,
    )
    assert found.stdout.strip() == "[]"
