"""Grammars in the engine: random weights give valid calls, and nobody else notices."""

import dataclasses
import functools
import re
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from pensieve_bridge.batch_decoder import BatchDecoder
from pensieve_bridge.events import Finished, Marker, Text
from pensieve_bridge.grammar_compiler import PendingGrammar
from pensieve_bridge.grammar_request import GrammarRequest, TextTrigger
from pensieve_bridge.model import LoadedModel
from pensieve_bridge.reasoning import ReasoningBudget
from pensieve_bridge.sampling import SamplingPlan
from pensieve_bridge.script import Script
from pensieve_bridge.sequential_decoder import SequentialDecoder
from pensieve_bridge.status import EngineOptions

from . import grammars
from .engines import Rig, load_as_numbers
from .grammars import HERMES, LLAMA, MARKERS, PYTHONIC, XML, hermes, load_louder, tagged
from .test_engine import PROMPTS, prompt
from .tiny_models import Spec, cached

CALL, CALL_END = "<tool_call>", "</tool_call>"

Reader = Callable[[str], None]


def model_of(rig: Rig) -> LoadedModel:
    assert rig.engine.model is not None
    return rig.engine.model


def grammar(rig: Rig, request: GrammarRequest) -> PendingGrammar:
    return model_of(rig).grammars.submit(request)


def said(rig: Rig, name: str) -> str:
    """The answer as text, markers as their letters."""
    return "".join(e.text if isinstance(e, Text) else e.marker for e in rig.seen[name] if isinstance(e, Text | Marker))


def ended(rig: Rig, name: str) -> Finished:
    end = rig.end(name)
    assert end is not None
    return end


def wait(rig: Rig, *names: str) -> list[str]:
    rig.pump(lambda: all(rig.end(name) for name in names))
    return [said(rig, name) for name in names]


def call_marker(rig: Rig) -> int:
    """The id of the call marker, which the vocabulary of numbers does not tell."""
    (marker,) = grammar(rig, hermes()).grammar().marker_triggers
    return marker


def hot(seed: int, temperature: float = 1.0) -> SamplingPlan:
    return SamplingPlan(temperature=temperature, seed=seed)


@pytest.fixture(scope="module")
def rig(qwen3_path: Path) -> Iterator[Rig]:
    """Says `<tool_call>`, `<think>` and `</think>` about every tenth token."""
    loud = {CALL: 6.0, "<think>": 5.0, "</think>": 6.0}
    with Rig(functools.partial(load_louder, qwen3_path, loud)) as running:
        yield running


@pytest.fixture(scope="module")
def numbers(qwen3_path: Path) -> Iterator[Rig]:
    with Rig(lambda: load_as_numbers(qwen3_path)) as running:
        yield running


SHAPES: list[tuple[str, GrammarRequest, Reader]] = [
    (
        "hermes",
        GrammarRequest(HERMES, MARKERS, begin="at-once", after="end"),
        lambda text: grammars.read_json_call(text.removeprefix(CALL).removesuffix(CALL_END)),
    ),
    (
        "xml",
        GrammarRequest(XML, MARKERS, begin="at-once", after="end"),
        lambda text: grammars.read_xml_call(text.removeprefix(CALL).removesuffix(CALL_END)),
    ),
    (
        "llama",
        GrammarRequest(LLAMA, {}, begin="at-once", after="end"),
        lambda text: grammars.read_json_call(text, "parameters"),
    ),
    ("pythonic", GrammarRequest(PYTHONIC, {}, begin="at-once", after="end"), grammars.read_pythonic_calls),
    ("tagged", tagged(begin="at-once", after="end", text_triggers=()), grammars.read_tagged_call),
]


@pytest.mark.parametrize(("shape", "request_", "read"), SHAPES, ids=[name for name, *_ in SHAPES])
def test_every_call_drawn_from_random_weights_is_valid(
    rig: Rig, shape: str, request_: GrammarRequest, read: Reader
) -> None:
    names = [
        rig.submit(PROMPTS[i % 4], 1500, sampling=hot(i, (1.0, 3.0)[i % 2]), grammar=grammar(rig, request_))
        for i in range(12)
    ]
    for name, text in zip(names, wait(rig, *names), strict=True):
        assert ended(rig, name).reason == "stop", (shape, text, ended(rig, name))
        read(text)
        use = ended(rig, name).grammar
        assert use is not None
        assert (use.matches, use.open) == (1, False)


def calls_in(text: str) -> list[str]:
    return [part.split(CALL_END)[0] for part in text.split(CALL)[1:]]


