"""Where in a prompt going on later will be wanted: pure decisions. A state is kept at these places only."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

_TURNS_KEPT = 4
"""So many of the last turns can be gone back to exactly; older ones as the spacing allows."""

_CLOSER_IN_HEAD = 4
"""The head is computed once for many sessions, and those of other projects leave it somewhere inside."""

_CLOSER_IN_OPENING = 8
"""The first turn of a session begins with what its client says of the place it works in: mostly what it said before."""


@dataclass(slots=True, frozen=True)
class Boundaries:
    """Token offsets in a prompt, each in front of a turn's first token.

    `head`: behind tools and system prompt; `turns`: in front of each later turn that is not an answer; `close`: in
    front of the generation prompt. 0 or empty where the prompt does not show it.
    """

    head: int = 0
    turns: tuple[int, ...] = ()
    close: int = 0


NO_BOUNDARIES = Boundaries()


def place_marks(boundaries: Boundaries, start: int, diverged: int, goal: int, spacing: int) -> list[int]:
    """The tokens behind which a prefill from `start` to `goal` stops and keeps what is needed to go on, ascending.

    `diverged`: where this prompt left what was known; the next one may leave it there too. `spacing`: tokens between
    two marks in a long run.
    """
    # The same prompt may come again: after a broken connection, or to be answered anew.
    wanted = {boundaries.head, boundaries.close or goal, diverged, *boundaries.turns[-_TURNS_KEPT:]}
    marks = sorted(m for m in wanted if start < m <= goal)
    if start < boundaries.head <= goal:
        inside = [m for m in marks if m < boundaries.head]
        marks = sorted({*marks, *_fill([start, *inside, boundaries.head], spacing // _CLOSER_IN_HEAD)})
    opening = next((turn for turn in (*boundaries.turns, boundaries.close) if turn > boundaries.head), 0)
    if boundaries.head > 0 and start < opening <= goal:
        begin = max(start, boundaries.head)
        end = min(opening, boundaries.head + spacing)
        inside = [m for m in marks if begin < m < end]
        marks = sorted({*marks, *_fill([begin, *inside, end], spacing // _CLOSER_IN_OPENING)})
    for turn in boundaries.turns[:-_TURNS_KEPT]:
        if start < turn <= goal and all(abs(turn - m) >= spacing // 2 for m in marks):
            marks.append(turn)
    return sorted({*marks, *_fill([start, *sorted(marks), goal], spacing)})


def _fill(points: list[int], spacing: int) -> Iterable[int]:
    """Marks between points that are further apart than `spacing`."""
    for before, after in pairwise(points):
        yield from range(before + spacing, after - spacing // 2, spacing)
