"""A scripted answer: the tokens to say, and the pieces they came from."""

from dataclasses import dataclass


@dataclass(slots=True, frozen=True)
class Script:
    """`pieces[n]` is the number of the piece that token n belongs to."""

    tokens: tuple[int, ...]
    pieces: tuple[int, ...]

    def place(self, n: int) -> str:
        """Where the n-th token of the answer stands in the script, in words."""
        if n >= len(self.tokens):
            return f"the end of the turn behind the script's last piece (token {n + 1} of the answer)"
        piece = self.pieces[n]
        return f"forced[{piece}] at its token {n - self.pieces.index(piece) + 1} (token {n + 1} of the answer)"