def test_in_free_text_a_marker_begins_each_call_and_the_text_goes_on_behind_it(rig: Rig) -> None:
    names = [rig.submit(PROMPTS[i % 4], 600, sampling=hot(i), grammar=grammar(rig, hermes())) for i in range(4)]
    calls = 0
    for name, text in zip(names, wait(rig, *names), strict=True):
        end = ended(rig, name)
        assert end.grammar is not None
        *complete, last = calls_in(text) or [""]
        for call in complete if end.grammar.open else [*complete, last]:
            grammars.read_json_call(call)
            calls += 1
        assert end.grammar.matches == text.count(CALL_END)
    assert calls >= 8, "the model says too few calls: this proves nothing"


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


@pytest.mark.parametrize(
    "spec", [Spec(tokenizer="spm"), Spec(tokenizer="odd"), Spec(family="llama4", layers=4)], ids=["spm", "odd", "alone"]
)
def test_other_tokenizers_and_decoders_give_valid_calls_too(spec: Spec) -> None:
    with Rig(functools.partial(load_louder, cached(spec), {CALL: 5.0})) as rig:
        _, at_once, read = SHAPES[0]
        names = [rig.submit(PROMPTS[i], 900, sampling=hot(i), grammar=grammar(rig, at_once)) for i in range(4)]
        for text in wait(rig, *names):
            read(text)
        trigger = TextTrigger("e", "anywhere")
        request = GrammarRequest('start: "e" /[f-z]{2}/ "!"', {}, text_triggers=(trigger,))
        name = rig.submit(PROMPTS[0], 300, sampling=hot(1), grammar=grammar(rig, request))
        wait(rig, name)
        text = "".join(e.text if isinstance(e, Text) else "|" for e in rig.seen[name] if isinstance(e, Text | Marker))
        parts = re.split("(?<!`)e", text)[1:-1]
        assert len(parts) > 5
        assert all(re.match("[f-z]{2}!", part) for part in parts), parts


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


def test_a_trigger_as_the_last_token_before_a_row_joins_a_batch_still_counts(rig: Rig) -> None:
    """A lone row that moves into a batch is one token ahead; many joins hit the moment."""
    for i in range(8):
        first = rig.submit(PROMPTS[1], 120, sampling=hot(100 + i), grammar=grammar(rig, hermes()))
        rig.pump(lambda name=first, i=i: bool(rig.end(name)) or len(rig.seen[name]) >= 5 + i)
        other = rig.submit(PROMPTS[0], 5)
        wait(rig, first, other)
        end, text = ended(rig, first), said(rig, first)
        assert end.reason in ("length", "stop"), end
        for call in [part.split(CALL_END)[0] for part in text.split(CALL)[1:] if CALL_END in part]:
            grammars.read_json_call(call)


def test_reasoning_that_is_open_holds_every_call_back(rig: Rig) -> None:
    ids = model_of(rig).vocabulary.marker_ids
    plan = ReasoningBudget((ids["<think>"],), (ids["</think>"],), None, opened=True)
    names = [
        rig.submit(PROMPTS[0], 300, sampling=hot(i), grammar=grammar(rig, hermes()), reasoning=plan) for i in range(4)
    ]
    closed = 0
    for text in wait(rig, *names):
        inside, *parts = ("<think>" + text).split("<think>")
        assert inside == ""
        for part in parts:
            reasoning, _, _ = part.partition("</think>")
            assert CALL not in reasoning
            closed += "</think>" in part
    assert closed >= 4


def test_a_constraint_waits_for_the_reasoning_and_allows_blank_lines_behind_it(rig: Rig) -> None:
    ids = model_of(rig).vocabulary.marker_ids
    plan = ReasoningBudget((ids["<think>"],), (ids["</think>"],), 9, opened=True)
    request = GrammarRequest(HERMES, MARKERS, begin="after-reasoning", after="end")
    names = [
        rig.submit(PROMPTS[i % 4], 900, sampling=hot(i), grammar=grammar(rig, request), reasoning=plan)
        for i in range(6)
    ]
    for name, text in zip(names, wait(rig, *names), strict=True):
        _, closed, call = text.partition("</think>")
        assert closed
        assert call.lstrip("\n").startswith(CALL)
        assert len(call) - len(call.lstrip("\n")) <= 2
        grammars.read_json_call(call.strip("\n").removeprefix(CALL).removesuffix(CALL_END))
        assert ended(rig, name).reason == "stop"


