"""What the host decides about one row while it decodes: when its reasoning ends, and what its grammar allows."""

from .chooser import Chooser
from .grammar_watch import GrammarWatch
from .reasoning import ReasoningWatch


class Steering:
    """Tells the row's sampler after each token what the next one may be. Engine thread only."""

    def __init__(self, chooser: Chooser | None, reasoning: ReasoningWatch | None, grammar: GrammarWatch | None) -> None:
        """Without a `chooser` the tokens are a script's: they are checked, not steered."""
        self.again = False
        """Whether the token that was drawn ahead must be drawn again."""
        self._grammar = grammar
        self._chooser = chooser
        self._reasoning = reasoning
        self._reasoning_is_text = grammar is not None and reasoning is not None and grammar.is_text(reasoning.start)

    @property
    def finished(self) -> bool:
        """Nothing more may come, and the model has no way to say so."""
        return self._grammar is not None and self._grammar.finished

    def begin(self) -> None:
        """Before the first token."""
        if self._grammar is not None:
            self._grammar.begin(reasoning_open=self._reasoning is not None and self._reasoning.open)
        self._tell()

    def take(self, token: int) -> None:
        """The row's next token. Raises `GrammarError`."""
        # Letters that spell reasoning inside a call are a value of the call; only markers open reasoning there.
        spelled = self._grammar is not None and self._grammar.inside and self._reasoning_is_text
        if self._reasoning is not None and not spelled:
            self._reasoning.take(token)
        if self._grammar is not None:
            self._grammar.take(token, reasoning_open=self._reasoning is not None and self._reasoning.open)
        self._tell()

    def _tell(self) -> None:
        chooser = self._chooser
        if chooser is None:
            return
        closing = self._reasoning.close() if self._reasoning is not None else ()
        chooser.say(closing)
        stale = self._grammar is not None and chooser.allow(self._grammar.limit)
        self.again = stale or bool(closing)
