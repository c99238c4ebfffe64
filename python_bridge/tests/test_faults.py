"""What goes wrong in the engine ends whose it is, with a reason, and nothing else."""

import threading
from pathlib import Path

import pytest

from pensieve_bridge.prefill import Prefill
from pensieve_bridge.status import EngineOptions
from pensieve_bridge.wire import Refusal

from .engines import Rig, load_as_numbers
from .test_engine import PROMPTS, prompt


def test_a_row_that_cannot_join_takes_the_others_down_with_an_error(qwen3_path: Path) -> None:
    with Rig(lambda: load_as_numbers(qwen3_path)) as rig:
        alone = rig.alone(PROMPTS[0])
        running = rig.submit(PROMPTS[1], 100_000)
        rig.pump(lambda: len(rig.tokens(running)) >= 3)
        decoder = rig.engine._steps._decoder  # pyright: ignore

        def broken(*_: object) -> None:
            raise RuntimeError("no room")

        decoder.add = broken
        joining = rig.submit(PROMPTS[0])
        rig.finish(running, joining)
        ends = [rig.end(name) for name in (running, joining)]
        assert [end.error_message for end in ends if end] == ["RuntimeError: no room"] * 2
        assert rig.alone(PROMPTS[0]) == alone


def test_a_fault_in_the_generator_fails_the_running_rows_and_nothing_else(qwen3_path: Path) -> None:
    with Rig(lambda: load_as_numbers(qwen3_path)) as rig:
        alone = rig.alone(PROMPTS[1])
        names = [rig.submit(p, 10_000) for p in PROMPTS[:2]]
        rig.pump(lambda: all(len(rig.tokens(n)) >= 3 for n in names))
        rig.engine.inject("raise")
        rig.finish(*names)
        for name in names:
            end = rig.end(name)
            assert end is not None
            assert (end.reason, end.error_code) == ("error", "engine_error")
            assert "injected fault" in (end.error_message or "")
        assert rig.engine.counters.generator_rebuilds == 1
        assert rig.alone(PROMPTS[1]) == alone
        assert rig.engine.health().status == "ready"


def test_a_fault_in_a_prefill_fails_its_row_and_nothing_else(qwen3_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    advance = Prefill.advance

    def broken(prefill: Prefill, count: int) -> int:
        if prefill.left > 1000:
            raise RuntimeError("no such kernel")
        return advance(prefill, count)

    with Rig(lambda: load_as_numbers(qwen3_path)) as rig:
        alone = rig.alone(PROMPTS[1], 60)
        beside = rig.submit(PROMPTS[1], 60)
        rig.pump(lambda: bool(rig.tokens(beside)))
        with monkeypatch.context() as patch:
            patch.setattr(Prefill, "advance", broken)
            failing = rig.submit(prompt(3000, 5), 5)
            rig.finish(failing)
        end = rig.end(failing)
        assert end is not None
        assert (end.reason, end.error_message) == ("error", "RuntimeError: no such kernel")
        assert rig.finish(beside) == [alone]
        assert rig.engine.counters.generator_rebuilds == 0
        assert len(rig.alone(prompt(3000, 5), 5)) == 5


def test_health_says_failed_when_the_thread_has_died_silently(qwen3_path: Path) -> None:
    with Rig(lambda: load_as_numbers(qwen3_path)) as rig:
        rig.engine.inject("die")
        assert rig.engine.join(10)
        assert rig.engine.health().status == "failed"
        with pytest.raises(Refusal) as caught:
            rig.submit(PROMPTS[0])
        assert caught.value.code == "failed"


def test_health_says_failed_while_a_step_takes_too_long(qwen3_path: Path) -> None:
    options = EngineOptions(tick_limit_seconds=0.6)
    with Rig(lambda: load_as_numbers(qwen3_path), options) as rig:
        assert rig.engine.health().status == "ready"
        rig.engine.inject("stall")
        waiter = threading.Event()
        for _ in range(400):
            if rig.engine.health().status == "failed":
                break
            waiter.wait(0.01)
        assert "in one step" in rig.engine.health().message


def test_a_model_that_cannot_be_loaded_is_a_failure_with_a_reason(tmp_path: Path) -> None:
    with Rig(lambda: load_as_numbers(tmp_path)) as rig:
        health = rig.engine.health()
        assert health.status == "failed"
        assert "config.json" in health.message
