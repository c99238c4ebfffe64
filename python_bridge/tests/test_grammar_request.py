"""A grammar that is written wrongly is refused with the name of the field."""

from typing import Any

import pytest

from pensieve_bridge.grammar_request import GrammarRequest, TextTrigger, parse_check, parse_grammar
from pensieve_bridge.wire import Refusal

GOOD: dict[str, Any] = {"lark": 'start: "a"', "markers": {}, "begin": "on-trigger", "triggers": [], "after": "free"}

WRONG: list[tuple[str, dict[str, Any]]] = [
    ("grammar.lark", {"lark": None}),
    ("grammar.lark", {"lark": "", "begin": "at-once"}),
    ("grammar.lark", {"lark": "", "triggers": [{"marker": "<a>"}]}),
    ("grammar.markers", {"markers": ["a"]}),
    ("grammar.markers.A", {"markers": {"A": 1}}),
    ("grammar.markers.A", {"markers": {"A": ""}}),
    ("grammar.begin", {"begin": None}),
    ("grammar.begin", {"begin": "now"}),
    ("grammar.begin", {"begin": ["now"]}),
    ("grammar.after", {"after": "stop"}),
    ("grammar.triggers", {"triggers": {}}),
    ("grammar.triggers[0]", {"triggers": ["a"]}),
    ("grammar.triggers[0]", {"triggers": [{"text": "a"}]}),
    ("grammar.triggers[0]", {"triggers": [{"marker": "a", "at": "line"}]}),
    ("grammar.triggers[1].marker", {"triggers": [{"marker": "a"}, {"marker": ""}]}),
    ("grammar.triggers[0].text", {"triggers": [{"text": 1, "at": "line"}]}),
    ("grammar.triggers[0].at", {"triggers": [{"text": "a", "at": "end"}]}),
    ("grammar.forbid", {"forbid": "a"}),
    ("grammar.forbid[0]", {"forbid": [3]}),
    ("grammar.trigger", {"trigger": []}),
]


@pytest.mark.parametrize(("field", "change"), WRONG)
def test_a_wrong_field_is_named(field: str, change: dict[str, Any]) -> None:
    with pytest.raises(Refusal) as caught:
        parse_grammar({**GOOD, **change})
    assert caught.value.body()["error"]["field"] == field


def test_everything_that_is_asked_arrives() -> None:
    asked = {
        "lark": "start: <[A]>",
        "markers": {"A": "<a>"},
        "begin": "after-reasoning",
        "triggers": [{"marker": "<a>"}, {"text": "b", "at": "line"}],
        "after": "end",
        "forbid": ["<c>"],
    }
    assert parse_grammar(asked) == GrammarRequest(
        "start: <[A]>", {"A": "<a>"}, "after-reasoning", ("<a>",), (TextTrigger("b", "line"),), "end", ("<c>",)
    )


def test_only_what_is_forbidden_may_be_asked() -> None:
    asked = {"lark": "", "begin": "on-trigger", "after": "free", "forbid": ["<a>"]}
    assert parse_grammar(asked) == GrammarRequest("", {}, forbid=("<a>",))


@pytest.mark.parametrize(
    ("field", "body"),
    [
        ("grammars", {"grammars": {}}),
        ("grammars[1]", {"grammars": [{"lark": "a"}, 3]}),
        ("grammars[0].lark", {"grammars": [{}]}),
        ("grammars[0].markers.A", {"grammars": [{"lark": "a", "markers": {"A": None}}]}),
    ],
)
def test_a_wrong_check_is_named(field: str, body: dict[str, Any]) -> None:
    with pytest.raises(Refusal) as caught:
        parse_check(body)
    assert caught.value.body()["error"]["field"] == field
