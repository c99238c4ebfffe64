"""Starts the network with the attention heads that copying needs, so that training need not find them.

Copying is finding the place whose left context is what was just written, and writing what stands there. How much
context is compared decides how well it works: two tokens confuse the zeros of `3000` and the two paths of `cp a/b.c a/d.c`.

- Layer 0 tells each token which tokens stood one to four places before it.
- Layer 1 compares four tokens of context and notes the token found and the one after it, by which a name's end is
  seen. Two more of its heads bring a digest of the four tokens further back.
- Layer 2 compares eight tokens of context, of which the older four only break ties, and copies the token found. Another
  head does so on two tokens alone, for the start of a name.

The residual stream is cut into subspaces, one for each of these facts. A token's code is made so that its first
directions alone already tell it apart; older tokens are carried with fewer directions.
"""

import math
from itertools import pairwise

import numpy as np

from .shape import ROPE_BASE, Shape

# Directions of the residual stream.
PARTS = {
    "common": 1,  # the same in all tokens, so that a head can attend by distance alone
    "code": 48,  # which token this is; in the end, which one comes next
    "back1": 20,  # which token stands one place before
    "back2": 16,
    "back3": 13,
    "back4": 12,
    "asked": 12,  # digest of the tokens four to seven places back, to compare with another place's `offered`
    "offered": 12,  # digest of those five to eight places back
    "next": 16,  # the token after the one to copy
    "found": 12,  # the token to copy
}
BLOCKS = (12, 4, 4, 28)  # a code is of equal density in each of these runs of directions
COMMON, REST = 0.6, 0.3  # lengths of what all embeddings share and of their random part; a code has length 1
KIN = 0.7  # share of the code that tokens around names have in common: a quote is as good a start as a space
CARRIED, DIGEST = 0.6, 0.6  # lengths of carried codes and digests in the residual stream
PEAK = 8.0  # score of the right distance for each quick rotary pair
QUICK, SLOW = 0.02, 0.006  # radians per token: pairs above tell distances, pairs below hardly turn within the window
DEEP, SHALLOW = (8.0, 6.0, 4.5, 3.5), (12.0, 8.0, 0.0, 0.0)  # scores of equal tokens, the newest first
TIE = 5.0  # score of equal digests
NEAR_DIRECTIONS, FAR_DIRECTIONS = (16, 13, 12, 11), (12, 10, 9, 9)  # compared in layer 1 and, with digests, in layer 2
NOTED, COPIED, COPIED_SHALLOW = 0.8, 2.5, 1.0  # lengths of copied codes in the residual stream
BACK = 4  # tokens


