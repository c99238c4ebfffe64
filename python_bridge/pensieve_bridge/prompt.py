"""Conversation → token ids: the model's chat template, then its tokenizer, with content kept from forging markers."""

from dataclasses import dataclass
from typing import Any, cast

from jinja2.exceptions import TemplateError

from .marks import NO_BOUNDARIES, Boundaries
from .mlx_edge import TokenizerLike, own_renderer, plain_tokenizer
from .outline import end_of_turns, find_spots, outline
from .rendering import Rendering
from .shield import MarkerPattern, Shield
from .vocabulary import Vocabulary
from .wire import Json, PromptRequest, Refusal

_CHATML = """{%- for m in messages %}<|im_start|>{{ m.role }}
{{ m.content }}<|im_end|>
{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant
{% endif %}"""

# For base models: roles as plain words, an assistant turn closed by the end-of-text token where there is one.
_LABELLED = """{{ bos_token or '' }}{%- for m in messages %}{{ m.role | capitalize }}: {{ m.content }}
{%- if m.role == 'assistant' %}{{ eos_token or '' }}{% endif %}{{ '\\n\\n' }}
{%- endfor %}{% if add_generation_prompt %}Assistant:{% endif %}"""


@dataclass(slots=True, frozen=True)
class Origin:
    """The tokens a prompt goes on from: the first `kept` of those known by `key`, the name of the turn `message`."""

    key: str
    kept: int
    message: int


@dataclass(slots=True, frozen=True)
class Prompt:
    """A conversation as token ids.

    `text` is what was rendered, for logs and probes: of a prompt that goes on from an `origin` only what is new.
    `starts`: (token offset, message) in front of turns, ascending. `reasoning`: tokens of old reasoning in it that
    the template would have dropped.
    """

    text: str
    tokens: list[int]
    boundaries: Boundaries = NO_BOUNDARIES
    starts: tuple[tuple[int, int], ...] = ()
    origin: Origin | None = None
    reasoning: int = 0

    def tokens_of(self, messages: int, of: int) -> int:
        """Tokens of the first so many of the conversation's messages; 0 where the prompt does not show it."""
        if messages >= of:
            return self.boundaries.close or len(self.tokens)
        if messages == 0 or (self.origin is not None and messages <= self.origin.message):
            return 0
        return next((at for at, message in self.starts if message >= messages), 0)


def plain_prompt(rendering: Rendering, *, outlined: bool = False) -> Prompt:
    """The conversation as the template writes it; `outlined`: with its boundaries."""
    rendered = rendering.whole()
    tokens = rendering.encode(rendered)
    if not tokens:
        raise Refusal(400, "template_error", "the chat template rendered nothing for this conversation")
    text = rendering.shield.plain(rendered)
    if not outlined:
        return Prompt(text, tokens)
    found = outline(
        rendering,
        rendered,
        tokens,
        find_spots(rendering, rendered),
        end_of_turns(rendering, rendering.messages, rendered),
    )
    return Prompt(text, tokens, found.boundaries(rendering.messages), found.starts)


class PromptBuilder:
    """Renders and tokenises for one model. Not thread-safe: transformers' tokenizers change while they encode."""

    def __init__(self, tokenizer: TokenizerLike, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary
        self.markers = MarkerPattern(vocabulary.markers.values())
        self._tokenizer = plain_tokenizer(tokenizer)
        self._renderer = own_renderer(tokenizer)
        self._anchors = [(a, self._encode_plainly(a)) for a in "\n|a0"]
        self.template: str | None = self._own_template()
        self._fallback = None if self.template or self._renderer else self._fallback_template(vocabulary)

    def build(self, request: PromptRequest) -> Prompt:
        """The prompt of a checked request. Raises `Refusal` 400 `template_error` with the template's own words."""
        return plain_prompt(Rendering(self, request))

    def encode_text(self, text: str) -> list[int]:
        """Ordinary text as it would be tokenised inside a turn, without markers."""
        shield = Shield(self.markers, text)
        return [t for piece in shield.cut(shield.protect(text)) for t in self._encode_inner(piece)]

    def encode_pieces(self, pieces: list[str], *, inside: bool) -> list[int]:
        """Text whose pieces must not grow together; `inside`: it does not begin the prompt."""
        tokens: list[int] = []
        for n, piece in enumerate(pieces):
            tokens += self._encode_inner(piece) if n or inside else self._encode_plainly(piece)
        return tokens

    def decode(self, tokens: list[int]) -> str:
        return str(self._tokenizer.decode(tokens))

    def apply(self, messages: list[Json], tools: list[Json], options: Json, open_turn: bool) -> str:
        """The template's text. Raises `Refusal` 400 `template_error`."""
        given: dict[str, Any] = {**options, "tools": tools or None, "add_generation_prompt": open_turn}
        try:
            if self._renderer is not None:
                return self._renderer(messages, **given)
            if self._fallback is not None:
                given["chat_template"] = self._fallback
            return cast(str, self._tokenizer.apply_chat_template(messages, tokenize=False, **given))
        except TemplateError as error:
            raise Refusal(400, "template_error", error.message or type(error).__name__) from error
        except Exception as error:
            raise Refusal(400, "template_error", f"{type(error).__name__}: {error}") from error

    def _encode_plainly(self, text: str) -> list[int]:
        return cast("list[int]", self._tokenizer.encode(text, add_special_tokens=False))

    def _encode_inner(self, piece: str) -> list[int]:
        """Encode a piece that is not the beginning: SentencePiece would put a space in front of it.

        So something is put in front and its tokens are taken off again; the next is tried where the two grew together.
        """
        for anchor, known in self._anchors:
            tokens = self._encode_plainly(anchor + piece)
            if tokens[: len(known)] == known:
                return tokens[len(known) :]
        return self._encode_plainly(piece)

    def _own_template(self) -> str | None:
        template = self._tokenizer.chat_template
        if isinstance(template, dict):
            named = cast("dict[str, str]", template)
            return named.get("default") or next(iter(named.values()), None)
        return cast("str | None", template) or None

    def _fallback_template(self, vocabulary: Vocabulary) -> str:
        """A documented stand-in for models without a chat template: ChatML where the vocabulary has it."""
        if {"<|im_start|>", "<|im_end|>"} <= set(vocabulary.marker_ids):
            return _CHATML
        # Written by the template only where the tokenizer itself would write it.
        first = cast("list[int]", self._tokenizer.encode("a", add_special_tokens=True))[:1]
        if vocabulary.bos is None or first != [vocabulary.marker_ids.get(vocabulary.bos)]:
            return _LABELLED.replace("{{ bos_token or '' }}", "")
        return _LABELLED
