"""A reasoning budget: when it is used up, the row says the end marker instead of what it sampled."""

from dataclasses import dataclass

import mlx.core as mx

from .mlx_edge import Sampler


@dataclass(slots=True, frozen=True)
class ReasoningBudget:
    """`start` and `end` as token ids; `opened`: the prompt ends inside the reasoning. Tokens between them count."""

    start: tuple[int, ...]
    end: tuple[int, ...]
    tokens: int
    opened: bool


class SteeredSampler:
    """A sampler that can be told what to say next."""

    def __init__(self, sampler: Sampler) -> None:
        self._sampler = sampler
        self._next: list[int] = []

    @property
    def fault(self) -> Exception | None:
        return getattr(self._sampler, "fault", None)

    def say(self, tokens: tuple[int, ...]) -> None:
        self._next.extend(tokens)

    def __call__(self, logprobs: mx.array) -> mx.array:
        # The sampler draws in any case, so that its dice stay in step.
        sampled = self._sampler(logprobs)
        if not self._next:
            return sampled
        return mx.full(logprobs.shape[:-1], self._next.pop(0), dtype=mx.uint32)


class ReasoningWatch:
    """Counts the reasoning tokens of one row and closes the reasoning when they are used up, once.

    The decoder computes one step ahead, so the end comes one token later than the budget says.
    """

    def __init__(self, budget: ReasoningBudget, sampler: SteeredSampler) -> None:
        self._budget = budget
        self._sampler = sampler
        self._inside = budget.opened
        self._used = 0
        self._recent: tuple[int, ...] = ()
        self._told = False

    def begin(self) -> None:
        """Before the first token: no room at all closes at once."""
        self._close_when_used_up()

    def take(self, token: int) -> None:
        """A sampled token of the row."""
        budget = self._budget
        longest = max(len(budget.start), len(budget.end))
        self._recent = (*self._recent, token)[-longest:]
        if self._inside:
            self._used += 1
            self._inside = self._recent[-len(budget.end) :] != budget.end
            self._close_when_used_up()
        else:
            self._inside = self._recent[-len(budget.start) :] == budget.start

    def _close_when_used_up(self) -> None:
        if self._inside and not self._told and self._used >= self._budget.tokens:
            self._told = True
            self._sampler.say(self._budget.end)
