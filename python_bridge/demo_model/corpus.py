"""Random conversations for training. Everything is made up here; no text comes from elsewhere."""

import json
import random
from collections.abc import Sequence
from dataclasses import dataclass

from . import answers, junk, talk
from .asking import read_request, run_request, tool_call
from .names import command, file_name, spaced
from .places import look_around
from .template import Message, load_template
from .tools import Toolbox, toolbox
from .words import NOUNS


@dataclass(frozen=True, slots=True)
class Exchange:
    """A user's words and the assistant message that answers them."""

    words: str
    reply: Message


def say(text: str) -> Message:
    """An assistant message in words."""
    return {"role": "assistant", "content": text}


def run_call(box: Toolbox, text: str) -> Message:
    """A call of the tool that runs commands."""
    arguments = {box.run_property: text}
    if box.described:
        arguments["description"] = answers.DESCRIPTION
    return tool_call(box.run, arguments)


def read_exchange(rng: random.Random, box: Toolbox, name: str) -> Exchange:
    """Ask for a file: read it, else print it with a command, else say why not."""
    words = read_request(rng, name, box.read or "Read")
    if box.read:
        return Exchange(words, tool_call(box.read, {box.read_property: name}))
    if box.run:
        return Exchange(words, run_call(box, f"cat {name}"))
    return Exchange(words, say(answers.NO_READ))


def run_exchange(rng: random.Random, box: Toolbox, text: str) -> Exchange:
    """Ask for a command: run it, else say why not."""
    words = run_request(rng, text, box.run or "Bash")
    return Exchange(words, run_call(box, text) if box.run else say(answers.NO_RUN))


def exchange(rng: random.Random, box: Toolbox, pieces: Sequence[str]) -> Exchange:
    """One random request and its answer."""
    draw = rng.random()
    if draw < 0.29:
        return read_exchange(rng, box, spaced(rng, file_name(rng, pieces)))
    if draw < 0.58:
        return run_exchange(rng, box, command(rng, pieces))
    if draw < 0.62:
        words, text = look_around(rng, pieces)
        return Exchange(words, run_call(box, text) if box.run else say(answers.NO_RUN))
    words, answer = talk.talk(rng)
    return Exchange(words, say(answer))


def user_turn(rng: random.Random, words: str) -> Message:
    """The user's words, often behind reminders of the client."""
    count = rng.choice([0, 0, 0, 1, 1])
    return {"role": "user", "content": "".join(junk.reminder(rng) for _ in range(count)) + words}


def after_call(rng: random.Random) -> list[Message]:
    """A tool result, what clients put behind it, and the closing words."""
    messages: list[Message] = [{"role": "tool", "content": junk.result(rng)}]
    draw = rng.random()
    if draw < 0.1:
        messages.append({"role": "tool", "content": junk.result(rng)})
    elif draw < 0.4:
        messages.append({"role": "user", "content": junk.reminder(rng)})
    elif draw < 0.55:
        messages.append({"role": "system", "content": junk.context(rng)})
    return [*messages, say(answers.DONE)]


def forced_json(rng: random.Random) -> Message:
    """A JSON answer, for clients that force one: short values, then the end."""
    keys = rng.sample(NOUNS, rng.randint(1, 3))
    return say(json.dumps({key: rng.choice(["demo", "demo", True, 0]) for key in keys}))


class Conversations:
    """Renders random conversations through the chat template."""

    def __init__(self) -> None:
        self._render = load_template()

    def text(self, rng: random.Random, pieces: Sequence[str]) -> str:
        """One conversation of one to three requests, without the head of its system turn."""
        box = toolbox(rng)
        messages: list[Message] = [{"role": "system", "content": junk.context(rng)}]
        for _ in range(rng.choice([1, 1, 1, 2, 3])):
            if rng.random() < 0.03:
                messages += [user_turn(rng, junk.context(rng)), forced_json(rng)]
                continue
            request = exchange(rng, box, pieces)
            messages.append(user_turn(rng, request.words))
            if rng.random() < 0.04:
                messages.append({"role": "system", "content": junk.prose(rng, 1)})
            messages.append(request.reply)
            if "tool_calls" in request.reply:
                if rng.random() < 0.6:
                    break
                messages += after_call(rng)
        rendered = self._render(messages, box.definitions)
        start = rendered.index("<|im_start|>user\n")
        return rendered[max(0, start - rng.choice([0, 0, 0, 60, 150, 300])) :]
