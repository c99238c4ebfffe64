"""What the rows have said and nobody has been told yet. Engine thread only."""

import time
from collections.abc import Callable

from .events import Chances, Event, Marker, Text

Deliver = Callable[[list[tuple[str, Event]]], None]
"""Called on the engine thread with all that has happened: (generation, event)."""


class Outbox:
    """Events by generation, delivered in the order they were put in."""

    def __init__(self, deliver: Deliver, pause: float, clock: Callable[[], float] = time.monotonic) -> None:
        """`pause`: seconds between two deliveries of pieces."""
        self._deliver = deliver
        self._pause = pause
        self._clock = clock
        self._events: list[tuple[str, Event]] = []
        self._delivered = clock()
        self._presses = False

    def put(self, generation: str, *events: Event) -> None:
        for event in events:
            self._events.append((generation, event))
            self._presses |= not isinstance(event, Text | Marker | Chances)

    def deliver_due(self) -> None:
        """Deliver, unless there are pieces only and the last delivery was just now: then they wait for the next call.

        To be called at least once a step: a step that took longer than the pause delivers what it brought.
        """
        if self._presses or (self._events and self._clock() - self._delivered >= self._pause):
            self.deliver()

    def deliver(self) -> None:
        """Deliver everything now."""
        if not self._events:
            return
        events, self._events = self._events, []
        self._delivered, self._presses = self._clock(), False
        self._deliver(events)
