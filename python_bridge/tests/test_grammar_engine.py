"""Rows with grammars in the engine: nobody else notices, whatever goes wrong with them."""

import threading
from pathlib import Path

import pytest

from pensieve_bridge.batch_decoder import BatchDecoder
from pensieve_bridge.grammar_request import GrammarRequest, TextTrigger
from pensieve_bridge.sampling import SamplingPlan
from pensieve_bridge.sequential_decoder import SequentialDecoder
from pensieve_bridge.status import EngineOptions

from . import grammars
from .engines import Rig, load_as_numbers
from .grammar_rigs import CALL, CALL_END, call_marker, ended, grammar, hot, model_of, said, script, wait
from .grammars import HERMES, LLAMA, MARKERS, hermes, tagged
from .test_engine import PROMPTS, prompt


def test_free_text_is_what_it_is_without_a_grammar(numbers: Rig) -> None:
    trigger = call_marker(numbers)
    for plan in (SamplingPlan(), hot(5)):
        plain = numbers.alone(PROMPTS[1], 60, sampling=plan)
        assert trigger not in plain
        armed = [hermes(), tagged(), tagged(text_triggers=(TextTrigger("<function=", "line"),))]
        for request in armed:
            assert numbers.alone(PROMPTS[1], 60, sampling=plan, grammar=grammar(numbers, request)) == plain


def test_in_free_text_nothing_is_computed(numbers: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*_: object) -> None:
        raise AssertionError("free text was touched")

    for name in ("pensieve_bridge.grammar_mask.fill_next_token_bitmask", "pensieve_bridge.chooser.without"):
        monkeypatch.setattr(name, never)
    for decoder in (SequentialDecoder, BatchDecoder):
        monkeypatch.setattr(decoder, "draw_again", never)
    names = [numbers.submit(p, 40, sampling=hot(5), grammar=grammar(numbers, hermes())) for p in PROMPTS[1:3]]
    numbers.finish(*names)
    assert {ended(numbers, name).reason for name in names} == {"length"}
    assert numbers.engine.counters.generator_rebuilds == 0


def test_rows_with_and_without_a_grammar_never_affect_each_other(numbers: Rig) -> None:
    def rows() -> list[dict[str, object]]:
        forced = GrammarRequest(HERMES, MARKERS, begin="at-once")
        return [
            {},
            {"grammar": grammar(numbers, forced), "sampling": hot(1)},
            {"sampling": hot(2)},
            {"grammar": grammar(numbers, forced)},
            {"sampling": SamplingPlan(presence_penalty=1.0)},
            {"grammar": grammar(numbers, tagged(begin="at-once")), "sampling": hot(3)},
        ]

    lengths = [40, 30, 25, 40, 12, 33]
    alone = [
        numbers.alone(PROMPTS[i % 4], length, **fields)
        for i, (length, fields) in enumerate(zip(lengths, rows(), strict=True))
    ]
    together = [
        numbers.submit(PROMPTS[i % 4], length, **fields)
        for i, (length, fields) in enumerate(zip(lengths, rows(), strict=True))
    ]
    assert numbers.finish(*together) == alone
    # And when a second row joins one that decodes alone, inside its call.
    first = numbers.submit(PROMPTS[1], 30, **rows()[1])
    numbers.pump(lambda: len(numbers.tokens(first)) >= 5)
    second = numbers.submit(PROMPTS[2], 25, **rows()[2])
    assert numbers.finish(first, second) == alone[1:3]


def test_a_trigger_as_the_last_token_before_a_row_joins_a_batch_still_counts(loud: Rig) -> None:
    """A lone row that moves into a batch is one token ahead; many joins hit the moment."""
    for i in range(8):
        first = loud.submit(PROMPTS[1], 120, sampling=hot(100 + i), grammar=grammar(loud, hermes()))
        loud.pump(lambda name=first, i=i: bool(loud.end(name)) or len(loud.seen[name]) >= 5 + i)
        other = loud.submit(PROMPTS[0], 5)
        wait(loud, first, other)
        end, text = ended(loud, first), said(loud, first)
        assert end.reason in ("length", "stop"), end
        for call in [part.split(CALL_END)[0] for part in text.split(CALL)[1:] if CALL_END in part]:
            grammars.read_json_call(call)


def test_a_stop_string_ends_an_answer_inside_its_call(loud: Rig) -> None:
    request = GrammarRequest(LLAMA, {}, begin="at-once")
    name = loud.submit(PROMPTS[0], 500, sampling=hot(1), stop=('", "param',), grammar=grammar(loud, request))
    (text,) = wait(loud, name)
    end = ended(loud, name)
    assert (end.reason, end.stop) == ("stop", '", "param')
    assert text.startswith('{"name": "')
    assert end.grammar is not None
    assert end.grammar.open


def test_cancelling_inside_a_call_frees_the_place(loud: Rig) -> None:
    request = GrammarRequest('start: "[" /[a-z]*/ "]"', {}, begin="at-once")
    name = loud.submit(PROMPTS[0], 100_000, grammar=grammar(loud, request))
    loud.pump(lambda: len(loud.seen[name]) >= 8)
    loud.engine.cancel(name)
    wait(loud, name)
    assert ended(loud, name).reason == "cancelled"
    assert loud.engine.health().running == 0


