"""What llguidance makes of grammars and of whole texts under them.

stdin: a JSON list of questions `{"tokens": [...], "lark": "...", "markers": {NAME: token}, "texts": [...]}`.
stdout: a JSON list of answers `{"error": "..." | null, "seconds": 0.01, "verdicts": [null | "why not", ...]}`.

The vocabulary is every byte, the given added tokens and an end of turn, so that nothing depends on a tokenizer.
"""

import json
import re
import sys
import time
from typing import Any

from llguidance import LLMatcher, LLTokenizer, TokenizerWrapper

END = "<end of turn>"


class Bytes:
    """A tokenizer that knows bytes and added tokens."""

    bos_token_id = None

    def __init__(self, added: tuple[str, ...]) -> None:
        self.added = {token: 256 + n for n, token in enumerate((*added, END))}
        self.tokens = [bytes([b]) for b in range(256)] + [token.encode() for token in self.added]
        self.special_token_ids = list(self.added.values())
        self.eos_token_id = self.added[END]
        longest_first = sorted(added, key=len, reverse=True)
        self._split = re.compile("(" + "|".join(map(re.escape, longest_first)) + ")") if added else None

    def __call__(self, text: str | bytes) -> list[int]:
        return list(text if isinstance(text, bytes) else text.encode())

    def encode(self, text: str) -> list[int]:
        parts = self._split.split(text) if self._split else [text]
        return [i for part in parts for i in ([self.added[part]] if part in self.added else part.encode())]


def answer(question: dict[str, Any], known: dict[tuple[str, ...], tuple[Bytes, LLTokenizer]]) -> dict[str, Any]:
    added = tuple(question["tokens"])
    if added not in known:
        tokenizer = Bytes(added)
        known[added] = (tokenizer, LLTokenizer(TokenizerWrapper(tokenizer)))
    tokenizer, tokens = known[added]
    ids = {name: tokenizer.added[token] for name, token in question["markers"].items()}
    lark = re.sub(r"<\[(M\d+)\]>", lambda found: f"<[{ids[found[1]]}]>", question["lark"])
    before = time.perf_counter()
    matcher = LLMatcher(tokens, LLMatcher.grammar_from_lark(lark), log_level=0)
    seconds = time.perf_counter() - before
    if matcher.is_error():
        return {"error": matcher.get_error().splitlines()[0], "seconds": seconds, "verdicts": []}
    return {
        "error": None,
        "seconds": seconds,
        "verdicts": [verdict(matcher.deep_copy(), tokenizer, text) for text in question["texts"]],
    }


def verdict(matcher: LLMatcher, tokenizer: Bytes, text: str) -> str | None:
    ids = tokenizer.encode(text)
    taken = matcher.try_consume_tokens(ids)
    if taken < len(ids):
        seen = b"".join(tokenizer.tokens[i] for i in ids[: taken + 1]).decode(errors="replace")
        return f"refused at the end of: {seen}"
    return None if matcher.is_accepting() else "not finished"


if __name__ == "__main__":
    tokenizers: dict[tuple[str, ...], tuple[Bytes, LLTokenizer]] = {}
    json.dump([answer(question, tokenizers) for question in json.load(sys.stdin)], sys.stdout)