def test_a_model_may_open_its_reasoning_before_the_constraint_or_not(rig: Rig) -> None:
    ids = model_of(rig).vocabulary.marker_ids
    plan = ReasoningBudget((ids["<think>"],), (ids["</think>"],), 5, opened=False)
    both = GrammarRequest(HERMES, MARKERS, begin="after-reasoning", after="end")
    never = dataclasses.replace(both, forbid=("<think>",))
    at_once = dataclasses.replace(both, begin="at-once")

    def firsts(request: GrammarRequest) -> set[str]:
        names = [
            rig.submit(PROMPTS[0], 2, sampling=hot(i, 3.0), grammar=grammar(rig, request), reasoning=plan)
            for i in range(16)
        ]
        return {text[: text.index(">") + 1] for text in wait(rig, *names)}

    assert firsts(both) == {"<think>", CALL}
    assert firsts(never) == firsts(at_once) == {CALL}


def test_the_turn_cannot_end_in_reasoning_before_a_forced_call(qwen3_path: Path) -> None:
    with Rig(functools.partial(load_louder, qwen3_path, {"<|im_end|>": 30.0})) as rig:
        ids = model_of(rig).vocabulary.marker_ids
        plan = ReasoningBudget((ids["<think>"],), (ids["</think>"],), 20, opened=True)
        request = GrammarRequest(HERMES, MARKERS, begin="after-reasoning", after="end")
        name = rig.submit(PROMPTS[0], 900, sampling=hot(1), grammar=grammar(rig, request), reasoning=plan)
        (text,) = wait(rig, name)
        assert ended(rig, name).completion_tokens > 20
        grammars.read_json_call(text.partition("</think>")[2].strip("\n").removeprefix(CALL).removesuffix(CALL_END))
        # Free to end, it ends at once.
        free = rig.submit(PROMPTS[0], 900, sampling=hot(1), grammar=grammar(rig, hermes()), reasoning=plan)
        wait(rig, free)
        assert ended(rig, free).completion_tokens == 1


def test_what_is_forbidden_is_never_said(rig: Rig) -> None:
    request = GrammarRequest("", {}, forbid=(CALL, "<think>", "no token at all"))
    names = [rig.submit(PROMPTS[i], 150, sampling=hot(i), grammar=grammar(rig, request)) for i in range(4)]
    for text in wait(rig, *names):
        assert CALL not in text
        assert "<think>" not in text
        assert "</think>" in text


def test_a_text_trigger_that_begins_and_ends_inside_tokens_begins_a_valid_call(rig: Rig) -> None:
    # Two letters that any random text has soon; most tokens that hold them go on with something else.
    lark = 'start: "re" /[a-q]{3}/ "!"'
    request = GrammarRequest(lark, {}, text_triggers=(TextTrigger("re", "anywhere"),))
    names = [rig.submit(PROMPTS[i % 4], 400, sampling=hot(i), grammar=grammar(rig, request)) for i in range(4)]
    found = 0
    wait(rig, *names)
    for name in names:
        use = ended(rig, name).grammar
        assert use is not None
        text = "".join(e.text if isinstance(e, Text) else "|" for e in rig.seen[name] if isinstance(e, Text | Marker))
        parts = re.split("(?<!`)re", text)[1:]
        if use.open:
            parts.pop()
        for part in parts:
            assert re.match("[a-q]{3}!", part), part
        found += len(parts)
    assert found >= 10


def test_several_calls_in_one_answer_need_no_second_compilation(rig: Rig) -> None:
    first = rig.submit(PROMPTS[0], 5, grammar=grammar(rig, hermes(after="end")))
    wait(rig, first)
    second = rig.submit(PROMPTS[0], 5, grammar=grammar(rig, hermes()))
    wait(rig, second)
    use = ended(rig, second).grammar
    assert use is not None
    assert use.cached


def test_a_stop_string_ends_an_answer_inside_its_call(rig: Rig) -> None:
    request = GrammarRequest(LLAMA, {}, begin="at-once")
    name = rig.submit(PROMPTS[0], 500, sampling=hot(1), stop=('", "param',), grammar=grammar(rig, request))
    (text,) = wait(rig, name)
    end = ended(rig, name)
    assert (end.reason, end.stop) == ("stop", '", "param')
    assert text.startswith('{"name": "')
    assert end.grammar is not None
    assert end.grammar.open


