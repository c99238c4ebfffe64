"""Guessing ahead goes on while it pays, and costs next to nothing where it does not."""

from pensieve_bridge.draft_pace import DraftPace


def learned() -> DraftPace:
    pace = DraftPace()
    pace.record(0, 0, 1.0)
    pace.record(0, 0, 1.0)
    return pace


def cost(pace: DraftPace, passes: int, seconds: float) -> float:
    """Seconds lost in so many passes where every guess of three is wrong."""
    lost = 0.0
    for _ in range(passes):
        if pace.open:
            pace.record(3, 0, seconds)
            lost += seconds - 1.0
        else:
            pace.record(0, 0, 1.0)
    return lost


def test_nothing_is_guessed_before_it_is_known_what_a_pass_costs() -> None:
    assert not DraftPace().open
    assert learned().open


def test_another_row_must_tell_first_what_its_passes_cost() -> None:
    pace = learned()
    pace.begin()
    assert not pace.open
    pace.record(0, 0, 9.0)
    pace.record(0, 0, 9.0)
    assert pace.open


def test_right_guesses_go_on_whatever_else_holds_the_machine_up() -> None:
    pace = learned()
    for _ in range(50):
        assert pace.open
        pace.record(4, 4, 1000.0)


def test_a_long_pass_that_is_half_right_pays_where_passes_cost_the_same() -> None:
    pace = learned()
    for _ in range(100):
        assert pace.open
        pace.record(4, 2, 1.2)


def test_a_pass_that_costs_more_than_it_wins_does_not_go_on() -> None:
    pace = learned()
    tried = 0
    for _ in range(1000):
        if pace.open:
            tried += 1
            pace.record(4, 2, 3.5)
        else:
            pace.record(0, 0, 1.0)
    assert tried < 60


def test_wrong_guesses_cost_a_fiftieth_of_the_time_at_most_and_two_passes_at_the_beginning() -> None:
    for seconds in (1.1, 1.6, 2.4, 4.0):
        lost = cost(learned(), 2000, seconds)
        assert 0.5 * 2000 / 50 < lost < 2000 / 50 + 4


def test_the_next_row_does_not_begin_to_lose_anew() -> None:
    pace = learned()
    cost(pace, 100, 2.0)
    lost = 0.0
    for _ in range(10):
        pace.begin()
        lost += cost(pace, 100, 2.0)
    assert lost < 1000 / 50 + 2


def test_what_pays_again_is_not_punished_for_what_was() -> None:
    pace = learned()
    cost(pace, 2000, 2.0)
    waited = 0
    while not pace.open:
        waited += 1
        pace.record(0, 0, 1.0)
    assert waited <= 100
    for _ in range(6):
        assert pace.open
        pace.record(4, 4, 1.2)
