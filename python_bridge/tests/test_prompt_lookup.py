"""Guesses from what was said before."""

import random

from pensieve_bridge.prompt_lookup import PromptLookup


def test_a_guess_continues_the_last_like_place() -> None:
    lookup = PromptLookup([1, 2, 3, 4, 5, 9, 1, 2, 3, 7, 8, 1, 2, 3])
    assert lookup.guess(2) == [7, 8]
    assert lookup.guess(9) == [7, 8, 1, 2, 3]
    assert lookup.guess(0) == []


def test_nothing_is_guessed_where_nothing_is_alike() -> None:
    assert PromptLookup([1, 2, 3, 4]).guess(5) == []
    assert PromptLookup([1, 2]).guess(5) == []
    assert PromptLookup([]).guess(5) == []


def test_what_was_said_meanwhile_is_found_too() -> None:
    tokens = [1, 2, 3, 4, 5]
    lookup = PromptLookup(tokens)
    assert lookup.guess(3) == []
    for token in (6, 1, 2, 3):
        tokens.append(token)
    assert lookup.guess(3) == [4, 5, 6]


def test_a_guess_is_always_what_stood_behind_the_same_three_tokens() -> None:
    for seed in range(300):
        rnd = random.Random(seed)
        tokens = [rnd.randrange(4) for _ in range(rnd.randint(0, 30))]
        lookup = PromptLookup(tokens)
        for _ in range(40):
            found = lookup.guess(5)
            places = [at for at in range(3, len(tokens)) if tokens[at - 3 : at] == tokens[-3:]]
            assert found == (tokens[places[-1] : places[-1] + 5] if places else [])
            tokens.append(rnd.randrange(4))


def test_a_long_prompt_is_learned_step_by_step() -> None:
    tokens = [*range(100_000), 5, 6, 7]
    lookup = PromptLookup(tokens)
    assert lookup.guess(2) == [8, 9]
    far = PromptLookup([*range(100_000), 90_000, 90_001, 90_002])
    guesses = [far.guess(2) for _ in range(9)]
    assert guesses[0] == []
    assert guesses[-1] == [90_003, 90_004]
