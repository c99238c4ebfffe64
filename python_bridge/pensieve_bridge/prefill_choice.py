"""Which prompt is worked on next, and what rows that begin alike have of each other. Engine thread only."""

from collections.abc import Collection

from .prefix_store import PrefixStore
from .row import Row
from .scheduler import most_due

_DISK_WAIT_SECONDS = 0.02


def choose(rows: Collection[Row], store: PrefixStore, *, others_decode: bool) -> Row | None:
    """The most urgent row, or another one that is about to compute the same tokens: then they are shared.

    None while all of them wait for their grammar or for the disk.
    """
    store.collect(0.0 if others_decode else _DISK_WAIT_SECONDS)
    row = most_due(row for row in rows if not row.held and not _waits_for_disk(row, store))
    if row is None:
        return None
    mine = row.prefill.done if row.prefill else -1
    for other in rows:
        theirs = other.prefill
        if other is row or theirs is None or theirs.finished or theirs.done <= mine:
            continue
        if theirs.common(row.tokens) > theirs.done:
            row, mine = other, theirs.done
    return row


def share(rows: Collection[Row], row: Row) -> None:
    """Let a row that begins, or goes on, have what the others have computed up to now."""
    for other in rows:
        if other is not row and other.prefill:
            other.prefill.keep()
    if row.prefill is not None:
        row.prefill.catch_up()


def _waits_for_disk(row: Row, store: PrefixStore) -> bool:
    waits = row.prefill is None and store.waits_for_disk(row.tokens, row.goal)
    row.waited_for_disk |= waits
    return waits
