"""The demo model's own byte-level BPE, trained on the generated conversations.

Letters, digits, spaces and symbols are never merged with each other, and words are split where the case changes: a
file name therefore has the same tokens after a space, a quote or a slash, and copying it is copying tokens.
"""

import json
import random
import shutil
from pathlib import Path

from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, pre_tokenizers, trainers

from .corpus import Conversations
from .template import TEMPLATE_FILE

SPECIAL = ("<|endoftext|>", "<|im_start|>", "<|im_end|>")
MARKERS = ("<think>", "</think>", "<tool_call>", "</tool_call>", "<tool_response>", "</tool_response>")
ESCAPED = ('\\"', "\\\\")  # one token each in JSON, as what they stand for is one
SPLIT = r"\p{Lu}+(?!\p{Ll})|\p{Lu}?\p{Ll}+|\p{L}+|\p{N}|\n+| +|[^\p{L}\p{N}]"
EOS = "<|im_end|>"
EDGES = set("\"'`*@") | {"\u0120", "\u010a"}  # of names; the last two are space and newline in byte-level tokens


def train_tokenizer(vocabulary: int, samples: int, seed: int) -> Tokenizer:
    """Train on `samples` conversations; `vocabulary` counts all tokens, added ones included."""
    conversations, rng = Conversations(), random.Random(seed)
    texts = [conversations.text(rng, ()) for _ in range(samples)]
    for marker in (*SPECIAL, *MARKERS, *ESCAPED):
        texts = [text.replace(marker, "\n") for text in texts]
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(SPLIT), "isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=vocabulary - len(SPECIAL) - len(MARKERS) - len(ESCAPED),
        show_progress=False,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
    )
    tokenizer.train_from_iterator(texts, trainer)
    tokenizer.add_special_tokens([AddedToken(token, normalized=False, special=True) for token in SPECIAL])
    tokenizer.add_tokens([AddedToken(token, normalized=False, special=False) for token in (*MARKERS, *ESCAPED)])
    return tokenizer


def token_id(tokenizer: Tokenizer, token: str) -> int:
    """Id of a token that the vocabulary surely has."""
    return tokenizer.get_vocab()[token]


def name_edges(tokenizer: Tokenizer) -> list[int]:
    """Tokens that stand before and behind a name: quotes, spaces, ends of lines."""
    return [identity for token, identity in tokenizer.get_vocab().items() if set(token) <= EDGES]


def escapes(tokenizer: Tokenizer) -> list[tuple[int, int]]:
    """The escaped characters of JSON and what they stand for."""
    return [(token_id(tokenizer, pair), token_id(tokenizer, pair[1])) for pair in ESCAPED]


def letter_pieces(tokenizer: Tokenizer) -> list[str]:
    """All tokens of ASCII letters only, from which names that use every token can be made."""
    return sorted(token for token in tokenizer.get_vocab() if token.isascii() and token.isalpha())


def save_tokenizer(tokenizer: Tokenizer, folder: Path) -> None:
    """Write tokenizer.json, tokenizer_config.json and chat_template.jinja."""
    folder.mkdir(parents=True, exist_ok=True)
    tokenizer.save(str(folder / "tokenizer.json"))
    config = {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "eos_token": EOS,
        "pad_token": SPECIAL[0],
        "clean_up_tokenization_spaces": False,
        "model_max_length": 262144,
    }
    (folder / "tokenizer_config.json").write_text(json.dumps(config, indent=2) + "\n", encoding="utf-8")
    shutil.copyfile(TEMPLATE_FILE, folder / "chat_template.jinja")
