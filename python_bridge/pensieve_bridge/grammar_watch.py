"""What one row may say next, by its grammar: follows the row's tokens, one by one, on the host.

Phases: free (text, triggers armed) · reasoning (open: no trigger counts) · opening (the first token: the grammar's, or
one that opens reasoning) · gap (blank lines behind reasoning) · inside (the grammar decides) · over (only the turn's
end). In free text nothing is computed.
"""

import time
from typing import Literal

from llguidance import LLMatcher

from .events import GrammarUse
from .grammar import Grammar, GrammarError, first_line
from .grammar_mask import Except, Limit, Mask, Only
from .grammar_trigger import TriggerScan

Phase = Literal["free", "reasoning", "opening", "gap", "inside", "over"]
Tokens = tuple[int, ...]

_GAP_LINES = 2


class TokenRefused(GrammarError):
    """The row says what it may not say: a script can, a sampler cannot."""

    def __init__(self, why: str = "") -> None:
        what = "the grammar does not allow the token that was sampled"
        super().__init__("grammar_failed", f"{what}: {why}" if why else what)


class GrammarWatch:
    """Engine thread only. Without `masks` it checks tokens and does not say which may come."""

    def __init__(
        self,
        grammar: Grammar,
        *,
        reasoning: tuple[Tokens, Tokens] = ((), ()),
        beginning: bool = True,
        masks: bool = True,
    ) -> None:
        """`reasoning`: how it opens and closes. `beginning`: the prompt does not end inside a turn's text."""
        self.limit: Limit = Except(grammar.forbidden)
        self._consumed = 0
        self._matches = 0
        self._mask_seconds = 0.0
        self._grammar = grammar
        self._words = grammar.words
        self._mask = Mask(len(grammar.words.text)) if masks else None
        self._matcher: LLMatcher | None = None
        self._phase: Phase = "free"
        self._pending = grammar.begin != "on-trigger"
        opens, closes = reasoning
        may_open = grammar.begin == "after-reasoning" and not grammar.forbidden.intersection(opens)
        self._opener = opens if may_open else ()
        self._newlines_left = 0
        self._quoted = False
        self._scans = [TriggerScan(t, beginning=beginning) for t in grammar.text_triggers]
        dead = grammar.forbidden | (grammar.marker_triggers - set(closes))
        self._in_reasoning = Except(dead)
        # Before the first constraint the turn cannot end.
        self._in_first_reasoning = Except(dead | (grammar.words.eos - set(closes)))

    @property
    def use(self) -> GrammarUse:
        """What it did so far."""
        accepting = self._matcher is not None and self._matcher.is_accepting()
        return GrammarUse(
            constrained_tokens=self._consumed,
            matches=self._matches,
            open=self.inside and not accepting,
            cached=self._grammar.cached,
            compile_seconds=self._grammar.compile_seconds,
            mask_seconds=self._mask_seconds,
        )

    @property
    def inside(self) -> bool:
        """The grammar decides what comes next."""
        return self._phase == "inside"

    def is_text(self, tokens: Tokens) -> bool:
        """Whether no marker is among these."""
        return all(self._words.text[token] is not None for token in tokens)

    @property
    def finished(self) -> bool:
        """The constraint is complete, and the vocabulary has no token that could end the turn."""
        return self._phase == "over" and not self._words.eos

    def begin(self, *, reasoning_open: bool) -> None:
        """Before the first token."""
        if reasoning_open:
            self._phase = "reasoning"
        elif self._pending:
            self._phase = "opening"
            self._matcher = self._fresh()
        self._set_limit()

    def take(self, token: int, *, reasoning_open: bool) -> None:
        """The row's next token, and whether reasoning is open behind it. Raises `GrammarError`."""
        if isinstance(self.limit, Except) and token in self.limit.tokens:
            raise TokenRefused
        match self._phase:
            case "free":
                self._take_free(token)
            case "reasoning" if not reasoning_open:
                self._close_reasoning()
            case "opening":
                self._take_opening(token)
            case "gap":
                self._take_gap(token)
            case "inside":
                self._consume(token)
            case "over" if token not in self._words.eos:
                raise TokenRefused
            case _:
                pass
        if reasoning_open and self._phase in ("free", "opening"):
            self._phase = "reasoning"
        self._set_limit()

    def _take_free(self, token: int) -> None:
        text = self._words.text[token] if token < len(self._words.text) else b""
        quoted, self._quoted = self._quoted, bool(text) and text.endswith(b"`")
        if token in self._grammar.marker_triggers and not quoted:
            self._start([token])
        elif text is None:
            self._restart_scans(beginning=False)
        elif self._scans:
            found = [rest for scan in self._scans if (rest := scan.push(text)) is not None]
            if found:
                self._start(self._words.spell(max(found, key=len)))

    def _take_opening(self, token: int) -> None:
        opens = self._opener[:1] == (token,)
        if self._fits(token):
            self._consume(token)
        elif opens:
            self._matcher = None
        else:
            raise TokenRefused
        # Both ways stay open while they say the same: gpt-oss begins all its messages alike.
        self._opener = self._opener[1:] if opens else ()
        if not opens and self._phase == "opening":
            self._phase = "inside"

    def _take_gap(self, token: int) -> None:
        if self._fits(token):
            self._phase = "inside"
            self._consume(token)
            return
        self._newlines_left -= self._words.newlines.get(token, _GAP_LINES + 1)
        if self._newlines_left < 0:
            raise TokenRefused

    def _close_reasoning(self) -> None:
        if self._pending:
            self._phase, self._newlines_left = "gap", _GAP_LINES
            self._matcher = self._fresh()
        else:
            self._free()

    def _start(self, tokens: list[int]) -> None:
        """A trigger has come: the constraint begins with its first byte."""
        self._phase = "inside"
        self._matcher = self._fresh()
        for token in tokens:
            self._consume(token)

    def _free(self) -> None:
        self._phase = "free"
        self._restart_scans(beginning=True)

    def _restart_scans(self, *, beginning: bool) -> None:
        for scan in self._scans:
            scan.restart(beginning=beginning)

    def _fresh(self) -> LLMatcher:
        assert self._grammar.matcher is not None
        return self._grammar.matcher.deep_copy()

    def _fits(self, token: int) -> bool:
        return self._matcher is not None and self._matcher.validate_tokens([token]) == 1

    def _consume(self, token: int) -> None:
        matcher = self._matcher
        assert matcher is not None
        self._consumed += 1
        if not matcher.consume_token(token):
            raise TokenRefused(first_line(matcher.get_error()))
        self._end_when_complete(matcher)

    def _end_when_complete(self, matcher: LLMatcher) -> None:
        if not matcher.is_stopped():
            return
        self._matches += 1
        self._pending = False
        if self._grammar.ends:
            self._phase = "over"
        else:
            self._free()

    # ---- what may come next ---------------------------------------------------------------------------------------

    def _set_limit(self) -> None:
        if self._phase == "inside":
            self._pending = False
        if self._mask is None:
            self.limit = self._plain_limit()
        elif self._phase in ("opening", "gap", "inside"):
            self._set_mask(self._mask)
        elif self._phase == "over":
            self._mask.clear()
            self._mask.allow(self._words.eos)
            self.limit = Only(self._mask.bits)
        else:
            self.limit = self._plain_limit()

    def _plain_limit(self) -> Except:
        if self._phase == "reasoning":
            return self._in_first_reasoning if self._pending else self._in_reasoning
        forbidden = self._grammar.forbidden
        if self._phase == "free":
            for scan in self._scans:
                forbidden |= scan.refused
        return Except(forbidden)

    def _set_mask(self, mask: Mask) -> None:
        began = time.perf_counter()
        matcher = self._matcher
        if matcher is None:
            mask.clear()
        else:
            mask.fill(matcher)
            if matcher.is_error():
                raise GrammarError("grammar_failed", first_line(matcher.get_error()))
            mask.forbid(self._grammar.forbidden)
        if self._phase == "opening":
            mask.allow(self._opener[:1])
        elif self._phase == "gap":
            mask.allow(t for t, lines in self._words.newlines.items() if lines <= self._newlines_left)
        if self._grammar.forbidden and mask.empty:
            raise GrammarError("grammar_failed", "the grammar allows no token here")
        self._mask_seconds += time.perf_counter() - began
        self.limit = Only(mask.bits)
