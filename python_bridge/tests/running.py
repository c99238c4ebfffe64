"""The real bridge as a child process, and a small HTTP client for its socket."""

import atexit
import contextlib
import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent

Line = dict[str, Any]


def until(condition: Callable[[], Any], seconds: float = 20.0, what: str = "the condition") -> Any:
    """Poll until the condition gives something true; fail with its name otherwise."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        found = condition()
        if found:
            return found
        threading.Event().wait(0.01)
    raise AssertionError(f"{what} did not come within {seconds} s")


class _Connection(http.client.HTTPConnection):
    def __init__(self, path: Path, timeout: float) -> None:
        super().__init__("bridge", timeout=timeout)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(str(self._path))


class Answer:
    """An open `/generate`: iterate over its lines, `close` to cancel it."""

    def __init__(self, connection: _Connection) -> None:
        self._connection = connection
        self._response = connection.getresponse()
        self.status = self._response.status
        self.seen: list[Line] = []

    def __iter__(self) -> Iterator[Line]:
        while raw := self._response.readline():
            line = json.loads(raw)
            self.seen.append(line)
            yield line

    def wait_for(self, kind: str) -> Line:
        """Read up to the first line of that type."""
        for line in self:
            if line["type"] == kind:
                return line
        raise AssertionError(f"no {kind} line in {self.seen}")

    def rest(self) -> list[Line]:
        """Read to the end; every line seen."""
        for _ in self:
            pass
        self.close()
        return self.seen

    def error(self) -> Line:
        return json.loads(self._response.read())["error"]

    def close(self) -> None:
        self._response.close()
        self._connection.close()


class Bridge:
    """Starts at once; `ready` waits. As a context manager it ends the process and checks that stdout stayed empty."""

    def __init__(
        self, model: Path, *options: str, faults: bool = False, timeout: float = 60.0, **environment: str
    ) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="pb-"))
        # At the end of the run, since tests read the log of a bridge that has stopped.
        atexit.register(shutil.rmtree, self.folder, ignore_errors=True)
        self.socket = self.folder / "s" / "bridge.sock"
        self.timeout = timeout
        self._log = (self.folder / "log").open("w+")
        self.process = subprocess.Popen(
            [sys.executable, "-m", "pensieve_bridge", "--socket", str(self.socket), "--model", str(model), *options],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            env={**os.environ, **environment, **({"PENSIEVE_TEST_FAULTS": "1"} if faults else {})},
        )

    def __enter__(self) -> "Bridge":
        return self.ready()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def ready(self) -> "Bridge":
        until(lambda: self.health().get("status") == "ready", 60, "readiness")
        return self

    def stop(self) -> int:
        """Close stdin, as a parent that goes away; returns the exit code."""
        if self.process.poll() is None:
            assert self.process.stdin is not None
            self.process.stdin.close()
            try:
                self.process.wait(15)
            except subprocess.TimeoutExpired:
                self.process.kill()
                raise
        assert self.process.stdout is not None
        assert self.process.stdout.read() == b"", "stdout must stay empty"
        self.process.stdout.close()
        return self.process.returncode

    def signal(self, number: int = signal.SIGTERM) -> float:
        """Send a signal and wait; returns the seconds it took to end."""
        began = time.monotonic()
        self.process.send_signal(number)
        self.process.wait(15)
        return time.monotonic() - began

    def log(self) -> list[Line]:
        return [json.loads(line) for line in (self.folder / "log").read_text().splitlines()]

    def health(self) -> Line:
        """{} while nobody listens."""
        try:
            return self.request("GET", "/health")[1]
        except (OSError, http.client.HTTPException):
            assert self.process.poll() is None, (self.folder / "log").read_text()
            return {}

    def get(self, path: str) -> Line:
        status, body = self.request("GET", path)
        assert status == 200, body
        return body

    def post(self, path: str, body: Any) -> tuple[int, Line]:
        return self.request("POST", path, body)

    def request(self, method: str, path: str, body: Any = None) -> tuple[int, Line]:
        connection = _Connection(self.socket, self.timeout)
        try:
            connection.request(method, path, None if body is None else _encode(body))
            response = connection.getresponse()
            return response.status, json.loads(response.read() or b"null")
        finally:
            connection.close()

    def connection(self) -> "contextlib.closing[http.client.HTTPConnection]":
        """A connection to be used several times."""
        return contextlib.closing(_Connection(self.socket, self.timeout))

    def status_of(self, method: str, path: str) -> int:
        connection = _Connection(self.socket, self.timeout)
        try:
            connection.request(method, path)
            return connection.getresponse().status
        finally:
            connection.close()

    def open(self, body: Any = None, **fields: Any) -> Answer:
        """Begin a generation; the answer is read line by line."""
        connection = _Connection(self.socket, self.timeout)
        connection.request("POST", "/generate", _encode(body if body is not None else request(**fields)))
        return Answer(connection)

    def generate(self, body: Any = None, **fields: Any) -> list[Line]:
        answer = self.open(body, **fields)
        assert answer.status == 200, answer.error()
        return answer.rest()


def request(text: str = "Hello there", maxTokens: int = 16, **fields: Any) -> dict[str, Any]:  # noqa: N803
    return {"messages": [{"role": "user", "content": text}], "maxTokens": maxTokens, **fields}


def text_of(lines: list[Line]) -> str:
    return "".join(line.get("text", "") for line in lines if line["type"] == "piece")


def pieces_of(lines: list[Line]) -> list[Line]:
    return [{k: v for k, v in line.items() if k != "type"} for line in lines if line["type"] == "piece"]


def end_of(lines: list[Line]) -> Line:
    assert [line["type"] for line in lines].count("finished") == 1
    assert lines[-1]["type"] == "finished"
    return lines[-1]


def _encode(body: Any) -> bytes:
    return body if isinstance(body, bytes) else json.dumps(body).encode()


def idle(bridge: Bridge) -> dict[str, Any]:
    """The metrics once nothing runs or waits any more."""

    def quiet() -> dict[str, Any] | None:
        found = bridge.get("/metrics")
        return found if found["running"] == found["queued"] == 0 else None

    return until(quiet, 20, "an idle engine")
