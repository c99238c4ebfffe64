"""A conversation whose beginning is known as tokens: only what comes after it is rendered and tokenised.

Rendering a conversation again rarely gives the tokens that were sampled: templates drop old reasoning, write arguments
anew, tokenise differently at the seams. So the tokens of an answer are taken as they were, and behind them goes what
the template writes after that answer.
"""

import re
from dataclasses import dataclass

from .outline import Spots, end_of_turns, marked
from .rendering import Rendering
from .wire import Json, Refusal


@dataclass(slots=True, frozen=True)
class Continuation:
    """The first `kept` tokens of the path, then `joint`, then the tokens of `text`.

    In `text` `spots` are contents, and at `close` the answer begins.
    """

    kept: int
    joint: list[int]
    text: str
    spots: Spots
    close: int | None


def continue_path(rendering: Rendering, turn: int, tokens: list[int]) -> Continuation | None:
    """What comes behind the answer in message `turn`; `tokens` are the conversation's up to and including it.

    None: this cannot be told from the template, so all has to be rendered.
    """
    # The path has the reasoning already, and templates write it or not depending on what comes later.
    messages = [_without_reasoning(m) if n <= turn else m for n, m in enumerate(rendering.messages)]
    answer = messages[turn]
    end_mark = len(messages)
    plain_words = bool(answer["content"]) and not answer.get("tool_calls")
    if plain_words:
        answer = {**answer, "content": answer["content"] + rendering.shield.mark(end_mark)}
    try:
        text, spots = rendering.shield.unmark(
            rendering.whole([*messages[:turn], answer, *marked(rendering, messages)[turn + 1 :]])
        )
    except Refusal:
        return None
    front = end_of_turns(rendering, messages[:turn], text)
    if front is None:
        # What stands before the answer depends on what comes after it: tools in front of the last user turn.
        return None
    content_end = spots.pop(end_mark, None)
    if plain_words and content_end is None:
        return None
    end = _end_of_turn(rendering, text, front, spots.get(turn + 1), content_end)
    if end is None:
        return None
    kept, joint = _joint(rendering, tokens, end.marker)
    rest = text[end.offset :]
    close = end_of_turns(rendering, messages, text)
    later = {n: at - end.offset for n, at in spots.items() if at >= end.offset}
    return Continuation(kept, joint, rest, later, None if close is None else close - end.offset)


@dataclass(slots=True, frozen=True)
class _End:
    """The offset behind an answer, and the end-of-turn marker in front of it, if the template writes one."""

    offset: int
    marker: str | None


def _end_of_turn(
    rendering: Rendering, text: str, front: int, next_content: int | None, content_end: int | None
) -> _End | None:
    vocabulary = rendering.builder.vocabulary
    ends = [vocabulary.markers[i] for i in vocabulary.eos if i in vocabulary.markers]
    if not ends:
        return None if content_end is None else _End(content_end, None)
    either = re.compile("|".join(map(re.escape, sorted(ends, key=len, reverse=True))))
    if content_end is not None:
        behind = re.compile(rf"\s*({either.pattern})").match(text, content_end)
        return _End(behind.end(), behind[1]) if behind else _End(content_end, None)
    # The last one before the next turn's content ends the answer, or already opens that turn (GLM ends with that).
    found = list(either.finditer(text, front, len(text) if next_content is None else next_content))
    if not found:
        return None
    last = found[0] if next_content is None else found[-1]
    return _End(last.end(), last[0])


def _joint(rendering: Rendering, tokens: list[int], marker: str | None) -> tuple[int, list[int]]:
    """How much of the path stays, and the end of turn the template writes where another one was sampled, or none."""
    vocabulary = rendering.builder.vocabulary
    sampled = tokens[-1] if tokens and tokens[-1] in vocabulary.eos else None
    if marker is not None and sampled == vocabulary.marker_ids[marker]:
        return len(tokens), []
    kept = len(tokens) - (sampled is not None)
    return kept, [] if marker is None else [vocabulary.marker_ids[marker]]


def _without_reasoning(message: Json) -> Json:
    return {name: value for name, value in message.items() if name != "reasoning_content"}
