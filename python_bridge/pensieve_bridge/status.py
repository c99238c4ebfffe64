"""Plain values about a running engine: its limits, its health, its counters."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

Status = Literal["loading", "ready", "failed"]

Fault = Literal["raise", "die", "stall"]
"""What tests can make go wrong: an exception in the generator, the thread's silent end, a step that takes for ever."""


@dataclass(slots=True, frozen=True)
class EngineOptions:
    """`rows` run at once, `queue` may wait; a step longer than `tick_limit_seconds` counts as dead.

    `cache_folder`: where the prefix store keeps what shall outlive the process; None: nowhere. `cache_bytes`: what it
    may hold in memory, and `memory_bytes`: what this process may hold in all; None: found from what is free.
    `guess_ahead`: rows that are alone guess tokens from what was said before, where it pays.
    `mask_overlap`: grammars work out what may come next while the forward pass runs, not behind it.
    `pieces_seconds`: pause between two deliveries of pieces; nobody sees more of them, and each wakes three processes.
    """

    rows: int = 8
    queue: int = 64
    tick_limit_seconds: float = 120.0
    cache_bytes: int | None = None
    memory_bytes: int | None = None
    cache_folder: Path | None = None
    mask_overlap: bool = True
    guess_ahead: bool = True
    pieces_seconds: float = 1 / 30


@dataclass(slots=True, frozen=True)
class Health:
    """`tick_age_seconds`: since the engine thread last finished a step or an idle wait."""

    status: Status
    tick_age_seconds: float
    running: int
    queued: int
    message: str


@dataclass(slots=True, frozen=True)
class Memory:
    """Bytes held by MLX now, the most since the process began, and what it may hold."""

    active: int = 0
    peak: int = 0
    limit: int = 0


@dataclass(slots=True)
class DraftCounts:
    """Forward passes of rows that were alone, tokens that were guessed ahead in them, and those that were right."""

    passes: int = 0
    guessed: int = 0
    right: int = 0


@dataclass(slots=True)
class Counters:
    """Since the process began; written by the engine thread only.

    `reusable_tokens`: prompt tokens that had been computed before; `cached_tokens`: those that were restored.
    """

    requests: int = 0
    cancelled: int = 0
    failed: int = 0
    prompt_tokens: int = 0
    cached_tokens: int = 0
    reusable_tokens: int = 0
    completion_tokens: int = 0
    generator_rebuilds: int = 0
    constrained_tokens: int = 0
    grammar_faults: int = 0
    mask_seconds: float = 0.0
    drafts: DraftCounts = field(default_factory=DraftCounts)
