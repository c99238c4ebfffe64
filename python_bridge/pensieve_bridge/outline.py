"""Where in a prompt's tokens its turns begin: what sessions have in common ends there, and so does what is kept.

The template is asked by rendering the conversation once more with a mark in front of each turn's content. In front of
a turn's first marker token the tokens do not depend on what follows: there is the boundary. Templates that write their
turns without marker tokens show none.
"""

from bisect import bisect_right
from dataclasses import dataclass

from .marks import Boundaries
from .rendering import Rendering
from .wire import Json, Refusal

Spots = dict[int, int]
"""Offsets of messages' content in a text, by message."""


@dataclass(slots=True, frozen=True)
class Outline:
    """`starts`: (token offset, message), ascending, in front of turns that are not answers."""

    starts: tuple[tuple[int, int], ...]
    close: int

    def boundaries(self, messages: list[Json], head: int = 0) -> Boundaries:
        """The head ends where the first message begins that is not a system prompt, unless it is known already."""
        later = [at for at, n in self.starts if messages[n]["role"] != "system" or n > 0]
        return Boundaries(head or next(iter(later), 0), tuple(later), self.close)

    def behind(self, tokens: int) -> "Outline":
        """The outline of the whole, when what was looked at stands behind so many tokens."""
        starts = tuple((at + tokens, n) for at, n in self.starts)
        return Outline(starts, self.close + tokens if self.close else 0)


def marked(rendering: Rendering, messages: list[Json]) -> list[Json]:
    """The messages with a mark, numbered as they are, in front of the content of each turn that is not an answer."""
    return [
        {**m, "content": rendering.shield.mark(n) + m["content"]} if m["role"] != "assistant" and m["content"] else m
        for n, m in enumerate(messages)
    ]


def find_spots(rendering: Rendering, rendered: str) -> Spots:
    """Where the contents stand in the rendered text; empty where the template shows marked turns differently."""
    try:
        text, spots = rendering.shield.unmark(rendering.whole(marked(rendering, rendering.messages)))
    except Refusal:
        return {}
    return spots if text == rendered else {}


def end_of_turns(rendering: Rendering, messages: list[Json], rendered: str) -> int | None:
    """Where the text of these whole turns ends in a text that goes on behind them; None if it does not begin so."""
    try:
        closed = rendering.closed(messages)
    except Refusal:
        return None
    if rendered.startswith(closed):
        return len(closed)
    # Phi-3 ends a conversation that does not go on with an end marker more.
    vocabulary = rendering.builder.vocabulary
    for end in (vocabulary.markers[i] for i in vocabulary.eos if i in vocabulary.markers):
        shorter = closed.removesuffix(end)
        if shorter != closed and rendered.startswith(shorter):
            return len(shorter)
    return None


def outline(rendering: Rendering, text: str, tokens: list[int], spots: Spots, close: int | None) -> Outline:
    """Token offsets of offsets in a text that `tokens` are all of."""
    written = [at for at, _ in rendering.builder.markers.places(text)]
    vocabulary = rendering.builder.vocabulary
    ids = [i for i, token in enumerate(tokens) if token in vocabulary.markers]
    if len(written) != len(ids):
        return Outline((), 0)

    def before(offset: int) -> int:
        """In front of the last marker token that stands before an offset; 0 if there is none."""
        found = bisect_right(written, offset)
        return ids[found - 1] if found else 0

    starts = sorted((before(at - 1), n) for n, at in spots.items())
    return Outline(tuple(s for s in starts if s[0]), before(close) if close is not None else 0)
