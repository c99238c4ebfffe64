"""What the machine is: CPU or GPU, memory limits, memory in use. All Metal-only calls live here."""

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


def read_memory() -> Memory:
    return Memory(mx.get_active_memory(), mx.get_peak_memory())
