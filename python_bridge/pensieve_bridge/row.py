"""One request inside the engine: its job, its progress, and the events it gives. Engine thread only."""

import time
from dataclasses import dataclass

from .chooser import Chooser
from .decoder import ReadyRow
from .events import Chance, Chances, Event, Finished, FinishReason, GrammarUse, Progress, Started, Timings
from .grammar import Grammar, GrammarError
from .grammar_compiler import PendingGrammar
from .grammar_watch import GrammarWatch, TokenRefused
from .likely_draws import LikelyDraws
from .marks import NO_BOUNDARIES, Boundaries
from .mlx_edge import Network, Processor, Sampler
from .model import LoadedModel
from .pieces import Pieces
from .prefill import Prefill, Worth
from .prefix_store import PrefixStore
from .prefix_tree import as_tokens
from .reasoning import ReasoningBudget, ReasoningWatch
from .sampling import GREEDY, ForcedSampler, Penalties, RowSampler, SamplingPlan, greedy
from .scheduler import due
from .script import Script
from .steering import Steering

_PROGRESS_SECONDS = 1.0
_ANSWER_TOKENS = 1024
"""Room that an answer is given at first: few use the limit that clients name."""


@dataclass(slots=True, frozen=True)
class Job:
    """What the server hands to the engine.

    `limit` 0 prefills and generates nothing. `cache_point`: prompt tokens that the client asked to have cached.
    `logprobs`: likely tokens that are told of each one sampled; None: nothing is told.
    """

    generation: str
    prompt: list[int]
    limit: int
    sampling: SamplingPlan = GREEDY
    stop: tuple[str, ...] = ()
    forced: Script | None = None
    reasoning: ReasoningBudget | None = None
    grammar: PendingGrammar | None = None
    request_class: str = "main"
    session: str | None = None
    continues: bool = False
    boundaries: Boundaries = NO_BOUNDARIES
    cache_point: int = 0
    logprobs: int | None = None


