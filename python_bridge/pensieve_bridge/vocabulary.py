"""What each token id is: bytes of ordinary text, or a marker (an added or special token of the vocabulary)."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from .mlx_edge import TokenizerLike, detokenizer_kind

_SPM_SPACE = "▁".encode()

# Tokens that end a turn wherever a vocabulary has them. Converted and fine-tuned models forget them in their
# configuration, and then write on: a call's result, the user's next words.
_ENDS_OF_TURNS = frozenset(
    {
        "<|im_end|>",
        "<|eot_id|>",
        "<|eom_id|>",
        "<|call|>",
        "<|return|>",
        "<end_of_turn>",
        "<start_function_response>",
        "<turn|>",
        "<|observation|>",
    }
)


@dataclass(slots=True, frozen=True)
class Vocabulary:
    """Tables made once at load.

    `text[id]` is the token's bytes, or None where only the tokenizer's own decoder can tell (then
    `byte_exact` is False). `markers` maps the id of each added token to its letters; added tokens that are
    only white space (StarCoder, GPT-NeoX) are ordinary text.
    """

    text: list[bytes]
    byte_exact: bool
    trims_first_space: bool
    markers: dict[int, str]
    marker_ids: dict[str, int]
    eos: frozenset[int]
    turn_end: int | None
    bos: str | None

    def bytes_of(self, token: int) -> bytes:
        """Empty for an id of the embedding that no token has."""
        return self.text[token] if token < len(self.text) else b""

    def size(self) -> int:
        """Ids the tokenizer knows; the model's embedding may have more rows (padding)."""
        return len(self.text)


def read_vocabulary(tokenizer: TokenizerLike, eos_ids: Iterable[int]) -> Vocabulary:
    """Build the tables from a loaded tokenizer; about 0.2 s for 151k tokens."""
    added = {i: str(t.content) for i, t in tokenizer.added_tokens_decoder.items()}
    markers = {i: content for i, content in added.items() if content and not content.isspace()}
    ids = range(max([len(tokenizer), *(i + 1 for i in added)]))
    tokens = tokenizer.convert_ids_to_tokens(list(ids))
    kind = detokenizer_kind(tokenizer)
    if kind == "bpe":
        letters = _byte_letters()
        text = [_bpe_bytes(t, letters) for t in tokens]
    else:
        text = [_spm_bytes(t) for t in tokens]
    for i, content in added.items():
        text[i] = content.encode()
    eos = frozenset(i for i in eos_ids if i in ids) | {i for i, content in markers.items() if content in _ENDS_OF_TURNS}
    own = tokenizer.eos_token_id
    turn_end = own if own in eos else min(eos, default=None)
    return Vocabulary(
        text=text,
        byte_exact=kind in ("bpe", "spm", "spm-no-trim"),
        trims_first_space=kind == "spm",
        markers=markers,
        marker_ids={content: i for i, content in markers.items()},
        eos=eos,
        turn_end=turn_end,
        bos=tokenizer.bos_token,
    )


def _byte_letters() -> dict[str, int]:
    """GPT-2's byte ⇄ letter table: printable Latin-1 stands for itself, the rest follows from U+0100 on."""
    plain = [*range(ord("!"), ord("~") + 1), *range(ord("¡"), ord("¬") + 1), *range(ord("®"), ord("ÿ") + 1)]
    table = {chr(b): b for b in plain}
    others = (b for b in range(256) if b not in set(plain))
    table.update({chr(256 + n): b for n, b in enumerate(others)})
    return table


def _bpe_bytes(token: str | None, letters: dict[str, int]) -> bytes:
    if not token:
        return b""
    try:
        return bytes(letters[c] for c in token)
    except KeyError:
        return token.encode()


def _spm_bytes(token: str | None) -> bytes:
    if not token:
        return b""
    if len(token) == 6 and token.startswith("<0x") and token.endswith(">"):
        try:
            return bytes([int(token[3:5], 16)])
        except ValueError:
            pass
    return token.encode().replace(_SPM_SPACE, b" ")


def split_markers(text: str, markers: Iterable[str]) -> list[str]:
    """The text cut into markers and what stands between them."""
    found = sorted((m for m in markers if m in text), key=len, reverse=True)
    if not found:
        return [text]
    return [part for part in re.split(f"({'|'.join(map(re.escape, found))})", text) if part]
