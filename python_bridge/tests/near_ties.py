"""Answers that differ because two tokens were as good as equal.

Sums of float32 depend, in the sixth digit, on what is computed together: a row that is alone is rounded otherwise than
in a batch, and a prompt in one piece otherwise than in two. Where a token lies so close to the edge between two that
this decides, whether it is the likeliest or drawn, both answers are right.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import mlx.core as mx

from pensieve_bridge.events import Text
from pensieve_bridge.mlx_edge import new_cache
from pensieve_bridge.model import load_model, resolve_sampling
from pensieve_bridge.pieces import Pieces
from pensieve_bridge.sampling import RowSampler, SamplingPlan, greedy
from pensieve_bridge.wire import parse_generate

NOISE = 1e-5
"""What rounding adds to a logit, at most."""

_TRIES = 200
_MOST_TIES = 3
_LETTER_TOKENS = 3


@dataclass(slots=True, frozen=True)
class _Asked:
    prompt: list[int]
    plan: SamplingPlan
    limit: int


class ColdModel:
    """A model without an engine: every prompt is computed in one piece, on the calling thread."""

    def __init__(self, path: Path) -> None:
        self._model = load_model(path)

    def answer(self, body: Any, noise: float = 0) -> str:
        """The answer's text where so much is added to the logits at random."""
        return self._text(self._go_on(self._asked(body), [], noise))

    def ties(self, body: Any, said: str, noise: float = NOISE) -> int | None:
        """How many tokens of an answer lie on the other side of such an edge; None if it cannot be had that way.

        `body`: of `/generate`, without tools and stop strings. `said`: the answer's text.
        """
        return self._ties(self._asked(body), said, noise, [], _MOST_TIES)

    def _asked(self, body: Any) -> _Asked:
        request = parse_generate(body)
        plan = resolve_sampling(request.sampling, self._model.facts)
        return _Asked(self._model.prompts.build(request.prompt).tokens, plan, request.max_tokens)

    def _ties(self, asked: _Asked, said: str, noise: float, begun: list[int], most: int) -> int | None:
        answer = self._go_on(asked, begun)
        if self._text(answer) == said:
            return 0
        if most == 0:
            return None
        common = self._in_common(answer, said)
        # The tokens of a broken letter look alike: they may have parted before their texts do.
        for end in range(common, max(len(begun), common - _LETTER_TOKENS) - 1, -1):
            right = answer[:end]
            for other in self._drawn_in_noise(asked, right, noise) - {*answer[end : end + 1]}:
                if said.startswith(self._text([*right, other])):
                    more = self._ties(asked, said, noise, [*right, other], most - 1)
                    if more is not None:
                        return 1 + more
        return None

    def _in_common(self, answer: list[int], said: str) -> int:
        """Tokens of an answer until it says something else."""
        ends = range(len(answer))
        return next((end for end in ends if not said.startswith(self._text(answer[: end + 1]))), len(answer))

    def _go_on(self, asked: _Asked, begun: list[int], noise: float = 0) -> list[int]:
        """The answer that begins with these tokens."""
        cache, said, tokens = new_cache(self._model.network), list(begun), [*asked.prompt, *begun]
        while len(said) < asked.limit:
            token = _draw(_noisy(self._logprobs(tokens, cache), noise), asked.plan, len(said))
            if token in self._model.vocabulary.eos:
                break
            said.append(token)
            tokens = [token]
        return said

    def _drawn_in_noise(self, asked: _Asked, begun: list[int], noise: float) -> set[int]:
        """What may come behind these tokens."""
        logprobs = self._logprobs([*asked.prompt, *begun], new_cache(self._model.network))
        return {_draw(_noisy(logprobs, noise), asked.plan, len(begun)) for _ in range(_TRIES)}

    def _logprobs(self, tokens: list[int], cache: Any) -> mx.array:
        logits = self._model.network(mx.array([tokens]), cache=cache)[:, -1]
        return logits - mx.logsumexp(logits, axis=-1, keepdims=True)

    def _text(self, tokens: Sequence[int]) -> str:
        pieces = Pieces(self._model.vocabulary, decode=self._model.prompts.decode)
        return "".join(piece.text for token in tokens for piece in pieces.push(token) if isinstance(piece, Text))


def _noisy(logprobs: mx.array, noise: float) -> mx.array:
    return logprobs + noise * mx.random.normal(logprobs.shape) if noise else logprobs


def _draw(logprobs: mx.array, plan: SamplingPlan, place: int) -> int:
    """The token of an answer at a place, counted from 0."""
    if plan.temperature <= 0:
        return cast(int, greedy(logprobs).item())
    sampler = RowSampler(plan)
    sampler.skip(place)
    return cast(int, sampler(logprobs).item())