class Row:
    """States: waiting → placed → prefilling (`prefill` set) → decoding (`number` set) → closed.

    Its grammar may still be compiled while it prefills; nothing is said until that has succeeded (`settle`).
    """

    def __init__(self, job: Job, model: LoadedModel, ahead: int = 0) -> None:
        """`ahead`: see `due`."""
        arrived = time.monotonic()
        self.job = job
        self.generation = job.generation
        self.request_class = job.request_class
        self.worth = Worth.of(job.request_class, job.boundaries.head)
        self.due = due(arrived, job.request_class, len(job.prompt), ahead)
        self.goal = len(job.prompt) - (1 if job.limit else 0)
        """Prompt tokens that are prefilled; the last one is left for `first_token`."""
        self.tokens = as_tokens(job.prompt)
        self.waited_for_disk = False
        self.prefill: Prefill | None = None
        self.number = 0
        self._vocabulary = model.vocabulary
        self._eos = model.vocabulary.eos
        self._markers = model.vocabulary.markers
        self._pieces = Pieces(model.vocabulary, job.stop, decode=model.prompts.decode, continues=job.continues)
        self._penalties = Penalties(job.sampling) if job.sampling.penalizes and job.forced is None else None
        self._processors: list[Processor] = [self._penalties] if self._penalties else []
        self._grammar = job.grammar
        self._watch: GrammarWatch | None = None
        self._chooser: Chooser | None = None
        self._sampler = _sampler(job, model.vocabulary.turn_end)
        if job.forced is None and (job.reasoning or job.grammar):
            self._sampler = self._chooser = Chooser(self._sampler)
        self._likely: LikelyDraws | None = None
        if job.logprobs is not None:
            self._sampler = self._likely = LikelyDraws(self._sampler, job.logprobs)
        self._steering = self._steer(None)
        self._sampled: list[int] = []
        self._announced = False
        self._reported = 0.0
        self._arrived = arrived
        self._started: float | None = None
        self._first: float | None = None

    def start(self, network: Network, store: PrefixStore) -> list[Event]:
        """Give the row its caches."""
        job = self.job
        self._started = time.monotonic()
        self.prefill = Prefill(network, store, self.tokens, self.goal, job.boundaries, self.worth)
        return self._announce(self.prefill)

    def settle(self) -> Finished | None:
        """Take the grammar when it is compiled; the end where it was refused."""
        pending = self._grammar
        if pending is None or not pending.ready:
            return None
        self._grammar = None
        try:
            self._steering = self._steer(pending.grammar())
        except Exception as error:
            return self.failed(error)
        return None

    @property
    def planned(self) -> int:
        """Tokens that its caches will hold, as far as can be told."""
        said = len(self._sampled)
        return len(self.job.prompt) + said + min(self.job.limit - said, _ANSWER_TOKENS)

    @property
    def held(self) -> bool:
        """Prefilled, and waiting for its grammar."""
        return self._grammar is not None and self.prefill is not None and self.prefill.finished

    def wait(self, seconds: float) -> None:
        """Wait for the grammar."""
        if self._grammar is not None:
            self._grammar.wait(seconds)

    def progress(self) -> list[Event]:
        """A prefill line when it is time for one: at the end, and about each second before."""
        assert self.prefill is not None
        total = len(self.job.prompt)
        events = self._announce(self.prefill)
        if self._grammar is not None:
            return []
        if self.prefill.finished:
            return [*events, Progress(total, total)]
        now = time.monotonic()
        if now - self._reported < _PROGRESS_SECONDS:
            return events
        self._reported = now
        return [*events, Progress(self.prefill.done, total)]

    def first_token(self) -> int:
        """Sample the first token of a prefilled row."""
        assert self.prefill is not None
        if self._steering is not None:
            self._steering.begin()
        return self.prefill.first_token(self._sampler, self._processors)

    def ready(self, number: int, first: int) -> ReadyRow:
        """Hand the prefilled caches over to the decoder, which goes on behind the first token."""
        assert self.prefill is not None
        cache, self.prefill = self.prefill.cache, None
        return ReadyRow(number, list(self.job.prompt), first, cache, self._sampler, self._processors)

    def take(self, token: int) -> tuple[list[Event], Finished | None]:
        """A sampled token: the events it gives, and the end if it is the last."""
        if self._first is None:
            self._first = time.monotonic()
        fault = self._fault()
        if fault is not None:
            return [], self.failed(fault)
        self._sampled.append(token)
        events = self._chances(token)
        if self._steering is not None:
            try:
                self._steering.take(token)
            except Exception as error:
                return [], self.failed(self._explained(error))
        if token in self._eos:
            return [], self.finished("stop", end_token=self._markers.get(token))
        events.extend(self._pieces.push(token))
        if self._pieces.matched is not None:
            return events, self.finished("stop", stop=self._pieces.matched)
        if self._steering is not None and self._steering.finished:
            return events, self.finished("stop")
        if len(self._sampled) >= self.job.limit:
            return events, self.finished("length")
        return events, None

    @property
    def constrained(self) -> bool:
        """A grammar decides what it says next."""
        return self._watch is not None and self._watch.inside

    @property
    def grammar_use(self) -> GrammarUse | None:
        return self._watch.use if self._watch is not None else None

    @property
    def second_draw(self) -> Sampler | None:
        """What to draw the next token with once more, when the last one has changed what it may be."""
        steering, chooser = self._steering, self._chooser
        if chooser is None or steering is None or not steering.again:
            return None
        return self._likely.again(chooser.redraw) if self._likely is not None else chooser.redraw

    def finished(self, reason: FinishReason, *, stop: str | None = None, end_token: str | None = None) -> Finished:
        return Finished(reason, stop, end_token, len(self._sampled))

    def failed(self, error: Exception) -> Finished:
        message = f"{type(error).__name__}: {error}"
        code = "engine_error"
        if isinstance(error, GrammarError):
            code, message = error.code, str(error)
        return Finished("error", completion_tokens=len(self._sampled), error_code=code, error_message=message)

    def crowded_out(self) -> Finished:
        """There is no memory for it, although nothing else runs."""
        message = f"no memory is left for a prompt of {len(self.job.prompt)} tokens; try again later"
        return Finished("error", error_code="overloaded", error_message=message)

    def close(self, end: Finished, peak_memory: int) -> list[Event]:
        """The last events: text that was held back, and the end with its timings."""
        now = time.monotonic()
        started = self._started or now
        first = self._first or now
        timings = Timings(started - self._arrived, first - started, now - first, peak_memory)
        final = Finished(
            end.reason,
            end.stop,
            end.end_token,
            end.completion_tokens,
            timings,
            end.error_code,
            end.error_message,
            self.grammar_use,
            tuple(self._sampled),
        )
        return [*self._pieces.finish(), final]

    def _announce(self, prefill: Prefill) -> list[Event]:
        """That the row has started, once, and not before its grammar is known to be good."""
        if self._announced or self._grammar is not None:
            return []
        self._announced = True
        self._reported = time.monotonic()
        source = "disk" if self.waited_for_disk and prefill.cached_tokens else prefill.restored_from
        return [
            Started(prefill.cached_tokens, source, max(0, self.job.cache_point - prefill.cached_tokens)),
            Progress(prefill.done, len(self.job.prompt)),
        ]

    def _chances(self, token: int) -> list[Event]:
        """How likely a token of text was, where that is asked for; ends of turns and markers are no text."""
        if self._likely is None:
            return []
        odds = self._likely.take()
        if token in self._eos or token in self._markers:
            return []
        top = tuple(Chance(self._vocabulary.bytes_of(other), logprob) for other, logprob in odds.top)
        return [Chances(Chance(self._vocabulary.bytes_of(token), odds.logprob), top)]

    def _steer(self, grammar: Grammar | None) -> Steering | None:
        budget = self.job.reasoning
        if grammar is None and (budget is None or self._chooser is None):
            return None
        self._watch = grammar and GrammarWatch(
            grammar,
            reasoning=(budget.start, budget.end) if budget else ((), ()),
            beginning=not self.job.continues,
            masks=self._chooser is not None,
        )
        return Steering(self._chooser, budget and ReasoningWatch(budget), self._watch)

    def _explained(self, error: Exception) -> Exception:
        """A script that the grammar refuses is told where."""
        forced = self.job.forced
        if forced is None or not isinstance(error, TokenRefused):
            return error
        return GrammarError("forced_refused", f"the grammar refuses {forced.place(len(self._sampled) - 1)}")

    def _fault(self) -> Exception | None:
        fault = getattr(self._sampler, "fault", None)
        return fault or (self._penalties.fault if self._penalties else None)


def _sampler(job: Job, turn_end: int | None) -> Sampler:
    if job.forced is not None:
        # Without an end-of-turn token the script's last token repeats until the limit.
        tokens = job.forced.tokens
        last = turn_end if turn_end is not None else (tokens[-1] if tokens else 0)
        return ForcedSampler(tokens, last)
    return RowSampler(job.sampling) if job.sampling.temperature > 0 else greedy