class Circuit:
    """Writes the heads into freshly drawn weights, in place."""

    def __init__(self, weights: dict[str, np.ndarray], shape: Shape, seed: int) -> None:
        self._weights, self._shape, self._rng = weights, shape, np.random.default_rng(seed)
        rows = np.linalg.qr(self._rng.normal(size=(shape.width, shape.width)))[0].T  # orthonormal
        cuts = np.cumsum([0, *PARTS.values()])
        self._part = {name: rows[a:b] for name, (a, b) in zip(PARTS, pairwise(cuts), strict=True)}
        half = shape.head // 2
        self._turns = ROPE_BASE ** (-np.arange(half) / half)  # radians per token
        slow = np.flatnonzero(self._turns < SLOW)[::-1]
        self._slots = np.stack([slow, slow + half], axis=1).ravel()  # the slowest first
        self._group = shape.heads // shape.kv_heads
        self._squared = COMMON**2 + REST**2 + 1.0  # of the residual stream's length

    def _matrix(self, layer: int, kind: str, head: int) -> np.ndarray:
        """The rows of one head, or its columns of the output matrix, as a view."""
        size, matrix = self._shape.head, self._weights[f"model.layers.{layer}.self_attn.{kind}_proj.weight"]
        own = slice(head * size, (head + 1) * size)
        return matrix[:, own] if kind == "o" else matrix[own]

    @property
    def _gain(self) -> float:
        """What the norm multiplies the residual stream by."""
        return math.sqrt(self._shape.width / self._squared)

    def embed(self, kin: list[int], twins: list[tuple[int, int]]) -> None:
        """Codes of all tokens. `kin` are tokens around names; of `twins`, the first takes the code of the second."""
        shape, rng = self._shape, self._rng
        blocks = []
        for size in BLOCKS:
            block = rng.normal(size=(shape.vocabulary, size))
            block /= np.linalg.norm(block, axis=1, keepdims=True)
            shared = rng.normal(size=size)
            block[kin] = math.sqrt(1 - KIN**2) * block[kin] + KIN * shared / np.linalg.norm(shared)
            block /= np.linalg.norm(block, axis=1, keepdims=True)
            blocks.append(block * math.sqrt(size / sum(BLOCKS)))
        code = np.concatenate(blocks, axis=1)
        for one, other in twins:
            code[one] = code[other]
        others = np.concatenate([part for name, part in self._part.items() if name not in ("common", "code")])
        rest = rng.normal(size=(shape.vocabulary, len(others)))
        rest *= REST / np.linalg.norm(rest, axis=1, keepdims=True)
        table = self._weights["model.embed_tokens.weight"]
        table[:] = code @ self._part["code"] + rest @ others + COMMON * self._part["common"]

    def _look_back_key(self, layer: int, group: int) -> float:
        """Keys that are the same for every token, so that a query can choose a distance. Returns their size."""
        strength = COMMON * self._gain
        size = math.sqrt(PEAK * math.sqrt(self._shape.head)) / strength
        quick = np.where(self._turns > QUICK, size, 0.0)
        key = self._matrix(layer, "k", group)
        places = np.flatnonzero(np.concatenate([self._turns, self._turns]) >= SLOW)
        key[places] = np.outer(np.concatenate([quick, 0 * quick])[places], self._part["common"][0])
        return size

    def _look_back(self, layer: int, head: int, distance: int, size: float) -> None:
        """A head that attends `distance` tokens back."""
        quick = np.where(self._turns > QUICK, size, 0.0)
        angle = distance * self._turns  # the query is turned back by so many tokens
        query = np.concatenate([quick * np.cos(angle), -quick * np.sin(angle)])
        self._matrix(layer, "q", head)[:] = np.outer(query, self._part["common"][0])

    def carry(self) -> None:
        """Layer 0: the tokens one to four places back. The other heads stay as drawn."""
        code = self._part["code"]
        for group in range(2):
            size = self._look_back_key(0, group)
            self._matrix(0, "v", group)[: len(code)] = code
            for head in range(group * self._group, min((group + 1) * self._group, BACK)):
                self._look_back(0, head, head + 1, size)
                part = self._part[f"back{head + 1}"]
                out = self._matrix(0, "o", head)
                out[:] = 0.0
                length = self._gain * math.sqrt(len(part) / len(code))
                out[:, : len(part)] = CARRIED / length * part.T
        self._squared += BACK * CARRIED**2

    def _match_keys(self, layer: int, directions: tuple[int, ...]) -> list[np.ndarray]:
        """Keys that show the tokens before a place. Returns the slots of each."""
        cuts = np.cumsum([0, *directions])
        slots = [self._slots[a:b] for a, b in pairwise(cuts)]
        key = self._matrix(layer, "k", 0)
        key[:] = 0.0
        for back, own in enumerate(slots):
            key[own] = self._part[f"back{back + 1}"][: len(own)] / (self._gain * CARRIED)
        return slots

    def _match(self, layer: int, head: int, slots: list[np.ndarray], scores: tuple[float, ...], ahead: int) -> None:
        """A head that finds the place whose left context, shifted by `ahead`, is the present one."""
        query = self._matrix(layer, "q", head)
        query[:] = 0.0
        for back, score in enumerate(scores[: BACK - ahead]):
            own = slots[back + ahead]
            part, length = (self._part[f"back{back}"], CARRIED) if back else (self._part["code"], 1.0)
            factor = self._sharpness(score, len(own), len(part), PARTS[f"back{back + 1 + ahead}"])
            query[own] = factor / length * part[: len(own)]

    def _sharpness(self, score: float, compared: int, asked: int, offered: int) -> float:
        """Factor of a query so that equal tokens give `score`. A code cut to n directions has its length spread over n."""
        similarity = compared / math.sqrt(asked * offered)
        return score * math.sqrt(self._shape.head) / similarity / self._gain

    def _copy(self, layer: int, head: int, part: str, length: float) -> None:
        """The found token's code goes to `part` of the residual stream."""
        code, target = self._part["code"], self._part[part]
        out = self._matrix(layer, "o", head)
        out[:] = 0.0
        out[:, : len(target)] = length * math.sqrt(len(code) / len(target)) / self._gain * target.T

    def near(self) -> None:
        """Layer 1: four tokens of context, and the digests of what is further back."""
        code = self._part["code"]
        slots = self._match_keys(1, NEAR_DIRECTIONS)
        self._matrix(1, "v", 0)[: len(code)] = code
        for head, part in enumerate(("found", "next")):
            self._match(1, head, slots, DEEP, ahead=head)
            self._copy(1, head, part, NOTED)
        size, digest = self._look_back_key(1, 1), PARTS["asked"]
        value = self._matrix(1, "v", 1)
        value[:digest] = 0.0
        for back in range(1, BACK + 1):
            part = self._part[f"back{back}"][:digest]
            turned = np.linalg.qr(self._rng.normal(size=(digest, digest)))[0]
            value[:digest] += turned @ part * math.sqrt(PARTS[f"back{back}"] / digest)
        for head, (name, distance) in enumerate([("asked", BACK - 1), ("offered", BACK)], self._group):
            self._look_back(1, head, distance, size)
            out = self._matrix(1, "o", head)
            out[:] = 0.0
            out[:, :digest] = DIGEST / (self._gain * CARRIED * math.sqrt(BACK)) * self._part[name].T
        self._squared += 2 * DIGEST**2 + 2 * NOTED**2

    def far(self) -> None:
        """Layer 2: four tokens of context, and the digests behind them."""
        code = self._part["code"]
        slots = self._match_keys(2, FAR_DIRECTIONS)
        ties = self._slots[sum(FAR_DIRECTIONS) :][: PARTS["offered"]]
        self._matrix(2, "k", 0)[ties] = self._part["offered"][: len(ties)] / (self._gain * DIGEST)
        self._matrix(2, "v", 0)[: len(code)] = code
        for head, (scores, length) in enumerate([(DEEP, COPIED), (SHALLOW, COPIED_SHALLOW)]):
            self._match(2, head, slots, scores, ahead=0)
            self._copy(2, head, "code", length)
        query = self._matrix(2, "q", 0)
        query[ties] = TIE * math.sqrt(self._shape.head) / (self._gain * DIGEST) * self._part["asked"][: len(ties)]


def install(
    weights: dict[str, np.ndarray], shape: Shape, seed: int, kin: list[int], twins: list[tuple[int, int]]
) -> None:
    """Overwrite parts of freshly drawn weights, in place."""
    circuit = Circuit(weights, shape, seed)
    circuit.embed(kin, twins)
    circuit.carry()
    circuit.near()
    circuit.far()
