"""The engine thread: the only one that touches MLX, and what other threads may ask of it.

Other threads call `submit`, `cancel`, `stop` and read `health` and `metrics`; only ints, floats, str and bytes cross.
What happens in a step is in `steps`.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import replace

import mlx.core as mx

from .events import Event, Finished
from .log import log, log_exception
from .model import LoadedModel, ModelError
from .outbox import Deliver
from .prefix_store import StoreSnapshot
from .row import Job, Row
from .scheduler import admissible
from .status import Counters, EngineOptions, Fault, Health, Memory, Status
from .steps import Steps
from .wire import Refusal

_IDLE_WAKE_SECONDS = 0.5


class Engine:
    """One model on one thread; `load` runs on it, and `on_settled` is called on it when it is ready or has failed."""

    def __init__(
        self,
        load: Callable[[], LoadedModel],
        deliver: Deliver,
        on_settled: Callable[[], None],
        options: EngineOptions | None = None,
    ) -> None:
        self.model: LoadedModel | None = None
        self.counters = Counters()
        self._options = options or EngineOptions()
        self._load = load
        self._deliver = deliver
        self._on_settled = on_settled
        self._thread = threading.Thread(target=self._main, name="engine", daemon=True)
        self._wake = threading.Condition()
        self._waiting: dict[str, Row] = {}
        self._cancelled: set[str] = set()
        # Sessions of the requests that wait or run.
        self._sessions: dict[str, str | None] = {}
        self._fault: Fault | None = None
        self._stopping = False
        self._ready = False
        self._failure: str | None = None
        self._tick = time.monotonic()
        self._steps: Steps | None = None

    # ---- any thread ------------------------------------------------------------------------------------------------

    def start(self) -> None:
        self._thread.start()

    def submit(self, job: Job) -> None:
        """Queue a request. Raises `Refusal` 503 when the engine is not ready or the queue is full.

        A single session may fill half of the queue.
        """
        with self._wake:
            health = self.health()
            if health.status != "ready" or self.model is None or self._stopping:
                code = "loading" if health.status == "loading" else "failed"
                raise Refusal(503, code, health.message or "the engine is not ready")
            if len(self._waiting) >= self._options.queue:
                raise Refusal(503, "overloaded", f"{len(self._waiting)} requests are waiting already; try again later")
            if self.full:
                raise Refusal(503, "overloaded", "no memory is left for another request; try again later")
            own = sum(row.job.session == job.session for row in self._waiting.values()) if job.session else 0
            if own >= max(1, self._options.queue // 2):
                raise Refusal(503, "overloaded", f"{own} requests of this session are waiting already; try again later")
            ahead = sum(s == job.session for s in self._sessions.values()) if job.session else 0
            self._sessions[job.generation] = job.session
            self._waiting[job.generation] = Row(job, self.model, ahead)
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
        steps = self._steps
        return Health(status, age, steps.running if steps else 0, len(self._waiting), message)

    @property
    def memory(self) -> Memory:
        return self._steps.memory if self._steps else Memory()

    @property
    def full(self) -> bool:
        """No memory is left for another request."""
        return self._steps is not None and self._steps.full

    @property
    def cache(self) -> StoreSnapshot:
        return self._steps.store.snapshot if self._steps else StoreSnapshot()

    # ---- the engine thread -----------------------------------------------------------------------------------------

    def _main(self) -> None:
        try:
            steps = self._start()
            while not self._stopping:
                if self._take_fault("die"):
                    return
                self._step(steps)
        except ModelError as error:
            self._failure = str(error)
            log("error", "model_refused", message=self._failure)
        except Exception as error:
            self._failure = f"{type(error).__name__}: {error}"
            log_exception("engine_failed", error)
        finally:
            self._end()

    def _start(self) -> Steps:
        began = time.monotonic()
        model = self.model = self._load()
        steps = self._steps = Steps(model, self._options, self.counters, self._tell)
        steps.warm_up()
        # Now it is known how much of the window fits.
        self.model = replace(model, facts=replace(model.facts, window=steps.window))
        self._tick = time.monotonic()
        self._ready = True
        facts = model.facts
        log("info", "ready", seconds=round(self._tick - began, 3), model=facts.path.name, caches=facts.cache_kinds)
        self._on_settled()
        return steps

    def _step(self, steps: Steps) -> None:
        more = not steps.running and not self._waiting and steps.idle()
        with self._wake:
            if not (more or steps.running or self._waiting or self._cancelled or self._fault or self._stopping):
                self._wake.wait(_IDLE_WAKE_SECONDS)
            cancelled, self._cancelled = self._cancelled, set()
            left = [row for g in cancelled if (row := self._waiting.pop(g, None)) is not None]
        if self._take_fault("stall"):
            time.sleep(2 * self._options.tick_limit_seconds)
        for row in left:
            steps.finish(row, row.finished("cancelled"))
        steps.cancel(cancelled)
        while (row := self._next_row(steps)) is not None:
            if steps.room_for(row):
                steps.admit(row)
            elif steps.running:
                # Those that run will end.
                self._put_back(row)
                break
            else:
                steps.finish(row, row.crowded_out())
        steps.step(broken=self._take_fault("raise"))
        self._tick = time.monotonic()

    def _next_row(self, steps: Steps) -> Row | None:
        with self._wake:
            row = admissible(self._waiting.values(), steps.running, steps.capacity)
            return self._waiting.pop(row.generation) if row is not None else None

    def _put_back(self, row: Row) -> None:
        with self._wake:
            self._waiting[row.generation] = row

    def _tell(self, events: list[tuple[str, Event]]) -> None:
        with self._wake:
            for generation, event in events:
                if isinstance(event, Finished):
                    self._sessions.pop(generation, None)
        self._deliver(events)

    def _take_fault(self, kind: Fault) -> bool:
        if self._fault != kind:
            return False
        self._fault = None
        return True

    def _end(self) -> None:
        """End what is left, let go of every array, and tell MLX that this thread is over."""
        steps, self._steps = self._steps, None
        with self._wake:
            waiting = list(self._waiting.values())
            self._waiting.clear()
        if steps is not None:
            if self._failure is not None:
                steps.end_all(waiting, RuntimeError(self._failure))
            elif self._stopping:
                steps.end_all(waiting, None)
            steps.close()
        if not self._ready:
            self._on_settled()
        mx.clear_streams()