def test_cancelling_inside_a_call_frees_the_place(rig: Rig) -> None:
    request = GrammarRequest('start: "[" /[a-z]*/ "]"', {}, begin="at-once")
    name = rig.submit(PROMPTS[0], 100_000, grammar=grammar(rig, request))
    rig.pump(lambda: len(rig.seen[name]) >= 8)
    rig.engine.cancel(name)
    wait(rig, name)
    assert ended(rig, name).reason == "cancelled"
    assert rig.engine.health().running == 0


def test_an_answer_without_a_way_to_end_its_turn_ends_with_its_grammar(numbers: Rig) -> None:
    """Here the vocabulary has an end-of-turn token for the grammar, but not for the row: it goes on saying it."""
    request = GrammarRequest('start: "ab"', {}, begin="at-once", after="end")
    tokens = numbers.alone(PROMPTS[0], 6, grammar=grammar(numbers, request))
    assert set(tokens[-3:]) == {2041}


def script(rig: Rig, *pieces: str) -> Script:
    model = model_of(rig)
    tokens: list[int] = []
    origins: list[int] = []
    for n, piece in enumerate(pieces):
        known = model.vocabulary.marker_ids.get(piece)
        spelled = model.prompts.encode_text(piece) if known is None else [known]
        tokens += spelled
        origins += [n] * len(spelled)
    return Script(tuple(tokens), tuple(origins))


def test_a_script_that_the_grammar_allows_goes_through(rig: Rig) -> None:
    call = '\n{"name": "Read", "arguments": {"file_path": "/a b.py", "limit": 3}}\n'
    forced = script(rig, "Let me look: <tool_call> ", CALL, call, CALL_END, " and ", CALL, call, CALL_END)
    name = rig.submit(PROMPTS[0], 500, forced=forced, grammar=grammar(rig, hermes()))
    (text,) = wait(rig, name)
    end = ended(rig, name)
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
def test_a_script_that_the_grammar_refuses_is_told_where(rig: Rig, pieces: tuple[str, ...], place: str) -> None:
    request = tagged() if "<function=" in pieces[0] else hermes()
    name = rig.submit(PROMPTS[0], 500, forced=script(rig, *pieces), grammar=grammar(rig, request))
    wait(rig, name)
    end = ended(rig, name)
    assert (end.reason, end.error_code) == ("error", "forced_refused")
    assert place in (end.error_message or "")


def test_a_grammar_that_does_not_compile_ends_the_request_before_it_has_started(rig: Rig) -> None:
    request = GrammarRequest('start: %json {"propertyNames": {"type": "string"}}', {}, begin="at-once")
    name = rig.submit(PROMPTS[0], 5, grammar=grammar(rig, request))
    beside = rig.submit(PROMPTS[1], 5)
    wait(rig, name, beside)
    assert len(rig.seen[name]) == 1
    end = ended(rig, name)
    assert (end.reason, end.error_code) == ("error", "grammar_invalid")
    assert "propertyNames" in (end.error_message or "")
    assert "\n" not in (end.error_message or "")
    assert ended(rig, beside).reason == "length"


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


def test_a_slow_compilation_holds_up_its_own_request_and_no_other(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    go = threading.Event()
    compiler = model_of(rig).grammars
    real = compiler._made

    def slowly(request: GrammarRequest) -> object:
        assert go.wait(20)
        return real(request)

    monkeypatch.setattr(compiler, "_made", slowly)
    name = rig.submit(
        prompt(700, 9), 5, grammar=grammar(rig, GrammarRequest('start: "slow"', {}, begin="at-once", after="end"))
    )
    beside = rig.submit(PROMPTS[1], 5)
    wait(rig, beside)
    assert rig.seen[name] == []
    assert rig.engine.health().running == 1
    left = rig.submit(PROMPTS[0], 5, grammar=grammar(rig, GrammarRequest('start: "left"', {}, begin="at-once")))
    rig.engine.cancel(left)
    wait(rig, left)
    assert ended(rig, left).reason == "cancelled"
    go.set()
    assert wait(rig, name) == ["slow"]


def test_without_overlap_the_tokens_are_the_same(numbers: Rig, qwen3_path: Path) -> None:
    request = GrammarRequest(HERMES, MARKERS, begin="at-once")

    def tokens(rig: Rig) -> list[list[int]]:
        alone = rig.alone(PROMPTS[2], 30, grammar=grammar(rig, request))
        return [alone, *rig.finish(*(rig.submit(p, 30, grammar=grammar(rig, request)) for p in PROMPTS[:2]))]

    with Rig(lambda: load_as_numbers(qwen3_path), EngineOptions(mask_overlap=False)) as rig:
        assert tokens(rig) == tokens(numbers)
