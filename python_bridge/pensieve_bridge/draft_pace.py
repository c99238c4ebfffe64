"""How many tokens to guess ahead, learned from how it went: pure decisions, no clock."""

from collections import deque
from statistics import median

_SHORTEST, _LONGEST = 2, 16
_FIRST = 4
_PATIENCE = 2.0
"""Single passes that guessing may have cost, all in all, before it stops for a while."""

_SHORT_PAUSE, _LONG_PAUSE = 16, 512
"""Passes without a guess after it did not pay; twice as many each time it does not pay again."""

_LEARNED, _KNOWN = 2, 9
_SHORTEST_SECONDS = 1e-6
_MEMORY = 0.8


class DraftPace:
    """A guess costs: a longer pass, and waiting to see whether it was right. Where that is more than what is won by the
    tokens that were right, guessing stops for a while."""

    def __init__(self) -> None:
        self._length = _FIRST
        self._singles: deque[float] = deque(maxlen=_KNOWN)
        self._won = 0.0
        self._pause = 0
        self._next_pause = _SHORT_PAUSE

    @property
    def length(self) -> int:
        """Tokens to guess now; 0 while it does not pay, or nobody knows."""
        return 0 if self._pause or len(self._singles) < _LEARNED else self._length

    def record(self, guessed: int, right: int, seconds: float) -> None:
        """A pass has ended, of which so many guesses were right, in so many seconds."""
        if not guessed:
            self._pause = max(0, self._pause - 1)
            self._singles.append(seconds)
            return
        single = max(median(self._singles or [seconds]), _SHORTEST_SECONDS)
        # No pass is longer than its tokens one by one: what seems so was held up by something else.
        cost = min(seconds / single, guessed + 1)
        self._won = min(_MEMORY * self._won + (right + 1) - cost, 4 * _PATIENCE)
        if right == guessed:
            self._length = min(2 * self._length, _LONGEST)
        elif 2 * right < guessed:
            self._length = max(self._length // 2, _SHORTEST)
        if self._won < -_PATIENCE:
            self._pause, self._next_pause = self._next_pause, min(2 * self._next_pause, _LONG_PAUSE)
            self._won, self._length = 0.0, _FIRST
        elif self._won > _PATIENCE:
            self._next_pause = _SHORT_PAUSE
