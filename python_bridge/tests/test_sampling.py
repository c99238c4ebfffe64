"""Sampling of one row: exact cut-offs, its own dice, and no exception ever."""

from collections import Counter

import mlx.core as mx
import pytest

from pensieve_bridge.sampling import GREEDY, ForcedSampler, Penalties, RowSampler, SamplingPlan, greedy

PROBABILITIES = [0.5, 0.25, 0.15, 0.06, 0.04]
LOGPROBS = mx.log(mx.array([PROBABILITIES]))


def draws(n: int = 400, logprobs: mx.array = LOGPROBS, **plan: float) -> Counter[int]:
    sampler = RowSampler(SamplingPlan(**{"temperature": 1.0, "seed": 1, **plan}))  # pyright: ignore
    found = Counter(int(sampler(logprobs).item()) for _ in range(n))
    assert sampler.fault is None
    return found


def test_without_limits_the_frequencies_are_the_probabilities() -> None:
    found = draws(2000)
    for token, probability in enumerate(PROBABILITIES):
        assert found[token] / 2000 == pytest.approx(probability, abs=0.04)


@pytest.mark.parametrize(
    ("plan", "kept"),
    [
        ({"top_k": 2}, {0, 1}),
        ({"top_p": 0.7}, {0, 1}),
        ({"top_p": 0.01}, {0}),
        ({"min_p": 0.2}, {0, 1, 2}),
        ({"top_k": 3, "top_p": 0.6}, {0, 1}),
        ({"top_k": 99}, {0, 1, 2, 3, 4}),
        ({"temperature": 0.05}, {0}),
    ],
)
def test_limits_keep_exactly_the_likeliest(plan: dict[str, float], kept: set[int]) -> None:
    assert set(draws(**plan)) == kept


def test_the_same_seed_gives_the_same_tokens_and_another_others() -> None:
    flat = mx.zeros((1, 1000))

    def tokens(seed: int) -> list[int]:
        sampler = RowSampler(SamplingPlan(temperature=1.0, seed=seed))
        return [int(sampler(flat).item()) for _ in range(20)]

    assert tokens(5) == tokens(5)
    assert tokens(5) != tokens(6)
    assert len(set(tokens(5))) > 15


def test_a_seed_of_any_size_works() -> None:
    for seed in (-1, 2**70, 0):
        assert draws(5, seed=seed)


def test_a_broken_sampler_reports_and_answers_with_the_likeliest() -> None:
    sampler = RowSampler(SamplingPlan(temperature=0.0, seed=1))  # divides by zero
    assert int(sampler(LOGPROBS).item()) == 0
    assert isinstance(sampler.fault, ZeroDivisionError)


def test_forced_tokens_come_in_order_and_then_the_end() -> None:
    sampler = ForcedSampler((7, 8), turn_end=9)
    assert [int(sampler(LOGPROBS).item()) for _ in range(4)] == [7, 8, 9, 9]


def test_repetition_counts_prompt_and_answer_presence_and_frequency_only_the_answer() -> None:
    logits = mx.array([[2.0, -2.0, 2.0, 2.0]])
    plan = SamplingPlan(repetition_penalty=2.0, presence_penalty=0.5, frequency_penalty=0.25)
    penalties = Penalties(plan)
    assert penalties(mx.array([0, 1]), logits).tolist() == [[1.0, -4.0, 2.0, 2.0]]
    assert penalties(mx.array([0, 1, 2]), logits).tolist() == [[1.0, -4.0, 0.25, 2.0]]
    assert penalties(mx.array([0, 1, 2, 2]), logits).tolist() == [[1.0, -4.0, 0.0, 2.0]]
    assert penalties.fault is None


def test_a_broken_processor_reports_and_leaves_the_logits() -> None:
    penalties = Penalties(SamplingPlan(repetition_penalty=2.0))
    logits = mx.array([[1.0, 2.0]])
    assert penalties("nonsense", logits) is logits  # pyright: ignore
    assert penalties.fault is not None


def test_the_default_plan_is_greedy() -> None:
    assert not GREEDY.penalizes
    assert GREEDY.temperature == 0
    assert int(greedy(LOGPROBS).item()) == 0
