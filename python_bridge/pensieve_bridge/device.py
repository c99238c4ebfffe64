"""What the machine is: CPU or GPU, memory limits, memory in use. All Metal-only calls live here."""

import os
from pathlib import Path
from typing import Literal

import mlx.core as mx

from .status import Memory

_GIB = 1 << 30
_UNKNOWN = 1 << 60
_GROUP = Path("/sys/fs/cgroup")


def device_kind() -> Literal["cpu", "gpu"]:
    return "gpu" if mx.default_device() == mx.Device(mx.gpu) else "cpu"


def set_memory_limits() -> None:
    """On Metal: keep the weights wired and the buffer cache small. Elsewhere nothing."""
    if not mx.metal.is_available():
        return
    working_set = int(mx.device_info().get("max_recommended_working_set_size", 0))
    if working_set:
        mx.set_memory_limit(int(working_set * 0.9))
        mx.set_wired_limit(working_set)
    mx.set_cache_limit(2 * _GIB)


def memory_limit() -> int:
    """Bytes that MLX may hold in this process: the device's working set, or what it holds and what is free."""
    if mx.metal.is_available():
        return int(mx.device_info().get("max_recommended_working_set_size", 0)) or _UNKNOWN
    return mx.get_active_memory() + (free_memory() or _UNKNOWN)


def active_memory() -> int:
    """Bytes that MLX holds in arrays."""
    return mx.get_active_memory()


def free_memory() -> int:
    """Bytes that could be used without swapping; 0 where the system does not tell."""
    machine, group = _free_of_machine(), _free_of_group()
    return machine if group is None else min(machine, group)


def _free_of_group() -> int | None:
    """What the control group leaves, where a container has one with a limit (Linux, cgroup v2)."""
    try:
        limit = int(_GROUP.joinpath("memory.max").read_text())
        held = int(_GROUP.joinpath("memory.current").read_text())
        facts = dict(line.split() for line in _GROUP.joinpath("memory.stat").read_text().splitlines())
        # What files were read is given back when it is wanted.
        return max(0, limit - held + int(facts.get("inactive_file", 0)))
    except (OSError, ValueError):
        return None


def _free_of_machine() -> int:
    try:
        with open("/proc/meminfo") as lines:
            found = next(line for line in lines if line.startswith("MemAvailable:"))
        return int(found.split()[1]) * 1024
    except (OSError, StopIteration, ValueError):
        pass
    try:
        return os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError):
        return 0


def release_unused() -> None:
    """Give buffers back that MLX keeps for later arrays."""
    mx.clear_cache()


def read_memory() -> Memory:
    return Memory(mx.get_active_memory(), mx.get_peak_memory())
