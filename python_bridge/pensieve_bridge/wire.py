"""The shapes of D03 and their validation: a request that is wrong is refused with the field's name."""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

Json = dict[str, Any]

CLASSES = ("main", "subagent", "title", "compaction", "classifier", "probe", "background")
ROLES = ("system", "user", "assistant", "tool")


class Refusal(Exception):
    """An answer other than 200, sent before any line: `{"error": {"code", "message", …}}`."""

    def __init__(self, status: int, code: str, message: str, **extra: object) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.extra = extra

    def body(self) -> Json:
        return {"error": {"code": self.code, "message": str(self), **self.extra}}


def invalid(where: str, problem: str) -> Refusal:
    """400 `invalid_request`; `where` is the path of the field, such as `messages[2].role`."""
    return Refusal(400, "invalid_request", f"{where} {problem}", field=where)


@dataclass(slots=True, frozen=True)
class Sampling:
    """What the request says about sampling; None = the model's own default."""

    temperature: float | None = None
    top_p: float | None = None
    top_k: int | None = None
    min_p: float | None = None
    repetition_penalty: float | None = None
    presence_penalty: float | None = None
    frequency_penalty: float | None = None
    seed: int | None = None


@dataclass(slots=True, frozen=True)
class ForcedPiece:
    """One scripted piece: exactly one of the two is set."""

    text: str | None
    marker: str | None


@dataclass(slots=True, frozen=True)
class Reasoning:
    """How this model writes its reasoning, and how many tokens it may take (None = no limit)."""

    start: str
    end: str
    budget: int | None


@dataclass(slots=True, frozen=True)
class TurnKey:
    """The name of the conversation up to and including a message."""

    message: int
    key: str


@dataclass(slots=True, frozen=True)
class PromptRequest:
    """What becomes the prompt: the part `/count` and `/generate` share."""

    messages: list[Json]
    tools: list[Json] = field(default_factory=list[Json])
    template_options: Json = field(default_factory=dict[str, Any])
    continue_final: bool = False
    turn_keys: tuple[TurnKey, ...] = ()


@dataclass(slots=True, frozen=True)
class GenerateRequest:
    """A checked `/generate` body."""

    prompt: PromptRequest
    max_tokens: int
    sampling: Sampling
    stop: tuple[str, ...]
    request_class: str
    session: str | None
    agent: str | None
    forced: tuple[ForcedPiece, ...] | None
    reasoning: Reasoning | None
    grammar: Json | None
    """Checked by `grammar_request`."""
    cache_point: int = 0
    logprobs: int | None = None
    """How many likely tokens are told of each that is sampled; None: nothing is told."""


_PROMPT_FIELDS = frozenset({"messages", "tools", "templateOptions", "continueFinal", "turnKeys"})
_GENERATE_FIELDS = _PROMPT_FIELDS | {
    *("sampling", "stop", "maxTokens", "grammar", "reasoning", "class", "session", "agent"),
    *("forced", "cachePoint", "logprobs"),
}
_SAMPLING_FIELDS = {
    "temperature": ("temperature", 0.0, 100.0),
    "topP": ("top_p", 0.0, 1.0),
    "minP": ("min_p", 0.0, 1.0),
    "repetitionPenalty": ("repetition_penalty", 0.0, 100.0),
    "presencePenalty": ("presence_penalty", -100.0, 100.0),
    "frequencyPenalty": ("frequency_penalty", -100.0, 100.0),
}


def parse_body(raw: bytes) -> Json:
    """The body as a JSON object. Raises `Refusal` 400."""
    try:
        value: object = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise invalid("body", f"is not JSON: {error}") from None
    return _object(value, "body")


