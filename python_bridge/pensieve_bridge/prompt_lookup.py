"""Guesses what a model says next from what was said before: an edit repeats the file, a call repeats a path.

Plain Python, knows nothing of MLX.
"""

_SIZE = 3
"""Tokens that must agree. Two are found everywhere, four too late."""

_LONGEST = 16

_AT_ONCE = 16_384
"""Positions that are indexed in one call, so that a long prompt does not hold a step up."""


class PromptLookup:
    """`tokens`: prompt and answer; the caller appends to them. A guess is the continuation of the last like place."""

    def __init__(self, tokens: list[int]) -> None:
        self._tokens = tokens
        self._behind: dict[tuple[int, ...], int] = {}
        self._indexed = _SIZE

    def guess(self) -> list[int]:
        """The next tokens, at most as many as agree before them; empty where nothing is like the end."""
        tokens, behind = self._tokens, self._behind
        end = min(len(tokens), self._indexed + _AT_ONCE)
        for at in range(self._indexed, end):
            behind[tuple(tokens[at - _SIZE : at])] = at
        self._indexed = max(self._indexed, end)
        found = behind.get(tuple(tokens[-_SIZE:]))
        return [] if found is None else tokens[found : found + self._agreeing(found)]

    def _agreeing(self, place: int) -> int:
        """Tokens before a place that are those at the end."""
        tokens = self._tokens
        count = _SIZE
        while count < min(_LONGEST, place) and tokens[place - count - 1] == tokens[-count - 1]:
            count += 1
        return count
