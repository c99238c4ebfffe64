"""One row at a time, on its own caches.

For models whose caches do not batch (chunked, quantised, rotating with kept tokens), and for a row that is alone. Such
a row may guess its next tokens from what was said before: one forward pass then tells what comes behind each of them,
and those that are drawn all the same are right. Every token is drawn from what it would have been drawn from, in the
same order, so the answer is the same.
"""

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import cast

import mlx.core as mx

from .cache_edge import can_forget, forget
from .decoder import ReadyRow, SeenRow
from .draft_pace import DraftPace
from .mlx_edge import Network, Sampler, evaluate, evaluate_later, generation_stream
from .prompt_lookup import PromptLookup
from .status import DraftCounts


@dataclass(slots=True)
class _Pass:
    """One forward pass, over a token that is certain and those `guessed` to follow it.

    `logprobs` `[1 + guessed, vocabulary]`: behind each of them. The next token is drawn behind the first `right`.
    """

    guessed: list[int]
    logprobs: mx.array
    right: int = 0
    seconds: float = 0.0
    """Spent in beginning it, which on a CPU is most of it, and in waiting for the first token drawn from it."""
    seen: bool = False

    @property
    def left(self) -> int:
        """Guesses that nobody has compared yet."""
        return len(self.guessed) - self.right

    @property
    def behind(self) -> mx.array:
        return self.logprobs[self.right : self.right + 1]


class SequentialDecoder:
    """Same interface as the batch; `capacity` 1, so the engine admits one request at a time."""

    capacity = 1

    def __init__(self, model: Network, counts: DraftCounts | None = None) -> None:
        """`counts`: where to count guesses; None: nothing is guessed."""
        self._model = model
        self._counts = counts
        self._stream = generation_stream()
        self._pace = DraftPace()
        self.close()

    @property
    def empty(self) -> bool:
        return self._row is None

    def add(self, ready: ReadyRow) -> None:
        if self._row is not None:
            raise RuntimeError("the sequential decoder runs one row at a time")
        self._row = ready
        self._tokens = [*ready.prefix, ready.last]
        if ready.processors:
            self._context = mx.array(ready.prefix, dtype=mx.uint32)
        # Processors count what was said: they cannot take it back.
        elif self._counts is not None and can_forget(ready.cache):
            self._lookup = PromptLookup(self._tokens)
            self._pace.begin()
        with mx.stream(self._stream):
            self._next = self._forward(ready, mx.array([ready.last], dtype=mx.uint32), [])

    def step(self) -> list[tuple[int, int]]:
        row, token, now = self._row, self._next, self._pass
        if row is None or token is None or now is None:
            return []
        with mx.stream(self._stream):
            if now.left:
                said = self._read(token, now)
                self._next = self._compare(row, now, said)
            else:
                # Dispatch the following step before waiting for this one; the token is the first of what is guessed.
                self._next = self._forward(row, token, self._guess()[1:])
                said = self._read(token, now)
        return [(row.row, said)]

    def draw_again(self, draws: Mapping[int, Sampler]) -> None:
        row, now = self._row, self._pass
        if row is None or now is None or row.row not in draws:
            return
        with mx.stream(self._stream):
            self._next = _draw(draws[row.row], now.behind)

    def wait(self) -> None:
        if self._pass is not None:
            evaluate(self._pass.logprobs)

    def hand_over(self) -> ReadyRow:
        """Give the row up, ready to be added elsewhere; its `last` token was sampled but not given yet."""
        row, token = self._row, self._next
        if row is None or token is None:
            raise RuntimeError("there is no row to hand over")
        self._forget_guesses(row)
        moved = ReadyRow(row.row, self._tokens, cast(int, token.item()), row.cache, row.sampler, row.processors)
        self.close()
        return moved

    def seen(self, row: int) -> SeenRow | None:
        if self._row is None or self._row.row != row:
            return None
        self._forget_guesses(self._row)
        return SeenRow(self._tokens, self._row.cache)

    def remove(self, rows: Iterable[int]) -> None:
        if self._row is not None and self._row.row in set(rows):
            self.close()

    def close(self) -> None:
        self._row: ReadyRow | None = None
        self._pass: _Pass | None = None
        # Drawn from it, and not given yet.
        self._next: mx.array | None = None
        self._tokens: list[int] = []
        # Only where processors want to see it: the tokens so far, on the device.
        self._context = mx.array([], dtype=mx.uint32)
        self._lookup: PromptLookup | None = None

    def _compare(self, row: ReadyRow, now: _Pass, said: int) -> mx.array:
        """The next token, when the last one was guessed: from the same pass if it was right, else from another."""
        if now.guessed[now.right] == said:
            now.right += 1
            return _draw(row.sampler, now.behind)
        self._forget_guesses(row)
        return self._forward(row, mx.array([said], dtype=mx.uint32), self._guess())

    def _guess(self) -> list[int]:
        return self._lookup.guess() if self._lookup is not None and self._pace.open else []

    def _forget_guesses(self, row: ReadyRow) -> None:
        now = self._pass
        if now is not None and now.left:
            forget(row.cache, now.left)
            self._record(now)
            now.guessed = now.guessed[: now.right]

    def _read(self, token: mx.array, drawn_from: _Pass) -> int:
        """Wait for a token. The first of a pass tells how long the pass took."""
        began = time.perf_counter()
        said = cast(int, token.item())
        if not drawn_from.seen:
            drawn_from.seen = True
            drawn_from.seconds += time.perf_counter() - began
        if not drawn_from.left:
            self._record(drawn_from)
        self._tokens.append(said)
        return said

    def _record(self, ended: _Pass) -> None:
        self._pace.record(len(ended.guessed), ended.right, ended.seconds)
        if self._counts is not None:
            self._counts.passes += 1
            self._counts.guessed += len(ended.guessed)
            self._counts.right += ended.right

    def _forward(self, row: ReadyRow, token: mx.array, guessed: list[int]) -> mx.array:
        """Begin a pass over a token and guesses behind it, and draw behind the first."""
        began = time.perf_counter()
        tokens = mx.concatenate([token, mx.array(guessed, dtype=mx.uint32)]) if guessed else token
        logits = self._model(tokens[None], cache=row.cache)[0]
        if row.processors:
            self._context = mx.concatenate([self._context, token])
            for processor in row.processors:
                logits = processor(self._context, logits)
        now = self._pass = _Pass(guessed, logits - mx.logsumexp(logits, axis=-1, keepdims=True))
        # Also where the sampler gives a stand-in that does not ask for them: the forward pass must be under way.
        evaluate_later(now.logprobs)
        drawn = _draw(row.sampler, now.behind)
        now.seconds = time.perf_counter() - began
        return drawn


def _draw(sampler: Sampler, logprobs: mx.array) -> mx.array:
    sampled = sampler(logprobs).astype(mx.uint32)
    evaluate_later(sampled)
    return sampled
