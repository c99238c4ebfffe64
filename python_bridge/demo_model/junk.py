"""Texts that stand around the user's words: reminders, tool results, tails of system prompts."""

import json
import random

from .names import command, file_name, letters, syllables
from .words import ALL, NOUNS, sentence


def prose(rng: random.Random, most: int) -> str:
    """Up to `most` sentences, some of them of words that do not exist."""
    lines = []
    for _ in range(rng.randint(1, most)):
        if rng.random() < 0.4:
            words = [syllables(rng) if rng.random() < 0.5 else rng.choice(ALL) for _ in range(rng.randint(3, 16))]
            lines.append(" ".join(words).capitalize() + ".")
        else:
            lines.append(sentence(rng))
    return rng.choice([" ", "\n", "\n- ", "\n\n", " "]).join(lines)


def listing(rng: random.Random, most: int) -> str:
    """Numbered lines, a directory listing, a diff or a key-value file."""
    kind = rng.randrange(5)
    lines = []
    for number in range(1, rng.randint(1, most) + 1):
        words = " ".join(rng.choice(ALL) for _ in range(rng.randint(1, 6)))
        lines.append(
            (
                f"{number}\t{words}",
                f"-rw-r--r-- 1 root root {rng.randint(1, 9999)} Nov {rng.randint(1, 30)} {file_name(rng)}",
                rng.choice("+- ") + words,
                f"{rng.choice(NOUNS)}{rng.choice([': ', ' = ', '='])}{words}",
                f"{rng.choice(NOUNS)}({words.replace(' ', ', ')});",
            )[kind]
        )
    return "\n".join(lines)


def record(rng: random.Random) -> str:
    """A JSON object."""
    value = {
        rng.choice(NOUNS): rng.choice([sentence(rng), rng.randint(0, 999), True, [rng.choice(NOUNS)]])
        for _ in range(rng.randint(1, 4))
    }
    return json.dumps(value, indent=rng.choice([None, None, 2]))


def result(rng: random.Random) -> str:
    """What a tool returned: from empty to some hundred characters."""
    draw = rng.random()
    if draw < 0.06:
        return ""
    if draw < 0.2:
        return sentence(rng)
    if draw < 0.3:
        return f"{rng.choice(['Error', 'error', 'fatal', 'bash'])}: {file_name(rng)}: No such file or directory"
    if draw < 0.36:
        return f"<tool_use_error>{sentence(rng)}</tool_use_error>"
    if draw < 0.7:
        return listing(rng, 5)
    if draw < 0.8:
        return record(rng)
    if draw < 0.86:
        return f"{file_name(rng)}\n{command(rng)}"
    return prose(rng, 2)


def context(rng: random.Random) -> str:
    """One piece of text that a client may put before the user's words."""
    draw = rng.random()
    if draw < 0.35:
        return prose(rng, 2)
    if draw < 0.5:
        return f"# {sentence(rng)}\n{listing(rng, 3)}"
    if draw < 0.6:
        return record(rng)
    if draw < 0.75:
        return f"{sentence(rng)} `{rng.choice([command, file_name])(rng)}` {sentence(rng)}"
    if draw < 0.85:
        return "\n".join(f"- {rng.choice(NOUNS)}: {file_name(rng)}" for _ in range(rng.randint(1, 4)))
    if draw < 0.93:
        return f"```\n{listing(rng, 3)}\n```"
    return letters(rng, "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFGHIJ+/=", 5, 60)


def reminder(rng: random.Random) -> str:
    """Text between markers, as coding clients send it with the user's words."""
    tag = rng.choice(["system-reminder", "system-reminder", "environment_context", "context", rng.choice(NOUNS)])
    return f"<{tag}>\n{context(rng)}\n</{tag}>" + rng.choice(["", "\n", "\n\n", "\n"])
