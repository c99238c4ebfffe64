"""What fits, and what must go: pure decisions about bytes."""

import random

from pensieve_bridge.memory_budget import Footprint, MemoryBudget, batched


def test_the_window_is_what_fits_beside_the_model_and_the_store_s_copy() -> None:
    budget = MemoryBudget(limit=1_000_000, base=250_000, footprint=Footprint(per_token=20, per_row=0))
    assert budget.window(131_072) == 15_000
    assert budget.window(8_192) == 8_192


def test_a_model_without_room_for_anything_still_has_a_small_window() -> None:
    assert MemoryBudget(1000, 2000, Footprint(20, 30)).window(131_072) == 1024
    assert MemoryBudget(1000, 2000, Footprint(20, 30)).store == 0


def test_a_model_that_holds_nothing_for_a_token_is_as_long_as_it_was_made() -> None:
    assert MemoryBudget(1000, 100, Footprint(0, 30)).window(4096) == 4096


def test_what_must_go_makes_room_below_the_mark() -> None:
    rnd = random.Random(1)
    for _ in range(500):
        budget = MemoryBudget(rnd.randint(1, 10**6), 0, Footprint(1, 1))
        held, needed = rnd.randint(0, 10**6), rnd.randint(0, 10**6)
        excess = budget.excess(held, needed)
        assert held + needed - excess <= max(budget.evict_above, 0) or excess == 0
        assert not budget.full(held - excess, needed)


def test_a_prompt_of_the_window_s_length_fits_alone() -> None:
    rnd = random.Random(2)
    for _ in range(500):
        footprint = Footprint(rnd.randint(1, 1000), rnd.randint(0, 10_000))
        budget = MemoryBudget(rnd.randint(10**7, 10**9), rnd.randint(0, 10**6), footprint)
        window = budget.window(10**9)
        assert not budget.full(budget.base, 2 * footprint.of(window))


def test_in_a_batch_each_row_is_as_long_as_the_longest() -> None:
    assert batched([]) == 0
    assert batched([7]) == 7
    assert batched([7, 100, 3]) == 300
