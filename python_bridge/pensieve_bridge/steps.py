"""What the engine does in one step: decode first, then one chunk of the most urgent prompt. Engine thread only."""

import time
from collections.abc import Iterable
from dataclasses import asdict

from . import device
from .adaptive_decoder import AdaptiveDecoder
from .cache_layout import Layout
from .decoder import Decoder
from .disk_tier import DiskTier
from .events import Finished
from .log import log, log_exception
from .memory_budget import Footprint, MemoryBudget, batched
from .memory_guard import MemoryGuard
from .mlx_edge import library_versions
from .model import LoadedModel
from .outbox import Deliver, Outbox
from .prefill import Prefill
from .prefill_choice import choose, share
from .prefix_store import PrefixStore
from .prefix_tree import as_tokens
from .row import Job, Row
from .scheduler import ChunkLimits, ChunkSizer
from .sequential_decoder import SequentialDecoder
from .status import Counters, EngineOptions

# A GPU wants long chunks, above all for mixtures of experts; a CPU gains nothing from them (measured).
_CHUNKS = {
    "cpu": ChunkLimits(largest=512),
    "gpu": ChunkLimits(largest=2048, smallest=128, alone_seconds=2.0, shared_seconds=0.3),
}

_GRAMMAR_WAIT_SECONDS = 0.02


_LAST_WRITES_SECONDS = 0.6


