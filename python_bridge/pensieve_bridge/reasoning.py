"""Where a row's reasoning is: open or not, and when its budget is used up."""

from dataclasses import dataclass


@dataclass(slots=True, frozen=True)
class ReasoningBudget:
    """`start` and `end` as token ids; `opened`: the prompt ends inside the reasoning.

    `tokens`: how many may stand between them, None for any number.
    """

    start: tuple[int, ...]
    end: tuple[int, ...]
    tokens: int | None
    opened: bool


class ReasoningWatch:
    """Follows the tokens of one row, and says once when its reasoning must be closed."""

    def __init__(self, budget: ReasoningBudget) -> None:
        self.open = budget.opened
        self.start = budget.start
        self._budget = budget
        self._used = 0
        self._recent: tuple[int, ...] = ()
        self._told = False

    def take(self, token: int) -> None:
        """A sampled token of the row."""
        budget = self._budget
        longest = max(len(budget.start), len(budget.end))
        self._recent = (*self._recent, token)[-longest:]
        if self.open:
            self._used += 1
            self.open = self._recent[-len(budget.end) :] != budget.end
        else:
            self.open = self._recent[-len(budget.start) :] == budget.start

    def close(self) -> tuple[int, ...]:
        """The end marker, once, when the budget is used up; to be asked before the first token and after each."""
        allowed = self._budget.tokens
        if not self.open or self._told or allowed is None or self._used < allowed:
            return ()
        self._told = True
        return self._budget.end
