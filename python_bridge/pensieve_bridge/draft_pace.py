"""Whether guessing tokens ahead pays, learned from how it went: pure decisions, no clock."""

from collections import deque
from statistics import median

_FIRST, _MOST = 1.0, 2.0
"""Passes of one token that guesses may cost at first, and that may be saved up."""

_SHARE = 1 / 50
"""Of the time without guesses, what guesses may cost in the long run where they do not pay."""

_LEARNED, _KNOWN = 2, 9
_SHORTEST_SECONDS = 1e-6


class DraftPace:
    """A guess costs: a longer pass, and waiting to see whether it was right. What is won by the tokens that were right
    is put aside, with a little of every pass without a guess; while anything is there, guessing goes on."""

    def __init__(self) -> None:
        self._singles: deque[float] = deque(maxlen=_KNOWN)
        self._purse = _FIRST

    @property
    def open(self) -> bool:
        """Whether to guess; not before it is known what a pass costs."""
        return self._purse > 0 and len(self._singles) >= _LEARNED

    def begin(self) -> None:
        """Another row begins: its passes may take another time."""
        self._singles.clear()

    def record(self, guessed: int, right: int, seconds: float) -> None:
        """A pass has ended, of which so many guesses were right, in so many seconds."""
        if guessed:
            single = max(median(self._singles or [seconds]), _SHORTEST_SECONDS)
            # No pass is longer than its tokens one by one: what seems so was held up by something else.
            won = (right + 1) - min(seconds / single, guessed + 1)
        else:
            self._singles.append(seconds)
            won = _SHARE
        self._purse = min(self._purse + won, _MOST)
