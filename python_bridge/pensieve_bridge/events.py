"""What the engine says about a generation, as plain values that may cross threads; `line` is the D03 line."""

from dataclasses import dataclass
from typing import Literal

from .wire import Json

FinishReason = Literal["stop", "length", "cancelled", "error"]


@dataclass(slots=True, frozen=True)
class Started:
    """`created_tokens`: those of the prompt, behind the cached ones, that the client asked to have cached."""

    cached_tokens: int
    restored_from: str
    created_tokens: int = 0

    def line(self) -> Json:
        return {
            "type": "started",
            "cachedTokens": self.cached_tokens,
            "cacheCreationTokens": self.created_tokens,
            "restoredFrom": self.restored_from,
        }


@dataclass(slots=True, frozen=True)
class Progress:
    done: int
    total: int

    def line(self) -> Json:
        return {"type": "prefill", "done": self.done, "total": self.total}


@dataclass(slots=True, frozen=True)
class Text:
    text: str

    def line(self) -> Json:
        return {"type": "piece", "text": self.text}


@dataclass(slots=True, frozen=True)
class Marker:
    marker: str
    id: int

    def line(self) -> Json:
        return {"type": "piece", "marker": self.marker, "id": self.id}


@dataclass(slots=True, frozen=True)
class Chance:
    """A token's bytes, which may be a part of a letter, and the natural logarithm of its probability."""

    token: bytes
    logprob: float

    def line(self) -> Json:
        text = self.token.decode("utf-8", errors="replace")
        return {"token": text, "bytes": list(self.token), "logprob": self.logprob}


@dataclass(slots=True, frozen=True)
class Chances:
    """Of a token of text that was sampled, and of the likeliest in its place. The piece it completes comes behind."""

    sampled: Chance
    top: tuple[Chance, ...]

    def line(self) -> Json:
        return {"type": "logprobs", **self.sampled.line(), "top": [chance.line() for chance in self.top]}


@dataclass(slots=True, frozen=True)
class Timings:
    """Seconds, and bytes at most in use since the process began."""

    queue: float = 0.0
    prefill: float = 0.0
    decode: float = 0.0
    peak_memory: int = 0

    def line(self) -> Json:
        return {
            "queueSeconds": round(self.queue, 6),
            "prefillSeconds": round(self.prefill, 6),
            "decodeSeconds": round(self.decode, 6),
            "peakMemoryBytes": self.peak_memory,
        }


@dataclass(slots=True, frozen=True)
class GrammarUse:
    """What a grammar did for one answer; `open`: it ended inside the constraint."""

    constrained_tokens: int
    matches: int
    open: bool
    cached: bool
    compile_seconds: float
    mask_seconds: float

    def line(self) -> Json:
        return {
            "constrainedTokens": self.constrained_tokens,
            "matches": self.matches,
            "open": self.open,
            "cached": self.cached,
            "compileSeconds": round(self.compile_seconds, 6),
            "maskSeconds": round(self.mask_seconds, 6),
        }


@dataclass(slots=True, frozen=True)
class Finished:
    """Exactly one, the last. `end_token` is the end-of-turn token that was sampled, if one was.

    `sampled`: every token of the answer, the end of turn included; not on the wire.
    """

    reason: FinishReason
    stop: str | None = None
    end_token: str | None = None
    completion_tokens: int = 0
    timings: Timings = Timings()
    error_code: str | None = None
    error_message: str | None = None
    grammar: GrammarUse | None = None
    sampled: tuple[int, ...] = ()

    def line(self) -> Json:
        line: Json = {
            "type": "finished",
            "reason": self.reason,
            "stop": self.stop,
            "endToken": self.end_token,
            "completionTokens": self.completion_tokens,
            "timings": self.timings.line(),
        }
        if self.grammar is not None:
            line["grammar"] = self.grammar.line()
        if self.reason == "error":
            line["error"] = {"code": self.error_code or "internal", "message": self.error_message or ""}
        return line


Event = Started | Progress | Text | Marker | Chances | Finished
