"""The number type to compute with: the model's own on a GPU, float32 on a CPU."""

from typing import Any

import mlx.core as mx

from . import device
from .log import log, log_exception
from .mlx_edge import Network, dequantize, named_weights

# Of the memory that is free, what unpacked weights may take; caches and everything else need the rest.
_SHARE_OF_FREE_MEMORY = 0.5


def choose_precision(network: Network, quantization: dict[str, Any] | None) -> None:
    """On a CPU: float32, with quantised weights unpacked where memory allows.

    Measured on 2 cores with OpenBLAS, 8 layers of 512, 256 tokens of prefill and one of decode: float32 254 and
    12.6 ms, bfloat16 1973 and 28 ms, float16 2624 and 69 ms; 4-bit with float32 scales 3894 and 25 ms, with bfloat16
    scales more than 9000 and 158 ms.
    """
    if device.device_kind() != "cpu":
        return
    # mxfp4 and its like carry no biases, which mlx_lm's dequantize wants.
    if quantization is not None and quantization.get("mode", "affine") == "affine":
        _unpack(network, int(quantization.get("bits", 4)))
    network.set_dtype(mx.float32)


def _unpack(network: Network, bits: int) -> None:
    packed = sum(weight.nbytes for _, weight in named_weights(network))
    needed = packed * 32 // bits
    free = device.free_memory()
    if needed > free * _SHARE_OF_FREE_MEMORY:
        log("info", "kept_quantized", neededBytes=needed, freeBytes=free)
        return
    try:
        dequantize(network)
        log("info", "dequantized", neededBytes=needed, freeBytes=free)
    except Exception as error:
        # Slower, not wrong: each layer is replaced whole or not at all.
        log_exception("kept_quantized", error)
