"""A model hub on 127.0.0.1 with the few endpoints that the hub's library and the bridge call.

As the real one it answers for small files itself and sends those of Git LFS to another host (here `localhost`), tells
each file's name in the cache by its ETag, knows byte ranges, and gives away of a gated repository only the list.

    python tests/fake_hub.py org/model=FOLDER [--hold-after BYTES]      prints its URL; ends when its stdin closes
"""

import argparse
import hashlib
import json
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

REVISION = "5" * 40
_PIECE = 64 * 1024


@dataclass
class Repository:
    """`files`: contents by name. Weights are LFS files, the rest is not."""

    files: dict[str, bytes]
    gated: bool = False
    token: str | None = None
    """Who sends it may read a gated or private repository."""
    private: bool = False


@dataclass
class Trouble:
    """What happens to the next transfers from the other host."""

    break_after: int | None = None
    """Close the connection of one transfer after so many bytes; once."""
    hold_after: int | None = None
    """Send so many bytes, then nothing until `release`."""
    ignore_range: bool = False
    wrong_bytes: bool = False
    more_bytes: bool = False
    status: int | None = None
    """Answer every request with it."""


@dataclass
class Seen:
    """A request as it came."""

    method: str
    path: str
    host: str
    range: str | None
    authorized: bool


@dataclass
class FakeHub:
    repositories: dict[str, Repository]
    trouble: Trouble = field(default_factory=Trouble)
    seen: list[Seen] = field(default_factory=list)
    release: threading.Event = field(default_factory=threading.Event)
    url: str = ""

    @contextmanager
    def running(self) -> Iterator["FakeHub"]:
        server = _Server(("127.0.0.1", 0), _handler(self))
        self.url = f"http://127.0.0.1:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        try:
            yield self
        finally:
            self.release.set()
            server.shutdown()
            server.server_close()

    def transfers(self) -> list[str | None]:
        """The Range header of each transfer from the other host, in the order they came."""
        return [seen.range for seen in self.seen if seen.method == "GET" and seen.path.startswith("/cdn/")]


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        # A client that was stopped is no error of ours.
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


def tiny(extra: dict[str, bytes] | None = None, weights: int = 300_000) -> dict[str, bytes]:
    """A repository that looks like a model; its weights are only bytes."""
    return {
        "config.json": b'{"model_type":"qwen3","architectures":["Qwen3ForCausalLM"]}',
        "tokenizer.json": b'{"version":"1.0"}',
        "tokenizer_config.json": b"{}",
        "chat_template.jinja": b"{{ messages }}",
        "model.safetensors": bytes(i * 7 % 251 for i in range(weights)),
        **(extra or {}),
    }


def _is_lfs(name: str) -> bool:
    return name.endswith((".safetensors", ".bin", ".gguf"))


def _git_id(content: bytes) -> str:
    return hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()


def _etag(name: str, content: bytes) -> str:
    return hashlib.sha256(content).hexdigest() if _is_lfs(name) else _git_id(content)


