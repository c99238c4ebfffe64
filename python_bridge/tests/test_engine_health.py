"""An engine that cannot work says so, and why."""

import threading
from pathlib import Path

import pytest

from pensieve_bridge.status import EngineOptions
from pensieve_bridge.wire import Refusal

from .engines import Rig, load_as_numbers


def test_health_says_failed_when_the_thread_has_died_silently(qwen3_path: Path) -> None:
    with Rig(lambda: load_as_numbers(qwen3_path)) as rig:
        rig.engine.inject("die")
        assert rig.engine.join(10)
        assert rig.engine.health().status == "failed"
        with pytest.raises(Refusal) as caught:
            rig.submit([1, 2, 3, 4, 5])
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
