"""The `grammar` of a request: what it says, checked field by field, before any vocabulary is asked."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeVar, cast, get_args

from .wire import Json, invalid

Begin = Literal["at-once", "after-reasoning", "on-trigger"]
After = Literal["free", "end"]
Place = Literal["start", "line", "anywhere"]

_Choice = TypeVar("_Choice", bound=str)
_FIELDS = frozenset({"lark", "markers", "begin", "triggers", "after", "forbid"})


@dataclass(slots=True, frozen=True)
class TextTrigger:
    """Letters that begin a constraint, and where they count; see `grammar_trigger`."""

    text: str
    at: Place


@dataclass(slots=True, frozen=True)
class GrammarRequest:
    """`lark` is empty where only `forbid` counts. `markers` maps the names in `lark` to the marker's letters."""

    lark: str
    markers: Mapping[str, str]
    begin: Begin = "on-trigger"
    marker_triggers: tuple[str, ...] = ()
    text_triggers: tuple[TextTrigger, ...] = ()
    after: After = "free"
    forbid: tuple[str, ...] = ()


def parse_grammar(value: Json) -> GrammarRequest:
    """The checked `grammar` field of `/generate`. Raises `Refusal` 400 naming the field."""
    unknown = sorted(set(value) - _FIELDS)
    if unknown:
        raise invalid(f"grammar.{unknown[0]}", "is not a field of a grammar")
    lark, markers = _lark(value, "grammar")
    begin = _one_of(value.get("begin"), get_args(Begin), "grammar.begin")
    triggers = _items(value.get("triggers"), "grammar.triggers")
    if not lark and (triggers or begin != "on-trigger"):
        raise invalid("grammar.lark", "must not be empty")
    found = [_trigger(item, f"grammar.triggers[{i}]") for i, item in enumerate(triggers)]
    forbid = _items(value.get("forbid"), "grammar.forbid")
    return GrammarRequest(
        lark=lark,
        markers=markers,
        begin=cast(Begin, begin),
        marker_triggers=tuple(t for t in found if isinstance(t, str)),
        text_triggers=tuple(t for t in found if isinstance(t, TextTrigger)),
        after=cast(After, _one_of(value.get("after"), get_args(After), "grammar.after")),
        forbid=tuple(_letters(item, f"grammar.forbid[{i}]") for i, item in enumerate(forbid)),
    )


def parse_check(body: Json) -> list[tuple[str, Mapping[str, str]]]:
    """The (lark, markers) of each entry of a `/grammar/check` body. Raises `Refusal` 400 naming the field."""
    items = [_fields(item, f"grammars[{i}]") for i, item in enumerate(_items(body.get("grammars"), "grammars"))]
    return [_lark(item, f"grammars[{i}]") for i, item in enumerate(items)]


def _lark(value: Json, where: str) -> tuple[str, Mapping[str, str]]:
    lark = value.get("lark")
    if not isinstance(lark, str):
        raise invalid(f"{where}.lark", "must be a string")
    markers = _fields(value.get("markers") or {}, f"{where}.markers")
    return lark, {name: _letters(text, f"{where}.markers.{name}") for name, text in markers.items()}


def _trigger(value: object, where: str) -> str | TextTrigger:
    trigger = _fields(value, where)
    if set(trigger) == {"marker"}:
        return _letters(trigger["marker"], f"{where}.marker")
    if set(trigger) != {"text", "at"}:
        raise invalid(where, 'must be {"marker": …} or {"text": …, "at": …}')
    place = _one_of(trigger["at"], get_args(Place), f"{where}.at")
    return TextTrigger(_letters(trigger["text"], f"{where}.text"), cast(Place, place))


def _fields(value: object, where: str) -> Json:
    if not isinstance(value, dict):
        raise invalid(where, "must be an object")
    return cast(Json, value)


def _letters(value: object, where: str) -> str:
    if not isinstance(value, str) or not value:
        raise invalid(where, "must be a string that is not empty")
    return value


def _items(value: object, where: str) -> list[Any]:
    if value is None:
        return []
    if not isinstance(value, list):
        raise invalid(where, "must be a list")
    return cast("list[Any]", value)


def _one_of(value: object, choices: tuple[_Choice, ...], where: str) -> _Choice:
    if value not in choices:
        raise invalid(where, f"must be one of {', '.join(choices)}, not {value!r}")
    return cast(_Choice, value)
