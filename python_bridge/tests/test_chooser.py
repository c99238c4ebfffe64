"""The sampler of a steered row: limits, second draws with the same dice, and no exception ever."""

import mlx.core as mx
import numpy as np
import pytest

from pensieve_bridge.chooser import Chooser
from pensieve_bridge.grammar_mask import CpuApply, Except, Mask, Only, choose_apply, without
from pensieve_bridge.sampling import RowSampler, SamplingPlan, greedy

FLAT = mx.zeros((1, 1000))
RISING = mx.arange(1000).astype(mx.float32)[None]


def dice(seed: int = 7) -> RowSampler:
    return RowSampler(SamplingPlan(temperature=1.0, seed=seed))


def drawn(count: int) -> list[int]:
    plain = dice()
    return [int(plain(FLAT).item()) for _ in range(count)]


def only(*tokens: int) -> Only:
    mask = Mask(1000)
    mask.clear()
    mask.allow(tokens)
    return Only(mask.bits)


def test_without_limits_it_draws_what_its_sampler_draws() -> None:
    chooser = Chooser(dice())
    assert [int(chooser(FLAT).item()) for _ in range(5)] == drawn(5)


def test_a_second_draw_that_nothing_forbids_is_the_first_again() -> None:
    chooser = Chooser(dice())
    first = int(chooser(FLAT).item())
    chooser.allow(only(*range(1000)))
    assert int(chooser.redraw(FLAT).item()) == first
    chooser.allow(Except(frozenset()))
    assert int(chooser.redraw(FLAT).item()) == first
    assert [int(chooser(FLAT).item()) for _ in range(3)] == drawn(4)[1:]


def test_a_limit_that_stays_the_same_asks_for_no_second_draw() -> None:
    chooser = Chooser(dice())
    assert not chooser.allow(Except(frozenset()))
    assert chooser.allow(Except(frozenset({1})))
    chooser(FLAT)
    assert not chooser.allow(Except(frozenset({1})))
    chooser(FLAT)
    assert chooser.allow(only(1))


def test_bits_hold_for_one_token_and_then_a_stand_in_comes_until_the_next_bits() -> None:
    chooser = Chooser(greedy)
    chooser.allow(only(3, 5))
    assert int(chooser(RISING).item()) == 5
    assert int(chooser(RISING).item()) == 0
    assert chooser.allow(only(900, 4))
    assert int(chooser.redraw(RISING).item()) == 900
    chooser(RISING)
    # Free again: what was stood in for is drawn.
    assert chooser.allow(Except(frozenset({999})))
    assert int(chooser.redraw(RISING).item()) == 998
    assert int(chooser(RISING).item()) == 998


def test_a_stand_in_costs_no_dice() -> None:
    chooser = Chooser(dice())
    chooser.allow(only(*range(1000)))
    first = int(chooser(FLAT).item())
    chooser(FLAT)
    chooser.allow(only(*range(1000)))
    assert [first, int(chooser.redraw(FLAT).item())] == drawn(2)


def test_what_it_is_told_to_say_replaces_what_was_drawn_ahead_and_the_dice_go_on() -> None:
    chooser = Chooser(dice())
    first = int(chooser(FLAT).item())
    chooser(FLAT)
    chooser.say((42, 43))
    assert int(chooser.redraw(FLAT).item()) == 42
    assert int(chooser(FLAT).item()) == 43
    assert [first, int(chooser(FLAT).item())] == [drawn(4)[0], drawn(4)[3]]


def test_a_fault_is_kept_and_the_likeliest_token_given(monkeypatch: pytest.MonkeyPatch) -> None:
    def breaks(*_: object) -> mx.array:
        raise ValueError("no")

    monkeypatch.setattr("pensieve_bridge.chooser.only", breaks)
    chooser = Chooser(greedy)
    chooser.allow(only(1))
    assert int(chooser(RISING).item()) == 999
    assert isinstance(chooser.fault, ValueError)


def test_a_fault_of_its_sampler_is_its_own() -> None:
    chooser = Chooser(RowSampler(SamplingPlan(temperature=0.0, seed=1)))  # divides by zero
    assert int(chooser(RISING).item()) == 999
    assert isinstance(chooser.fault, ZeroDivisionError)


def test_bits_leave_exactly_their_tokens() -> None:
    mask = Mask(70)
    mask.clear()
    mask.allow([0, 31, 32, 63, 69])
    mask.forbid([32])
    # The head may be wider than the vocabulary, and narrower than the last word of bits.
    found = CpuApply()(mx.zeros((1, 200)), mask.bits)
    assert np.flatnonzero(np.array(found[0]) == 0).tolist() == [0, 31, 63, 69]
    assert not mask.empty
    mask.forbid([0, 31, 63, 69])
    assert mask.empty


@pytest.mark.parametrize("width", [64, 65, 70, 96, 1000])
@pytest.mark.parametrize("dtype", [mx.float32, mx.bfloat16])
def test_limited_values_keep_their_type_and_the_others_their_size(width: int, dtype: mx.Dtype) -> None:
    mask = Mask(70)
    mask.forbid([1, 63])
    values = mx.ones((1, width), dtype=dtype)
    found = CpuApply()(values, mask.bits)
    assert (found.dtype, found.shape) == (dtype, values.shape)
    assert found[0, 1].item() == found[0, 63].item() == -float("inf")
    assert found[0, 0].item() == found[0, 2].item() == 1
    less = without(values, frozenset({1, 63, 5000}))
    assert (less.dtype, less.shape) == (dtype, values.shape)
    assert less[0, 1].item() == less[0, 63].item() == -float("inf")
    assert mx.sum(less == 1).item() == width - 2


@pytest.fixture
def choice() -> object:
    choose_apply.cache_clear()
    yield
    choose_apply.cache_clear()


@pytest.mark.usefixtures("choice")
def test_on_metal_the_kernel_is_used_where_it_works(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[tuple[tuple[int, ...], mx.Dtype, tuple[int, ...], str]] = []

    def kernel(logprobs: mx.array, bits: np.ndarray) -> mx.array:
        seen.append((logprobs.shape, logprobs.dtype, bits.shape, str(bits.dtype)))
        return CpuApply()(logprobs, bits)

    monkeypatch.setattr(mx.metal, "is_available", lambda: True)
    monkeypatch.setattr("pensieve_bridge.grammar_mask.metal_kernel", lambda: kernel)
    chooser = Chooser(greedy)
    chooser.allow(only(3, 5))
    assert int(chooser(RISING).item()) == 5
    assert seen[-1] == ((1, 1000), mx.float32, (1, 32), "int32")


@pytest.mark.usefixtures("choice")
def test_on_metal_a_kernel_that_does_not_work_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    def kernel(*_: object) -> mx.array:
        raise RuntimeError("No Metal back-end")

    monkeypatch.setattr(mx.metal, "is_available", lambda: True)
    monkeypatch.setattr("pensieve_bridge.grammar_mask.metal_kernel", lambda: kernel)
    assert isinstance(choose_apply(), CpuApply)
