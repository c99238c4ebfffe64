"""Tool definitions as clients offer them, and their properties' names."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from .names import syllables
from .words import NOUNS, VERBS, sentence

READ_NAMES = """Read read read_file ReadFile readFile view view_file open_file cat fs_read read_text_file Read View
READ Read_File get_file_contents read-file""".split()
RUN_NAMES = """Bash bash shell exec_command run_command run_shell_command run_terminal_cmd execute_command run_bash
terminal exec run sh cmd execute_bash Shell RunCommand Bash executeCommand run-command Terminal""".split()
READ_PROPERTIES = (
    "file_path path filepath filePath absolute_path target_file filename file_name file file_path path".split()
)
RUN_PROPERTIES = "command cmd shell_command bash_command input command command cmd".split()


@dataclass(frozen=True, slots=True)
class Toolbox:
    """The tools of one conversation. An empty name means that no such tool is offered."""

    read: str
    read_property: str
    run: str
    run_property: str
    described: bool
    definitions: tuple[dict[str, Any], ...]


def definition(rng: random.Random, name: str, properties: list[str], required: list[str]) -> dict[str, Any]:
    """One tool in OpenAI shape."""
    text = " ".join(sentence(rng) for _ in range(rng.randint(0, 2)))
    noted = rng.random() < 0.4
    fields = {
        key: {"type": "string", "description": sentence(rng)} if noted else {"type": "string"} for key in properties
    }
    schema = {"type": "object", "properties": fields, "required": required}
    return {"type": "function", "function": {"name": name, "description": text, "parameters": schema}}


def toolbox(rng: random.Random) -> Toolbox:
    """Often the names of Claude Code, else any of the usual names, sometimes behind an MCP prefix."""
    draw = rng.random()
    kinds = "both" if draw < 0.68 else "none" if draw < 0.84 else "run" if draw < 0.93 else "read"
    claude = rng.random() < 0.3

    def pick(names: Sequence[str], first: str) -> str:
        if claude:
            return first
        prefix = f"mcp__{rng.choice([*NOUNS, syllables(rng)])}__" if rng.random() < 0.15 else ""
        return prefix + rng.choice(names)

    read = pick(READ_NAMES, "Read") if kinds in ("both", "read") else ""
    run = pick(RUN_NAMES, "Bash") if kinds in ("both", "run") else ""
    read_property = "file_path" if claude else rng.choice(READ_PROPERTIES)
    run_property = "command" if claude else rng.choice(RUN_PROPERTIES)
    described = bool(run) and (claude or rng.random() < 0.3)
    tools = []
    if read:
        tools.append(definition(rng, read, [read_property, "limit"], [read_property]))
    if run:
        properties = [run_property, "description"] if described else [run_property]
        tools.append(definition(rng, run, properties, properties[: rng.randint(1, 2)]))
    for _ in range(rng.choice([0, 1, 1, 2])):
        tools.append(definition(rng, f"{rng.choice(VERBS)}_{rng.choice(NOUNS)}s", ["text"], []))
    rng.shuffle(tools)
    return Toolbox(read, read_property, run, run_property, described, tuple(tools))
