"""The Unix socket and the HTTP server on it: made private, freed when it ends."""

import asyncio
import contextlib
import os
import socket
import stat
from collections.abc import Generator
from contextlib import suppress
from pathlib import Path

import uvicorn
from starlette.types import ASGIApp


class _Server(uvicorn.Server):
    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None]:
        # Signals are `__main__`'s: uvicorn would raise them again after its end.
        yield


class Listener:
    """Listens from the moment it is made. Raises OSError when the path cannot be used."""

    def __init__(self, path: Path, app: ASGIApp) -> None:
        self._path = path
        self._socket = _bind(path)
        config = uvicorn.Config(
            app,
            loop="asyncio",
            http="h11",
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            date_header=False,
            timeout_keep_alive=75,
        )
        self._server = _Server(config)

    def start(self) -> None:
        self._serving = asyncio.get_running_loop().create_task(self._server.serve(sockets=[self._socket]))

    async def close(self, seconds: float) -> None:
        """Give open answers this long to be written, then go; the socket file is removed first."""
        with suppress(FileNotFoundError):
            self._path.unlink()
        self._server.should_exit = True
        await asyncio.wait((self._serving,), timeout=seconds)


def _bind(path: Path) -> socket.socket:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    _remove_stale(path)
    made = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    before = os.umask(0o177)
    try:
        made.bind(str(path))
    except OSError:
        made.close()
        raise
    finally:
        os.umask(before)
    made.listen(128)
    return made


def _remove_stale(path: Path) -> None:
    """A file left by a process that was killed; one that somebody still answers on is an error."""
    if not path.exists():
        return
    if not stat.S_ISSOCK(path.stat().st_mode):
        raise FileExistsError(f"{path} exists and is not a socket")
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        try:
            probe.connect(str(path))
        except OSError:
            path.unlink()
            return
    raise FileExistsError(f"another process listens on {path}")
