"""Who goes next and how much at once."""

import random
from dataclasses import dataclass

from pensieve_bridge.scheduler import ChunkLimits, ChunkSizer, admissible, due, most_due


@dataclass
class Asked:
    name: str
    request_class: str
    arrived: float
    tokens: int = 100
    ahead: int = 0

    @property
    def due(self) -> float:
        return due(self.arrived, self.request_class, self.tokens, self.ahead)


def test_a_title_overtakes_a_long_prefill() -> None:
    main, title = Asked("main", "main", 0, 20_000), Asked("title", "title", 5, 700)
    assert most_due([main, title]) is title


def test_nobody_starves() -> None:
    waiting = [Asked("old", "compaction", 0, 10_000)]
    for second in range(1, 300):
        waiting.append(Asked(f"title {second}", "title", second))
        served = most_due(waiting)
        assert served is not None
        waiting.remove(served)
        if served.name == "old":
            assert second < 200
            return
    raise AssertionError("the old request was never served")


def test_a_session_that_asks_for_much_at_once_lets_another_one_go_before_its_second() -> None:
    many = [Asked(f"many {n}", "main", 0, 20_000, ahead=n) for n in range(20)]
    other = Asked("other", "main", 5, 20_000)
    waiting = [*many, other]
    order: list[str] = []
    while (served := most_due(waiting)) is not None:
        waiting.remove(served)
        order.append(served.name)
    assert order[:3] == ["many 0", "other", "many 1"]


def test_equals_are_served_in_the_order_they_came() -> None:
    waiting = [Asked(str(n), "main", n) for n in range(10)]
    random.Random(1).shuffle(waiting)
    order: list[float] = []
    while (served := most_due(waiting)) is not None:
        waiting.remove(served)
        order.append(served.arrived)
    assert order == sorted(order)


def test_the_last_place_is_kept_for_short_work() -> None:
    waiting = [Asked("main", "main", 0), Asked("title", "title", 9)]
    assert admissible(waiting, running=7, capacity=8) is waiting[1]
    assert admissible(waiting[:1], running=7, capacity=8) is None
    assert admissible(waiting[:1], running=6, capacity=8) is waiting[0]
    assert admissible(waiting, running=8, capacity=8) is None


def test_a_single_place_is_for_everybody() -> None:
    waiting = [Asked("main", "main", 0)]
    assert admissible(waiting, running=0, capacity=1) is waiting[0]


def test_chunks_shrink_while_others_decode() -> None:
    chunks = ChunkSizer(ChunkLimits(largest=512))
    assert chunks.next_size(others_decode=True) < chunks.next_size(others_decode=False)
    chunks.record(256, 0.256)
    assert chunks.next_size(others_decode=False) == 256
    assert chunks.next_size(others_decode=True) == 64


def test_a_running_answer_waits_for_two_chunks_of_256_at_most() -> None:
    chunks = ChunkSizer(ChunkLimits(largest=2048))
    chunks.record(2048, 0.001)
    assert chunks.next_size(others_decode=True) == 512
    assert chunks.next_size(others_decode=False) == 2048


def test_chunks_stay_within_their_limits() -> None:
    limits = ChunkLimits(largest=512)
    fast, slow = ChunkSizer(limits), ChunkSizer(limits)
    fast.record(256, 0.0001)
    slow.record(256, 1000.0)
    assert fast.next_size(others_decode=False) == 512
    assert slow.next_size(others_decode=True) == 16


def test_work_nobody_waits_for_lets_others_go_first() -> None:
    waiting = [Asked("batch", "background", 0), Asked("main", "main", 300, 20_000)]
    assert most_due(waiting) is waiting[1]
