"""A row that is alone guesses its next tokens from what was said before, and says what it would have said without."""

import json
import random
from collections.abc import Iterator
from functools import partial

import pytest

from pensieve_bridge.events import Started
from pensieve_bridge.grammar_request import GrammarRequest
from pensieve_bridge.sampling import GREEDY, SamplingPlan
from pensieve_bridge.script import Script
from pensieve_bridge.status import EngineOptions

from .engines import Rig, load_as_numbers
from .grammar_rigs import grammar
from .tiny_models import Spec, cached

NEVER = EngineOptions(guess_ahead=False, cache_bytes=0)


@pytest.fixture(scope="module", autouse=True)
def _every_guess_pays() -> Iterator[None]:
    """What a pass takes on a busy machine must not decide what is tested."""
    patch = pytest.MonkeyPatch()
    patch.setattr("pensieve_bridge.sequential_decoder.time.perf_counter", lambda: 0.0)
    yield
    patch.undo()


@pytest.fixture(scope="module")
def rig() -> Iterator[Rig]:
    with Rig(partial(load_as_numbers, cached(Spec()))) as running:
        yield running


@pytest.fixture(scope="module")
def plain() -> Iterator[Rig]:
    with Rig(partial(load_as_numbers, cached(Spec())), NEVER) as running:
        yield running


def prompt(length: int, seed: int, words: int = 2000) -> list[int]:
    rnd = random.Random(seed)
    return [rnd.randrange(words) for _ in range(length)]


def repeats(seed: int) -> list[int]:
    """Few words, so that much is like what was before."""
    return prompt(120, seed, words=5)


def test_the_likeliest_tokens_are_the_same(rig: Rig, plain: Rig) -> None:
    right = rig.engine.counters.drafts.right
    for seed in range(12):
        talk = repeats(seed)
        assert rig.alone(talk, 60) == plain.alone(talk, 60)
    assert rig.engine.counters.drafts.right > right
    assert plain.engine.counters.drafts.passes == 0


def test_sampled_tokens_are_the_same_for_the_same_seed(rig: Rig, plain: Rig) -> None:
    guessed = rig.engine.counters.drafts.guessed
    for seed in range(8):
        plan = SamplingPlan(temperature=0.02, top_p=0.95, top_k=40, seed=seed)
        assert rig.alone(repeats(seed), 60, sampling=plan) == plain.alone(repeats(seed), 60, sampling=plan)
    assert rig.engine.counters.drafts.guessed > guessed


def test_what_is_drawn_behind_guesses_is_distributed_as_it_is_without(rig: Rig, plain: Rig) -> None:
    """Draw for draw the same, right guesses or wrong ones: so are the frequencies."""
    drafts = rig.engine.counters.drafts
    right, wrong = drafts.right, drafts.guessed - drafts.right
    for seed in range(40):
        plan = SamplingPlan(temperature=0.05, top_k=2, seed=1000 + seed)
        assert rig.alone(repeats(0), 60, sampling=plan) == plain.alone(repeats(0), 60, sampling=plan)
    assert drafts.right - right > 8
    assert drafts.guessed - drafts.right - wrong > 40


def test_a_grammar_decides_behind_guesses_as_it_does_without(rig: Rig, plain: Rig) -> None:
    row = '"the file is in the user value": ~, '
    lark = f"start: {' '.join(json.dumps(row.replace('~', str(n % 3))) for n in range(12))} /[a-z ]{{9}}/"
    request = GrammarRequest(lark, {}, begin="at-once")
    right = rig.engine.counters.drafts.right
    for sampling in (GREEDY, SamplingPlan(temperature=1.0, seed=3)):
        guessing, alone = (
            one.alone([1, 2, 3], 120, grammar=grammar(one, request), sampling=sampling) for one in (rig, plain)
        )
        assert guessing == alone
    # Most of what the grammar allows is what stood there before.
    assert rig.engine.counters.drafts.right - right > 120


def test_penalties_are_not_guessed_ahead(rig: Rig, plain: Rig) -> None:
    guessed = rig.engine.counters.drafts.guessed
    plan = SamplingPlan(repetition_penalty=1.3)
    assert rig.alone(repeats(1), 40, sampling=plan) == plain.alone(repeats(1), 40, sampling=plan)
    assert rig.engine.counters.drafts.guessed == guessed


def test_a_row_that_guessed_goes_on_unchanged_when_others_join_it(rig: Rig, plain: Rig) -> None:
    for seed in range(4):
        first, second = repeats(20 + seed), repeats(30 + seed)
        running = rig.submit(first, 80)
        rig.pump(lambda running=running, seed=seed: len(rig.tokens(running)) >= 10 + 3 * seed)
        joined = rig.submit(second, 30)
        rig.pump(lambda joined=joined: len(rig.tokens(joined)) >= 2)
        # Both are in the batch now: nobody is alone, so nobody guesses.
        passes = rig.engine.counters.drafts.passes
        assert rig.finish(running, joined) == [plain.alone(first, 80), plain.alone(second, 30)]
        assert rig.engine.counters.drafts.passes == passes


def test_what_was_guessed_wrong_is_not_kept(rig: Rig, plain: Rig) -> None:
    for seed in range(8):
        talk = repeats(40 + seed)
        said = rig.alone(talk, 20 + seed)
        again = [*talk, *said, 7, 8]
        name = rig.submit(again, 20)
        assert rig.finish(name)[0] == plain.alone(again, 20)
        started = next(e for e in rig.seen[name] if isinstance(e, Started))
        assert started.cached_tokens == len(talk) + len(said)


def test_an_answer_that_repeats_the_prompt_takes_few_passes(rig: Rig) -> None:
    file = prompt(300, 50)
    # A line is changed, the rest is as it was.
    edit = [*file[40:140], 1, 2, 3, *file[143:260]]
    before = rig.engine.counters.drafts.passes
    script = Script(tuple(edit), (0,) * len(edit))
    name = rig.submit([*file, 5, 6], len(edit), forced=script)
    assert rig.finish(name)[0] == edit
    assert len(edit) / (rig.engine.counters.drafts.passes - before) >= 4


def test_models_that_cannot_forget_do_not_guess() -> None:
    with Rig(partial(load_as_numbers, cached(Spec(family="qwen3_5")))) as rig:
        assert len(rig.alone(repeats(1), 60)) == 60
        assert rig.engine.counters.drafts.passes > 0
        assert rig.engine.counters.drafts.guessed == 0
