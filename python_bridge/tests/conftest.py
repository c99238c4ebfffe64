"""Shared models and bridges: each is made once a session, tests ask for what they need by name."""

import functools
from collections.abc import Iterator
from pathlib import Path

import pytest

from pensieve_bridge.__main__ import prepare_environment

prepare_environment()

from pensieve_bridge.model import LoadedModel, load_model  # noqa: E402

from .engines import Rig, load_as_numbers  # noqa: E402
from .grammar_rigs import CALL  # noqa: E402
from .grammars import load_louder  # noqa: E402
from .running import Bridge  # noqa: E402
from .tiny_models import Spec, cached  # noqa: E402


@pytest.fixture(scope="session")
def qwen3_path() -> Path:
    return cached(Spec())


@pytest.fixture(scope="session")
def qwen3(qwen3_path: Path) -> LoadedModel:
    """Loaded in the test process, for what needs no engine."""
    return load_model(qwen3_path)


@pytest.fixture(scope="session")
def bridge(qwen3_path: Path) -> Iterator[Bridge]:
    """A running bridge that tests share; they must leave it idle."""
    with Bridge(qwen3_path, "--allow-forced") as running:
        yield running


@pytest.fixture(scope="session")
def loud(qwen3_path: Path) -> Iterator[Rig]:
    """Says `<tool_call>`, `<think>` and `</think>` about every tenth token."""
    raised = {CALL: 6.0, "<think>": 5.0, "</think>": 6.0}
    with Rig(functools.partial(load_louder, qwen3_path, raised)) as running:
        yield running


@pytest.fixture(scope="session")
def numbers(qwen3_path: Path) -> Iterator[Rig]:
    with Rig(lambda: load_as_numbers(qwen3_path)) as running:
        yield running
