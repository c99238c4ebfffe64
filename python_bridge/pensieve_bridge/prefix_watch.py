"""Tells when a session's prompt is not the one before and more: which token, and which part of the request it is in.

A prompt that only grows costs what is new in it; anything else costs all from the first difference on. The prompts'
thread only.
"""

from collections.abc import Callable
from dataclasses import dataclass

from .log import log
from .prefix_tree import as_tokens, common_prefix
from .prompt import Prompt
from .wire import Json

_SESSIONS = 64


@dataclass(slots=True, frozen=True)
class _Last:
    tokens: list[int]
    length: int
    starts: tuple[tuple[int, int], ...]
    roles: tuple[str, ...]


class PrefixWatch:
    """`decode` gives the text of token ids."""

    def __init__(self, decode: Callable[[list[int]], str]) -> None:
        self._decode = decode
        self._last: dict[tuple[str, str], _Last] = {}

    def look(self, session: str, agent: str, prompt: Prompt, messages: list[Json]) -> None:
        """A prompt of an agent in a session; the log tells if it does not begin with the one before."""
        key = (session, agent)
        before = self._last.pop(key, None)
        known = () if before is None else tuple(s for s in before.starts if s[0] < (prompt.starts or ((0, 0),))[0][0])
        roles = tuple(str(m["role"]) for m in messages)
        now = _Last(prompt.tokens, prompt.boundaries.close or len(prompt.tokens), (*known, *prompt.starts), roles)
        if before is not None:
            self._compare(key, before, now)
        self._last[key] = now
        if len(self._last) > _SESSIONS:
            del self._last[next(iter(self._last))]

    def _compare(self, key: tuple[str, str], before: _Last, now: _Last) -> None:
        common = common_prefix(as_tokens(before.tokens[: before.length]), as_tokens(now.tokens))
        if common >= before.length:
            return
        log(
            "info",
            "prefix_changed",
            session=key[0],
            agent=key[1],
            commonTokens=common,
            lostTokens=before.length - common,
            token=self._decode(now.tokens[common : common + 1]),
            instead=self._decode(before.tokens[common : common + 1]),
            part=_part(now, common) if common < len(now.tokens) else "the end",
        )


def _part(prompt: _Last, at: int) -> str:
    """Where in the request a token comes from."""
    message = max((n for start, n in prompt.starts if start <= at), default=None)
    if message is None:
        return "tools and system prompt"
    return f"messages[{message}] ({prompt.roles[message]}) or the answer behind it"
