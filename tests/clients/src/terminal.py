"""Runs a program in a pseudo-terminal and types into it, for tests of interactive clients.

Arguments: a JSON object {"command": [...], "cwd": "...", "env": {...}, "steps": [{"await": "...", "type": "..."}], "limit": seconds}.
A step waits until its text has appeared on the terminal since the step before, then types and presses Enter, if it says what. Prints what the terminal showed (escape
sequences removed) as JSON {"ok": bool, "step": n, "text": "..."}. The program is ended afterwards.
"""

import fcntl
import json
import os
import pty
import re
import select
import signal
import struct
import sys
import termios
import time

ESCAPES = re.compile(rb"\x1b\[[0-?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(\x07|\x1b\\)|\x1b[@-Z\\-_=>]|\x1b[()][A-Z0-9]")


def plain(raw: bytes) -> str:
    """The letters of terminal output: cursor movements to the right become blanks, other escapes go."""
    spaced = re.sub(rb"\x1b\[(\d*)C", lambda m: b" " * int(m.group(1) or 1), raw)
    return ESCAPES.sub(b"", spaced).decode("utf8", "replace")


def squeezed(text: str) -> str:
    """Without white space: a terminal program breaks lines where it likes."""
    return re.sub(r"\s+", "", text)


def main() -> None:
    job = json.loads(sys.argv[1])
    pid, fd = pty.fork()
    if pid == 0:
        os.chdir(job["cwd"])
        os.execve(job["command"][0], job["command"], job["env"])
    fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 120, 0, 0))
    deadline = time.monotonic() + job["limit"]
    raw, mark, step = b"", 0, 0
    while step < len(job["steps"]) and time.monotonic() < deadline:
        ready, _, _ = select.select([fd], [], [], 0.2)
        if ready:
            try:
                data = os.read(fd, 65536)
            except OSError:
                break
            if not data:
                break
            raw += data
            # Programs ask where the cursor is and what the terminal can do.
            if b"\x1b[6n" in data:
                os.write(fd, b"\x1b[1;1R")
            if b"\x1b[c" in data:
                os.write(fd, b"\x1b[?62c")
            continue
        current = job["steps"][step]
        if squeezed(current["await"]) in squeezed(plain(raw[mark:])):
            mark = len(raw)
            step += 1
            typed = current.get("type")
            if typed is not None:
                os.write(fd, typed.encode())
                time.sleep(0.3)
                os.write(fd, b"\r")
    # What a program says last may come with its end.
    if step == len(job["steps"]) - 1 and squeezed(job["steps"][step]["await"]) in squeezed(plain(raw[mark:])):
        step += 1
    print(json.dumps({"ok": step == len(job["steps"]), "step": step, "text": plain(raw)}))
    os.kill(pid, signal.SIGTERM)
    end = time.monotonic() + 5
    while time.monotonic() < end and os.waitpid(pid, os.WNOHANG) == (0, 0):
        time.sleep(0.05)
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        pass


main()
