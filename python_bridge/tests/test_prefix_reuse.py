"""Through the engine: what was computed once is not computed again, and the answers are those of a cold engine."""

import random
import threading
from collections.abc import Iterator
from functools import partial

import pytest

from pensieve_bridge.events import Progress, Started, Text
from pensieve_bridge.grammar_request import GrammarRequest
from pensieve_bridge.marks import Boundaries
from pensieve_bridge.sampling import SamplingPlan
from pensieve_bridge.status import EngineOptions

from .engines import Rig, load_as_numbers
from .running import until
from .tiny_models import Spec, cached

FAMILIES = {
    "plain": Spec(),
    "sliding": Spec(family="llama_swa", layers=3),
    "sliding and full": Spec(family="gpt_oss"),
    "recurrent": Spec(family="qwen3_5"),
    "composed": Spec(family="falcon_h1"),
    "chunked": Spec(family="llama4", layers=4),
}
COLD = EngineOptions(cache_bytes=0)


def prompt(length: int, seed: int) -> list[int]:
    rnd = random.Random(seed)
    return [rnd.randrange(2000) for _ in range(length)]


@pytest.fixture(scope="module", params=FAMILIES, ids=str)
def rigs(request: pytest.FixtureRequest) -> Iterator[tuple[Rig, Rig]]:
    """An engine with a store, and one that keeps nothing."""
    path = cached(FAMILIES[request.param])
    with Rig(partial(load_as_numbers, path)) as warm, Rig(partial(load_as_numbers, path), COLD) as cold:
        yield warm, cold


@pytest.fixture(scope="module")
def rig() -> Iterator[Rig]:
    path = cached(Spec())
    with Rig(partial(load_as_numbers, path)) as running:
        yield running


def started(rig: Rig, name: str) -> Started:
    (found,) = [e for e in rig.seen[name] if isinstance(e, Started)]
    return found


def test_a_talk_that_goes_on_computes_only_what_is_new(rigs: tuple[Rig, Rig]) -> None:
    warm, cold = rigs
    talk, known = prompt(400, 1), 0
    for turn in range(5):
        name = warm.submit(talk, 12)
        (said,) = warm.finish(name)
        assert started(warm, name) == Started(known, "memory" if known else "none")
        assert said == cold.alone(talk, 12)
        assert len(set(said)) > 3, "the model repeats itself: this proves nothing"
        # Prompt and answer have been seen.
        known = len(talk) + len(said)
        talk = [*talk, *said, *prompt(30 + 50 * turn, turn)]


def test_rows_that_leave_a_batch_are_kept(rigs: tuple[Rig, Rig]) -> None:
    warm, cold = rigs
    talks = [prompt(120 + 10 * n, 40 + n) for n in range(3)]
    names = [warm.submit(t, 8 + 7 * n) for n, t in enumerate(talks)]
    for talk, said in zip(talks, warm.finish(*names), strict=True):
        again = [*talk, *said, *prompt(9, 3)]
        name = warm.submit(again, 6)
        assert warm.finish(name)[0] == cold.alone(again, 6)
        assert started(warm, name).cached_tokens == len(talk) + len(said)


def test_talks_that_begin_alike_share_their_beginning(rigs: tuple[Rig, Rig]) -> None:
    warm, cold = rigs
    head = prompt(500, 7)
    boundaries = Boundaries(head=500)
    for n in range(3):
        talk = [*head, *prompt(60, 70 + n)]
        name = warm.submit(talk, 6, boundaries=boundaries)
        assert warm.finish(name)[0] == cold.alone(talk, 6)
        assert started(warm, name).cached_tokens == (500 if n else 0)


def test_where_a_talk_left_a_known_one_the_next_can_go_on(rigs: tuple[Rig, Rig]) -> None:
    warm, cold = rigs
    base = prompt(600, 11)
    warm.alone(base, 4)
    known: list[int] = []
    for n in range(3):
        talk = [*base[:333], *prompt(80, 90 + n)]
        name = warm.submit(talk, 5)
        assert warm.finish(name)[0] == cold.alone(talk, 5)
        known.append(started(warm, name).cached_tokens)
    assert known[1:] == [333, 333]


