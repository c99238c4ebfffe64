"""Sessions beside each other: none has the engine, or its queue, for itself."""

import random
from pathlib import Path

import pytest

from pensieve_bridge.status import EngineOptions
from pensieve_bridge.wire import Refusal

from .engines import Rig, load_as_numbers


def prompt(length: int, seed: int) -> list[int]:
    rnd = random.Random(seed)
    return [rnd.randrange(2000) for _ in range(length)]


def test_another_session_has_its_turn_before_the_second_of_many(qwen3_path: Path) -> None:
    with Rig(lambda: load_as_numbers(qwen3_path)) as rig:
        many = [rig.submit(prompt(4000, n), 1, session="many") for n in range(5)]
        other = rig.submit(prompt(4000, 9), 1, session="other")
        rig.finish(other)
        assert sum(rig.end(name) is not None for name in many) <= 1
        rig.finish(*many)
        # What has ended does not count any more.
        again = rig.submit(prompt(4000, 10), 1, session="many")
        late = rig.submit(prompt(4000, 11), 1, session="other")
        rig.finish(again)
        assert rig.end(late) is None
        rig.finish(late)


def test_a_session_fills_half_of_the_queue_at_most(qwen3_path: Path) -> None:
    with Rig(lambda: load_as_numbers(qwen3_path), EngineOptions(rows=1, queue=4)) as rig:
        running = rig.submit([1, 2, 3], 100_000)
        rig.pump(lambda: bool(rig.tokens(running)))
        waiting = [rig.submit([1, 2, 3], 1, session="many") for _ in range(2)]
        with pytest.raises(Refusal) as caught:
            rig.submit([1, 2, 3], 1, session="many")
        assert (caught.value.status, caught.value.code) == (503, "overloaded")
        waiting.append(rig.submit([1, 2, 3], 1, session="other"))
        rig.engine.cancel(running)
        rig.finish(*waiting)
