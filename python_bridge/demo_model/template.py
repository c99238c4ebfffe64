"""The chat template, rendered as transformers renders it but without loading transformers."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from jinja2 import Environment

TEMPLATE_FILE = Path(__file__).parent / "chat_template.jinja"
Message = dict[str, Any]


def _to_json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def load_template() -> Callable[[Sequence[Message], Sequence[Message]], str]:
    """Return a function (messages, tools) -> prompt text without a generation prompt."""
    environment = Environment(trim_blocks=True, lstrip_blocks=True, autoescape=False)
    environment.filters["tojson"] = _to_json
    template = environment.from_string(TEMPLATE_FILE.read_text(encoding="utf-8"))
    return lambda messages, tools: template.render(messages=messages, tools=tools)
