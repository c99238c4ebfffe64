"""Log lines for the parent process: one JSON object a line on stderr, stdout stays empty."""

import json
import logging
import os
import sys
import threading
import time
import traceback

_LOCK = threading.Lock()
_quiet = False


def be_quiet() -> None:
    """Write nothing from now on: for programs whose stderr a person reads."""
    global _quiet
    _quiet = True


def log(level: str, event: str, **fields: object) -> None:
    """Write one line `{"time","level","event",…}`; `time` is seconds since the epoch."""
    if _quiet:
        return
    line = json.dumps({"time": round(time.time(), 3), "level": level, "event": event, **fields}, default=str)
    try:
        with _LOCK:
            sys.stderr.write(line + "\n")
            sys.stderr.flush()
    except (OSError, ValueError):
        # The parent has closed its end; there is nobody left to tell.
        pass


def log_exception(event: str, error: BaseException, **fields: object) -> None:
    """`log` with the error's text and traceback."""
    trace = "".join(traceback.format_exception(error))
    log("error", event, message=f"{type(error).__name__}: {error}", traceback=trace, **fields)


class _JsonHandler(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        fields: dict[str, object] = {"message": record.getMessage()}
        if record.exc_info and record.exc_info[1] is not None:
            fields["traceback"] = "".join(traceback.format_exception(record.exc_info[1]))
        log(record.levelname.lower(), f"python.{record.name}", **fields)


def capture_everything() -> None:
    """Send Python's warnings and logging through `log`, and anything printed to stdout to stderr."""
    os.dup2(2, 1)
    logging.captureWarnings(True)
    logging.basicConfig(level=logging.WARNING, handlers=[_JsonHandler()], force=True)
