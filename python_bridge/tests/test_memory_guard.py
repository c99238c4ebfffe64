"""An engine within limits: its window is what fits, its store gives way, and work waits or is told to come back."""

import gc
import random
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

import pytest

from pensieve_bridge import device
from pensieve_bridge.events import Started
from pensieve_bridge.model import LoadedModel
from pensieve_bridge.status import EngineOptions
from pensieve_bridge.wire import Refusal

from .engines import Rig, load_as_numbers
from .running import Bridge, end_of, until
from .tiny_models import Spec, cached

PER_TOKEN = 2 * 2 * 32 * 4
"""Bytes of keys and values of a token: two layers, one head of 32, float32."""

MEGABYTE = 1 << 20


def prompt(length: int, seed: int) -> list[int]:
    rnd = random.Random(seed)
    return [rnd.randrange(2000) for _ in range(length)]


@contextmanager
def engine(above: int, spec: Spec | None = None) -> Iterator[Rig]:
    """An engine that may hold so many bytes more than its model, at 85 % of its limit."""
    path = cached(spec or Spec())
    options = EngineOptions(memory_bytes=int((base_of(path.name, spec) + above) / 0.85))
    with Rig(partial(load_as_numbers, path), options) as rig:
        yield rig


_bases: dict[str, int] = {}


def base_of(name: str, spec: Spec | None) -> int:
    """What the model alone will hold, beside what the process holds already."""
    gc.collect()
    before = device.active_memory()
    if name not in _bases:
        with Rig(partial(load_as_numbers, cached(spec or Spec()))) as rig:
            _bases[name] = rig.engine.memory.active - before
        del rig
        gc.collect()
    return _bases[name] + device.active_memory()


def model_of(rig: Rig) -> LoadedModel:
    assert rig.engine.model is not None
    return rig.engine.model


def cached_tokens(rig: Rig, name: str) -> int:
    return next(e.cached_tokens for e in rig.seen[name] if isinstance(e, Started))


def test_the_window_is_what_fits() -> None:
    with engine(above=4 * MEGABYTE) as rig:
        assert model_of(rig).facts.window == pytest.approx(4 * MEGABYTE / (2 * PER_TOKEN), rel=0.02)
        assert model_of(rig).facts.context_length == 32_768


def test_the_window_that_is_told_is_the_one_that_is_kept_to() -> None:
    with Bridge(cached(Spec()), "--memory", str(8 * MEGABYTE)) as bridge:
        window = bridge.get("/model")["window"]
        assert window < bridge.get("/model")["contextLength"]
        words = "the file is in the user value " * window
        refused = bridge.open(text=words, maxTokens=1)
        assert refused.status == 400
        assert (problem := refused.error())["code"] == "prompt_too_long"
        assert problem["window"] == window
        lines = bridge.generate(text=words[:window], maxTokens=100_000)
        assert end_of(lines)["completionTokens"] == window - lines[0]["promptTokens"]
        assert bridge.get("/metrics")["activeMemoryBytes"] <= bridge.get("/metrics")["memoryLimitBytes"]


def test_the_window_of_sliding_layers_is_paid_once() -> None:
    with engine(above=2 * MEGABYTE, spec=Spec(family="llama_swa", layers=2)) as rig:
        assert model_of(rig).facts.window == pytest.approx(2 * MEGABYTE / PER_TOKEN, rel=0.1)


def test_the_store_gives_way_to_those_that_run() -> None:
    with engine(above=4 * MEGABYTE) as rig:
        limit = rig.engine.memory.limit
        for n in range(6):
            rig.alone(prompt(1500, n), 2)
        assert rig.engine.cache.evicted_bytes > 0
        assert rig.engine.memory.active <= limit
        # The last one is still there.
        name = rig.submit([*prompt(1500, 5), 1], 2)
        rig.finish(name)
        assert cached_tokens(rig, name) >= 1500


def test_what_does_not_fit_beside_the_others_waits_and_is_answered() -> None:
    with engine(above=4 * MEGABYTE) as rig:
        most = 0
        names = [rig.submit(prompt(2500, n), 40) for n in range(4)]
        while any(rig.end(name) is None for name in names):
            most = max(most, rig.engine.health().running)
            rig.pump(lambda: True)
            rig.finish(next(name for name in names if rig.end(name) is None))
        assert 1 <= most < 4
        assert [len(rig.tokens(name)) for name in names] == [40] * 4
        assert all(end is not None and end.reason == "length" for end in map(rig.end, names))


@pytest.mark.parametrize(
    ("length", "answer", "too_little"),
    [
        # In a batch every row is as long as the longest.
        pytest.param(20, 40, 2000 + 60 + 60, id="no longer than it is itself"),
        # While it is made, the caches that go into it are there as well.
        pytest.param(500, 10, 2 * 2000 + 510 // 2, id="without its own cache"),
    ],
)
def test_a_row_begins_only_where_the_batch_it_joins_has_room(
    monkeypatch: pytest.MonkeyPatch, length: int, answer: int, too_little: int
) -> None:
    with engine(above=4 * MEGABYTE) as rig:
        first = rig.submit(prompt(1000, 1), 1000)
        rig.pump(lambda: bool(rig.tokens(first)))
        most = int(0.95 * rig.engine.memory.limit)

        def with_room_for(tokens: int) -> None:
            monkeypatch.setattr(device, "active_memory", lambda: most - tokens * PER_TOKEN)

        with_room_for(too_little)
        second = rig.submit(prompt(length, 2), answer)
        said = len(rig.tokens(first))
        rig.pump(lambda: len(rig.tokens(first)) > said + 20)
        assert not rig.tokens(second)
        with_room_for(2 * 2000 + length + answer + 1)
        rig.pump(lambda: bool(rig.tokens(second)))
        assert rig.end(first) is None
        rig.finish(first, second)
        assert [len(rig.tokens(first)), len(rig.tokens(second))] == [1000, answer]


def test_what_could_never_begin_is_told_to_come_back_later() -> None:
    with engine(above=MEGABYTE) as rig:
        window = model_of(rig).facts.window
        name = rig.submit(prompt(8 * window, 1), 5)
        rig.finish(name)
        end = rig.end(name)
        assert end is not None
        assert (end.reason, end.error_code) == ("error", "overloaded")
        assert len(rig.alone(prompt(window // 2, 2), 5)) == 5


def test_nothing_new_is_taken_while_the_memory_is_full(monkeypatch: pytest.MonkeyPatch) -> None:
    with engine(above=4 * MEGABYTE) as rig:
        running = rig.submit(prompt(100, 1), 100_000)
        rig.pump(lambda: bool(rig.tokens(running)))
        with monkeypatch.context() as patch:
            patch.setattr("pensieve_bridge.device.active_memory", lambda: 1 << 50)
            said = len(rig.tokens(running))
            rig.pump(lambda: len(rig.tokens(running)) > said + 2)
            with pytest.raises(Refusal) as caught:
                rig.submit(prompt(100, 2), 5)
            assert (caught.value.status, caught.value.code) == (503, "overloaded")
            rig.engine.cancel(running)
            rig.finish(running)
        # Nothing runs any more, and what is held is little.
        until(lambda: not rig.engine.full, what="room in the memory")
        assert len(rig.alone(prompt(100, 3), 5)) == 5
