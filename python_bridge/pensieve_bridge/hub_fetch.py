"""One file from the hub, byte by byte, so that an interrupted one goes on where it stopped.

The hub's library deletes a file that it could not finish. Here the bytes grow in `blobs/<name>.pensieve.incomplete`
and get the name that the library expects when they are complete and, where their SHA-256 is known, right.
"""

import errno
import fcntl
import hashlib
import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from io import FileIO
from pathlib import Path

import httpx2
from huggingface_hub import get_session
from huggingface_hub.errors import HfHubHTTPError
from huggingface_hub.utils import (
    build_hf_headers,  # pyright: ignore[reportUnknownVariableType]
    hf_raise_for_status,
)

from .hub_errors import HubError

_SILENCE_SECONDS = 20.0
# Waits between attempts, in seconds; any byte that arrives starts the count anew.
_PATIENCE = (1.0, 2.0, 4.0, 8.0)
_TRANSIENT = frozenset({408, 429, 500, 502, 503, 504})


@dataclass(slots=True, frozen=True)
class RemoteFile:
    """A file of a repository. `size` in bytes; `blob`, its name in the cache, is a SHA-256, or git's id if small."""

    name: str
    size: int
    blob: str

    @property
    def sha256(self) -> str | None:
        return self.blob if len(self.blob) == 64 else None


def present_bytes(file: RemoteFile, blobs: Path) -> int:
    """How much of it is in the cache."""
    if (blobs / file.blob).exists():
        return file.size
    try:
        return min(_partial(file, blobs).stat().st_size, file.size)
    except FileNotFoundError:
        return 0


def fetch(file: RemoteFile, url: str, blobs: Path, moved: Callable[[int], None]) -> None:
    """Complete the blob. `moved` hears the bytes that came, or, less than 0, that were thrown away. Raises HubError."""
    target = blobs / file.blob
    partial = _partial(file, blobs)
    with partial.open("ab", buffering=0) as out:
        _lock(out, file)
        # Another process may have finished it before we had the lock.
        if target.exists():
            partial.unlink(missing_ok=True)
            return
        attempt = 0
        while (have := _size(out)) < file.size:
            try:
                _receive(file, url, out, moved)
            except (httpx2.TransportError, HfHubHTTPError) as error:
                if isinstance(error, HfHubHTTPError) and error.response.status_code not in _TRANSIENT:
                    raise
                attempt = 0 if _size(out) > have else attempt
                if attempt == len(_PATIENCE):
                    raise
                time.sleep(_PATIENCE[attempt])
                attempt += 1
        if _size(out) > file.size or (file.sha256 is not None and _sha256(partial) != file.sha256):
            moved(-_size(out))
            partial.unlink()
            raise HubError("damaged", f"{file.name} arrived damaged and was thrown away. Start again to fetch it anew.")
        os.fsync(out.fileno())
        partial.rename(target)


def _receive(file: RemoteFile, url: str, out: FileIO, moved: Callable[[int], None]) -> None:
    have = _size(out)
    # identity: with a compressed answer, offsets would mean something else.
    headers = build_hf_headers() | {"Accept-Encoding": "identity"}
    if have:
        headers["Range"] = f"bytes={have}-"
    with get_session().stream("GET", url, headers=headers, timeout=_SILENCE_SECONDS, follow_redirects=True) as answer:
        hf_raise_for_status(answer)
        if have and answer.status_code != 206:
            # A server that knows no ranges sends all of it again.
            out.truncate(0)
            moved(-have)
            have = 0
        # As they come: pieces of a fixed size would be lost half-filled when the connection breaks.
        for chunk in answer.iter_bytes():
            if out.write(chunk) != len(chunk):
                # The last bytes that the disk could take; what follows would leave a gap.
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            have += len(chunk)
            moved(len(chunk))
            if have > file.size:
                # The caller throws it away.
                return
    if have < file.size:
        raise httpx2.ReadError("the connection ended early")


def _lock(out: FileIO, file: RemoteFile) -> None:
    """Freed by the system when the process ends, however it ends."""
    try:
        fcntl.flock(out.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise HubError("busy", f"Another process is fetching {file.name} just now. Wait for it, or stop it.") from None


def _size(out: FileIO) -> int:
    return os.fstat(out.fileno()).st_size


def _sha256(path: Path) -> str:
    with path.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def _partial(file: RemoteFile, blobs: Path) -> Path:
    return blobs / f"{file.blob}.pensieve.incomplete"
