"""Pieces of a quick model are delivered together; nothing else waits, and nothing changes its order."""

from pensieve_bridge.events import Event, Finished, Marker, Progress, Text
from pensieve_bridge.outbox import Outbox

_PAUSE = 1 / 30


class _Box:
    def __init__(self) -> None:
        self.now = 100.0
        self.delivered: list[list[tuple[str, Event]]] = []
        self.outbox = Outbox(self.delivered.append, _PAUSE, lambda: self.now)


def test_pieces_wait_until_the_pause_is_over_and_then_go_together() -> None:
    box = _Box()
    box.outbox.put("a", Text("one"))
    box.outbox.deliver()
    for word in ("two", "three"):
        box.now += _PAUSE / 3
        box.outbox.put("a", Text(word), Marker("<x>", 7))
        box.outbox.put("b", Text(word))
        box.outbox.deliver_due()
    assert box.delivered == [[("a", Text("one"))]]
    box.now += _PAUSE / 2
    box.outbox.deliver_due()
    assert box.delivered[1:] == [
        [
            *(("a", Text("two")), ("a", Marker("<x>", 7)), ("b", Text("two"))),
            *(("a", Text("three")), ("a", Marker("<x>", 7)), ("b", Text("three"))),
        ]
    ]


def test_a_slow_model_s_pieces_never_wait() -> None:
    box = _Box()
    for word in ("one", "two", "three"):
        box.now += 1.01 * _PAUSE
        box.outbox.put("a", Text(word))
        box.outbox.deliver_due()
    assert [len(events) for events in box.delivered] == [1, 1, 1]


def test_what_is_no_piece_takes_along_what_waits() -> None:
    for event in (Progress(1, 2), Finished("stop")):
        box = _Box()
        box.outbox.put("a", Text("one"))
        box.outbox.deliver_due()
        box.outbox.put("b", event)
        box.outbox.deliver_due()
        assert box.delivered == [[("a", Text("one")), ("b", event)]]


def test_nothing_is_delivered_where_there_is_nothing() -> None:
    box = _Box()
    box.outbox.deliver()
    box.now += 1
    box.outbox.deliver_due()
    assert box.delivered == []