class Steps:
    """The rows that run, and the decoder they run in."""

    def __init__(
        self,
        model: LoadedModel,
        options: EngineOptions,
        counters: Counters,
        deliver: Deliver,
    ) -> None:
        self.running = 0
        """Rows that have a place, from `admit` to `finish`."""
        self._model = model
        self._options = options
        self._counters = counters
        self._outbox = Outbox(deliver, options.pieces_seconds)
        self._chunks = ChunkSizer(_CHUNKS[model.facts.device])
        self._decoder = self._new_decoder()
        self._prefilling: dict[str, Row] = {}
        self._decoding: dict[int, Row] = {}
        self.store = PrefixStore(model.network, None, 0)
        self._guard = MemoryGuard(MemoryBudget(0, 0, Footprint()), self.store)
        self.memory = self._guard.read()
        self.window = model.facts.window
        """Tokens that a prompt and its answer may have: what fits."""
        self._numbers = 0

    @property
    def capacity(self) -> int:
        return self._decoder.capacity

    def warm_up(self) -> None:
        """Real tokens, alone and in a batch where there is one: after this the engine is ready."""
        layout: Layout | None = None
        numbers = [-1, -2][: self._decoder.capacity]
        for number in numbers:
            row = Row(Job("warm-up", [0, 0], limit=1), self._model)
            row.start(self._model.network, self.store)
            assert row.prefill is not None
            row.prefill.advance(1)
            layout = Layout(row.prefill.cache, 1)
            self._decoder.add(row.ready(number, row.first_token()))
            self._decoder.step()
        while not self._decoder.step():
            pass
        self._decoder.remove(numbers)
        self._settle_memory(layout)

    def _settle_memory(self, layout: Layout | None) -> None:
        """Nothing runs, so what is held now is the model's: the rest is for prompts."""
        device.release_unused()
        limit = self._options.memory_bytes or device.memory_limit()
        footprint = layout.footprint if layout else Footprint()
        budget = MemoryBudget(limit, device.active_memory(), footprint)
        asked = self._options.cache_bytes
        store = min(budget.store, asked) if asked is not None else budget.store
        self.store = PrefixStore(self._model.network, layout, store, tier=self._disk_tier(layout))
        self._guard = MemoryGuard(budget, self.store)
        self.store.make_room = self._guard.room_for
        self.memory = self._guard.read()
        self.window = budget.window(self._model.facts.window)
        log("info", "memory", limit=limit, model=budget.base, store=store, window=self.window, **asdict(footprint))

    @property
    def full(self) -> bool:
        """No memory is left for anything new."""
        return self._guard.full

    def room_for(self, row: Row) -> bool:
        """Whether a waiting row has room beside those that run.

        It will join them in a batch; while it is made, the caches that go into it are there as well.
        """
        coming = [other.planned for other in (*self._prefilling.values(), row)]
        planned = [*self._planned, *coming]
        return self._guard.room_for(batched(planned) + (sum(coming) if len(planned) > 1 else 0))

    @property
    def _planned(self) -> list[int]:
        return [row.planned for row in self._decoding.values()]

    def idle(self) -> bool:
        """Something useful while no row runs; True if there is more of it."""
        self.store.collect()
        more = self.store.idle()
        self.store.publish()
        return more

    def admit(self, row: Row) -> None:
        """Give a waiting row its place."""
        self.running += 1
        self._counters.requests += 1
        self._counters.prompt_tokens += len(row.job.prompt)
        self._prefilling[row.generation] = row
        refused = row.settle()
        if refused is not None:
            self.finish(row, refused)

    def cancel(self, generations: Iterable[str]) -> None:
        """End these, whether they prefill or decode; the others are not touched."""
        for generation in generations:
            row = self._prefilling.get(generation)
            row = row or next((r for r in self._decoding.values() if r.generation == generation), None)
            if row is not None:
                self.finish(row, row.finished("cancelled"))

    def step(self, *, broken: bool = False) -> None:
        """`broken` makes the decoder fail, for tests."""
        self._outbox.deliver_due()
        # A decoder that has just taken a row may need a step without a word; two chunks would come between two words.
        if (not self._decoding or self._decode(broken)) and self._prefilling:
            # What was said does not wait for a chunk.
            self._outbox.deliver()
            self._prefill()
        self._guard.relieve()
        self._outbox.deliver_due()

    def finish(self, row: Row, end: Finished) -> None:
        """Free the row's place and give its last events."""
        # What was said goes out before what was computed is kept: that takes a while.
        self._outbox.deliver()
        # Counted first: whoever sees the place free sees the count too.
        self._counters.completion_tokens += end.completion_tokens
        self._counters.cancelled += end.reason == "cancelled"
        self._counters.failed += end.reason == "error"
        if end.reason != "error":
            self._keep(row)
            self._warm_root(row)
            self.store.idle()
            self.store.publish()
        row.prefill = None
        use = row.grammar_use
        if use is not None:
            self._counters.constrained_tokens += use.constrained_tokens
            self._counters.mask_seconds += use.mask_seconds
            self._counters.grammar_faults += end.error_code == "grammar_failed"
        if row.number in self._decoding:
            self._decoder.remove([row.number])
        self.memory = self._guard.read()
        self._outbox.put(row.generation, *row.close(end, self.memory.peak))
        had_place = self._decoding.pop(row.number, None) or self._prefilling.pop(row.generation, None)
        if had_place is not None:
            self.running -= 1

    def end_all(self, waiting: list[Row], error: Exception | None) -> None:
        """The thread ends: everything is cancelled, or fails with the error."""
        for row in [*waiting, *self._prefilling.values(), *self._decoding.values()]:
            end = row.finished("cancelled") if error is None else row.failed(error)
            self._outbox.put(row.generation, *row.close(end, self.memory.peak))
        self._outbox.deliver()

    def close(self) -> None:
        self._prefilling.clear()
        self._decoding.clear()
        self._decoder.close()
        while self.store.idle():
            pass
        self.store.close(_LAST_WRITES_SECONDS)

    def _decode(self, broken: bool) -> bool:
        """A token of each row; False if none has come."""
        try:
            if broken:
                raise RuntimeError("injected fault")
            tokens = self._decoder.step()
            if not self._options.mask_overlap and any(row.constrained for row in self._decoding.values()):
                self._decoder.wait()
        except Exception as error:
            self._rebuild(error)
            return True
        for number, token in tokens:
            self._take(self._decoding[number], token)
        self._draw_again(number for number, _ in tokens)
        return bool(tokens)

    def _draw_again(self, numbers: Iterable[int]) -> None:
        """The next tokens are drawn already; where the last one has changed what they may be, draw them anew."""
        rows = ((number, self._decoding.get(number)) for number in numbers)
        draws = {number: draw for number, row in rows if row is not None and (draw := row.second_draw) is not None}
        if not draws:
            return
        try:
            self._decoder.draw_again(draws)
        except Exception as error:
            self._rebuild(error)

    def _prefill(self) -> None:
        """One chunk of the most urgent prompt; after its last one, the row's first token."""
        for waiting in list(self._prefilling.values()):
            refused = waiting.settle()
            if refused is not None:
                self.finish(waiting, refused)
        row = choose(self._prefilling.values(), self.store, others_decode=bool(self._decoding))
        if row is None:
            self._wait_for_a_grammar()
            return
        try:
            prefill = self._started(row)
            if not prefill.finished:
                began = time.monotonic()
                size = self._chunks.next_size(others_decode=bool(self._decoding))
                self._chunks.record(prefill.advance(size), time.monotonic() - began)
            self._outbox.put(row.generation, *row.progress())
            if prefill.finished and not row.held:
                self._begin(row)
        except Exception as error:
            # The row's caches are its own: the others are not touched.
            log_exception("prefill_failed", error, generation=row.generation)
            self.finish(row, row.failed(error))

    def _started(self, row: Row) -> Prefill:
        share(self._prefilling.values(), row)
        if row.prefill is None:
            self._outbox.put(row.generation, *row.start(self._model.network, self.store))
            assert row.prefill is not None
            self._counters.cached_tokens += row.prefill.cached_tokens
            self._counters.reusable_tokens += row.prefill.computed_tokens
            self._warm_root(row)
        return row.prefill

    def _warm_root(self, row: Row) -> None:
        """What follows on a summary begins with the same tools and system prompt, and with nothing else of it."""
        if row.request_class == "compaction":
            self.store.warm(row.tokens, row.job.boundaries.head)

    def _keep(self, row: Row) -> None:
        """What a row that ends leaves for later ones."""
        if row.number in self._decoding:
            seen = self._decoder.seen(row.number)
            if seen is not None:
                held = len(seen.tokens)
                tokens = as_tokens(seen.tokens)
                self.store.keep(tokens, held, seen.cache, held, mark=True, rank=row.worth.rank)
        elif row.prefill is not None:
            row.prefill.keep(mark=True)

    def _wait_for_a_grammar(self) -> None:
        """Nothing else to do than to wait, in short pieces, for what is being compiled."""
        if not self._decoding:
            for row in self._prefilling.values():
                row.wait(_GRAMMAR_WAIT_SECONDS)
                return

    def _begin(self, row: Row) -> None:
        """From prefill to decode."""
        if row.job.limit == 0:
            self.finish(row, row.finished("length"))
            return
        first = row.first_token()
        if self._take(row, first):
            return
        self._outbox.deliver()
        self._numbers += 1
        row.number = self._numbers
        if self._decoding:
            # What the store has kept meanwhile gives way to the batch.
            self._guard.room_for(batched([*self._planned, row.planned]))
        try:
            self._decoder.add(row.ready(row.number, first))
        except Exception as error:
            # Adding may move the rows that run already: they are lost with it.
            self._rebuild(error)
            raise
        self._decoding[row.number] = row
        del self._prefilling[row.generation]

    def _take(self, row: Row, token: int) -> bool:
        """A sampled token of a row; True when it was the last."""
        events, end = row.take(token)
        self._outbox.put(row.generation, *events)
        if end is not None:
            self.finish(row, end)
        return end is not None

    def _rebuild(self, error: Exception) -> None:
        """After any exception the decoder's rows cannot be trusted: fail them all and make a new one."""
        log_exception("generator_rebuilt", error, rows=len(self._decoding))
        self._counters.generator_rebuilds += 1
        self._decoder = self._new_decoder()
        for row in list(self._decoding.values()):
            self.finish(row, row.failed(error))

    def _disk_tier(self, layout: Layout | None) -> DiskTier | None:
        folder, facts = self._options.cache_folder, self._model.facts
        if folder is None or layout is None or self._options.cache_bytes == 0:
            return None
        # Everything that the values depend on.
        return DiskTier(folder, f"{facts.fingerprint} {facts.device} {library_versions()} {layout.kinds}")

    def _new_decoder(self) -> Decoder:
        network = self._model.network
        counts = self._counters.drafts if self._options.guess_ahead else None
        if self._model.facts.batches:
            return AdaptiveDecoder(network, self._options.rows, counts)
        return SequentialDecoder(network, counts)
