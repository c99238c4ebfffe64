"""The engine thread: rows in a batch are what they are alone; cancelling and failing touch nobody else."""

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from pensieve_bridge.events import Finished, Progress, Started, Text
from pensieve_bridge.prefill import Prefill
from pensieve_bridge.reasoning import ReasoningBudget
from pensieve_bridge.row import Row
from pensieve_bridge.sampling import SamplingPlan
from pensieve_bridge.status import EngineOptions
from pensieve_bridge.wire import Refusal

from .engines import Rig, load_as_numbers
from .tiny_models import Spec, cached

FAMILIES = ["qwen3", "llama_swa", "qwen3_5", "gpt_oss", "phi3"]


def prompt(length: int, seed: int) -> list[int]:
    rnd = random.Random(seed)
    return [rnd.randrange(2000) for _ in range(length)]


PROMPTS = [prompt(n, n) for n in (5, 37, 130, 300)]


@pytest.fixture(scope="module")
def rig(qwen3_path: Path) -> Iterator[Rig]:
    with Rig(lambda: load_as_numbers(qwen3_path)) as running:
        yield running


@pytest.mark.parametrize("family", FAMILIES)
def test_greedy_rows_together_are_what_they_are_alone(family: str) -> None:
    path = cached(Spec(family=family))
    with Rig(lambda: load_as_numbers(path)) as rig:
        alone = [rig.alone(p) for p in PROMPTS]
        assert all(len(set(tokens)) > 5 for tokens in alone), "the model repeats itself: this proves nothing"
        together = rig.finish(*(rig.submit(p) for p in PROMPTS))
        assert together == alone
        # And when they come and go at different times.
        late = rig.submit(PROMPTS[3], 40)
        rig.pump(lambda: len(rig.tokens(late)) >= 3)
        others = [rig.submit(p, limit) for p, limit in zip(PROMPTS[:3], (4, 24, 9), strict=True)]
        found = rig.finish(late, *others)
        assert found[0][:24] == alone[3]
        assert found[1:] == [alone[0][:4], alone[1], alone[2][:9]]


def test_models_whose_caches_do_not_batch_run_one_row_at_a_time() -> None:
    path = cached(Spec(family="llama4", layers=4))
    with Rig(lambda: load_as_numbers(path)) as rig:
        assert rig.engine.model is not None
        assert not rig.engine.model.facts.batches
        alone = [rig.alone(p, 8) for p in PROMPTS]
        names = [rig.submit(p, 8) for p in PROMPTS]
        assert rig.finish(*names) == alone
        order = [name for name in names if isinstance(rig.seen[name][0], Started)]
        assert order == names


@pytest.mark.parametrize("free", [0, 1 << 40])
def test_a_quantized_model_runs_packed_or_unpacked(monkeypatch: pytest.MonkeyPatch, free: int) -> None:
    """Unpacked where the memory is there: many times faster on a CPU, and the same tokens."""
    path = cached(Spec(bits=4))
    monkeypatch.setattr("pensieve_bridge.device.free_memory", lambda: free)
    with Rig(lambda: load_as_numbers(path)) as rig:
        assert rig.engine.model is not None
        assert rig.engine.model.facts.quantization == {"bits": 4, "groupSize": 32}
        unpacked = rig.engine.model.facts.weight_bytes > 1_000_000
        assert unpacked == (free > 0 and rig.engine.model.facts.device == "cpu")
        alone = [rig.alone(p) for p in PROMPTS]
        assert rig.finish(*(rig.submit(p) for p in PROMPTS)) == alone


def test_the_same_seed_gives_the_same_tokens_alone_and_in_a_batch(rig: Rig) -> None:
    plan = SamplingPlan(temperature=1.0, top_p=0.95, top_k=50, seed=11)
    alone = rig.alone(PROMPTS[1], sampling=plan)
    assert rig.alone(PROMPTS[1], sampling=plan) == alone
    others = [rig.submit(p, 40, sampling=SamplingPlan(temperature=1.3, seed=i)) for i, p in enumerate(PROMPTS)]
    same = rig.submit(PROMPTS[1], sampling=plan)
    other = rig.submit(PROMPTS[1], sampling=SamplingPlan(temperature=1.0, top_p=0.95, top_k=50, seed=12))
    assert rig.finish(same)[0] == alone
    assert rig.finish(other)[0] != alone
    rig.finish(*others)