def test_what_a_cancelled_request_prefilled_is_kept(rigs: tuple[Rig, Rig]) -> None:
    warm, cold = rigs
    talk = prompt(3000, 13)
    name = warm.submit(talk, 5)
    warm.pump(lambda: any(isinstance(e, Progress) and e.done >= 500 for e in warm.seen[name]) or _ended(warm, name))
    warm.engine.cancel(name)
    warm.finish(name)
    done = max(e.done for e in warm.seen[name] if isinstance(e, Progress))
    again = warm.submit(talk, 5)
    assert warm.finish(again)[0] == cold.alone(talk, 5)
    assert started(warm, again).cached_tokens >= min(done, 2999)


def _ended(rig: Rig, name: str) -> bool:
    return rig.end(name) is not None


def test_what_a_cancelled_answer_said_is_kept(rig: Rig) -> None:
    talk = prompt(90, 17)
    name = rig.submit(talk, 100_000)
    rig.pump(lambda: len(rig.tokens(name)) >= 20)
    rig.engine.cancel(name)
    (said,) = rig.finish(name)
    again = rig.submit([*talk, *said[:20], 5], 3)
    rig.finish(again)
    assert started(rig, again).cached_tokens == 110


def test_what_was_prefilled_is_kept_when_it_is_cancelled_before_its_grammar_is_there(
    rigs: tuple[Rig, Rig], monkeypatch: pytest.MonkeyPatch
) -> None:
    warm, _ = rigs
    go = threading.Event()
    assert warm.engine.model is not None
    compiler = warm.engine.model.grammars
    monkeypatch.setattr(compiler, "_made", lambda _: go.wait(30))
    talk = prompt(700, 27)
    held = warm.submit(talk, 5, grammar=compiler.submit(GrammarRequest('start: "a"', {}, begin="at-once")))
    steps = warm.engine._steps  # pyright: ignore[reportPrivateUsage]
    assert steps is not None
    rows = steps._prefilling  # pyright: ignore[reportPrivateUsage]
    until(lambda: held in rows and rows[held].held, what="the end of the prefill")
    warm.engine.cancel(held)
    warm.finish(held)
    go.set()
    again = warm.submit(talk, 3)
    warm.finish(again)
    assert started(warm, again).cached_tokens == 699


def test_identical_requests_in_flight_share_one_prefill(rig: Rig) -> None:
    talk = prompt(5000, 19)
    before = rig.engine.counters.cached_tokens
    names = [rig.submit(talk, 6) for _ in range(3)]
    said = rig.finish(*names)
    assert said[0] == said[1] == said[2]
    assert rig.engine.counters.cached_tokens - before == 2 * 4999


def test_requests_in_flight_that_begin_alike_compute_that_once(rig: Rig) -> None:
    head = prompt(3000, 23)
    first = rig.submit([*head, *prompt(2000, 24)], 4)
    second = rig.submit([*head, *prompt(10, 25)], 4)
    rig.finish(first, second)
    assert started(rig, first).cached_tokens + started(rig, second).cached_tokens >= 3000


def test_sampled_answers_are_never_shared(rig: Rig) -> None:
    talk = prompt(3000, 29)
    before = rig.engine.counters.cached_tokens
    names = [rig.submit(talk, 12, sampling=SamplingPlan(temperature=1.5)) for _ in range(3)]
    said = rig.finish(*names)
    # Their prefill is.
    assert rig.engine.counters.cached_tokens - before == 2 * 2999
    assert len({tuple(tokens) for tokens in said}) == 3


def test_a_short_request_for_nothing_but_the_prefill_warms_the_store(rig: Rig) -> None:
    talk = prompt(300, 31)
    rig.alone(talk, 0)
    name = rig.submit([*talk, 1], 3)
    rig.finish(name)
    assert started(rig, name).cached_tokens == 300


def test_a_failed_row_leaves_nothing_behind_that_is_wrong(rig: Rig) -> None:
    talk = prompt(150, 37)
    expected = rig.alone(talk, 20)
    failing = rig.submit(talk, 100_000)
    rig.pump(lambda: sum(isinstance(e, Text) for e in rig.seen[failing]) >= 5)
    rig.engine.inject("raise")
    rig.finish(failing)
    assert rig.alone(talk, 20) == expected


def test_the_store_stays_within_its_budget() -> None:
    path = cached(Spec())
    with Rig(partial(load_as_numbers, path), EngineOptions(cache_bytes=400_000)) as rig:
        for n in range(12):
            talk = prompt(300, 100 + n)
            said = rig.alone(talk, 8)
            assert rig.alone(talk, 8) == said
            steps = rig.engine._steps  # pyright: ignore[reportPrivateUsage]
            assert steps is not None
            assert 0 < steps.store.nbytes <= 400_000
