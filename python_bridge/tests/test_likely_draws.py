"""What a row tells of its tokens' chances: by the token that was drawn, in the order given, second draws included."""

import math
import random
from collections.abc import Iterator
from functools import partial

import mlx.core as mx
import pytest

from pensieve_bridge.events import Chances
from pensieve_bridge.grammar_request import GrammarRequest
from pensieve_bridge.likely_draws import LikelyDraws
from pensieve_bridge.sampling import GREEDY, SamplingPlan, greedy

from .engines import Rig, load_as_numbers
from .grammar_rigs import grammar
from .tiny_models import Spec, cached

PROBABILITIES = [0.1, 0.6, 0.0, 0.3]
LOGPROBS = mx.log(mx.array([PROBABILITIES]))


def test_a_token_has_its_log_probability_and_the_likeliest_have_theirs_in_order() -> None:
    likely = LikelyDraws(greedy, 2)
    assert int(likely(LOGPROBS).item()) == 1
    odds = likely.take()
    assert odds.logprob == pytest.approx(math.log(0.6))
    assert [token for token, _ in odds.top] == [1, 3]
    assert [value for _, value in odds.top] == pytest.approx([math.log(0.6), math.log(0.3)])


def test_what_is_impossible_is_a_number_all_the_same() -> None:
    likely = LikelyDraws(lambda _: mx.array([2]), 4)
    likely(LOGPROBS)
    odds = likely.take()
    assert odds.logprob == -9999.0
    assert odds.top[-1] == (2, -9999.0)


def test_of_no_other_tokens_nothing_is_told() -> None:
    likely = LikelyDraws(greedy, 0)
    likely(LOGPROBS)
    assert likely.take().top == ()


def test_tokens_drawn_ahead_are_told_in_the_order_drawn() -> None:
    draws = iter([0, 3])
    likely = LikelyDraws(lambda _: mx.array([next(draws)]), 0)
    likely(LOGPROBS)
    likely(LOGPROBS)
    assert [likely.take().logprob for _ in range(2)] == pytest.approx([math.log(0.1), math.log(0.3)])


def test_a_second_draw_takes_the_place_of_the_first() -> None:
    likely = LikelyDraws(greedy, 0)
    likely(LOGPROBS)
    likely.again(lambda _: mx.array([3]))(LOGPROBS)
    assert likely.take().logprob == pytest.approx(math.log(0.3))


def test_a_fault_is_kept_for_the_engine_and_never_raised() -> None:
    likely = LikelyDraws(greedy, 1)
    assert int(likely(mx.array([0.5])).item()) == 0
    assert likely.fault is not None


@pytest.fixture(scope="module")
def rig() -> Iterator[Rig]:
    with Rig(partial(load_as_numbers, cached(Spec()))) as running:
        yield running


def prompt(seed: int) -> list[int]:
    """Few words, so that the row guesses ahead."""
    rnd = random.Random(seed)
    return [rnd.randrange(5) for _ in range(60)]


def told(rig: Rig, name: str) -> list[Chances]:
    return [event for event in rig.seen[name] if isinstance(event, Chances)]


@pytest.mark.parametrize("plan", [GREEDY, SamplingPlan(temperature=0.8, top_p=0.9, seed=3)])
def test_an_answer_is_what_it_is_without_them_and_each_of_its_tokens_is_told(rig: Rig, plan: SamplingPlan) -> None:
    names = [rig.submit(prompt(seed), 40, sampling=plan, logprobs=3) for seed in range(3)]
    answers = rig.finish(*names)
    for seed, name in enumerate(names):
        assert answers[seed] == rig.alone(prompt(seed), 40, sampling=plan)
        chances = told(rig, name)
        assert [int(one.sampled.token) for one in chances] == answers[seed]
        for one in chances:
            assert len(one.top) == 3
            assert one.sampled.logprob <= one.top[0].logprob <= 0
            if plan is GREEDY:
                assert one.sampled == one.top[0]


def test_a_lone_row_that_is_joined_by_others_tells_each_token_once(rig: Rig) -> None:
    first = rig.submit(prompt(9), 60, logprobs=0)
    rig.pump(lambda: len(told(rig, first)) > 5)
    rig.submit(prompt(10), 10)
    (answer,) = rig.finish(first)
    assert [int(one.sampled.token) for one in told(rig, first)] == answer


def test_nothing_is_told_to_whoever_does_not_ask(rig: Rig) -> None:
    name = rig.submit(prompt(1), 10)
    rig.finish(name)
    assert told(rig, name) == []


def test_tokens_that_a_grammar_decides_are_told_as_they_were_drawn(rig: Rig) -> None:
    request = GrammarRequest('start: "1 2 3 " /[0-9 ]{9}/', {}, begin="at-once")
    name = rig.submit([1, 2, 3], 8, grammar=grammar(rig, request), logprobs=1)
    (answer,) = rig.finish(name)
    assert [int(one.sampled.token) for one in told(rig, name)] == answer
    # The grammar leaves what the model finds unlikely.
    assert any(one.sampled.logprob < one.top[0].logprob for one in told(rig, name))
