"""Which tokens may come next, as bits; and what that does to log-probabilities."""

import functools
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import mlx.core as mx
import numpy as np
from llguidance import LLMatcher
from llguidance.numpy import allocate_token_bitmask, fill_next_token_bitmask
from numpy.typing import NDArray

from .log import log_exception
from .mlx_edge import evaluate, from_numpy

Bits = NDArray[np.int32]
"""`[1, words]`, one bit a token, the first token lowest."""


@dataclass(slots=True, frozen=True)
class Except:
    """Any token but these."""

    tokens: frozenset[int]


@dataclass(slots=True, frozen=True)
class Only:
    """The tokens whose bit is set; good for one token, since the bits are written anew after it."""

    bits: Bits


Limit = Except | Only


class Mask:
    """Bits for a vocabulary of `size` tokens, written again and again in place."""

    def __init__(self, size: int) -> None:
        self.bits: Bits = allocate_token_bitmask(1, size)
        self._bytes = self.bits.view(np.uint8).reshape(-1)

    def fill(self, matcher: LLMatcher) -> None:
        """What the grammar allows next: 5 µs to 3 ms at 150k tokens."""
        fill_next_token_bitmask(matcher, self.bits, 0)

    def clear(self) -> None:
        self.bits[:] = 0

    def allow(self, tokens: Iterable[int]) -> None:
        for token in tokens:
            self._bytes[token >> 3] |= 1 << (token & 7)

    def forbid(self, tokens: Iterable[int]) -> None:
        for token in tokens:
            self._bytes[token >> 3] &= ~(1 << (token & 7)) & 255

    @property
    def empty(self) -> bool:
        return not self.bits.any()


Apply = Callable[[mx.array, Bits], mx.array]
"""(log-probabilities `[1, vocabulary]`, bits) → the same with −∞ where no bit is set."""


def only(logprobs: mx.array, bits: Bits) -> mx.array:
    """−∞ for all tokens whose bit is not set."""
    return choose_apply()(logprobs, bits)


def without(logprobs: mx.array, tokens: frozenset[int]) -> mx.array:
    """−∞ for these tokens: about 30 µs for 150k tokens."""
    # An index beyond the head would write into foreign memory.
    known = sorted(t for t in tokens if t < logprobs.shape[-1])
    ids = mx.array(known, dtype=mx.uint32)[None]
    return mx.put_along_axis(logprobs, ids, mx.array(-mx.inf, dtype=logprobs.dtype), axis=-1) if known else logprobs


@functools.cache
def choose_apply() -> Apply:
    """The Metal kernel of llguidance where it works, else the way of the CPU. On the engine thread."""
    if mx.metal.is_available():
        try:
            kernel = metal_kernel()
            evaluate(kernel(mx.zeros((1, 32)), np.zeros((1, 1), dtype=np.int32)))
            return kernel
        except Exception as error:
            log_exception("grammar_kernel_unusable", error)
    return CpuApply()


def metal_kernel() -> Apply:
    """llguidance's own: reads the bits on the GPU."""
    from llguidance.mlx import apply_token_bitmask

    return apply_token_bitmask


def _byte_biases() -> NDArray[np.float32]:
    """`[256, 8]`: what each bit of each byte adds to a log-probability."""
    allowed = np.unpackbits(np.arange(256, dtype=np.uint8)[:, None], axis=1, bitorder="little")
    return np.where(allowed == 1, np.float32(0), np.float32(-np.inf))


_BYTE_BIASES = _byte_biases()


class CpuApply:
    """An addition: MLX selects by bits many times slower where they alternate. About 90 µs for 150k tokens.

    What is beyond the bits (padding of the head) is not allowed.
    """

    def __init__(self) -> None:
        self._bias = np.zeros(0, dtype=np.float32)

    def __call__(self, logprobs: mx.array, bits: Bits) -> mx.array:
        covered, width = 32 * bits.size, logprobs.shape[-1]
        if self._bias.size != max(covered, width):
            self._bias = np.full(max(covered, width), -np.inf, dtype=np.float32)
        target = self._bias[:covered].reshape(-1, 8)
        np.take(_BYTE_BIASES, bits.view(np.uint8).reshape(-1), axis=0, out=target, mode="clip")
        return logprobs + from_numpy(self._bias[None, :width]).astype(logprobs.dtype)
