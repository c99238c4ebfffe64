"""Which BLAS MLX computes with on a CPU, and getting a fast one in front of the wheel's.

The Linux wheel ships the scalar reference BLAS: 5 GFLOP/s where OpenBLAS gives 70 (measured, 2 cores). Preloading a
system OpenBLAS replaces it, which must happen before MLX is imported: the process starts itself once more.
"""

import os
import platform
import re
import subprocess
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

BlasName = Literal["openblas", "accelerate", "reference", "metal"]

_CHOICE = "PENSIEVE_BLAS"
"""`off`, or the path of a library to preload; unset = look for one."""
_DONE = "PENSIEVE_BLAS_PRELOADED"

INSTALL_HINT = "install OpenBLAS for many times the speed: apt-get install libopenblas0-pthread"


@dataclass(slots=True, frozen=True)
class Blas:
    """What is in use; `hint` is for the user's log and empty when all is well."""

    name: BlasName
    path: str | None = None
    hint: str = ""


def ensure_blas() -> Blas:
    """Find out what is in use, re-executing the process first if a better library can be preloaded.

    `os.execve` keeps the process id and the open stdin, so the parent notices nothing.
    """
    if sys.platform == "darwin":
        return Blas("accelerate")
    preloaded = os.environ.pop(_DONE, None)
    if preloaded is not None:
        # Children of ours need not have it.
        os.environ.pop("LD_PRELOAD", None)
        return _in_use(preloaded)
    choice = os.environ.get(_CHOICE, "")
    if choice == "off":
        return Blas("reference", hint=f"{_CHOICE}=off")
    library = choice or find_openblas()
    if library is None:
        return _in_use(None)
    _restart(library)
    raise AssertionError("unreachable: the process was replaced")


def find_openblas(root: Path = Path("/")) -> str | None:
    """The first OpenBLAS of the usual places (Debian, Fedora, Arch, SUSE), else what the loader's cache knows."""
    for candidate in (*_usual_places(root), *_known_to_loader()):
        if candidate.is_file():
            return str(candidate)
    return None


def _usual_places(root: Path) -> Iterable[Path]:
    machine = platform.machine()
    multiarch = root / "usr/lib" / f"{machine}-linux-gnu"
    yield multiarch / "openblas-pthread/libopenblas.so.0"
    yield multiarch / "openblas-openmp/libopenblas.so.0"
    yield multiarch / "libopenblas.so.0"
    for folder in (root / "usr/lib64", root / "usr/lib", root / "usr/local/lib"):
        for name in ("libopenblasp.so.0", "libopenblas_pthreads.so.0", "libopenblas.so.0", "libopenblas.so"):
            yield folder / name


def _known_to_loader() -> Iterable[Path]:
    try:
        listed = subprocess.run(["ldconfig", "-p"], capture_output=True, text=True, timeout=5, check=False).stdout
    except (OSError, subprocess.SubprocessError):
        return []
    # Not libopenblas64_: its integers are of another size.
    return [Path(p) for p in re.findall(r"^\s*libopenblasp?\.so\S* .*=> (\S+)$", listed, re.MULTILINE)]


def _restart(library: str) -> None:
    before: Mapping[str, str] = os.environ
    preload = " ".join(filter(None, [library, before.get("LD_PRELOAD")]))
    environment = {**before, "LD_PRELOAD": preload, _DONE: library}
    # argv[0] must be the full path: it is how a virtual environment is found.
    os.execve(sys.executable, [sys.executable, *sys.orig_argv[1:]], environment)


def _in_use(preloaded: str | None) -> Blas:
    """The loader ignores a library that it cannot load, so look at what is really mapped."""
    try:
        maps = Path("/proc/self/maps").read_text()
    except OSError:
        maps = ""
    found = re.search(r"(/\S*(?:openblas|flexiblas|libmkl_rt|libblis)\S*)", maps)
    if found:
        return Blas("openblas", found[1])
    missing = f"{preloaded} could not be loaded; " if preloaded else ""
    return Blas("reference", hint=missing + INSTALL_HINT)
