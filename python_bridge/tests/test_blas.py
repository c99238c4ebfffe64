"""Finding a fast BLAS and starting once more with it."""

import os
import platform
import subprocess
import sys
from pathlib import Path

import pytest

from pensieve_bridge.blas import find_openblas

from .running import ROOT

linux_only = pytest.mark.skipif(sys.platform != "linux", reason="macOS computes with Accelerate")
PROBE = """
import os
from pensieve_bridge.blas import ensure_blas
found = ensure_blas()
print(found.name, found.path, found.hint, os.getpid(), sep="|")
"""


def probe(**environment: str) -> tuple[list[str], int]:
    """What `ensure_blas` says in a process of its own, and that process's id."""
    clean = {k: v for k, v in os.environ.items() if not k.startswith("PENSIEVE_BLAS") and k != "LD_PRELOAD"}
    process = subprocess.Popen(
        [sys.executable, "-c", PROBE], cwd=ROOT, env=clean | environment, stdout=subprocess.PIPE, text=True
    )
    out, _ = process.communicate(timeout=30)
    assert process.returncode == 0
    return out.strip().split("|"), process.pid


@pytest.mark.parametrize(
    "place",
    [
        f"usr/lib/{platform.machine()}-linux-gnu/openblas-pthread/libopenblas.so.0",
        f"usr/lib/{platform.machine()}-linux-gnu/libopenblas.so.0",
        "usr/lib64/libopenblasp.so.0",
        "usr/lib/libopenblas.so",
    ],
)
def test_the_usual_places_are_looked_at_first(tmp_path: Path, place: str) -> None:
    file = tmp_path / place
    file.parent.mkdir(parents=True)
    file.touch()
    assert find_openblas(tmp_path) == str(file)


@linux_only
def test_it_can_be_switched_off() -> None:
    (name, path, hint, pid), started = probe(PENSIEVE_BLAS="off")
    assert (name, path) == ("reference", "None")
    assert "off" in hint
    assert int(pid) == started


@linux_only
def test_a_library_that_cannot_be_loaded_is_told_and_does_not_loop(tmp_path: Path) -> None:
    broken = tmp_path / "libbroken.so"
    broken.write_text("not a library")
    (name, _, hint, pid), started = probe(PENSIEVE_BLAS=str(broken))
    assert name == "reference"
    assert str(broken) in hint
    assert "libopenblas0-pthread" in hint
    assert int(pid) == started


@linux_only
def test_the_process_keeps_its_id_and_says_what_is_in_use() -> None:
    (name, path, hint, pid), started = probe()
    assert int(pid) == started
    if find_openblas() is None:
        assert (name, "apt-get install" in hint) == ("reference", True)
    else:
        assert (name, hint) == ("openblas", "")
        assert "openblas" in path
