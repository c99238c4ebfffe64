"""Calls drawn from random weights: every one is valid, and begins and ends where it should."""

import dataclasses
import functools
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from pensieve_bridge.events import Marker, Text
from pensieve_bridge.grammar_request import GrammarRequest, TextTrigger
from pensieve_bridge.reasoning import ReasoningBudget

from . import grammars
from .engines import Rig
from .grammar_rigs import CALL, CALL_END, ended, grammar, hot, model_of, wait
from .grammars import HERMES, LLAMA, MARKERS, PYTHONIC, XML, hermes, load_louder, tagged
from .test_engine import PROMPTS
from .tiny_models import Spec, cached

Reader = Callable[[str], None]

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
    loud: Rig, shape: str, request_: GrammarRequest, read: Reader
) -> None:
    names = [
        loud.submit(PROMPTS[i % 4], 1500, sampling=hot(i, (1.0, 3.0)[i % 2]), grammar=grammar(loud, request_))
        for i in range(12)
    ]
    for name, text in zip(names, wait(loud, *names), strict=True):
        assert ended(loud, name).reason == "stop", (shape, text, ended(loud, name))
        read(text)
        use = ended(loud, name).grammar
        assert use is not None
        assert (use.matches, use.open) == (1, False)


def calls_in(text: str) -> list[str]:
    return [part.split(CALL_END)[0] for part in text.split(CALL)[1:]]


def test_in_free_text_a_marker_begins_each_call_and_the_text_goes_on_behind_it(loud: Rig) -> None:
    names = [loud.submit(PROMPTS[i % 4], 600, sampling=hot(i), grammar=grammar(loud, hermes())) for i in range(4)]
    calls = 0
    for name, text in zip(names, wait(loud, *names), strict=True):
        end = ended(loud, name)
        assert end.grammar is not None
        *complete, last = calls_in(text) or [""]
        for call in complete if end.grammar.open else [*complete, last]:
            grammars.read_json_call(call)
            calls += 1
        assert end.grammar.matches == text.count(CALL_END)
    assert calls >= 8, "the model says too few calls: this proves nothing"


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


def test_reasoning_that_is_open_holds_every_call_back(loud: Rig) -> None:
    ids = model_of(loud).vocabulary.marker_ids
    plan = ReasoningBudget((ids["<think>"],), (ids["</think>"],), None, opened=True)
    names = [
        loud.submit(PROMPTS[0], 300, sampling=hot(i), grammar=grammar(loud, hermes()), reasoning=plan) for i in range(4)
    ]
    closed = 0
    for text in wait(loud, *names):
        inside, *parts = ("<think>" + text).split("<think>")
        assert inside == ""
        for part in parts:
            reasoning, _, _ = part.partition("</think>")
            assert CALL not in reasoning
            closed += "</think>" in part
    assert closed >= 4


def test_a_constraint_waits_for_the_reasoning_and_allows_blank_lines_behind_it(loud: Rig) -> None:
    ids = model_of(loud).vocabulary.marker_ids
    plan = ReasoningBudget((ids["<think>"],), (ids["</think>"],), 9, opened=True)
    request = GrammarRequest(HERMES, MARKERS, begin="after-reasoning", after="end")
    names = [
        loud.submit(PROMPTS[i % 4], 900, sampling=hot(i), grammar=grammar(loud, request), reasoning=plan)
        for i in range(6)
    ]
    for name, text in zip(names, wait(loud, *names), strict=True):
        _, closed, call = text.partition("</think>")
        assert closed
        assert call.lstrip("\n").startswith(CALL)
        assert len(call) - len(call.lstrip("\n")) <= 2
        grammars.read_json_call(call.strip("\n").removeprefix(CALL).removesuffix(CALL_END))
        assert ended(loud, name).reason == "stop"


def test_a_model_may_open_its_reasoning_before_the_constraint_or_not(loud: Rig) -> None:
    ids = model_of(loud).vocabulary.marker_ids
    plan = ReasoningBudget((ids["<think>"],), (ids["</think>"],), 5, opened=False)
    both = GrammarRequest(HERMES, MARKERS, begin="after-reasoning", after="end")
    never = dataclasses.replace(both, forbid=("<think>",))
    at_once = dataclasses.replace(both, begin="at-once")

    def firsts(request: GrammarRequest) -> set[str]:
        names = [
            loud.submit(PROMPTS[0], 2, sampling=hot(i, 3.0), grammar=grammar(loud, request), reasoning=plan)
            for i in range(16)
        ]
        return {text[: text.index(">") + 1] for text in wait(loud, *names)}

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


def test_what_is_forbidden_is_never_said(loud: Rig) -> None:
    request = GrammarRequest("", {}, forbid=(CALL, "<think>", "no token at all"))
    names = [loud.submit(PROMPTS[i], 150, sampling=hot(i), grammar=grammar(loud, request)) for i in range(4)]
    for text in wait(loud, *names):
        assert CALL not in text
        assert "<think>" not in text
        assert "</think>" in text


def test_a_text_trigger_that_begins_and_ends_inside_tokens_begins_a_valid_call(loud: Rig) -> None:
    # Two letters that any random text has soon; most tokens that hold them go on with something else.
    lark = 'start: "re" /[a-q]{3}/ "!"'
    request = GrammarRequest(lark, {}, text_triggers=(TextTrigger("re", "anywhere"),))
    names = [loud.submit(PROMPTS[i % 4], 400, sampling=hot(i), grammar=grammar(loud, request)) for i in range(4)]
    found = 0
    wait(loud, *names)
    for name in names:
        use = ended(loud, name).grammar
        assert use is not None
        text = "".join(e.text if isinstance(e, Text) else "|" for e in loud.seen[name] if isinstance(e, Text | Marker))
        parts = re.split("(?<!`)re", text)[1:]
        if use.open:
            parts.pop()
        for part in parts:
            assert re.match("[a-q]{3}!", part), part
        found += len(parts)
    assert found >= 10


def test_several_calls_in_one_answer_need_no_second_compilation(loud: Rig) -> None:
    first = loud.submit(PROMPTS[0], 5, grammar=grammar(loud, hermes(after="end")))
    wait(loud, first)
    second = loud.submit(PROMPTS[0], 5, grammar=grammar(loud, hermes()))
    wait(loud, second)
    use = ended(loud, second).grammar
    assert use is not None
    assert use.cached


def test_an_answer_without_a_way_to_end_its_turn_ends_with_its_grammar(numbers: Rig) -> None:
    """Here the vocabulary has an end-of-turn token for the grammar, but not for the row: it goes on saying it."""
    request = GrammarRequest('start: "ab"', {}, begin="at-once", after="end")
    tokens = numbers.alone(PROMPTS[0], 6, grammar=grammar(numbers, request))
    assert set(tokens[-3:]) == {2041}