def parse_prompt(body: Json, allowed: frozenset[str] = _GENERATE_FIELDS) -> PromptRequest:
    """The prompt fields of a `/count` or `/generate` body. Raises `Refusal` 400 naming the field."""
    unknown = sorted(set(body) - allowed)
    if unknown:
        raise invalid(unknown[0], "is not a field of this request")
    messages = [_message(item, f"messages[{i}]") for i, item in enumerate(_list(body.get("messages"), "messages"))]
    if not messages:
        raise invalid("messages", "must hold at least one message")
    continue_final = _bool(body, "continueFinal")
    if continue_final and messages[-1]["role"] != "assistant":
        raise invalid("continueFinal", "needs an assistant message as the last one")
    keys = enumerate(_list(body.get("turnKeys") or [], "turnKeys"))
    turn_keys = tuple(_turn_key(item, f"turnKeys[{i}]", len(messages)) for i, item in keys)
    tools = [_tool(item, f"tools[{i}]") for i, item in enumerate(_list(body.get("tools") or [], "tools"))]
    options = _object(body.get("templateOptions") or {}, "templateOptions")
    for name in options:
        if name in ("messages", "tools", "add_generation_prompt"):
            raise invalid(f"templateOptions.{name}", "is set by the bridge")
    return PromptRequest(messages, tools, options, continue_final, turn_keys)


def parse_generate(body: Json) -> GenerateRequest:
    """A whole `/generate` body. Raises `Refusal` 400 naming the field."""
    prompt = parse_prompt(body)
    max_tokens = _integer(body.get("maxTokens"), "maxTokens", 0)
    request_class = _text(body.get("class") or "main", "class")
    if request_class not in CLASSES:
        raise invalid("class", f"must be one of {', '.join(CLASSES)}, not {request_class!r}")
    reasoning = None
    if body.get("reasoning") is not None:
        reasoning = _reasoning(_object(body["reasoning"], "reasoning"))
    stop = tuple(_text(s, f"stop[{i}]") for i, s in enumerate(_list(body.get("stop") or [], "stop")))
    if "" in stop:
        raise invalid(f"stop[{stop.index('')}]", "must not be empty")
    forced = None
    if body.get("forced") is not None:
        items = _list(body["forced"], "forced")
        forced = tuple(_forced(item, f"forced[{i}]") for i, item in enumerate(items))
    return GenerateRequest(
        prompt=prompt,
        max_tokens=max_tokens,
        sampling=_sampling(_object(body.get("sampling") or {}, "sampling")),
        stop=stop,
        request_class=request_class,
        session=_optional_text(body, "session"),
        agent=_optional_text(body, "agent"),
        forced=forced,
        reasoning=reasoning,
        cache_point=_integer(body.get("cachePoint") or 0, "cachePoint", 0),
        logprobs=None if body.get("logprobs") is None else _integer(body["logprobs"], "logprobs", 0),
        grammar=None if body.get("grammar") is None else _object(body["grammar"], "grammar"),
    )


def parse_seal(body: Json) -> tuple[str, str]:
    """A `/seal` body: (generation, key). Raises `Refusal` 400 naming the field."""
    return _text(body.get("generation"), "generation"), _text(body.get("key"), "key")


def _message(value: object, where: str) -> Json:
    message = dict(_object(value, where))
    role = _text(message.get("role"), f"{where}.role")
    if role not in ROLES:
        raise invalid(f"{where}.role", f"must be one of {', '.join(ROLES)}, not {role!r}")
    # Templates add strings: a null content would raise in most of them.
    content = message.get("content")
    message["content"] = "" if content is None else _text(content, f"{where}.content")
    for name in ("reasoning_content", "tool_call_id", "name"):
        if message.get(name) is None:
            message.pop(name, None)
        else:
            _text(message[name], f"{where}.{name}")
    calls = _list(message.pop("tool_calls", None) or [], f"{where}.tool_calls")
    if calls:
        if role != "assistant":
            raise invalid(f"{where}.tool_calls", "belongs to assistant messages only")
        message["tool_calls"] = [_call(c, f"{where}.tool_calls[{i}]") for i, c in enumerate(calls)]
    return message


