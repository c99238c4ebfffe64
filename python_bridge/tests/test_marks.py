"""Where states are kept: at what later requests have in common with this one, and not everywhere."""

import random
from itertools import pairwise

from pensieve_bridge.marks import NO_BOUNDARIES, Boundaries, place_marks


def test_the_head_the_last_turns_and_the_close_are_marked() -> None:
    boundaries = Boundaries(head=500, turns=(500, 520, 540, 560, 580, 600), close=700)
    assert place_marks(boundaries, 0, 0, 705, 2048) == [500, 540, 560, 580, 600, 700]


def test_a_long_head_can_be_left_inside() -> None:
    boundaries = Boundaries(head=1000, turns=(1000,), close=1100)
    assert place_marks(boundaries, 0, 0, 1105, 1024) == [256, 512, 768, 1000, 1100]
    assert place_marks(boundaries, 300, 600, 1105, 1024) == [600, 856, 1000, 1100]


def test_the_first_turn_of_a_session_can_be_left_inside() -> None:
    boundaries = Boundaries(head=500, turns=(500,), close=1500)
    assert place_marks(boundaries, 0, 0, 1505, 2048) == [500, 756, 1012, 1268, 1500]
    assert place_marks(boundaries, 500, 800, 1505, 2048) == [800, 1056, 1312, 1500]
    long = Boundaries(head=500, turns=(500,), close=4500)
    assert place_marks(long, 500, 0, 4505, 1024) == [628, 756, 884, 1012, 1140, 1268, 1396, 2420, 3444, 4500]


def test_older_turns_are_marked_as_the_spacing_allows() -> None:
    boundaries = Boundaries(head=500, turns=(500, 520, 800, 2000, 2010, 2020, 2030, 2040), close=2050)
    assert place_marks(boundaries, 400, 0, 2055, 512) == [500, 800, 1312, 2010, 2020, 2030, 2040, 2050]


def test_what_is_known_is_not_marked_again() -> None:
    boundaries = Boundaries(head=500, turns=(600, 700), close=800)
    assert place_marks(boundaries, 600, 0, 805, 2048) == [700, 800]


def test_where_the_prompt_left_what_is_known_is_marked() -> None:
    assert place_marks(NO_BOUNDARIES, 100, 150, 300, 2048) == [150, 300]


def test_a_prompt_that_shows_no_turns_can_be_answered_anew() -> None:
    assert place_marks(NO_BOUNDARIES, 0, 0, 99, 2048) == [99]


def test_marks_ascend_within_the_prompt_and_leave_no_long_gap() -> None:
    for seed in range(2000):
        rnd = random.Random(seed)
        goal = rnd.randint(1, 9000)
        start = rnd.randint(0, goal - 1)
        turns = tuple(sorted(rnd.randint(1, goal) for _ in range(rnd.randint(0, 30))))
        boundaries = Boundaries(rnd.randint(0, goal), turns, rnd.randint(0, goal))
        spacing = rnd.choice([64, 300, 1000])
        marks = place_marks(boundaries, start, rnd.randint(0, goal), goal, spacing)
        assert marks == sorted(set(marks))
        assert all(start < m <= goal for m in marks)
        points = [start, *marks, goal]
        assert max(b - a for a, b in pairwise(points)) <= 1.5 * spacing
