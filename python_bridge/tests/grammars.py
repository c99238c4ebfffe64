"""Grammars written by hand in the shapes of real families, a check of what they should give, and a louder model."""

import dataclasses
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import mlx.core as mx

from pensieve_bridge.grammar_request import GrammarRequest, TextTrigger
from pensieve_bridge.model import LoadedModel, load_model

Schema = dict[str, Any]

# The separators that models write: without them a grammar allows none, or any amount of white space for ever.
SEPARATORS = {
    "whitespace_flexible": False,
    "item_separator": ", ",
    "key_separator": ": ",
    "coerce_one_of": True,
}
_STATUS = {
    "type": "object",
    "properties": {
        "content": {"type": "string", "maxLength": 12},
        "done": {"type": "boolean"},
    },
    "required": ["content", "done"],
    "additionalProperties": False,
}
TOOLS: dict[str, Schema] = {
    "Read": {
        "type": "object",
        "properties": {
            "file_path": {"type": "string", "maxLength": 24},
            "limit": {"type": "integer", "minimum": 1, "maximum": 2**53 - 1},
            "mode": {"enum": ["content", "count"]},
        },
        "required": ["file_path"],
        "additionalProperties": False,
    },
    "TodoWrite": {
        "type": "object",
        "properties": {
            "todos": {"type": "array", "items": _STATUS, "minItems": 1, "maxItems": 3},
            "target": {"anyOf": [{"type": "integer"}, {"type": "null"}, {"type": "string", "pattern": "^[a-z]{1,8}$"}]},
        },
        "required": ["todos"],
        "additionalProperties": False,
    },
}
MARKERS = {"CALL": "<tool_call>", "CALL_END": "</tool_call>", "GONE": "<|not_here|>"}


def quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def json_rule(schema: Schema) -> str:
    return f"%json {json.dumps({**schema, 'x-guidance': SEPARATORS})}"


def _rules(start: str, call: Callable[[int, str], str]) -> str:
    """`start` uses the rule `call`; each tool has a rule of its own and one for its arguments."""
    lines = [start, "call: " + " | ".join(f"c{i}" for i in range(len(TOOLS)))]
    for i, (name, schema) in enumerate(TOOLS.items()):
        lines += [f"c{i}: {call(i, name)}", f"j{i}: {json_rule(schema)}"]
    return "\n".join(lines)


def _named(i: int, name: str, arguments: str = "arguments") -> str:
    opened = '{"name": "' + name + '", "' + arguments + '": '
    return f"{quoted(opened)} j{i} {quoted('}')}"


HERMES = _rules(r'start: <[CALL]> "\n" call "\n" <[CALL_END]>', _named)
LLAMA = _rules("start: call", lambda i, name: _named(i, name, "parameters"))
TAGGED = _rules(r'start: "<function=" call "</function>"', lambda i, name: f"{quoted(name + '>')} j{i}")


def _xml() -> str:
    """Qwen3-Coder: strings are raw text up to the closing tag."""
    return "\n".join(
        [
            r'start: <[CALL]> "\n<function=" call "</function>\n" <[CALL_END]>',
            r'call: "Read>\n" path limit?',
            r'path: "<parameter=file_path>\n" raw',
            r'limit: "<parameter=limit>\n" /[0-9]{1,6}/ "\n</parameter>\n"',
            'raw[suffix="\\n</parameter>\\n"]: /(?s:.{0,24})/',
        ]
    )


XML = _xml()
PYTHONIC = "\n".join(
    [
        'start: "[" call (", " call)? "]"',
        'call: "Read(file_path=" text ", limit=" /[1-9][0-9]{0,5}/ ")" | "Stop()"',
        "text: " + json_rule({"type": "string", "maxLength": 20}),
    ]
)


def hermes(**fields: Any) -> GrammarRequest:
    return GrammarRequest(HERMES, MARKERS, **{"marker_triggers": ("<tool_call>",), **fields})


def tagged(**fields: Any) -> GrammarRequest:
    return GrammarRequest(TAGGED, {}, **{"text_triggers": (TextTrigger("<function=", "anywhere"),), **fields})


def read_json_call(text: str, arguments: str = "arguments") -> None:
    """Raises where this is no valid call."""
    found = json.loads(text)
    assert set(found) == {"name", arguments}
    check(found[arguments], TOOLS[found["name"]])


def read_tagged_call(text: str) -> None:
    found = re.fullmatch(r"<function=(\w+)>(.*)</function>", text, re.DOTALL)
    assert found, text
    check(json.loads(found[2]), TOOLS[found[1]])


def read_xml_call(text: str) -> None:
    found = re.fullmatch(
        r"\n<function=Read>\n<parameter=file_path>\n(?s:.{0,24}?)\n</parameter>\n"
        r"(<parameter=limit>\n\d{1,6}\n</parameter>\n)?</function>\n",
        text,
    )
    assert found, text


def read_pythonic_calls(text: str) -> None:
    one = r'(?:Read\(file_path="(?:[^"\\]|\\.)*", limit=[1-9]\d{0,5}\)|Stop\(\))'
    assert re.fullmatch(rf"\[{one}(?:, {one})?\]", text), text


def check(value: Any, schema: Schema) -> None:
    """The keywords used above, and no others."""
    if "anyOf" in schema:
        assert any(_valid(value, choice) for choice in schema["anyOf"])
        return
    if "enum" in schema:
        assert value in schema["enum"]
        return
    kinds = {"string": str, "integer": int, "boolean": bool, "object": dict, "array": list, "null": type(None)}
    assert type(value) is kinds[schema["type"]], (value, schema)
    if isinstance(value, str):
        assert len(value) <= schema.get("maxLength", 100)
        assert re.search(schema.get("pattern", ""), value)
    if isinstance(value, int) and "minimum" in schema:
        assert schema["minimum"] <= value <= schema["maximum"]
    if isinstance(value, list):
        assert schema["minItems"] <= len(value) <= schema["maxItems"]
        for item in value:
            check(item, schema["items"])
    if isinstance(value, dict):
        assert set(schema["required"]) <= set(value) <= set(schema["properties"])
        for name, item in value.items():
            check(item, schema["properties"][name])


def _valid(value: Any, schema: Schema) -> bool:
    try:
        check(value, schema)
    except AssertionError:
        return False
    return True


class Louder:
    """A network whose logits are raised for some tokens, so that a random model says them often."""

    def __init__(self, network: Any, raised: dict[int, float]) -> None:
        self._network = network
        self._raised = raised

    def __call__(self, tokens: mx.array, **caches: Any) -> mx.array:
        logits = self._network(tokens, **caches)
        bias = mx.zeros((logits.shape[-1],))
        for token, by in self._raised.items():
            bias[token] = by
        return logits + bias

    def __getattr__(self, name: str) -> Any:
        return getattr(self._network, name)


def load_louder(path: Path, markers: dict[str, float]) -> LoadedModel:
    """The model, with these markers that much likelier (natural logarithms)."""
    model = load_model(path)
    raised = {model.vocabulary.marker_ids[marker]: by for marker, by in markers.items()}
    return dataclasses.replace(model, network=Louder(model.network, raised))
