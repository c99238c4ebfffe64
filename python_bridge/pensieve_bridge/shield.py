"""Injection safety: text that spells a marker never becomes one.

A private separator character is put inside every marker string found in the request's strings before the template
runs (so the template cannot see it either), and the rendered text is cut at the separators before tokenising: no
piece then holds the whole marker, and only token ids are joined, never text.
"""

import json
import re
from collections.abc import Iterable
from typing import Any


def _separators() -> Iterable[str]:
    yield from (chr(c) for c in range(0xFDD0, 0xFDF0))
    yield from (chr(c) for c in range(0xF0000, 0xFFFFE))


class Shield:
    """Made for one request: holds the separator that none of its strings contains."""

    def __init__(self, markers: "MarkerPattern", request: Any) -> None:
        self._markers = markers
        spelled = json.dumps(request, ensure_ascii=False)
        escaped = spelled.lower()
        self._separator = next(s for s in _separators() if s not in spelled and _escape(s) not in escaped)
        either = f"(?:{self._separator}|{re.escape(_escape(self._separator))})"
        self._cut = re.compile(either)
        self._mark = re.compile(f"{either}{{2}}(\\d+){either}")

    def protect(self, value: Any) -> Any:
        """The same JSON value with every marker inside its strings (keys too) broken, and only text in it."""
        if isinstance(value, str):
            return self._markers.shield(_well_formed(value), self._separator)
        if isinstance(value, dict):
            return {self.protect(k): self.protect(v) for k, v in value.items()}  # pyright: ignore[reportUnknownVariableType]
        if isinstance(value, list):
            return [self.protect(v) for v in value]  # pyright: ignore[reportUnknownVariableType]
        return value

    @property
    def end_mark(self) -> str:
        """A mark that can be found again in the rendered text (used to cut an open assistant turn)."""
        return self._separator * 2

    def mark(self, number: int) -> str:
        """A mark that tells where in the rendered text a place of the request has come to stand."""
        return f"{self._separator * 2}{number}{self._separator}"

    def unmark(self, rendered: str) -> tuple[str, dict[int, int]]:
        """The rendered text without marks, and the offsets in it at which they stood; a mark shown twice is none."""
        places: dict[int, list[int]] = {}
        parts: list[str] = []
        at = length = 0
        for found in self._mark.finditer(rendered):
            parts.append(rendered[at : found.start()])
            length += len(parts[-1])
            at = found.end()
            places.setdefault(int(found[1]), []).append(length)
        parts.append(rendered[at:])
        return "".join(parts), {number: offsets[0] for number, offsets in places.items() if len(offsets) == 1}

    def cut(self, rendered: str) -> list[str]:
        """The rendered text in pieces to be tokenised one by one."""
        return [piece for piece in self._cut.split(rendered) if piece]

    def plain(self, rendered: str) -> str:
        """The rendered text without separators: what the model is told, as text."""
        return self._cut.sub("", rendered)


class MarkerPattern:
    """Finds the vocabulary's markers in text; made once a model."""

    def __init__(self, markers: Iterable[str]) -> None:
        longest_first = sorted({m for m in markers if len(m) > 1}, key=len, reverse=True)
        self._whole = re.compile("|".join(map(re.escape, longest_first)) or "(?!)")
        self._starts = {m[:n] for m in longest_first for n in range(1, len(m))}
        self._longest = max(map(len, longest_first), default=1)

    def places(self, text: str) -> list[tuple[int, str]]:
        """Every marker in a text, with its offset."""
        return [(found.start(), found[0]) for found in self._whole.finditer(text)]

    def shield(self, text: str, separator: str) -> str:
        """Break each marker after its first character; a beginning of one at the end of the text is closed off."""
        # A marker may begin inside another one: `>>>>>>` holds four times `>>>`.
        parts: list[str] = []
        at = 0
        while found := self._whole.search(text, at):
            parts.append(text[at : found.start() + 1])
            at = found.start() + 1
        text = separator.join([*parts, text[at:]])
        tail = text[-self._longest :]
        if any(tail[i:] in self._starts for i in range(len(tail))):
            text += separator
        return text


def _escape(separator: str) -> str:
    """How `tojson` with ASCII output would spell the separator, in lower case."""
    return json.dumps(separator).strip('"').lower()


def _well_formed(text: str) -> str:
    """JSON can carry half a surrogate pair; tokenizers take whole characters only."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text
