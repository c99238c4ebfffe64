"""The life of the process: how it begins, and that it ends cleanly in every phase."""

import os
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from .running import ROOT, Bridge, end_of, request, until

LONG = " ".join(["the file is in the user value"] * 1500)


def gone(bridge: Bridge) -> None:
    """The process has ended by itself with code 0 and left no socket."""
    assert bridge.process.returncode == 0
    assert not bridge.socket.exists()
    assert bridge.stop() == 0


def test_it_listens_at_once_and_requests_wait_for_the_model(qwen3_path: Path) -> None:
    bridge = Bridge(qwen3_path)
    health = until(bridge.health, 20, "the socket")
    assert health["status"] in ("loading", "ready")
    assert end_of(bridge.generate(maxTokens=2))["reason"] == "length"
    assert bridge.health()["status"] == "ready"
    assert bridge.stop() == 0


def test_the_socket_is_private(bridge: Bridge) -> None:
    assert stat.S_IMODE(bridge.socket.stat().st_mode) == 0o600
    assert stat.S_IMODE(bridge.socket.parent.stat().st_mode) == 0o700


def test_it_ends_when_stdin_closes(qwen3_path: Path) -> None:
    bridge = Bridge(qwen3_path).ready()
    assert bridge.stop() == 0
    assert not bridge.socket.exists()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_while_decoding_ends_the_answer_and_the_process(qwen3_path: Path, number: signal.Signals) -> None:
    bridge = Bridge(qwen3_path).ready()
    answer = bridge.open(maxTokens=30_000)
    answer.wait_for("piece")
    assert bridge.signal(number) < 3
    assert end_of(answer.rest())["reason"] == "cancelled"
    gone(bridge)


def test_a_signal_while_prefilling_ends_the_answer_and_the_process(qwen3_path: Path) -> None:
    bridge = Bridge(qwen3_path, "--rows", "1").ready()
    prefilling = bridge.open(text=LONG)
    prefilling.wait_for("prefill")
    waiting = bridge.open()
    waiting.wait_for("accepted")
    assert bridge.signal() < 3
    assert end_of(prefilling.rest())["reason"] == "cancelled"
    assert end_of(waiting.rest())["reason"] == "cancelled"
    gone(bridge)


def test_a_signal_while_a_step_hangs_still_ends_it(qwen3_path: Path) -> None:
    bridge = Bridge(qwen3_path, faults=True).ready()
    bridge.post("/test/fault", {"kind": "stall"})
    answer = bridge.open()
    answer.wait_for("accepted")
    assert bridge.signal() < 4
    assert end_of(answer.rest())["reason"] == "cancelled"
    gone(bridge)


def test_a_long_step_of_prefill_is_not_silent(qwen3_path: Path) -> None:
    bridge = Bridge(qwen3_path, faults=True).ready()
    answer = bridge.open(text=LONG)
    answer.wait_for("prefill")
    bridge.post("/test/fault", {"kind": "stall"})
    began = time.monotonic()
    while time.monotonic() - began < 4:
        answer.wait_for("prefill")
    assert len(answer.seen) > 4
    assert bridge.signal() < 4
    assert end_of(answer.rest())["reason"] == "cancelled"
    gone(bridge)


def test_a_signal_while_loading_ends_it(qwen3_path: Path) -> None:
    bridge = Bridge(qwen3_path)
    until(bridge.health, 20, "the socket")
    assert bridge.signal() < 6
    gone(bridge)


def test_it_ends_when_its_parent_is_killed(qwen3_path: Path, tmp_path: Path) -> None:
    """The parent keeps the bridge's stdin open and dies by SIGKILL, so only the closing pipe can tell."""
    script = """
import subprocess, sys
child = subprocess.Popen(sys.argv[1:], stdin=subprocess.PIPE)
print(child.pid, flush=True)
child.wait()
"""
    socket = tmp_path / "s.sock"
    command = [sys.executable, "-m", "pensieve_bridge", "--socket", str(socket), "--model", str(qwen3_path)]
    with (tmp_path / "log").open("w") as log:
        parent = subprocess.Popen(
            [sys.executable, "-c", script, *command], cwd=ROOT, stdout=subprocess.PIPE, stderr=log, text=True
        )
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        until(socket.exists, 20, "the socket")
        parent.kill()
        parent.wait()
        parent.stdout.close()
    until(lambda: not _alive(pid), 10, "the bridge's end")
    assert not socket.exists()


def test_a_stale_socket_is_replaced_and_a_living_one_is_not(qwen3_path: Path) -> None:
    first = Bridge(qwen3_path).ready()
    command = [sys.executable, "-m", "pensieve_bridge", "--socket", str(first.socket), "--model", str(qwen3_path)]
    second = subprocess.run(command, cwd=ROOT, stdin=subprocess.PIPE, capture_output=True, text=True, timeout=30)
    assert second.returncode == 2
    assert "another process listens" in second.stderr
    assert second.stdout == ""
    assert first.health()["status"] == "ready"
    first.process.kill()
    first.process.wait()
    assert first.socket.exists()
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stderr=subprocess.DEVNULL) as third:
        first.process = third
        first.ready()
        assert third.stdin is not None
        third.stdin.close()
        assert third.wait(15) == 0


def test_a_folder_that_is_no_model_fails_with_a_reason_and_stays(tmp_path: Path) -> None:
    bridge = Bridge(tmp_path)
    health = until(lambda: (h := bridge.health()) and h["status"] == "failed" and h, 30, "the failure")
    assert "it has no config.json" in health["message"]
    status, body = bridge.post("/count", {"messages": request()["messages"]})
    assert (status, body["error"]["code"]) == (503, "failed")
    assert "no config.json" in body["error"]["message"]
    assert bridge.stop() == 0
    assert "model_refused" in {line["event"] for line in bridge.log()}


def test_it_starts_where_the_hard_limit_of_open_files_is_low(qwen3_path: Path) -> None:
    """mlx_lm raises ValueError at import when it may not set its own limit."""
    script = """
import os, resource, sys
resource.setrlimit(resource.RLIMIT_NOFILE, (512, 512))
os.execv(sys.argv[1], sys.argv[1:])
"""
    command = [
        sys.executable,
        "mlx_inference.py",
        "--model-path",
        str(qwen3_path),
        "--prompt",
        "a",
        "--max-tokens",
        "1",
    ]
    done = subprocess.run(
        [sys.executable, "-c", script, *command], cwd=ROOT, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    # A process that nobody waited for stays as a zombie.
    status = Path(f"/proc/{pid}/stat")
    return not (status.exists() and status.read_text().rsplit(")", 1)[1].split()[0] == "Z")
