"""The engine thread: the only one that touches MLX. It admits requests, prefills, decodes and reports.

Other threads call `submit`, `cancel`, `stop` and read `health` and `metrics`; only ints, floats, str and bytes cross.
"""

import threading
import time
from collections.abc import Callable

import mlx.core as mx

from . import device
from .batch_decoder import BatchDecoder
from .decoder import Decoder
from .events import Event, Finished
from .log import log, log_exception
from .model import LoadedModel, ModelError
from .prefill import Prefill
from .row import Job, Row
from .scheduler import ChunkLimits, ChunkSizer, admissible, most_due
from .sequential_decoder import SequentialDecoder
from .status import Counters, EngineOptions, Fault, Health, Status
from .wire import Refusal

Deliver = Callable[[list[tuple[str, Event]]], None]
"""Called on the engine thread, once a step, with everything that happened: (generation, event)."""

_IDLE_WAKE_SECONDS = 0.5


class Engine:
    """One model on one thread. `load` runs on that thread; `on_ready` is called there after the first real token."""

    def __init__(
        self,
        load: Callable[[], LoadedModel],
        deliver: Deliver,
        on_settled: Callable[[], None],
        options: EngineOptions | None = None,
    ) -> None:
        self.model: LoadedModel | None = None
        self.counters = Counters()
        self.memory = device.Memory()
        self._options = options or EngineOptions()
        self._load = load
        self._deliver = deliver
        self._on_settled = on_settled
        self._thread = threading.Thread(target=self._main, name="engine", daemon=True)
        self._wake = threading.Condition()
        self._waiting: dict[str, Row] = {}
        self._cancelled: set[str] = set()
        self._fault: Fault | None = None
        self._stopping = False
        self._ready = False
        self._failure: str | None = None
        self._tick = time.monotonic()
        # Below: the engine thread's own.
        self._decoder: Decoder
        self._chunks: ChunkSizer
        self._prefilling: dict[str, Row] = {}
        self._decoding: dict[int, Row] = {}
        self._events: list[tuple[str, Event]] = []
        self._numbers = 0

    # ---- any thread -------------------------------------------------------------------------------------------

    def start(self) -> None:
        self._thread.start()

    def submit(self, job: Job) -> None:
        """Queue a request. Raises `Refusal` 503 when the engine is not ready or the queue is full."""
        with self._wake:
            health = self.health()
            if health.status != "ready" or self._stopping:
                raise Refusal(503, "loading" if health.status == "loading" else "failed", health.message or "not ready")
            if len(self._waiting) >= self._options.queue:
                raise Refusal(503, "overloaded", f"{len(self._waiting)} requests are waiting already")
            assert self.model is not None
            self._waiting[job.generation] = Row(job, self.model)
            self._wake.notify()

    def cancel(self, generation: str) -> None:
        """End a generation in whatever phase it is, within one step; unknown ones are ignored."""
        with self._wake:
            self._cancelled.add(generation)
            self._wake.notify()

    def stop(self) -> None:
        """Cancel everything and end the thread."""
        with self._wake:
            self._stopping = True
            self._wake.notify()

    def join(self, seconds: float) -> bool:
        """Wait for the thread; True when it has ended."""
        self._thread.join(seconds)
        return not self._thread.is_alive()

    def inject(self, fault: Fault) -> None:
        """For tests only: make the next step go wrong."""
        with self._wake:
            self._fault = fault
            self._wake.notify()

    def health(self) -> Health:
        """From the thread's own last sign of life, so that it cannot lie."""
        age = time.monotonic() - self._tick
        status: Status = "ready" if self._ready else "loading"
        message = ""
        if self._failure is not None:
            status, message = "failed", self._failure
        elif not self._thread.is_alive() and self._thread.ident is not None:
            status, message = "failed", "the engine thread has ended"
        elif self._ready and age > self._options.tick_limit_seconds:
            status, message = "failed", f"the engine has been in one step for {age:.0f} s"
        running = len(self._prefilling) + len(self._decoding)
        return Health(status, age, running, len(self._waiting), message)

    # ---- the engine thread ------------------------------------------------------------------------------------

    def _main(self) -> None:
        try:
            self._start()
            while not self._stopping:
                if self._take_fault("die"):
                    return
                self._step()
        except Exception as error:
            self._failure = str(error) if isinstance(error, ModelError) else f"{type(error).__name__}: {error}"
            if isinstance(error, ModelError):
                log("error", "model_refused", message=self._failure)
            else:
                log_exception("engine_failed", error)
        finally:
            self._end()

    def _start(self) -> None:
        began = time.monotonic()
        model = self.model = self._load()
        facts = model.facts
        self._new_decoder()
        largest = 2048 if facts.device == "gpu" else 512
        self._chunks = ChunkSizer(ChunkLimits(largest=largest))
        self._warm_up(model)
        self.memory = device.read_memory()
        self._tick = time.monotonic()
        self._ready = True
        log(
            "info",
            "ready",
            seconds=round(self._tick - began, 3),
            model=facts.path.name,
            caches=facts.cache_kinds,
        )
        self._on_settled()

    def _warm_up(self, model: LoadedModel) -> None:
        """Ready means: one real token came out."""
        row = Row(Job("warm-up", [0, 0], limit=1), model)
        row.prefill = Prefill(model.network, row.job.prompt, goal=1)
        row.prefill.advance(1)
        self._decoder.add(row.ready(-1))
        while not self._decoder.step():
            pass
        self._decoder.remove([-1])

    def _new_decoder(self) -> None:
        assert self.model is not None
        network = self.model.network
        self._decoder = (
            BatchDecoder(network, self._options.rows) if self.model.facts.batches else SequentialDecoder(network)
        )

    def _step(self) -> None:
        with self._wake:
            if not (self._prefilling or self._decoding or self._waiting or self._cancelled or self._fault):
                self._wake.wait(_IDLE_WAKE_SECONDS)
            cancelled, self._cancelled = self._cancelled, set()
        if self._take_fault("stall"):
            time.sleep(2 * self._options.tick_limit_seconds)
        for generation in cancelled:
            self._cancel(generation)
        self._admit()
        if self._decoding:
            self._decode()
        if self._prefilling:
            self._prefill()
        self._flush()
        self._tick = time.monotonic()

    def _admit(self) -> None:
        while True:
            running = len(self._prefilling) + len(self._decoding)
            with self._wake:
                row = admissible(self._waiting.values(), running, self._decoder.capacity)
                if row is None:
                    return
                del self._waiting[row.generation]
            assert self.model is not None
            self._prefilling[row.generation] = row
            self._say(row, *row.start(self.model.network))
            self.counters.requests += 1
            self.counters.prompt_tokens += len(row.job.prompt)

    def _prefill(self) -> None:
        row = most_due(self._prefilling.values())
        assert row is not None
        assert row.prefill is not None
        if not row.prefill.finished:
            try:
                began = time.monotonic()
                size = self._chunks.next_size(others_decode=bool(self._decoding))
                self._chunks.record(row.prefill.advance(size), time.monotonic() - began)
            except Exception as error:
                log_exception("prefill_failed", error, generation=row.generation)
                self._finish(row, row.failed(error))
                return
        self._say(row, *row.progress())
        if row.prefill.finished:
            del self._prefilling[row.generation]
            if row.job.limit == 0:
                self._finish(row, row.finished("length"))
                return
            self._numbers += 1
            row.number = self._numbers
            self._decoding[row.number] = row
            self._decoder.add(row.ready(row.number))

    def _decode(self) -> None:
        try:
            if self._take_fault("raise"):
                raise RuntimeError("injected fault")
            tokens = self._decoder.step()
        except Exception as error:
            self._rebuild(error)
            return
        done: list[Row] = []
        for number, token in tokens:
            row = self._decoding[number]
            events, end = row.take(token)
            self._say(row, *events)
            if end is not None:
                self._finish(row, end)
                done.append(row)
        self._drop(done)

    def _drop(self, rows: list[Row]) -> None:
        for row in rows:
            self._decoding.pop(row.number, None)
        if rows:
            self._decoder.remove([row.number for row in rows])

    def _rebuild(self, error: Exception) -> None:
        """After any exception the generator's rows cannot be trusted: fail them all and make a new one."""
        log_exception("generator_rebuilt", error, rows=len(self._decoding))
        self.counters.generator_rebuilds += 1
        rows, self._decoding = list(self._decoding.values()), {}
        for row in rows:
            self._finish(row, row.failed(error))
        self._new_decoder()

    def _cancel(self, generation: str) -> None:
        with self._wake:
            row = self._waiting.pop(generation, None)
        row = row or self._prefilling.pop(generation, None)
        if row is None:
            row = next((r for r in self._decoding.values() if r.generation == generation), None)
            if row is None:
                return
            self._drop([row])
        self._finish(row, row.finished("cancelled"))

    def _finish(self, row: Row, end: Finished) -> None:
        self._prefilling.pop(row.generation, None)
        self.memory = device.read_memory()
        counters = self.counters
        counters.completion_tokens += end.completion_tokens
        counters.cancelled += end.reason == "cancelled"
        counters.failed += end.reason == "error"
        self._say(row, *row.close(end, self.memory.peak))
        row.prefill = None

    def _say(self, row: Row, *events: Event) -> None:
        self._events.extend((row.generation, event) for event in events)

    def _flush(self) -> None:
        if self._events:
            events, self._events = self._events, []
            self._deliver(events)

    def _take_fault(self, kind: Fault) -> bool:
        if self._fault != kind:
            return False
        self._fault = None
        return True

    def _end(self) -> None:
        """Cancel what is left, let go of every array, and tell MLX that this thread is over."""
        with self._wake:
            rows = [*self._waiting.values(), *self._prefilling.values(), *self._decoding.values()]
            self._waiting.clear()
        if self._failure is not None or self._stopping:
            for row in rows:
                lost = RuntimeError(self._failure) if self._failure else None
                self._finish(row, row.failed(lost) if lost else row.finished("cancelled"))
            self._flush()
        self._prefilling.clear()
        self._decoding.clear()
        if not self._ready:
            self._on_settled()
        if hasattr(self, "_decoder"):
            self._decoder.close()
            del self._decoder
        mx.clear_streams()
