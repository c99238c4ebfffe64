"""The NDJSON answer of one `/generate`: a mailbox that the engine's events land in, and its lines on the wire.

Event-loop thread only.
"""

import asyncio
import json

from starlette.types import Receive, Send

from .events import Event, Finished, Progress
from .wire import Json

HEADERS = [(b"content-type", b"application/x-ndjson"), (b"cache-control", b"no-store")]


def encode(line: Json) -> bytes:
    return json.dumps(line, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


class Answer:
    """Collects events between two writes, so that one write carries everything that is there."""

    def __init__(self) -> None:
        self.done = False
        self._events: list[Event] = []
        self._arrived = asyncio.Event()
        self._last_progress: Progress | None = None
        self._quiet_ticks = 0

    def put(self, event: Event) -> None:
        """Add an event; anything after the end is dropped."""
        if self.done:
            return
        self.done = isinstance(event, Finished)
        self._last_progress = event if isinstance(event, Progress) and event.done < event.total else None
        self._quiet_ticks = 0
        self._events.append(event)
        self._arrived.set()

    def remind(self, ticks: int) -> None:
        """Called about twice a second: a chunk that takes long must not leave the line silent."""
        self._quiet_ticks += 1
        if self._last_progress is not None and self._quiet_ticks >= ticks:
            self.put(self._last_progress)

    async def stream(self, send: Send) -> None:
        """Write lines until the end. Raises OSError when the client is gone."""
        while True:
            await self._arrived.wait()
            self._arrived.clear()
            events, self._events = self._events, []
            last = isinstance(events[-1], Finished)
            body = b"".join(encode(event.line()) for event in events)
            await send({"type": "http.response.body", "body": body, "more_body": not last})
            if last:
                return


async def gone(receive: Receive) -> None:
    """Returns when the client has closed the connection."""
    while (await receive())["type"] != "http.disconnect":
        pass
