"""A compiled grammar as one row uses it, and what goes wrong with grammars."""

from collections.abc import Iterable
from dataclasses import dataclass

from llguidance import LLMatcher, LLTokenizer

from .grammar_request import Begin
from .grammar_trigger import CompiledTrigger
from .vocabulary import Vocabulary

_LONGEST_MESSAGE = 1000


class GrammarError(Exception):
    """Ends one request; `code` is what its answer says: `grammar_invalid`, `grammar_unsupported`, `grammar_failed`."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def first_line(message: str) -> str:
    """llguidance's reason (`at LINE(COLUMN): …`) without the source and the state that it quotes."""
    return message.split("\n", 1)[0][:_LONGEST_MESSAGE]


@dataclass(slots=True, frozen=True)
class Words:
    """The vocabulary as grammars see it; `text[id]` is None for what is not ordinary text."""

    text: list[bytes | None]
    one_byte: dict[int, int]
    """Byte → the token that is this byte alone."""
    newlines: dict[int, int]
    """Tokens that are one or two line ends and nothing else → how many."""
    eos: frozenset[int]

    def spell(self, text: bytes) -> list[int]:
        """One token a byte. Raises `GrammarError` where the vocabulary lacks one."""
        try:
            return [self.one_byte[b] for b in text]
        except KeyError as error:
            message = f"the vocabulary has no token for the byte {error.args[0]:#04x}"
            raise GrammarError("grammar_unsupported", message) from None

    def ordinary(self) -> Iterable[tuple[int, bytes]]:
        return ((i, letters) for i, letters in enumerate(self.text) if letters)


def read_words(vocabulary: Vocabulary, tokenizer: LLTokenizer) -> Words:
    """About 50 ms for 150k tokens."""
    if vocabulary.byte_exact:
        text: list[bytes | None] = list(vocabulary.text)
    else:
        text = [tokenizer.decode_bytes([i]) for i in range(vocabulary.size())]
    for token in vocabulary.markers:
        text[token] = None
    single: dict[int, int] = {}
    newlines: dict[int, int] = {}
    for token, letters in enumerate(text):
        # White space among the added tokens is text to us, but a special token to llguidance.
        if letters and not tokenizer.is_special_token(token):
            if len(letters) == 1:
                single.setdefault(letters[0], token)
            if letters in (b"\n", b"\n\n"):
                newlines[token] = len(letters)
    return Words(text, single, newlines, vocabulary.eos)


@dataclass(slots=True, frozen=True)
class Grammar:
    """`matcher` is this row's own, at its beginning; None where only `forbidden` counts."""

    words: Words
    matcher: LLMatcher | None
    begin: Begin
    ends: bool
    marker_triggers: frozenset[int]
    text_triggers: tuple[CompiledTrigger, ...]
    forbidden: frozenset[int]
    compile_seconds: float
    cached: bool
