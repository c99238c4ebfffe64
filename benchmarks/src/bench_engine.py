"""An engine inside the measuring process: neither the socket nor a client is in the times that are read."""

import dataclasses
import queue
import random
import time
from pathlib import Path
from typing import Any

from pensieve_bridge.__main__ import prepare_environment
from pensieve_bridge.log import be_quiet

prepare_environment()
be_quiet()

from pensieve_bridge.engine import Engine  # noqa: E402
from pensieve_bridge.events import Event, Finished, Text  # noqa: E402
from pensieve_bridge.model import LoadedModel, load_model  # noqa: E402
from pensieve_bridge.row import Job  # noqa: E402
from pensieve_bridge.status import EngineOptions  # noqa: E402

# Guesses make tokens come in bursts, as does a pause between deliveries: here each comes when it is there.
STEADY = EngineOptions(guess_ahead=False, pieces_seconds=0)


@dataclasses.dataclass(slots=True, frozen=True)
class Answer:
    """`asked`, `times` of its tokens, `ended`: seconds of one clock."""

    asked: float
    times: list[float]
    ended: float
    end: Finished
    text: str

    @property
    def gaps(self) -> list[float]:
        """Seconds between its tokens, the first aside."""
        return [b - a for a, b in zip(self.times[1:], self.times[2:], strict=False)]

    @property
    def seconds(self) -> float:
        return self.ended - self.asked


class Bench:
    """An engine whose events carry the time at which they were handed out. Every token is text of its own."""

    def __init__(self, model: Path, options: EngineOptions = STEADY) -> None:
        self._events: queue.SimpleQueue[tuple[float, list[tuple[str, Event]]]] = queue.SimpleQueue()
        self._seen: dict[str, list[tuple[float, Event]]] = {}
        self._asked: dict[str, float] = {}
        self.engine = Engine(lambda: _numbered(model), self._deliver, lambda: self._deliver([]), options)
        self.engine.start()
        self._events.get(timeout=300)

    @property
    def model(self) -> LoadedModel:
        assert self.engine.model is not None, self.engine.health()
        return self.engine.model

    def ask(self, prompt: list[int], tokens: int, **fields: Any) -> str:
        """Begin an answer."""
        name = str(len(self._asked))
        self._seen[name] = []
        self._asked[name] = time.perf_counter()
        self.engine.submit(Job(name, prompt, tokens, **fields))
        return name

    def said(self, name: str, tokens: int) -> None:
        """Wait until so many tokens of an answer have come."""
        while sum(isinstance(event, Text) for _, event in self._seen[name]) < tokens:
            self._take()

    def end(self, name: str) -> Answer:
        """Wait for an answer."""
        while not (self._seen[name] and isinstance(self._seen[name][-1][1], Finished)):
            self._take()
        seen = self._seen[name]
        ended, end = seen[-1]
        assert isinstance(end, Finished)
        words = [(at, event.text) for at, event in seen if isinstance(event, Text)]
        times = [at for at, text in words for _ in range(text.count(" "))]
        return Answer(self._asked[name], times, ended, end, "".join(text for _, text in words))

    def run(self, prompt: list[int], tokens: int, **fields: Any) -> Answer:
        return self.end(self.ask(prompt, tokens, **fields))

    def stop(self) -> None:
        self.engine.stop()
        self.engine.join(20)

    def _take(self) -> None:
        at, events = self._events.get(timeout=300)
        for name, event in events:
            self._seen[name].append((at, event))

    def _deliver(self, events: list[tuple[str, Event]]) -> None:
        self._events.put((time.perf_counter(), events))


def random_tokens(length: int, seed: int, most: int = 2000) -> list[int]:
    rnd = random.Random(seed)
    return [rnd.randrange(most) for _ in range(length)]


def _numbered(path: Path) -> LoadedModel:
    """None of its tokens ends the turn: all answers are as long as they may be."""
    model = load_model(path)
    numbers = [f"{i} ".encode() for i in range(model.facts.embedding_rows)]
    vocabulary = dataclasses.replace(
        model.vocabulary, text=numbers, byte_exact=True, trims_first_space=False, markers={}, eos=frozenset()
    )
    return dataclasses.replace(model, vocabulary=vocabulary)