def test_a_script_that_the_grammar_allows_goes_through(loud: Rig) -> None:
    call = '\n{"name": "Read", "arguments": {"file_path": "/a b.py", "limit": 3}}\n'
    forced = script(loud, "Let me look: <tool_call> ", CALL, call, CALL_END, " and ", CALL, call, CALL_END)
    name = loud.submit(PROMPTS[0], 500, forced=forced, grammar=grammar(loud, hermes()))
    (text,) = wait(loud, name)
    end = ended(loud, name)
    assert end.reason == "stop", end
    assert text.endswith(f"{CALL}{call}{CALL_END}")
    assert end.grammar is not None
    assert end.grammar.matches == 2


@pytest.mark.parametrize(
    ("pieces", "place"),
    [
        (("Hm ", CALL, '\n{"name": "Write"'), "forced[2] at its token "),
        (("Hm ", CALL, CALL_END), "forced[2] at its token 1 (token 5 of the answer)"),
        (("Hm ", CALL, "\n"), "the end of the turn behind the script's last piece (token 6 of the answer)"),
        (("a <function=Read", "er>"), "forced[1] at its token 1"),
        ((CALL, '\n{"name": "Read", "arguments": {"file_path": "a"', ",\n"), "forced[2] at its token 2"),
        ((CALL, '\n{"name": "Read", "arguments": {"file_path": "a", ', " "), "forced[2] at its token 1"),
    ],
)
def test_a_script_that_the_grammar_refuses_is_told_where(loud: Rig, pieces: tuple[str, ...], place: str) -> None:
    request = tagged() if "<function=" in pieces[0] else hermes()
    name = loud.submit(PROMPTS[0], 500, forced=script(loud, *pieces), grammar=grammar(loud, request))
    wait(loud, name)
    end = ended(loud, name)
    assert (end.reason, end.error_code) == ("error", "forced_refused")
    assert place in (end.error_message or "")


def test_a_grammar_that_does_not_compile_ends_the_request_before_it_has_started(loud: Rig) -> None:
    request = GrammarRequest('start: %json {"propertyNames": {"type": "string"}}', {}, begin="at-once")
    name = loud.submit(PROMPTS[0], 5, grammar=grammar(loud, request))
    beside = loud.submit(PROMPTS[1], 5)
    wait(loud, name, beside)
    assert len(loud.seen[name]) == 1
    end = ended(loud, name)
    assert (end.reason, end.error_code) == ("error", "grammar_invalid")
    assert "propertyNames" in (end.error_message or "")
    assert "\n" not in (end.error_message or "")
    assert ended(loud, beside).reason == "length"


def test_a_grammar_that_fails_while_it_is_used_ends_its_row_only(numbers: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    request = GrammarRequest(HERMES, MARKERS, begin="at-once")
    alone = numbers.alone(PROMPTS[2], 30)
    calls = 0

    def breaks(*_: object) -> None:
        nonlocal calls
        calls += 1
        if calls == 5:
            raise OverflowError("no more masks")
        fill(*_)

    from pensieve_bridge import grammar_mask

    fill = grammar_mask.fill_next_token_bitmask
    monkeypatch.setattr(grammar_mask, "fill_next_token_bitmask", breaks)
    beside = numbers.submit(PROMPTS[2], 30)
    name = numbers.submit(PROMPTS[0], 40, grammar=grammar(numbers, request))
    assert numbers.finish(beside)[0] == alone
    numbers.finish(name)
    end = ended(numbers, name)
    assert end.reason == "error"
    assert "no more masks" in (end.error_message or "")
    assert numbers.engine.counters.generator_rebuilds == 0


def test_a_fault_while_a_limit_is_applied_ends_its_row_only(numbers: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    request = GrammarRequest(HERMES, MARKERS, begin="at-once")
    alone = numbers.alone(PROMPTS[2], 30)

    def breaks(*_: object) -> None:
        raise ValueError("no such kernel")

    monkeypatch.setattr("pensieve_bridge.chooser.only", breaks)
    beside = numbers.submit(PROMPTS[2], 30)
    name = numbers.submit(PROMPTS[0], 40, grammar=grammar(numbers, request))
    assert numbers.finish(beside)[0] == alone
    numbers.finish(name)
    assert "no such kernel" in (ended(numbers, name).error_message or "")


def test_a_slow_compilation_holds_up_its_own_request_and_no_other(loud: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    go = threading.Event()
    compiler = model_of(loud).grammars
    real = compiler._made

    def slowly(request: GrammarRequest) -> object:
        assert go.wait(20)
        return real(request)

    monkeypatch.setattr(compiler, "_made", slowly)
    name = loud.submit(
        prompt(700, 9), 5, grammar=grammar(loud, GrammarRequest('start: "slow"', {}, begin="at-once", after="end"))
    )
    beside = loud.submit(PROMPTS[1], 5)
    wait(loud, beside)
    assert loud.seen[name] == []
    assert loud.engine.health().running == 1
    left = loud.submit(PROMPTS[0], 5, grammar=grammar(loud, GrammarRequest('start: "left"', {}, begin="at-once")))
    loud.engine.cancel(left)
    wait(loud, left)
    assert ended(loud, left).reason == "cancelled"
    go.set()
    assert wait(loud, name) == ["slow"]


def test_without_overlap_the_tokens_are_the_same(numbers: Rig, qwen3_path: Path) -> None:
    request = GrammarRequest(HERMES, MARKERS, begin="at-once")

    def tokens(rig: Rig) -> list[list[int]]:
        alone = rig.alone(PROMPTS[2], 30, grammar=grammar(rig, request))
        return [alone, *rig.finish(*(rig.submit(p, 30, grammar=grammar(rig, request)) for p in PROMPTS[:2]))]

    with Rig(lambda: load_as_numbers(qwen3_path), EngineOptions(mask_overlap=False)) as rig:
        assert tokens(rig) == tokens(numbers)