def test_without_a_seed_the_tokens_differ(rig: Rig) -> None:
    plan = SamplingPlan(temperature=1.5)
    assert rig.alone(PROMPTS[1], sampling=plan) != rig.alone(PROMPTS[1], sampling=plan)


def test_penalties_work_inside_a_batch_and_leave_the_others_alone(rig: Rig) -> None:
    plan = SamplingPlan(presence_penalty=1000.0)
    alone = [rig.alone(PROMPTS[0]), rig.alone(PROMPTS[1], sampling=plan)]
    assert len(set(alone[1])) == len(alone[1])
    plain, punished = rig.submit(PROMPTS[0]), rig.submit(PROMPTS[1], sampling=plan)
    assert rig.finish(plain, punished) == alone


def budget(tokens: int, *, opened: bool = True, start: tuple[int, ...] = (1,)) -> ReasoningBudget:
    return ReasoningBudget(start, end=(3, 4), tokens=tokens, opened=opened)


@pytest.mark.parametrize("tokens", [0, 1, 5])
def test_reasoning_is_closed_when_its_budget_is_used_up(rig: Rig, tokens: int) -> None:
    plain = rig.alone(PROMPTS[1])
    found = rig.alone(PROMPTS[1], reasoning=budget(tokens))
    at = next(i for i in range(len(found)) if found[i : i + 2] == [3, 4])
    assert at == tokens
    assert found[:at] == plain[:at]
    assert len(found) == 24


def test_a_budget_counts_from_where_the_model_opens_its_reasoning(rig: Rig) -> None:
    plain = rig.alone(PROMPTS[1])
    found = rig.alone(PROMPTS[1], reasoning=budget(4, opened=False, start=tuple(plain[2:4])))
    at = next(i for i in range(len(found)) if found[i : i + 2] == [3, 4])
    assert at == 4 + 4


def test_a_budget_that_is_not_used_up_changes_nothing(rig: Rig) -> None:
    plan = SamplingPlan(temperature=1.0, seed=3)
    plain = rig.alone(PROMPTS[1], sampling=plan)
    assert rig.alone(PROMPTS[1], sampling=plan, reasoning=budget(24)) == plain
    assert rig.alone(PROMPTS[1], sampling=plan, reasoning=budget(0, opened=False, start=(1999, 1999))) == plain


def test_nothing_to_generate_prefills_only(rig: Rig) -> None:
    name = rig.submit(PROMPTS[2], 0)
    assert rig.finish(name) == [[]]
    end = rig.end(name)
    assert end is not None
    assert (end.reason, end.completion_tokens) == ("length", 0)
    assert Progress(130, 130) in rig.seen[name]


def test_a_lone_row_goes_on_unchanged_when_others_join_it(rig: Rig) -> None:
    plan = SamplingPlan(temperature=1.0, seed=8, frequency_penalty=0.5, repetition_penalty=1.2)
    alone = rig.alone(PROMPTS[1], 60, sampling=plan)
    first = rig.submit(PROMPTS[1], 60, sampling=plan)
    rig.pump(lambda: len(rig.tokens(first)) >= 7)
    others = [rig.submit(p, 20) for p in PROMPTS]
    assert rig.finish(first)[0] == alone
    rig.finish(*others)
    assert rig.alone(PROMPTS[1], 60, sampling=plan) == alone


def test_a_prompt_of_one_token_works(rig: Rig) -> None:
    assert len(rig.alone([7], 5)) == 5


def test_the_events_come_in_order(rig: Rig) -> None:
    name = rig.submit(PROMPTS[3], 3)
    rig.finish(name)
    kinds = [type(e) for e in rig.seen[name]]
    assert kinds[:2] == [Started, Progress]
    started = rig.seen[name][0]
    assert isinstance(started, Started)
    assert rig.seen[name][1] == Progress(started.cached_tokens, 300)
    last = max(i for i, e in enumerate(rig.seen[name]) if isinstance(e, Progress))
    assert rig.seen[name][last] == Progress(300, 300)
    assert kinds[last + 1 :] == [Text, Text, Text, Finished]