def _call(value: object, where: str) -> Json:
    call = _object(value, where)
    function = _object(call.get("function"), f"{where}.function")
    _text(function.get("name"), f"{where}.function.name")
    _object(function.get("arguments"), f"{where}.function.arguments")
    if call.get("id") is not None:
        _text(call["id"], f"{where}.id")
    return {"type": "function", **call}


def _tool(value: object, where: str) -> Json:
    tool = _object(value, where)
    function = _object(tool.get("function"), f"{where}.function")
    _text(function.get("name"), f"{where}.function.name")
    if function.get("parameters") is not None:
        _object(function["parameters"], f"{where}.function.parameters")
    return {"type": "function", **tool}


def _turn_key(value: object, where: str, messages: int) -> TurnKey:
    item = _object(value, where)
    message = _integer(item.get("message"), f"{where}.message", 0)
    if message >= messages:
        raise invalid(f"{where}.message", f"is beyond the last message ({messages - 1})")
    return TurnKey(message, _text(item.get("key"), f"{where}.key"))


def _reasoning(value: Json) -> Reasoning:
    start, end = (_text(value.get(name), f"reasoning.{name}") for name in ("start", "end"))
    for name, text in (("start", start), ("end", end)):
        if not text:
            raise invalid(f"reasoning.{name}", "must not be empty")
    budget = value.get("budget")
    return Reasoning(start, end, None if budget is None else _integer(budget, "reasoning.budget", 0))


def _sampling(value: Json) -> Sampling:
    unknown = sorted(set(value) - set(_SAMPLING_FIELDS) - {"topK", "seed"})
    if unknown:
        raise invalid(f"sampling.{unknown[0]}", "is not a sampling field")
    found: dict[str, Any] = {}
    for wire, (name, low, high) in _SAMPLING_FIELDS.items():
        number = value.get(wire)
        if number is None:
            continue
        where = f"sampling.{wire}"
        if isinstance(number, bool) or not isinstance(number, int | float) or not math.isfinite(number):
            raise invalid(where, "must be a number")
        if not low <= number <= high:
            raise invalid(where, f"must be between {low:g} and {high:g}, not {number:g}")
        found[name] = float(number)
    if found.get("top_p") == 0.0 or found.get("repetition_penalty") == 0.0:
        raise invalid("sampling.topP" if found.get("top_p") == 0.0 else "sampling.repetitionPenalty", "must not be 0")
    if value.get("topK") is not None:
        found["top_k"] = _integer(value["topK"], "sampling.topK", 0)
    if value.get("seed") is not None:
        found["seed"] = _integer(value["seed"], "sampling.seed", None)
    return Sampling(**found)


def _forced(value: object, where: str) -> ForcedPiece:
    item = _object(value, where)
    if len(item) != 1 or next(iter(item)) not in ("text", "marker"):
        raise invalid(where, 'must be {"text": …} or {"marker": …}')
    name = next(iter(item))
    text = _text(item[name], f"{where}.{name}")
    return ForcedPiece(text=text, marker=None) if name == "text" else ForcedPiece(text=None, marker=text)


def _object(value: object, where: str) -> Json:
    if not isinstance(value, Mapping):
        raise invalid(where, "must be an object" if value is not None else "is missing")
    return cast(Json, value)


def _list(value: object, where: str) -> Sequence[object]:
    if not isinstance(value, list):
        raise invalid(where, "must be a list" if value is not None else "is missing")
    return cast(list[object], value)


def _text(value: object, where: str) -> str:
    if not isinstance(value, str):
        raise invalid(where, "must be a string" if value is not None else "is missing")
    return value


def _optional_text(body: Json, name: str) -> str | None:
    return None if body.get(name) is None else _text(body[name], name)


def _bool(body: Json, name: str) -> bool:
    value = body.get(name)
    if value is not None and not isinstance(value, bool):
        raise invalid(name, "must be true or false")
    return bool(value)


def _integer(value: object, where: str, least: int | None) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise invalid(where, "must be a whole number" if value is not None else "is missing")
    if least is not None and value < least:
        raise invalid(where, f"must be {least} or more, not {value}")
    return value