def _handler(hub: FakeHub) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, format: str, *args: Any) -> None:
            pass

        def do_HEAD(self) -> None:
            self._answer()

        def do_GET(self) -> None:
            self._answer()

        def _answer(self) -> None:
            host = (self.headers.get("Host") or "").split(":")[0]
            token = (self.headers.get("Authorization") or "").removeprefix("Bearer ") or None
            path = unquote(urlsplit(self.path).path)
            hub.seen.append(Seen(self.command, path, host, self.headers.get("Range"), token is not None))
            if hub.trouble.status is not None:
                self._send(hub.trouble.status, b"trouble")
                return
            parts = path.strip("/").split("/")
            if parts[0] == "cdn":
                self._cdn(parts[1])
                return
            if parts[:2] == ["api", "models"]:
                self._api("/".join(parts[2:4]), parts[4:], token)
                return
            if len(parts) > 4 and parts[2] == "resolve":
                self._resolve("/".join(parts[:2]), "/".join(parts[4:]), token)
                return
            self._send(404, b"nothing here")

        def _find(self, name: str, token: str | None) -> Repository | None:
            repository = hub.repositories.get(name)
            if repository is not None and (not repository.private or (token and token == repository.token)):
                return repository
            # The hub says 401 to strangers, whether it exists or not.
            message = "Repository not found" if token else "Invalid username or password."
            self._send(404 if token else 401, b"", {"X-Error-Code": "RepoNotFound", "X-Error-Message": message})
            return None

        def _may_read(self, repository: Repository, token: str | None) -> bool:
            if not repository.gated or (token and token == repository.token):
                return True
            headers = {"X-Error-Code": "GatedRepo", "X-Error-Message": "Access to this model is restricted."}
            self._send(403 if token else 401, b"", headers)
            return False

        def _api(self, name: str, rest: list[str], token: str | None) -> None:
            repository = self._find(name, token)
            if repository is None:
                return
            if rest[:1] == ["auth-check"]:
                if self._may_read(repository, token):
                    self._send(200, b"")
            elif rest[:1] == ["tree"]:
                self._json([{"type": "file", "path": file, **_facts(file, c)} for file, c in repository.files.items()])
            else:
                self._json(
                    {
                        "id": name,
                        "modelId": name,
                        "sha": REVISION,
                        "private": repository.private,
                        "gated": "manual" if repository.gated else False,
                        "tags": [],
                        "downloads": 0,
                        "likes": 0,
                        "siblings": [_sibling(file, content) for file, content in repository.files.items()],
                    }
                )

        def _resolve(self, name: str, file: str, token: str | None) -> None:
            repository = self._find(name, token)
            if repository is None or not self._may_read(repository, token):
                return
            content = repository.files.get(file)
            if content is None:
                self._send(404, b"", {"X-Error-Code": "EntryNotFound"})
                return
            headers = {"X-Repo-Commit": REVISION, "ETag": f'"{_etag(file, content)}"', "Accept-Ranges": "bytes"}
            if not _is_lfs(file):
                self._send(200, content, headers)
                return
            sha256 = _etag(file, content)
            port = urlsplit(hub.url).port
            location = {"Location": f"http://localhost:{port}/cdn/{sha256}"}
            linked = {"X-Linked-Etag": f'"{sha256}"', "X-Linked-Size": str(len(content))}
            self._send(302, b"", headers | linked | location)

        def _cdn(self, sha256: str) -> None:
            contents = (c for r in hub.repositories.values() for name, c in r.files.items() if _etag(name, c) == sha256)
            content = next(contents, None)
            if content is None:
                self._send(404, b"")
                return
            trouble = hub.trouble
            start = 0
            asked = self.headers.get("Range")
            if asked and not trouble.ignore_range:
                start = int(asked.removeprefix("bytes=").split("-")[0])
            body = content[start:]
            if trouble.wrong_bytes:
                body = bytes(len(body))
            if trouble.more_bytes:
                body += b"and more"
            self.send_response(206 if start else 200)
            if start:
                self.send_header("Content-Range", f"bytes {start}-{len(content) - 1}/{len(content)}")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            stop, hold = trouble.break_after, trouble.hold_after
            trouble.break_after = trouble.hold_after = None
            end = min(len(body), *(mark for mark in (stop, hold) if mark is not None), len(body))
            for at in range(0, end, _PIECE):
                self.wfile.write(body[at : min(at + _PIECE, end)])
            self.wfile.flush()
            if hold is not None:
                # Bounded: a test that never releases must not keep the process.
                hub.release.wait(60)
            self.close_connection = end < len(body)

        def _json(self, value: object) -> None:
            self._send(200, json.dumps(value).encode(), {"Content-Type": "application/json"})

        def _send(self, status: int, body: bytes, headers: dict[str, str] | None = None) -> None:
            self.send_response(status)
            for name, value in (headers or {}).items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)

    return Handler


def _facts(name: str, content: bytes) -> dict[str, Any]:
    lfs = {"lfs": {"oid": _etag(name, content), "size": len(content), "pointerSize": 130}} if _is_lfs(name) else {}
    return {"size": len(content), "oid": _git_id(content), **lfs}


def _sibling(name: str, content: bytes) -> dict[str, Any]:
    found: dict[str, Any] = {"rfilename": name, "size": len(content), "blobId": _git_id(content)}
    if _is_lfs(name):
        found["lfs"] = {"sha256": _etag(name, content), "size": len(content), "pointerSize": 130}
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("repositories", nargs="+", metavar="NAME=FOLDER")
    parser.add_argument("--hold-after", type=int, help="send so many bytes of a weight file, then nothing")
    found = parser.parse_args()
    repositories: dict[str, Repository] = {}
    for argument in found.repositories:
        name, _, folder = argument.partition("=")
        repositories[name] = Repository({f.name: f.read_bytes() for f in Path(folder).iterdir() if f.is_file()})
    with FakeHub(repositories, Trouble(hold_after=found.hold_after)).running() as hub:
        print(hub.url, flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    main()
