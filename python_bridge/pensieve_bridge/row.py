"""One request inside the engine: its job, its progress, and the events it gives. Engine thread only."""

import time
from dataclasses import dataclass

from .decoder import ReadyRow
from .events import Event, Finished, FinishReason, Progress, Started, Timings
from .marks import NO_BOUNDARIES, Boundaries
from .mlx_edge import Network, Processor, Sampler
from .model import LoadedModel
from .pieces import Pieces
from .prefill import Prefill, Worth
from .prefix_store import PrefixStore
from .prefix_tree import as_tokens
from .reasoning import ReasoningBudget, ReasoningWatch, SteeredSampler
from .sampling import GREEDY, ForcedSampler, Penalties, RowSampler, SamplingPlan, greedy
from .scheduler import due

_PROGRESS_SECONDS = 1.0


@dataclass(slots=True, frozen=True)
class Job:
    """What the server hands to the engine: plain values only.

    `limit` 0 prefills and generates nothing. `cache_point`: prompt tokens that the client asked to have cached.
    """

    generation: str
    prompt: list[int]
    limit: int
    sampling: SamplingPlan = GREEDY
    stop: tuple[str, ...] = ()
    forced: tuple[int, ...] | None = None
    reasoning: ReasoningBudget | None = None
    request_class: str = "main"
    continues: bool = False
    boundaries: Boundaries = NO_BOUNDARIES
    cache_point: int = 0


class Row:
    """States: waiting → placed → prefilling (`prefill` set) → decoding (`number` set) → closed."""

    def __init__(self, job: Job, model: LoadedModel) -> None:
        arrived = time.monotonic()
        self.job = job
        self.generation = job.generation
        self.request_class = job.request_class
        self.worth = Worth.of(job.request_class, job.boundaries.head)
        self.due = due(arrived, job.request_class, len(job.prompt))
        self.goal = len(job.prompt) - (1 if job.limit else 0)
        """Prompt tokens that are prefilled; the last one is left for `first_token`."""
        self.tokens = as_tokens(job.prompt)
        self.waited_for_disk = False
        self.prefill: Prefill | None = None
        self.number = 0
        self._eos = model.vocabulary.eos
        self._markers = model.vocabulary.markers
        self._pieces = Pieces(model.vocabulary, job.stop, decode=model.prompts.decode, continues=job.continues)
        self._penalties = Penalties(job.sampling) if job.sampling.penalizes and job.forced is None else None
        self._processors: list[Processor] = [self._penalties] if self._penalties else []
        self._sampler = _sampler(job, model.vocabulary.turn_end)
        self._reasoning: ReasoningWatch | None = None
        if job.reasoning is not None and job.forced is None:
            self._sampler = steered = SteeredSampler(self._sampler)
            self._reasoning = ReasoningWatch(job.reasoning, steered)
        self._sampled: list[int] = []
        self._reported = 0.0
        self._arrived = arrived
        self._started: float | None = None
        self._first: float | None = None

    def start(self, network: Network, store: PrefixStore) -> list[Event]:
        """Give the row its caches."""
        job = self.job
        self._started = time.monotonic()
        prefill = self.prefill = Prefill(network, store, self.tokens, self.goal, job.boundaries, self.worth)
        source = "disk" if self.waited_for_disk and prefill.cached_tokens else prefill.restored_from
        self._reported = self._started
        return [
            Started(prefill.cached_tokens, source, max(0, job.cache_point - prefill.cached_tokens)),
            Progress(prefill.done, len(job.prompt)),
        ]

    def progress(self) -> list[Event]:
        """A prefill line when it is time for one: at the end, and about each second before."""
        assert self.prefill is not None
        total = len(self.job.prompt)
        if self.prefill.finished:
            return [Progress(total, total)]
        now = time.monotonic()
        if now - self._reported < _PROGRESS_SECONDS:
            return []
        self._reported = now
        return [Progress(self.prefill.done, total)]

    def first_token(self) -> int:
        """Sample the first token of a prefilled row."""
        assert self.prefill is not None
        if self._reasoning is not None:
            self._reasoning.begin()
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
        if self._reasoning is not None:
            self._reasoning.take(token)
        if token in self._eos:
            return [], self.finished("stop", end_token=self._markers.get(token))
        events: list[Event] = [*self._pieces.push(token)]
        if self._pieces.matched is not None:
            return events, self.finished("stop", stop=self._pieces.matched)
        if len(self._sampled) >= self.job.limit:
            return events, self.finished("length")
        return events, None

    def finished(self, reason: FinishReason, *, stop: str | None = None, end_token: str | None = None) -> Finished:
        return Finished(reason, stop, end_token, len(self._sampled))

    def failed(self, error: Exception) -> Finished:
        message = f"{type(error).__name__}: {error}"
        return Finished("error", completion_tokens=len(self._sampled), error_code="engine_error", error_message=message)

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
            tuple(self._sampled),
        )
        return [*self._pieces.finish(), final]

    def _fault(self) -> Exception | None:
        fault = getattr(self._sampler, "fault", None)
        return fault or (self._penalties.fault if self._penalties else None)


def _sampler(job: Job, turn_end: int | None) -> Sampler:
    if job.forced is not None:
        # Without an end-of-turn token the script's last token repeats until the limit.
        last = turn_end if turn_end is not None else (job.forced[-1] if job.forced else 0)
        return ForcedSampler(job.forced, last)
    return RowSampler(job.sampling) if job.sampling.temperature > 0 else greedy
