"""Turns recorded Anthropic request bodies into the messages that the chat template receives."""

import json
from pathlib import Path
from typing import Any

from .template import Message

Conversation = tuple[list[Message], str, list[Message]]


def _text(content: Any) -> str:
    """Text of a content value: a string or blocks."""
    if isinstance(content, str):
        return content
    return "\n".join(block["text"] for block in content if block.get("type") == "text")


def _tools(body: dict[str, Any]) -> list[Message]:
    kept = [tool for tool in body.get("tools", []) if "input_schema" in tool and not tool.get("defer_loading")]
    return [
        {
            "type": "function",
            "function": {"name": t["name"], "description": t.get("description", ""), "parameters": t["input_schema"]},
        }
        for t in kept
    ]


def _turn(message: Message) -> list[Message]:
    """One Anthropic message as OpenAI messages."""
    content = message["content"]
    if message["role"] == "system" or isinstance(content, str):
        return [{"role": message["role"], "content": _text(content)}]
    if message["role"] == "assistant":
        calls = [
            {"type": "function", "function": {"name": b["name"], "arguments": b["input"]}}
            for b in content
            if b["type"] == "tool_use"
        ]
        return [{"role": "assistant", "content": _text(content), **({"tool_calls": calls} if calls else {})}]
    turns = [{"role": "tool", "content": _text(b.get("content", ""))} for b in content if b["type"] == "tool_result"]
    text = _text(content)
    return [*turns, {"role": "user", "content": text}] if text else turns


def _first_request(body: dict[str, Any]) -> Conversation:
    """Head, the text before the user's own words, and the tools. Early system messages join the system prompt."""
    blocks = [b["text"] for b in body["system"] if not b["text"].startswith("x-anthropic-billing-header")]
    later = [_text(m["content"]) for m in body["messages"] if m["role"] == "system"]
    user = next(m for m in body["messages"] if m["role"] == "user")
    lead = _text(user["content"][:-1]) + "\n" if isinstance(user["content"], list) and len(user["content"]) > 1 else ""
    return [{"role": "system", "content": "\n\n".join([*blocks, *later])}], lead, _tools(body)


def _last_request(body: dict[str, Any]) -> Conversation:
    """A long session to whose end a new request is put."""
    head, _, tools = _first_request(body | {"messages": list(body["messages"][:2])})
    first_answer = next(i for i, m in enumerate(body["messages"]) if m["role"] == "assistant")
    turns = [m for i, m in enumerate(body["messages"]) if not (m["role"] == "system" and i < first_answer)]
    messages = [turn for message in turns for turn in _turn(message)]
    return [*head, *messages, {"role": "assistant", "content": "Done."}], "", tools


def recorded_conversations(folder: Path) -> dict[str, Conversation]:
    """First and last main request of every recording that has one."""
    found: dict[str, Conversation] = {}
    for file in sorted(folder.glob("*.jsonl")):
        lines = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
        bodies = [line["body"] for line in lines if line.get("class") == "main" and line["body"].get("tools")]
        if not bodies:
            continue
        found[f"{file.stem}: first"] = _first_request(bodies[0])
        if any(m["role"] == "assistant" for m in bodies[-1]["messages"]):
            found[f"{file.stem}: last"] = _last_request(bodies[-1])
    return found
