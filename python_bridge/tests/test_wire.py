"""Requests that are wrong are refused with the name of the field."""

from typing import Any

import pytest

from pensieve_bridge.wire import Refusal, parse_body, parse_generate

from .running import request

MESSAGE = {"role": "user", "content": "hi"}
CALL = {"role": "assistant", "content": "", "tool_calls": [{"function": {"name": "f", "arguments": "{}"}}]}

WRONG: list[tuple[str, dict[str, Any]]] = [
    ("messages", {"messages": None}),
    ("messages", {"messages": []}),
    ("messages", {"messages": "hi"}),
    ("messages[0]", {"messages": ["hi"]}),
    ("messages[0].role", {"messages": [{"content": "hi"}]}),
    ("messages[1].role", {"messages": [MESSAGE, {"role": "robot", "content": ""}]}),
    ("messages[0].content", {"messages": [{"role": "user", "content": [{"type": "text"}]}]}),
    ("messages[0].name", {"messages": [{**MESSAGE, "name": 3}]}),
    ("messages[0].tool_calls", {"messages": [{**MESSAGE, "tool_calls": CALL["tool_calls"]}]}),
    ("messages[1].tool_calls[0].function.arguments", {"messages": [MESSAGE, CALL]}),
    ("tools[0].function", {"tools": [{"type": "function"}]}),
    ("tools[0].function.name", {"tools": [{"function": {}}]}),
    ("templateOptions", {"templateOptions": [1]}),
    ("templateOptions.messages", {"templateOptions": {"messages": []}}),
    ("continueFinal", {"continueFinal": "yes"}),
    ("continueFinal", {"continueFinal": True}),
    ("turnKeys[0].message", {"turnKeys": [{"message": 1, "key": "k"}]}),
    ("turnKeys[0].key", {"turnKeys": [{"message": 0}]}),
    ("maxTokens", {"maxTokens": None}),
    ("maxTokens", {"maxTokens": -1}),
    ("maxTokens", {"maxTokens": 1.5}),
    ("maxTokens", {"maxTokens": True}),
    ("logprobs", {"logprobs": -1}),
    ("logprobs", {"logprobs": True}),
    ("sampling.temperature", {"sampling": {"temperature": "hot"}}),
    ("sampling.temperature", {"sampling": {"temperature": -1}}),
    ("sampling.topP", {"sampling": {"topP": 1.5}}),
    ("sampling.topP", {"sampling": {"topP": 0}}),
    ("sampling.topK", {"sampling": {"topK": 1.5}}),
    ("sampling.seed", {"sampling": {"seed": "x"}}),
    ("sampling.heat", {"sampling": {"heat": 1}}),
    ("stop[1]", {"stop": ["a", ""]}),
    ("stop[0]", {"stop": [1]}),
    ("grammar", {"grammar": "start: x"}),
    ("reasoning.start", {"reasoning": {}}),
    ("reasoning.end", {"reasoning": {"start": "<think>", "end": ""}}),
    ("reasoning.budget", {"reasoning": {"start": "<think>", "end": "</think>", "budget": -5}}),
    ("class", {"class": "vip"}),
    ("session", {"session": 1}),
    ("forced[0]", {"forced": [{"txt": "a"}]}),
    ("forced[1]", {"forced": [{"text": "a"}, {"text": "a", "marker": "b"}]}),
    ("temprature", {"temprature": 1}),
]


@pytest.mark.parametrize(("field", "change"), WRONG)
def test_a_wrong_field_is_named(field: str, change: dict[str, Any]) -> None:
    with pytest.raises(Refusal) as caught:
        parse_generate({**request(), **change})
    assert caught.value.status == 400
    assert caught.value.body()["error"]["code"] == "invalid_request"
    assert caught.value.body()["error"]["field"] == field
    assert field in str(caught.value)


@pytest.mark.parametrize("raw", [b"", b"{", b"[]", b'"text"', b"\xff", b"[" * 100_000])
def test_a_body_that_is_no_object_is_refused(raw: bytes) -> None:
    with pytest.raises(Refusal, match="body"):
        parse_body(raw)


def test_null_is_the_same_as_absent() -> None:
    body = request() | dict.fromkeys(
        ("tools", "templateOptions", "turnKeys", "sampling", "stop", "grammar", "reasoning", "session", "forced")
    )
    assert parse_generate(body) == parse_generate(request())


def test_everything_that_is_asked_arrives() -> None:
    sampling = {
        "temperature": 0.5,
        "topP": 0.9,
        "topK": 20,
        "minP": 0.1,
        "repetitionPenalty": 1.1,
        "presencePenalty": 0.2,
        "frequencyPenalty": 0.3,
        "seed": 7,
    }
    found = parse_generate(request(sampling=sampling, stop=["a", "b"], maxTokens=9, **{"class": "title"}))
    values = (getattr(found.sampling, name) for name in found.sampling.__slots__)
    assert list(values) == list(sampling.values())
    assert (found.stop, found.max_tokens, found.request_class) == (("a", "b"), 9, "title")
