"""Guesses from what was said before."""

import random

from pensieve_bridge.prompt_lookup import PromptLookup


def test_a_guess_continues_the_last_like_place() -> None:
    assert PromptLookup([1, 2, 3, 4, 5, 9, 1, 2, 3, 7, 8, 6, 1, 2, 3]).guess() == [7, 8, 6]


def test_a_guess_is_as_long_as_what_agrees_before_it_and_sixteen_tokens_at_most() -> None:
    said = list(range(100))
    assert PromptLookup([*said, 50, 51, 52]).guess() == [53, 54, 55]
    assert PromptLookup([*said, 50, 51, 52, 53, 54]).guess() == [55, 56, 57, 58, 59]
    assert PromptLookup([*said, *range(30, 70)]).guess() == list(range(70, 86))
    assert PromptLookup([*said, *range(30)]).guess() == list(range(30, 46))


def test_a_guess_ends_where_nothing_was_said_yet() -> None:
    assert PromptLookup([1, 2, 3, 4, 1, 2, 3]).guess() == [4, 1, 2]
    assert PromptLookup([5, 5, 5, 5]).guess() == [5]


def test_nothing_is_guessed_where_nothing_is_alike() -> None:
    assert PromptLookup([1, 2, 3, 4]).guess() == []
    assert PromptLookup([1, 2]).guess() == []
    assert PromptLookup([]).guess() == []


def test_what_was_said_meanwhile_is_found_too() -> None:
    tokens = [1, 2, 3, 4, 5]
    lookup = PromptLookup(tokens)
    assert lookup.guess() == []
    for token in (6, 1, 2, 3):
        tokens.append(token)
    assert lookup.guess() == [4, 5, 6]


def test_a_guess_is_always_what_stood_behind_the_same_tokens() -> None:
    for seed in range(300):
        rnd = random.Random(seed)
        tokens = [rnd.randrange(3) for _ in range(rnd.randint(0, 30))]
        lookup = PromptLookup(tokens)
        for _ in range(40):
            found = lookup.guess()
            places = [at for at in range(3, len(tokens)) if tokens[at - 3 : at] == tokens[-3:]]
            if places:
                at = places[-1]
                alike = max(n for n in range(3, min(at, 16) + 1) if tokens[at - n : at] == tokens[-n:])
                assert found == tokens[at : at + alike]
            else:
                assert found == []
            tokens.append(rnd.randrange(3))


def test_a_long_prompt_is_learned_step_by_step() -> None:
    tokens = [*range(100_000), 5, 6, 7]
    assert PromptLookup(tokens).guess() == [8, 9, 10]
    far = PromptLookup([*range(100_000), 90_000, 90_001, 90_002])
    guesses = [far.guess() for _ in range(9)]
    assert guesses[0] == []
    assert guesses[-1] == [90_003, 90_004, 90_005]
