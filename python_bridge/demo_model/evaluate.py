"""Score a demo model folder on names, commands and words it never saw.

    python evaluate.py pensieve-demo --count 200 [--recorded FOLDER]

`--recorded` takes a folder of recorded request bodies (JSON lines with a `body` in Anthropic shape); the last words of
the user are replaced by requests for files and commands.
"""

import argparse
import random
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from . import answers, held_out, junk
from .player import Player, Reply
from .recorded import recorded_conversations
from .template import Message

SEED = 900_001
LONG_CHARACTERS = 23_000  # about 14,000 tokens


@dataclass(frozen=True, slots=True)
class Request:
    """Words of a user that ask for a file or a command."""

    words: str
    file: str
    command: str


@dataclass(frozen=True, slots=True)
class Case:
    """One prompt and what must come out: exactly this call, or this sentence, or any words without a call."""

    messages: list[Message]
    tools: list[Message]
    call: tuple[str, dict[str, str]] | None = None
    text: str | None = None

    def accepts(self, reply: Reply) -> bool:
        """Whether the reply is right. A description beside a command is free."""
        if self.call is None:
            return not reply.calls and self.text in (None, reply.text)
        if len(reply.calls) != 1 or "\n</tool_call>" not in reply.text:
            return False
        name, arguments = reply.calls[0].get("name"), dict(reply.calls[0].get("arguments", {}))
        arguments.pop("description", None)
        return (name, arguments) == self.call


@dataclass(slots=True)
class Score:
    """How many cases were right; how many replies did not end; seconds to the first token, and prompt tokens."""

    total: int = 0
    right: int = 0
    endless: int = 0
    seconds: float = 0.0
    tokens: int = 0
    misses: list[str] = field(default_factory=list)


def requests(rng: random.Random, count: int) -> list[Request]:
    """Half files, half commands."""
    made = []
    for index in range(count):
        file, command = held_out.file_name(rng), held_out.command(rng)
        if index % 2:
            forms = [form for form in held_out.RUN_WORDS if "`" not in form or "`" not in command]
            made.append(Request(rng.choice(forms).replace("{}", command), "", command))
        else:
            made.append(Request(rng.choice(held_out.READ_WORDS).replace("{}", file), file, ""))
    return made


def claude_case(request: Request, before: Iterable[Message] = (), tools: list[Message] | None = None) -> Case:
    """The request with the tools of Claude Code."""
    messages = [*before, {"role": "user", "content": request.words}]
    call = ("Read", {"file_path": request.file}) if request.file else ("Bash", {"command": request.command})
    return Case(messages, tools or held_out.CLAUDE_TOOLS, call)


def other_case(index: int, request: Request) -> Case:
    """The request with tools of other names; without a tool for files, a command prints the file."""
    tools, read, read_property, run, run_property = held_out.OTHER_CLIENTS[index % len(held_out.OTHER_CLIENTS)]
    call = (
        (read, {read_property: request.file})
        if request.file and read
        else (run, {run_property: request.command or f"cat {request.file}"})
    )
    return Case([{"role": "user", "content": request.words}], tools, call)


def long_head(rng: random.Random, characters: int) -> list[Message]:
    """A system prompt and old turns of about this many characters."""
    text = ""
    while len(text) < characters:
        text += junk.context(rng) + "\n\n"
    return [{"role": "system", "content": text[:characters]}]


def word_cases(tools: list[Message], before: list[Message]) -> list[Case]:
    """Greetings, questions about itself, and everything it does not know."""
    pairs = [*held_out.ANSWERED, *((words, answers.UNKNOWN) for words in held_out.UNKNOWN)]
    return [Case([*before, {"role": "user", "content": words}], tools, text=answer) for words, answer in pairs]


def suites(count: int) -> dict[str, list[Case]]:
    """All cases by title."""
    rng = random.Random(SEED)
    done = {"role": "assistant", "content": answers.DONE}
    file = held_out.file_name
    return {
        "short": [claude_case(r) for r in requests(rng, count)],
        "behind about 14,000 tokens": [
            claude_case(r, long_head(rng, LONG_CHARACTERS)) for r in requests(rng, count // 5)
        ],
        "behind about 60,000 tokens": [claude_case(r, long_head(rng, 4 * LONG_CHARACTERS)) for r in requests(rng, 4)],
        "behind a reminder": [
            claude_case(Request(junk.reminder(rng) + r.words, r.file, r.command)) for r in requests(rng, count // 2)
        ],
        "second request": [
            claude_case(r, [*held_out.finished_call(rng, file(rng)), done]) for r in requests(rng, count // 2)
        ],
        "tools of other clients": [other_case(i // 2, r) for i, r in enumerate(requests(rng, count // 2))],
        "no tools: no call": [Case(claude_case(r).messages, []) for r in requests(rng, count // 2)],
        "words, with tools": word_cases(held_out.CLAUDE_TOOLS, []),
        "words, without tools": word_cases([], []),
        "words, behind a system prompt": word_cases(held_out.CLAUDE_TOOLS, long_head(rng, 3000)),
        "after a tool result": [
            Case(
                held_out.finished_call(rng, file(rng), n % 3 == 1, n % 3 == 2), held_out.CLAUDE_TOOLS, text=answers.DONE
            )
            for n in range(count // 4)
        ],
    }


def play(player: Player, title: str, cases: list[Case], show: int) -> Score:
    """Play cases and print their score."""
    score = Score()
    for case in cases:
        reply = player.reply(case.messages, case.tools)
        good = reply.ended and case.accepts(reply)
        score.total += 1
        score.right += good
        score.endless += not reply.ended
        score.seconds += reply.first_token_s
        score.tokens += reply.prompt_tokens
        if not good:
            score.misses.append(f"{case.messages[-1]['content'][-70:]!r} -> {reply.text[:150]!r}")
    each = max(1, score.total)
    print(
        f"{title:<30} {score.right:>4}/{score.total:<4}{score.right / each:7.1%}  endless {score.endless}"
        f"  prompt {score.tokens // each} tokens  first token {score.seconds / each:.2f} s",
        flush=True,
    )
    for miss in score.misses[:show]:
        print("    ", miss, flush=True)
    return score


def main() -> None:
    """Print all scores."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--only", default="", help="part of a suite's title")
    parser.add_argument("--show", type=int, default=5, help="misses to print per suite")
    parser.add_argument("--recorded", type=Path)
    options = parser.parse_args()
    player = Player(options.folder)
    for title, cases in suites(options.count).items():
        if options.only in title:
            play(player, title, cases, options.show)
    if options.recorded:
        rng = random.Random(SEED + 1)
        for title, (head, lead, tools) in recorded_conversations(options.recorded).items():
            wanted = [Request(lead + r.words, r.file, r.command) for r in requests(rng, options.count // 10)]
            play(player, title, [claude_case(r, head, tools) for r in wanted], options.show)


if __name__ == "__main__":
    main()
