"""Token ids → pieces: whole characters of text, markers, and stop strings found across pieces."""

import codecs
from collections.abc import Callable, Sequence

from .events import Marker, Text
from .vocabulary import Vocabulary

Piece = Text | Marker


class StopStrings:
    """Finds the first stop string in a stream of text, holding back only what may still become one."""

    def __init__(self, stops: Sequence[str]) -> None:
        self._stops = tuple(dict.fromkeys(stops))
        self._held = ""

    def __contains__(self, text: str) -> bool:
        return text in self._stops

    def push(self, text: str) -> tuple[str, str | None]:
        """Give text; get (text that is safe to send, the stop string that matched or None)."""
        if not self._stops:
            return text, None
        text = self._held + text
        found = min(
            ((at, -len(s), s) for s in self._stops if (at := text.find(s)) >= 0),
            default=None,
        )
        if found is not None:
            self._held = ""
            return text[: found[0]], found[2]
        keep = max(_overlap(text, s) for s in self._stops)
        self._held = text[len(text) - keep :]
        return text[: len(text) - keep], None

    def flush(self) -> str:
        """What was held back; the text behind it is not contiguous with it."""
        held, self._held = self._held, ""
        return held


def _overlap(text: str, stop: str) -> int:
    """Length of the longest end of `text` that is a proper beginning of `stop`."""
    for n in range(min(len(text), len(stop) - 1), 0, -1):
        if text.endswith(stop[:n]):
            return n
    return 0


class Pieces:
    """The pieces of one generation, token by token.

    Feed every sampled token but the end-of-turn one. After a stop string matched, `matched` names it and the
    generation is over. An incomplete character at the end or in front of a marker is dropped.
    """

    def __init__(
        self,
        vocabulary: Vocabulary,
        stops: Sequence[str] = (),
        *,
        decode: Callable[[list[int]], str],
        continues: bool = False,
    ) -> None:
        self.matched: str | None = None
        self._vocabulary = vocabulary
        self._stops = StopStrings(stops)
        self._trim = vocabulary.trims_first_space and not continues
        self._decoder = _utf8() if vocabulary.byte_exact else None
        self._window = _DecodeWindow(decode)

    def push(self, token: int) -> list[Piece]:
        """The pieces this token completes; often one, sometimes none."""
        marker = self._vocabulary.markers.get(token)
        if marker is not None:
            held = self._break()
            if marker in self._stops:
                self.matched = marker
                return held
            return [*held, Marker(marker, token)]
        if self._decoder is None:
            text = self._window.push(token)
        else:
            text = self._decoder.decode(self._vocabulary.bytes_of(token))
        if self._trim and text:
            # SentencePiece writes a space before the first word of a text.
            text, self._trim = text.removeprefix(" "), False
        if not text:
            return []
        text, self.matched = self._stops.push(text)
        return [Text(text)] if text else []

    def finish(self) -> list[Piece]:
        """What was held back for a stop string that did not come."""
        return self._break() if self.matched is None else []

    def _break(self) -> list[Piece]:
        if self._decoder is not None:
            self._decoder.reset()
        self._window.reset()
        self._trim = False
        held = self._stops.flush()
        return [Text(held)] if held else []


def _utf8() -> codecs.IncrementalDecoder:
    return codecs.getincrementaldecoder("utf-8")(errors="replace")


class _DecodeWindow:
    """Text of a growing token list through the tokenizer's own decoder, for vocabularies without byte tables.

    Decodes a short window twice, with and without the new token, since a decoder may treat the first token of a
    text differently.
    """

    _LONGEST_CHARACTER = 8

    def __init__(self, decode: Callable[[list[int]], str]) -> None:
        self._decode = decode
        self._context: list[int] = []
        self._fresh: list[int] = []

    def push(self, token: int) -> str:
        self._fresh.append(token)
        before = self._decode(self._context) if self._context else ""
        after = self._decode(self._context + self._fresh)
        if after.endswith("�") and len(self._fresh) < self._LONGEST_CHARACTER:
            return ""
        self._context, self._fresh = self._fresh, []
        return after[len(before) :]

    def reset(self) -> None:
        self._context, self._fresh = [], []
