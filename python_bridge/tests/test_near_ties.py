"""The judge of the soak's answers: it excuses rounding, and nothing else."""

import random
from typing import Any

import mlx.core as mx
import pytest

from .near_ties import ColdModel
from .running import Bridge, request, text_of
from .tiny_models import Spec, cached

DRAWN = {"temperature": 0.9, "topP": 0.95, "seed": 7}
MODEL = cached(Spec(family="qwen3", hidden=128))


@pytest.fixture(scope="module")
def cold() -> ColdModel:
    return ColdModel(MODEL)


def asked(n: int, sampling: dict[str, Any] | None) -> dict[str, Any]:
    rnd = random.Random(n)
    words = " ".join(str(rnd.randrange(10**6)) for _ in range(20))
    return request(words, 24, **({} if sampling is None else {"sampling": sampling}))


@pytest.mark.parametrize("sampling", [None, DRAWN], ids=["likeliest", "drawn"])
def test_an_engine_s_own_answer_is_never_wrong(cold: ColdModel, sampling: dict[str, Any] | None) -> None:
    with Bridge(MODEL).ready() as bridge:
        for n in range(5):
            body = asked(n, sampling)
            # Not 0: how a processor's matrix library rounds may decide one of so many draws.
            assert cold.ties(body, text_of(bridge.generate(body))) is not None


@pytest.mark.parametrize(("sampling", "noise"), [(None, 0.005), (DRAWN, 0.0003)], ids=["likeliest", "drawn"])
def test_another_token_is_excused_by_noise_that_brings_it_about(
    cold: ColdModel, sampling: dict[str, Any] | None, noise: float
) -> None:
    mx.random.seed(1)
    noisy = [(body, cold.answer(body, noise)) for body in (asked(n, sampling) for n in range(12))]
    others = [(body, said) for body, said in noisy if said != cold.answer(body)]
    assert others
    for body, said in others:
        assert cold.ties(body, said, 3 * noise) in (1, 2, 3)
        assert cold.ties(body, said, 1e-7) is None


def test_what_no_noise_brings_about_is_not_excused(cold: ColdModel) -> None:
    body = asked(0, DRAWN)
    right = cold.answer(body)
    for said in ("", right[:-1], right + "x", "x" + right[1:]):
        assert cold.ties(body, said) is None
