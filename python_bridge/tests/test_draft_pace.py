"""Guessing ahead goes on while it pays, and stops where it does not."""

from pensieve_bridge.draft_pace import DraftPace


def learned() -> DraftPace:
    pace = DraftPace()
    pace.record(0, 0, 1.0)
    pace.record(0, 0, 1.0)
    return pace


def test_nothing_is_guessed_before_it_is_known_what_a_pass_costs() -> None:
    assert DraftPace().length == 0
    assert learned().length > 0


def test_guesses_that_are_right_become_longer() -> None:
    pace = learned()
    before = pace.length
    for _ in range(10):
        pace.record(pace.length, pace.length, 1.5)
    assert pace.length > before
    assert pace.length == 16


def test_right_guesses_go_on_whatever_else_holds_the_machine_up() -> None:
    pace = learned()
    for _ in range(50):
        assert pace.length > 0
        pace.record(pace.length, pace.length, 1000.0)


def test_guesses_that_are_wrong_become_shorter() -> None:
    pace = learned()
    before = pace.length
    pace.record(pace.length, 0, 1.1)
    assert 0 < pace.length < before


def test_guessing_stops_where_it_does_not_pay_and_is_tried_again_ever_more_rarely() -> None:
    pace, tried, passes = learned(), 0, 0
    for _ in range(4000):
        passes += 1
        if pace.length:
            tried += 1
            pace.record(pace.length, 0, 2.0)
        else:
            pace.record(0, 0, 1.0)
    assert 10 < tried < 0.03 * passes


def test_a_long_pass_that_is_half_right_pays_where_passes_cost_the_same() -> None:
    pace = learned()
    for _ in range(100):
        assert pace.length > 0
        pace.record(pace.length, pace.length // 2, 1.2)


def test_what_pays_again_is_not_punished_for_what_was() -> None:
    pace = learned()
    for _ in range(200):
        pace.record(pace.length, 0, 2.0) if pace.length else pace.record(0, 0, 1.0)
    while not pace.length:
        pace.record(0, 0, 1.0)
    for _ in range(6):
        pace.record(pace.length, pace.length, 1.2)
    assert pace.length == 16
