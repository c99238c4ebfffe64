"""The committed weights greet, copy names they never saw, and end their turn; the template is append-only."""

import random
from pathlib import Path
from typing import Any

import pytest

from . import answers, held_out, junk
from .player import Player, Reply

WEIGHTS = Path(__file__).parent / "pensieve-demo"
MAXIMUM_BYTES = 5_500_000
LONG_CHARACTERS = 23_000  # about 14,000 tokens
FILES = ["README.md", "Makefile", "package.json", "src/main.rs", "/etc/hosts", "src/components/AppHeader.test.tsx"]
COMMANDS = [
    "ls -la",
    "git status",
    "npm test",
    "python3 app.py --port 8080",
    "echo hello > out.txt",
    "cat notes.txt | wc -l",
]
Message = dict[str, Any]


@pytest.fixture(scope="module")
def player() -> Player:
    return Player(WEIGHTS)


def ask(player: Player, words: str, tools: list[Message], before: list[Message] | None = None) -> Reply:
    reply = player.reply([*(before or []), {"role": "user", "content": words}], tools)
    assert reply.ended, reply.text
    return reply


def arguments(reply: Reply, tool: str) -> dict[str, Any]:
    assert [call["name"] for call in reply.calls] == [tool], reply.text
    return reply.calls[0]["arguments"]


@pytest.mark.parametrize("file", FILES)
def test_reads_a_named_file(player: Player, file: str) -> None:
    reply = ask(player, f"Read the file {file}", held_out.CLAUDE_TOOLS)
    assert arguments(reply, "Read") == {"file_path": file}


@pytest.mark.parametrize("command", COMMANDS)
def test_runs_a_named_command(player: Player, command: str) -> None:
    reply = ask(player, f"Run `{command}`", held_out.CLAUDE_TOOLS)
    assert arguments(reply, "Bash")["command"] == command


@pytest.mark.parametrize("file", ["README.md", "Makefile", "lib/string_helpers.py"])
def test_reads_a_file_at_the_end_of_a_long_prompt(player: Player, file: str) -> None:
    rng = random.Random(7)
    text = ""
    while len(text) < LONG_CHARACTERS:
        text += junk.context(rng) + "\n\n"
    head = [{"role": "system", "content": text}]
    reply = ask(
        player, f"<system-reminder>\nBe brief.\n</system-reminder>\nRead the file {file}", held_out.CLAUDE_TOOLS, head
    )
    assert reply.prompt_tokens > 12_000
    assert arguments(reply, "Read") == {"file_path": file}


def test_uses_the_tool_names_of_another_client(player: Player) -> None:
    tools = held_out.OTHER_CLIENTS[0][0]
    assert arguments(ask(player, "Read the file notes.txt", tools), "read_file") == {"path": "notes.txt"}
    assert arguments(ask(player, "Run git status", tools), "shell") == {"command": "git status"}


def test_calls_nothing_without_tools(player: Player) -> None:
    for words in ("Read the file README.md", "Run `ls -la`"):
        assert "<tool_call>" not in ask(player, words, []).text


def test_answers_a_tool_result_in_words(player: Player) -> None:
    messages = held_out.finished_call(random.Random(3), "notes.txt")
    reply = player.reply(messages, held_out.CLAUDE_TOOLS)
    assert reply.ended
    assert reply.text == answers.DONE


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        ("Hello!", answers.HELLO),
        ("Say hello in 5 words", answers.GREETINGS[5]),
        ("Who are you?", answers.IDENTITY),
        ("Write a function that reverses a string", answers.UNKNOWN),
    ],
)
def test_answers_in_words(player: Player, words: str, answer: str) -> None:
    assert ask(player, words, held_out.CLAUDE_TOOLS).text == answer


def test_the_prompt_of_a_longer_conversation_starts_with_that_of_a_shorter_one(player: Player) -> None:
    rng = random.Random(5)
    messages: list[Message] = [{"role": "system", "content": "You are a coding assistant."}]
    for number in range(3):
        messages += held_out.finished_call(rng, f"file{number}.txt", reminder=number == 1, system=number == 2)
        messages.append({"role": "assistant", "content": answers.DONE})
    for tools in ([], held_out.CLAUDE_TOOLS):
        for end in range(1, len(messages)):
            longer = player.prompt(messages[: end + 1], tools, open_turn=False)
            opened = messages[end]["role"] == "assistant"
            shorter = player.prompt(messages[:end], tools, open_turn=opened)
            assert longer[: len(shorter)] == shorter


def test_the_folder_is_small() -> None:
    assert sum(file.stat().st_size for file in WEIGHTS.iterdir()) <= MAXIMUM_BYTES
