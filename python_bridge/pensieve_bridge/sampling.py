"""One sampler and one processor a row: keyed by the row's own seed, and never raising.

An exception inside a batch corrupts the other rows silently (measured), so both catch everything, fall back to the
plain choice and leave the error in `fault` for the engine to end that row.
"""

import secrets
from dataclasses import dataclass

import mlx.core as mx

_MASK64 = (1 << 64) - 1


@dataclass(slots=True, frozen=True)
class SamplingPlan:
    """Resolved sampling of one row: request over model default over these."""

    temperature: float = 0.0
    top_p: float = 1.0
    top_k: int = 0
    min_p: float = 0.0
    repetition_penalty: float = 1.0
    presence_penalty: float = 0.0
    frequency_penalty: float = 0.0
    seed: int | None = None

    @property
    def penalizes(self) -> bool:
        return self.repetition_penalty != 1.0 or self.presence_penalty != 0.0 or self.frequency_penalty != 0.0


GREEDY = SamplingPlan()


def greedy(logprobs: mx.array) -> mx.array:
    """The likeliest token of each row: `[rows, vocabulary]` → `[rows]`. One object for all rows, so it batches."""
    return mx.argmax(logprobs, axis=-1)


class RowSampler:
    """Draws the n-th token of a row with a key made of (seed, n), so neighbours in the batch change nothing.

    Order as in most engines: temperature, top-k, top-p, min-p.
    """

    def __init__(self, plan: SamplingPlan) -> None:
        self.fault: Exception | None = None
        self._plan = plan
        self._seed = (secrets.randbits(64) if plan.seed is None else plan.seed) & _MASK64
        self._drawn = 0

    def skip(self, draws: int) -> None:
        """Go on as if so many draws had been made, or back."""
        self._drawn += draws

    def __call__(self, logprobs: mx.array) -> mx.array:
        try:
            key = mx.random.key(_mix(self._seed, self._drawn))
            self._drawn += 1
            return _draw(logprobs * (1.0 / self._plan.temperature), self._plan, key)
        except Exception as error:
            self.fault = error
            return greedy(logprobs)


class ForcedSampler:
    """Says the scripted tokens one after the other, then the turn's end for ever."""

    def __init__(self, tokens: tuple[int, ...], turn_end: int) -> None:
        self.fault: Exception | None = None
        self._tokens = tokens
        self._turn_end = turn_end
        self._said = 0

    def __call__(self, logprobs: mx.array) -> mx.array:
        token = self._tokens[self._said] if self._said < len(self._tokens) else self._turn_end
        self._said += 1
        return mx.full(logprobs.shape[:-1], token, dtype=mx.uint32)


def _draw(logits: mx.array, plan: SamplingPlan, key: mx.array) -> mx.array:
    """Sample one token of `[1, vocabulary]`."""
    width = logits.shape[-1]
    ids: mx.array | None = None
    if 0 < plan.top_k < width:
        # Everything after works on the few that are left: a sort of 150k values costs milliseconds on a CPU.
        ids = mx.argpartition(-logits, kth=plan.top_k - 1, axis=-1)[..., : plan.top_k]
        logits = mx.take_along_axis(logits, ids, axis=-1)
    if plan.top_p < 1.0:
        logits = _nucleus(logits, plan.top_p)
    if plan.min_p > 0.0:
        peak = mx.max(logits, axis=-1, keepdims=True)
        logits = mx.where(logits < peak + mx.log(mx.array(plan.min_p)), -mx.inf, logits)
    drawn = mx.random.categorical(logits, key=key)
    if ids is not None:
        drawn = mx.take_along_axis(ids, drawn[..., None], axis=-1)[..., 0]
    return drawn.astype(mx.uint32)


def _nucleus(logits: mx.array, top_p: float) -> mx.array:
    """Keep the likeliest tokens whose probabilities sum to `top_p`, at least one."""
    order = mx.argsort(-logits, axis=-1)
    probabilities = mx.softmax(mx.take_along_axis(logits, order, axis=-1).astype(mx.float32), axis=-1)
    mass_before = mx.cumsum(probabilities, axis=-1) - probabilities
    drop = mx.put_along_axis(mx.zeros(logits.shape, dtype=mx.bool_), order, mass_before >= top_p, axis=-1)
    return mx.where(drop, -mx.inf, logits)


def _mix(seed: int, n: int) -> int:
    """SplitMix64 of the n-th state: neighbouring seeds and positions give unrelated keys."""
    z = (seed + (n + 1) * 0x9E3779B97F4A7C15) & _MASK64
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & _MASK64
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & _MASK64
    return z ^ (z >> 31)


class Penalties:
    """The row's processor: repetition over prompt and answer, presence and frequency over the answer only.

    `mlx_lm` calls it once more than there are tokens (it looks one ahead), with a context that starts as the whole
    prompt and grows by one; counting stays on the device, so nothing waits.
    """

    def __init__(self, plan: SamplingPlan) -> None:
        self.fault: Exception | None = None
        self._plan = plan
        self._in_prompt: mx.array | None = None
        self._counts: mx.array | None = None

    def __call__(self, context: mx.array, logits: mx.array) -> mx.array:
        if not self._plan.penalizes or self.fault is not None:
            return logits
        try:
            return self._penalize(context, logits)
        except Exception as error:
            self.fault = error
            return logits

    def _penalize(self, context: mx.array, logits: mx.array) -> mx.array:
        plan, width = self._plan, logits.shape[-1]
        if self._in_prompt is None or self._counts is None:
            self._in_prompt = mx.zeros((width,), dtype=mx.bool_)
            self._in_prompt[context] = True
            self._counts = mx.zeros((width,))
        else:
            self._counts = self._counts + (mx.arange(width) == context[-1])
        said = self._counts > 0
        if plan.repetition_penalty != 1.0:
            weaker = mx.where(logits < 0, logits * plan.repetition_penalty, logits / plan.repetition_penalty)
            logits = mx.where(said | self._in_prompt, weaker, logits)
        return logits - plan.presence_penalty * said - plan.frequency_penalty * self._counts
