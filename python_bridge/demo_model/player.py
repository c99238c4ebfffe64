"""Plays a conversation on a model folder with mlx-lm, greedily, as the engine does."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import mlx.core as mx
from mlx_lm import load
from mlx_lm.generate import generate_step

Message = dict[str, Any]
PREFILL_CHUNK = 256  # tokens


@dataclass(frozen=True, slots=True)
class Reply:
    """One assistant turn. `ended` is false when it ran into the limit."""

    text: str
    calls: tuple[dict[str, Any], ...]
    ended: bool
    prompt_tokens: int
    first_token_s: float


class Player:
    """A loaded model folder."""

    def __init__(self, folder: Path) -> None:
        self._model, self._tokenizer = load(str(folder))[:2]

    def prompt(self, messages: Sequence[Message], tools: Sequence[Message], open_turn: bool = True) -> list[int]:
        """Token ids of the rendered conversation, with the start of the assistant's turn if `open_turn`."""
        return self._tokenizer.apply_chat_template(
            list(messages), tools=list(tools) or None, add_generation_prompt=open_turn
        )

    def reply(self, messages: Sequence[Message], tools: Sequence[Message], limit: int = 300) -> Reply:
        """Greedy answer of at most `limit` tokens."""
        return self.continue_tokens(self.prompt(messages, tools), limit)

    def continue_tokens(self, prompt: list[int], limit: int = 300) -> Reply:
        """Greedy continuation of token ids."""
        began, first, ended = time.perf_counter(), 0.0, False
        out: list[int] = []
        for token, _ in generate_step(mx.array(prompt), self._model, max_tokens=limit, prefill_step_size=PREFILL_CHUNK):
            first = first or time.perf_counter() - began
            if token in self._tokenizer.eos_token_ids:
                ended = True
                break
            out.append(int(token))
        text = self._tokenizer.decode(out)
        return Reply(text, tuple(self._calls(text)), ended, len(prompt), first)

    def _calls(self, text: str) -> list[dict[str, Any]]:
        calls: list[dict[str, Any]] = []
        parse = self._tokenizer.tool_parser
        if parse is None:
            return calls
        for chunk in text.split("<tool_call>")[1:]:
            try:
                parsed = parse(chunk.split("</tool_call>")[0], None)
            except ValueError:
                parsed = {"name": "", "arguments": {}}
            calls += parsed if isinstance(parsed, list) else [parsed]
        return calls