def test_cancelling_one_row_leaves_the_others_as_they_were(rig: Rig) -> None:
    alone = [rig.alone(p, 40) for p in PROMPTS]
    names = [rig.submit(p, 40) for p in PROMPTS]
    rig.pump(lambda: len(rig.tokens(names[1])) >= 3)
    rig.engine.cancel(names[1])
    found = rig.finish(*names)
    end = rig.end(names[1])
    assert end is not None
    assert end.reason == "cancelled"
    assert found[1] == alone[1][: len(found[1])]
    assert [found[0], found[2], found[3]] == [alone[0], alone[2], alone[3]]


def test_a_cancelled_row_frees_its_place_in_every_phase(qwen3_path: Path) -> None:
    with Rig(lambda: load_as_numbers(qwen3_path), EngineOptions(rows=2)) as rig:
        # Two places, the last kept for short work: the second main request waits.
        running = rig.submit(PROMPTS[0], 100_000)
        waiting = rig.submit(PROMPTS[1], 100_000)
        rig.pump(lambda: len(rig.tokens(running)) >= 2)
        assert rig.engine.health().queued == 1
        rig.engine.cancel(waiting)
        rig.finish(waiting)
        assert rig.engine.health().queued == 0
        assert not any(isinstance(e, Started) for e in rig.seen[waiting])
        rig.engine.cancel(running)
        rig.finish(running)
        long = rig.submit(prompt(30_000, 1), 5)
        rig.pump(lambda: len(rig.seen[long]) >= 2)
        rig.engine.cancel(long)
        rig.finish(long)
        end = rig.end(long)
        assert end is not None
        assert end.reason == "cancelled"
        assert not any(isinstance(e, Text) for e in rig.seen[long])
        assert rig.engine.health().running == 0
        assert rig.engine.counters.cancelled == 3


def test_a_full_queue_refuses(qwen3_path: Path) -> None:
    with Rig(lambda: load_as_numbers(qwen3_path), EngineOptions(rows=1, queue=3)) as rig:
        running = rig.submit(PROMPTS[0], 100_000)
        rig.pump(lambda: bool(rig.tokens(running)))
        waiting = [rig.submit(PROMPTS[0], 5) for _ in range(3)]
        with pytest.raises(Refusal) as caught:
            rig.submit(PROMPTS[0], 5)
        assert (caught.value.status, caught.value.code) == (503, "overloaded")
        rig.engine.cancel(running)
        rig.finish(*waiting)


def test_short_work_overtakes_a_long_prefill(rig: Rig) -> None:
    long = rig.submit(prompt(5000, 2), 2)
    rig.pump(lambda: len(rig.seen[long]) >= 2)
    title = rig.submit(PROMPTS[0], 5, request_class="title")
    rig.finish(title)
    assert rig.end(long) is None
    rig.finish(long)


def test_a_running_answer_goes_on_while_a_long_prompt_prefills(rig: Rig) -> None:
    running = rig.submit(PROMPTS[0], 100_000)
    rig.pump(lambda: len(rig.tokens(running)) >= 5)
    long = rig.submit(prompt(5000, 3), 2)
    rig.pump(lambda: len(rig.seen[long]) >= 2)
    before = len(rig.tokens(running))
    rig.finish(long)
    assert len(rig.tokens(running)) - before >= 5000 / 512
    rig.engine.cancel(running)
    rig.finish(running)


def test_a_running_answer_waits_for_no_more_than_two_chunks_of_256(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    advance, take = Prefill.advance, Row.take
    done: list[int] = []
    gaps: list[int] = []

    def counted(prefill: Prefill, count: int) -> int:
        done.append(advance(prefill, count))
        return done[-1]

    def taken(row: Row, token: int) -> object:
        if row.generation == running and len(gaps) < 10_000:
            gaps.append(sum(done))
            done.clear()
        return take(row, token)

    running = rig.submit(PROMPTS[0], 100_000)
    rig.pump(lambda: len(rig.tokens(running)) >= 5)
    monkeypatch.setattr(Prefill, "advance", counted)
    monkeypatch.setattr(Row, "take", taken)
    # Two at once: their chunks must not add up.
    rig.finish(rig.submit(prompt(6000, 71), 2), rig.submit(prompt(6000, 72), 2))
    rig.engine.cancel(running)
    rig.finish(running)
    assert sum(gaps) + sum(done) >= 2 * 5900
    assert 0 < max(gaps) <= 2 * 256
