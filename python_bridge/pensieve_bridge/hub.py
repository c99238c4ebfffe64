"""`python -m pensieve_bridge.hub info|download REPOSITORY`: a model from the model hub into the hub's own cache.

`info` writes one JSON line about the repository; `download` writes progress lines and at last the snapshot's folder:

    {"repository","revision","downloadBytes","totalBytes","weightBytes","files","alreadyHere"}
    {"type":"progress","done","total"} … {"type":"done","path"}

What goes wrong is a line too, `{"error":{"code","message"}}` or `{"type":"error","code","message"}`, and exit code 1;
a download that is stopped ends with code 130 and goes on from there the next time. MLX is not imported here.
"""

import argparse
import json
import os
import signal
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .hub_errors import HubError

_FAILED = 1
_STOPPED = 130


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m pensieve_bridge.hub")
    parser.add_argument("verb", choices=("info", "download"))
    parser.add_argument("repository", help="such as mlx-community/Qwen3-4B-4bit")
    found = parser.parse_args()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _stop)
    prepare_environment()
    code = _info(found.repository) if found.verb == "info" else _download(found.repository)
    # Not sys.exit: a connection that is still open would be waited for.
    os._exit(code)


def prepare_environment() -> None:
    """Set before the hub's library is imported, which reads it then."""
    for name in ("HF_HUB_DISABLE_TELEMETRY", "HF_HUB_DISABLE_PROGRESS_BARS", "HF_HUB_DISABLE_UPDATE_CHECK"):
        os.environ[name] = "1"
    # A transfer by Xet leaves nothing to go on from; plain HTTP does.
    os.environ["HF_HUB_DISABLE_XET"] = "1"
    os.environ["HF_HUB_VERBOSITY"] = "critical"


def _info(repository: str) -> int:
    from .hub_errors import explained
    from .hub_snapshot import look_up

    try:
        _write(look_up(repository).describe())
    except Exception as error:
        failure = explained(error, repository)
        _write({"error": {"code": failure.code, "message": str(failure)}})
        return _FAILED
    return 0


def _download(repository: str) -> int:
    from .hub_errors import explained
    from .hub_snapshot import complete, look_up

    def report(done: int, total: int) -> None:
        _write({"type": "progress", "done": done, "total": total})

    try:
        _write({"type": "done", "path": str(complete(look_up(repository), report))})
    except BrokenPipeError:
        # Whoever started this is gone.
        return _FAILED
    except Exception as error:
        _write(_error_line(explained(error, repository)))
        return _FAILED
    return 0


def _error_line(failure: "HubError") -> dict[str, object]:
    return {"type": "error", "code": failure.code, "message": str(failure)}


def _stop(_number: int, _frame: object) -> None:
    """What has come is in its file already, so there is nothing to tidy up."""
    from .hub_errors import HubError

    try:
        _write(
            _error_line(HubError("interrupted", "Stopped. What has come is kept; the next time goes on from there."))
        )
    finally:
        os._exit(_STOPPED)


def _write(line: dict[str, object]) -> None:
    # One call a line: threads and the signal handler write too.
    os.write(sys.stdout.fileno(), json.dumps(line).encode() + b"\n")


if __name__ == "__main__":
    main()
