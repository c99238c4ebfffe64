"""Grammars over the socket: what is asked, what is refused, what is reported."""

import json
import re
from typing import Any

from . import grammars
from .grammars import HERMES, LLAMA, MARKERS, SEPARATORS
from .running import Bridge, end_of, idle, pieces_of, text_of
from .test_server import forced

CALL: dict[str, Any] = {
    "lark": HERMES,
    "markers": MARKERS,
    "begin": "on-trigger",
    "triggers": [{"marker": "<tool_call>"}],
    "after": "free",
    "forbid": [],
}
HOT = {"temperature": 1.0, "seed": 3}


def asked(**fields: Any) -> dict[str, Any]:
    return {**CALL, **fields}


def test_a_forced_call_is_a_valid_call(bridge: Bridge) -> None:
    grammar = asked(begin="at-once", after="end", triggers=[])
    lines = bridge.generate(grammar=grammar, sampling=HOT, maxTokens=900)
    first, *_, last = pieces_of(lines)
    assert (first["marker"], last["marker"]) == ("<tool_call>", "</tool_call>")
    grammars.read_json_call(text_of(lines))
    end = end_of(lines)
    assert (end["reason"], end["endToken"]) == ("stop", "<|im_end|>")
    use = end["grammar"]
    assert (use["matches"], use["open"]) == (1, False)
    # The end of the turn is no longer the grammar's.
    assert use["constrainedTokens"] == end["completionTokens"] - 1
    assert use["maskSeconds"] > 0


def test_an_answer_without_a_grammar_says_nothing_of_one(bridge: Bridge) -> None:
    assert "grammar" not in end_of(bridge.generate(maxTokens=3))


def test_a_grammar_that_does_not_compile_is_an_error_before_the_start(bridge: Bridge) -> None:
    schema = {"type": "object", "propertyNames": {"pattern": "^a"}, "x-guidance": SEPARATORS}
    grammar = asked(lark=f"start: a\na: %json {json.dumps(schema)}", begin="at-once", triggers=[])
    lines = bridge.generate(grammar=grammar)
    assert [line["type"] for line in lines] == ["accepted", "finished"]
    error = end_of(lines)["error"]
    assert error["code"] == "grammar_invalid"
    assert re.match(r"at 2\(\d+\): .*propertyNames", error["message"])


def test_a_name_that_is_not_among_the_markers_is_an_error(bridge: Bridge) -> None:
    error = end_of(bridge.generate(grammar=asked(markers={})))["error"]
    assert error["code"] == "grammar_invalid"
    assert "<[CALL]>" in error["message"]


def test_a_trigger_that_the_grammar_does_not_begin_with_is_an_error(bridge: Bridge) -> None:
    error = end_of(bridge.generate(grammar=asked(triggers=[{"marker": "<think>"}])))["error"]
    assert error["code"] == "grammar_invalid"
    assert "<think>" in error["message"]


def test_a_marker_trigger_must_be_a_token(bridge: Bridge) -> None:
    answer = bridge.open(grammar=asked(triggers=[{"marker": "<nope>"}]))
    assert answer.status == 400
    assert answer.error()["field"] == "grammar.triggers"


def test_a_wrong_field_is_refused_by_name(bridge: Bridge) -> None:
    answer = bridge.open(grammar=asked(begin="soon"))
    assert answer.status == 400
    assert answer.error()["field"] == "grammar.begin"


def test_a_text_trigger_counts_at_the_start_only(bridge: Bridge) -> None:
    grammar = asked(lark=LLAMA, triggers=[{"text": '{"name": "', "at": "start"}])
    call = '{"name": "Read", "parameters": {"file_path": "a"}}'
    fine = end_of(bridge.generate(grammar=grammar, forced=forced(f" \n{call}"), maxTokens=200))
    assert (fine["reason"], fine["grammar"]["matches"]) == ("stop", 1)
    talk = end_of(bridge.generate(grammar=grammar, forced=forced(f"So: {call[:12]} nothing"), maxTokens=200))
    assert (talk["reason"], talk["grammar"]["matches"]) == ("stop", 0)
    wrong = end_of(bridge.generate(grammar=grammar, forced=forced('{"name": "Rad"'), maxTokens=200))
    assert wrong["error"]["code"] == "forced_refused"


def test_reasoning_markers_may_mix_tokens_and_text(bridge: Bridge) -> None:
    """As gpt-oss: a call inside such reasoning is refused, behind it not."""
    reasoning = {"start": "<tool_response>analysis<think>", "end": "</think>", "budget": None}
    opened = [{"marker": "<tool_response>"}, "analysis", {"marker": "<think>"}, "hm"]
    marker = {"marker": "<tool_call>"}
    inside = bridge.generate(grammar=CALL, reasoning=reasoning, forced=forced(*opened, marker), maxTokens=200)
    assert "forced[4]" in end_of(inside)["error"]["message"]
    call = '\n{"name": "Read", "arguments": {"file_path": "a"}}\n'
    behind = [*opened, {"marker": "</think>"}, marker, call, {"marker": "</tool_call>"}]
    lines = bridge.generate(grammar=CALL, reasoning=reasoning, forced=forced(*behind), maxTokens=200)
    assert end_of(lines)["grammar"]["matches"] == 1


def test_grammars_can_be_checked_one_by_one(bridge: Bridge) -> None:
    wrong = 'start: "a" b'
    status, body = bridge.post("/grammar/check", {"grammars": [{"lark": HERMES, "markers": MARKERS}, {"lark": wrong}]})
    assert status == 200
    good, bad = body["grammars"]
    assert (good["ok"], "error" in good) == (True, False)
    assert bad["ok"] is False
    assert bad["error"].startswith("at 1(")
    assert good["milliseconds"] > 0
    status, body = bridge.post("/grammar/check", {"grammars": [{}]})
    assert (status, body["error"]["field"]) == (400, "grammars[0].lark")


def test_the_model_says_whether_it_can_carry_grammars(bridge: Bridge) -> None:
    assert bridge.get("/model")["grammar"] is True


def test_compilations_and_their_reuse_are_counted(bridge: Bridge) -> None:
    before = idle(bridge)["grammar"]
    grammar = asked(lark='start: <[CALL]> "counted"')
    found = [end_of(bridge.generate(grammar=grammar, maxTokens=2))["grammar"]["cached"] for _ in range(3)]
    after = idle(bridge)["grammar"]
    assert found == [False, True, True]
    assert after["compiled"] - before["compiled"] == 1
    assert after["reused"] - before["reused"] == 2
    assert after["compileSeconds"] > before["compileSeconds"]
