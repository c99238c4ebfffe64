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
    return apply_on_cpu


def metal_kernel() -> Apply:
    """llguidance's own: reads the bits on the GPU."""
    from llguidance.mlx import apply_token_bitmask

    return apply_token_bitmask


def apply_on_cpu(logprobs: mx.array, bits: Bits) -> mx.array:
    """About 120 µs for 150k tokens; what is beyond the bits (padding of the head) is not allowed."""
    width = logprobs.shape[-1]
    allowed = np.unpackbits(bits.view(np.uint8), axis=1, count=width, bitorder="little")
    return mx.where(from_numpy(allowed.view(np.bool_)), logprobs, -mx.inf)
