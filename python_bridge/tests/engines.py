"""An engine inside the test process whose text is its token ids, so that tests see exactly what was sampled."""

import dataclasses
import queue
import time
from collections.abc import Callable
from pathlib import Path

from pensieve_bridge.engine import Engine
from pensieve_bridge.events import Event, Finished, Marker, Text
from pensieve_bridge.model import LoadedModel, ModelOptions, load_model
from pensieve_bridge.row import Job
from pensieve_bridge.status import EngineOptions


def load_as_numbers(path: Path, options: ModelOptions | None = None) -> LoadedModel:
    """The model with a vocabulary in which every id is the text "id " and nothing ends a turn."""
    model = load_model(path, options or ModelOptions())
    numbers = [f"{i} ".encode() for i in range(model.facts.embedding_rows)]
    vocabulary = dataclasses.replace(
        model.vocabulary, text=numbers, byte_exact=True, trims_first_space=False, markers={}, eos=frozenset()
    )
    return dataclasses.replace(model, vocabulary=vocabulary)


class Rig:
    """Starts an engine and sorts its events by generation."""

    def __init__(self, load: Callable[[], LoadedModel], options: EngineOptions | None = None) -> None:
        self._events: queue.SimpleQueue[list[tuple[str, Event]] | None] = queue.SimpleQueue()
        self.seen: dict[str, list[Event]] = {}
        self.engine = Engine(load, self._events.put, lambda: self._events.put(None), options)
        self._names = 0

    def __enter__(self) -> "Rig":
        self.engine.start()
        assert self._events.get(timeout=60) is None
        return self

    def __exit__(self, *_: object) -> None:
        self.engine.stop()
        assert self.engine.join(20)

    def submit(self, prompt: list[int], limit: int = 24, **fields: object) -> str:
        self._names += 1
        name = f"g{self._names}"
        self.seen[name] = []
        self.engine.submit(Job(name, prompt, limit, **fields))  # pyright: ignore
        return name

    def pump(self, until: Callable[[], bool], seconds: float = 60.0) -> None:
        """Collect events until the condition holds."""
        deadline = time.monotonic() + seconds
        while not until():
            for name, event in self._events.get(timeout=max(0.1, deadline - time.monotonic())) or []:
                self.seen[name].append(event)

    def finish(self, *names: str) -> list[list[int]]:
        """Wait for these to end; their token ids."""
        self.pump(lambda: all(self.end(name) for name in names))
        return [self.tokens(name) for name in names]

    def tokens(self, name: str) -> list[int]:
        text = "".join(e.text for e in self.seen[name] if isinstance(e, Text))
        assert not any(isinstance(e, Marker) for e in self.seen[name])
        return [int(t) for t in text.split()]

    def end(self, name: str) -> Finished | None:
        last = self.seen[name][-1] if self.seen[name] else None
        return last if isinstance(last, Finished) else None

    def alone(self, prompt: list[int], limit: int = 24, **fields: object) -> list[int]:
        return self.finish(self.submit(prompt, limit, **fields))[0]
