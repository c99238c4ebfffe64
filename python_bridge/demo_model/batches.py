"""Packs tokenised conversations into rows of equal length and marks the tokens to learn."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from multiprocessing import get_context

import numpy as np
from tokenizers import Tokenizer

from . import junk
from .corpus import Conversations
from .tokenizer import EOS, letter_pieces, token_id

HEADER = "<|im_start|>assistant\n"
FIRST, TURN, FULL, REST = 6.0, 3.0, 1.0, 0.2  # loss weights: see `_weigh_call` and `_weigh_words`
FORCED = 0.3  # weight of the tokens of a forced JSON answer
DECISIVE = 10  # so many first tokens of an answer in words tell which answer it is
CUT, CUT_SHARE = 14, 0.75  # a last answer in words is mostly cut after so many tokens, to leave room for more requests
VALUE_QUOTE = 9  # the argument's value stands behind the ninth quotation mark of a call


@dataclass(frozen=True, slots=True)
class Batch:
    """Token ids and loss weights. `tokens` [rows, length + 1] int32, `weights` [rows, length] float32."""

    tokens: np.ndarray
    weights: np.ndarray


class RowPacker:
    """Makes batches; batch `step` depends on the seed and the step only."""

    def __init__(self, tokenizer: Tokenizer, rows: int, length: int, seed: int, echo_steps: int) -> None:
        self._tokenizer, self._rows, self._length, self._seed = tokenizer, rows, length, seed
        self._echo_steps = echo_steps
        self._conversations = Conversations()
        self._pieces = letter_pieces(tokenizer)
        self._header = self._encode(HEADER)
        self._end = token_id(tokenizer, EOS)
        self._quote = token_id(tokenizer, '"')
        self._call = token_id(tokenizer, "<tool_call>")

    def _encode(self, text: str) -> list[int]:
        return self._tokenizer.encode(text, add_special_tokens=False).ids

    def _weigh_words(self, ids: list[int]) -> list[float]:
        """The first token decides which answer it is; the rest of a fixed sentence matters little."""
        if self._tokenizer.id_to_token(ids[0]) == "{":  # JSON is only ever forced: do not learn to begin it
            return [0.0, 0.0] + [FORCED] * (len(ids) - 2)
        weights = [FIRST] + [TURN if n < DECISIVE else REST for n in range(1, len(ids))]
        weights[-1] = TURN
        return weights

    def _weigh_call(self, ids: list[int]) -> list[float]:
        """A call: its first token, the start of the tool's name and both ends of the value are where errors happen."""
        weights, quotes, place = [FIRST] + [REST] * (len(ids) - 1), 0, 1
        while place < len(ids) and quotes < VALUE_QUOTE:
            if quotes in (3, 7):  # within the tool's and the argument's name
                weights[place] = TURN if quotes == 3 and ids[place - 1] == self._quote else FULL
            quotes += ids[place] == self._quote
            place += 1
        first = place
        while place < len(ids):
            ended = ids[place] == self._quote
            weights[place] = TURN if ended or place == first else FULL
            if ended:
                break
            place += 1
        return weights

    def _weigh(self, ids: list[int]) -> tuple[list[float], int]:
        """Weights of one conversation, which are zero but for the assistant's turns, and where its last turn starts."""
        weights, size, position, start = [0.0] * len(ids), len(self._header), 0, 0
        while position < len(ids):
            if ids[position : position + size] != self._header:
                position += 1
                continue
            start = position + size
            position = ids.index(self._end, start) + 1
            turn = ids[start:position]
            weights[start:position] = self._weigh_call(turn) if turn[0] == self._call else self._weigh_words(turn)
        return weights, start

    def _row(self, rng: random.Random) -> tuple[list[int], list[float]]:
        ids: list[int] = []
        weights: list[float] = []
        if rng.random() < 0.3:
            ids = self._encode(junk.context(rng) + rng.choice(["<|im_end|>\n", "\n"]))[-rng.randint(1, 100) :]
            weights = [0.0] * len(ids)
        while len(ids) <= self._length:
            more = self._encode(self._conversations.text(rng, self._pieces))
            worth, last = self._weigh(more)
            if more[last] != self._call and rng.random() < CUT_SHARE:
                more, worth = more[: last + CUT], worth[: last + CUT]
            ids += more
            weights += worth
        return ids[: self._length + 1], weights[1 : self._length + 1]

    def _echo_row(self, rng: random.Random) -> tuple[list[int], list[float]]:
        """Random tokens that come again after a gap: the shortest way to learn copying as such."""
        ids: list[int] = []
        weights: list[float] = []
        while len(ids) <= self._length:
            echo = [rng.randrange(self._end) for _ in range(rng.randint(4, 40))]
            gap = [rng.randrange(self._end) for _ in range(rng.randint(0, 60))]
            ids += echo + gap + echo
            weights += [0.0] * (len(echo) + len(gap) + 1) + [FULL] * (len(echo) - 1)
        return ids[: self._length + 1], weights[1 : self._length + 1]

    def batch(self, step: int) -> Batch:
        """The batch of one training step."""
        rng = random.Random(self._seed * 1_000_003 + step)
        echo = 1.0 - step / self._echo_steps if self._echo_steps else 0.0
        rows = [self._echo_row(rng) if rng.random() < echo else self._row(rng) for _ in range(self._rows)]
        tokens = np.array([ids for ids, _ in rows], dtype=np.int32)
        return Batch(tokens, np.array([weights for _, weights in rows], dtype=np.float32))


_packer: RowPacker | None = None


def _start(tokenizer: str, rows: int, length: int, seed: int, echo_steps: int) -> None:
    global _packer
    _packer = RowPacker(Tokenizer.from_str(tokenizer), rows, length, seed, echo_steps)


def _make(step: int) -> Batch:
    assert _packer is not None
    return _packer.batch(step)


def batches(tokenizer: Tokenizer, rows: int, length: int, seed: int, echo_steps: int, steps: range) -> Iterator[Batch]:
    """The batches of `steps` in order, made ahead in another process.

    Over the first `echo_steps` steps the share of echo rows falls from 1 to 0.
    """
    settings = (tokenizer.to_str(), rows, length, seed, echo_steps)
    with get_context("spawn").Pool(1, _start, settings) as pool:
        for start in range(steps.start, steps.stop, 64):
            yield from pool.imap(_make, range(start, min(steps.stop, start + 64)))
