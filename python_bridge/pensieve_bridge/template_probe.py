"""What a chat template supports, found by rendering small conversations once at load."""

import re
from dataclasses import dataclass
from typing import Literal

from .prompt import PromptBuilder
from .wire import Json, PromptRequest, Refusal

_SYSTEM, _USER, _ANSWER, _LATER, _LAST = (
    "quokka one",
    "quokka two",
    "quokka three",
    "quokka four",
    "quokka five",
)
_TOOL, _ARGUMENT, _RESULT = "quokka_tool", "quokka_argument", "quokka result"

# A think tag, however the family spells it, with nothing but white space behind it.
_OPEN_THINK = re.compile(r"<[|\w:]*think[|\w:]*>\s*$")


@dataclass(slots=True, frozen=True)
class TemplateFacts:
    """The `template` object of `/model` (D03), without the text."""

    system: Literal["none", "first", "anywhere"]
    tools: bool
    tool_calls: bool
    tool_results: bool
    alternates: bool
    thinking_option: str | None
    opens_reasoning: bool


def probe_template(builder: PromptBuilder) -> TemplateFacts:
    """Render and look. A conversation that the template refuses counts as not supported."""
    probe = _Probe(builder)
    user, answer = _turn("user", _USER), _turn("assistant", _ANSWER)
    thinking = next((o for o in ("enable_thinking", "thinking") if probe.option_matters([user], o)), None)
    return TemplateFacts(
        system=_system(probe),
        tools=_TOOL in probe.text([user], tools=[_tool()]),
        tool_calls=_shows_call(probe),
        tool_results=_RESULT in probe.text([user, _call(), _result()], tools=[_tool()]),
        alternates=not probe.text([user, _turn("user", _LATER), answer, _turn("user", _LAST)]),
        thinking_option=thinking,
        opens_reasoning=bool(_OPEN_THINK.search(probe.text([user]))),
    )


class _Probe:
    def __init__(self, builder: PromptBuilder) -> None:
        self._builder = builder

    def text(self, messages: list[Json], tools: list[Json] | None = None, options: Json | None = None) -> str:
        """The rendered text, or "" when the template refuses."""
        try:
            return self._builder.build(PromptRequest(messages, tools or [], options or {})).text
        except Refusal:
            return ""

    def option_matters(self, messages: list[Json], option: str) -> bool:
        on, off = (self.text(messages, options={option: value}) for value in (True, False))
        return on != off


def _system(probe: _Probe) -> Literal["none", "first", "anywhere"]:
    first, user, answer = _turn("system", _SYSTEM), _turn("user", _USER), _turn("assistant", _ANSWER)
    if _SYSTEM not in probe.text([first, user]):
        return "none"
    text = probe.text([first, user, answer, _turn("system", _LATER), _turn("user", _LAST)])
    return "anywhere" if text.find(_ANSWER) < text.find(_LATER) < text.find(_LAST) else "first"


def _shows_call(probe: _Probe) -> bool:
    text = probe.text([_turn("user", _USER), _call(), _result(), _turn("user", _LAST)], tools=[_tool("another")])
    return _TOOL in text and _ARGUMENT in text


def _turn(role: str, content: str) -> Json:
    return {"role": role, "content": content}


def _tool(name: str = _TOOL) -> Json:
    parameters = {"type": "object", "properties": {"path": {"type": "string"}}, "required": ["path"]}
    return {"type": "function", "function": {"name": name, "description": "Looks.", "parameters": parameters}}


def _call() -> Json:
    # Mistral's templates want ids of nine letters and digits.
    function = {"name": _TOOL, "arguments": {"path": _ARGUMENT}}
    return {
        **_turn("assistant", ""),
        "tool_calls": [{"type": "function", "id": "quokka123", "function": function}],
    }


def _result() -> Json:
    return {**_turn("tool", _RESULT), "tool_call_id": "quokka123", "name": _TOOL}
