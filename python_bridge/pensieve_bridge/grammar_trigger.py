"""Text that begins a constraint, found in a stream of tokens; it may begin and end in the middle of one.

Places: "anywhere" (but not right behind a back quote, which is talk about it); "line" (directly behind a newline, or
at the beginning); "start" (only white space before it). Pure Python over bytes: one search a token.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from .grammar_request import Place, TextTrigger

Overshoots = tuple[tuple[tuple[int, bytes], ...], ...]
"""[n]: (token, bytes behind the trigger) of tokens that complete it, and go on, where its first n bytes stand."""

NO_TOKENS: frozenset[int] = frozenset()

_QUOTE = b"`"
_SPACE = b" \t\r\n"


@dataclass(slots=True, frozen=True)
class CompiledTrigger:
    """A trigger with the tokens that would complete it and go on with something the grammar refuses.

    `pattern` is what is searched for: for "line" it begins with a newline, of which `skip` bytes are not the trigger's.
    `refused[n]`: such tokens where the first n bytes of the pattern stand already.
    """

    pattern: bytes
    skip: int
    at: Place
    refused: tuple[frozenset[int], ...]


def find_overshoots(trigger: TextTrigger, tokens: Iterable[tuple[int, bytes]]) -> Overshoots:
    """`tokens`: (id, bytes) of every ordinary token; about 10 ms for 150k."""
    pattern, _ = _pattern(trigger)
    last = pattern[-1:]
    likely = [(token, letters) for token, letters in tokens if last in letters]

    def behind(letters: bytes, n: int) -> bytes:
        rest = pattern[n:]
        at = (0 if letters.startswith(rest) else -1) if n else _first(letters, trigger.at, pattern)
        return letters[at + len(rest) :] if at >= 0 else b""

    return tuple(tuple((t, b) for t, letters in likely if (b := behind(letters, n))) for n in range(len(pattern)))


def compile_trigger(trigger: TextTrigger, overshoots: Overshoots, refuses: Callable[[bytes], bool]) -> CompiledTrigger:
    """`refuses`: whether the grammar refuses these bytes behind the trigger."""
    answers: dict[bytes, bool] = {}

    def refused(behind: bytes) -> bool:
        if behind not in answers:
            answers[behind] = refuses(behind)
        return answers[behind]

    pattern, skip = _pattern(trigger)
    wrong = tuple(frozenset(t for t, behind in found if refused(behind)) for found in overshoots)
    return CompiledTrigger(pattern, skip, trigger.at, wrong)


def _pattern(trigger: TextTrigger) -> tuple[bytes, int]:
    text = trigger.text.encode()
    return (b"\n" + text, 1) if trigger.at == "line" else (text, 0)


def _first(letters: bytes, at: Place, pattern: bytes) -> int:
    """Where a trigger begins that stands whole in one token; -1 where it does not count."""
    if at == "start":
        blank = len(letters) - len(letters.lstrip(_SPACE))
        return blank if letters.startswith(pattern, blank) else -1
    return _find(letters, pattern, 0, quotes=at == "anywhere")


def _find(text: bytes, pattern: bytes, begin: int, *, quotes: bool) -> int:
    at = text.find(pattern, begin)
    while quotes and at > 0 and text[at - 1 : at] == _QUOTE:
        at = text.find(pattern, at + 1)
    return at


class TriggerScan:
    """Watches one trigger in the text of one row, token by token."""

    def __init__(self, trigger: CompiledTrigger, *, beginning: bool) -> None:
        self._trigger = trigger
        self._quotes = trigger.at == "anywhere"
        refused = enumerate(trigger.refused)
        self._careful = [(trigger.pattern[:n], tokens) for n, tokens in refused if n and tokens]
        self.restart(beginning=beginning)

    def restart(self, *, beginning: bool) -> None:
        """Text begins anew; `beginning`: of the answer, or behind reasoning or a call (a line begins there)."""
        self._dead = self._trigger.at == "start" and not beginning
        self._tail = b"\n" if self._trigger.at == "line" and beginning else b""

    def push(self, letters: bytes) -> bytes | None:
        """The next token's bytes; when they complete the trigger: everything from its first byte on."""
        if self._dead:
            return None
        trigger, text = self._trigger, self._tail + letters
        if trigger.at == "start":
            return self._push_at_start(text.lstrip(_SPACE))
        # Only what ends in the new bytes; one byte more is kept than can begin a trigger: it may be a back quote.
        begin = max(0, len(self._tail) - len(trigger.pattern) + 1)
        at = _find(text, trigger.pattern, begin, quotes=self._quotes)
        if at >= 0:
            return text[at + trigger.skip :]
        self._tail = text[-len(trigger.pattern) :]
        return None

    @property
    def refused(self) -> frozenset[int]:
        """Tokens that must not come next: with them a trigger would be complete and what follows it wrong."""
        trigger, tail = self._trigger, self._tail
        if self._dead:
            return NO_TOKENS
        if trigger.at == "start":
            return trigger.refused[len(tail)]
        found = trigger.refused[0]
        for standing, tokens in self._careful:
            if tail.endswith(standing) and not (self._quotes and tail[: -len(standing)].endswith(_QUOTE)):
                found |= tokens
        return found

    def _push_at_start(self, text: bytes) -> bytes | None:
        pattern = self._trigger.pattern
        if text.startswith(pattern):
            return text
        self._tail = text
        self._dead = not pattern.startswith(text)
        return None
