"""What the machine is: CPU or GPU, memory limits, memory in use. All Metal-only calls live here."""

import os
from typing import Literal

import mlx.core as mx

from .status import Memory

_GIB = 1 << 30


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


def cache_budget() -> int:
    """Bytes for the prefix store, of what is free once the model is loaded."""
    if mx.metal.is_available():
        working_set = int(mx.device_info().get("max_recommended_working_set_size", 0))
        return max(0, (working_set - mx.get_active_memory()) // 2)
    return free_memory() // 4


def free_memory() -> int:
    """Bytes of the machine that could be used without swapping; 0 where the system does not tell."""
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


def read_memory() -> Memory:
    return Memory(mx.get_active_memory(), mx.get_peak_memory())
