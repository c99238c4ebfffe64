"""A text trigger is found however the text is cut into tokens, and only where it counts."""

import random

import pytest

from pensieve_bridge.grammar_request import Place, TextTrigger
from pensieve_bridge.grammar_trigger import NO_TOKENS, CompiledTrigger, TriggerScan, compile_trigger, find_overshoots


def trigger(text: str, at: Place, tokens: dict[int, bytes] | None = None, allowed: bytes = b"") -> CompiledTrigger:
    """Behind the trigger the grammar takes the beginnings of `allowed`."""
    asked = TextTrigger(text, at)
    overshoots = find_overshoots(asked, (tokens or {}).items())
    return compile_trigger(asked, overshoots, lambda behind: not allowed.startswith(behind))


def scan(compiled: CompiledTrigger, pieces: list[bytes], *, beginning: bool = True) -> tuple[int, bytes] | None:
    """(pieces read, bytes from the trigger on)."""
    watch = TriggerScan(compiled, beginning=beginning)
    for n, piece in enumerate(pieces, 1):
        found = watch.push(piece)
        if found is not None:
            return n, found
    return None


CASES: list[tuple[str, Place, str, str | None]] = [
    ("<call>", "anywhere", "a <call>", "<call>"),
    ("<call>", "anywhere", "a <<call>x", "<call>"),
    ("<call>", "anywhere", "<cal", None),
    ("<call>", "anywhere", "`<call>` is how", None),
    ("<call>", "anywhere", "`<call>` and <call>", "<call>"),
    ("<call>", "anywhere", "``<call>", None),
    ("aab", "anywhere", "aaab", "aab"),
    ("<call>", "line", "<call>", "<call>"),
    ("<call>", "line", "a\n<call>", "<call>"),
    ("<call>", "line", "```\n<call>", "<call>"),
    ("<call>", "line", "a <call>", None),
    ("<call>", "line", "a\n <call>", None),
    ("<call>", "start", "<call>", "<call>"),
    ("<call>", "start", " \n<call>", "<call>"),
    ("<call>", "start", "a<call>", None),
    ("<call>", "start", "<ca <call>", None),
    ("{", "start", "{", "{"),
]


@pytest.mark.parametrize(("text", "at", "said", "found"), CASES)
def test_every_cutting_of_a_text_finds_the_same(text: str, at: Place, said: str, found: str | None) -> None:
    compiled, letters = trigger(text, at), said.encode()
    rnd = random.Random(said)
    for _ in range(50):
        cuts = sorted(rnd.sample(range(1, len(letters)), rnd.randrange(len(letters)))) if len(letters) > 1 else []
        pieces = [letters[a:b] for a, b in zip([0, *cuts], [*cuts, len(letters)], strict=True)]
        got = scan(compiled, pieces)
        if found is None:
            assert got is None, pieces
        else:
            assert got is not None, pieces
            assert got[1].startswith(found.encode()), pieces
            # Not earlier than with the trigger's last byte, and nothing of the answer is lost behind it.
            read = b"".join(pieces[: got[0]])
            assert read.endswith(got[1])
            assert len(read) - len(pieces[got[0] - 1]) < len(read) - len(got[1]) + len(found)


def test_without_a_beginning_only_later_places_count() -> None:
    assert scan(trigger("<call>", "start"), [b"<call>"], beginning=False) is None
    assert scan(trigger("<call>", "line"), [b"<call>"], beginning=False) is None
    assert scan(trigger("<call>", "line"), [b"\n", b"<call>"], beginning=False) == (2, b"<call>")


TOKENS = {
    1: b"<call>",
    2: b"<call>Read",
    3: b"<call>Rob",
    4: b"x <call>Rob",
    5: b"all>Rob",
    6: b"all>Re",
    7: b"`<call>Rob",
    8: b"\n<call>Rob",
    9: b">R",
    10: b">x",
    11: b" <call>Rob",
}


@pytest.mark.parametrize(
    ("at", "said", "refused"),
    [
        ("anywhere", b"", {3, 4, 8, 11}),
        ("anywhere", b"a <c", {3, 4, 8, 11, 5}),
        ("anywhere", b"a <call", {3, 4, 8, 11, 10}),
        ("anywhere", b"a `<call", {3, 4, 8, 11}),
        ("line", b"a", {8}),
        ("line", b"a\n", {8, 3}),
        ("line", b"a\n<call", {8, 10}),
        ("line", b"a <call", {8}),
        ("start", b"", {3, 8, 11}),
        ("start", b" \n", {3, 8, 11}),
        ("start", b"<c", {5}),
        ("start", b"a", set()),
    ],
)
def test_tokens_that_complete_a_trigger_wrongly_are_refused_before(at: Place, said: bytes, refused: set[int]) -> None:
    watch = TriggerScan(trigger("<call>", at, TOKENS, allowed=b"Read"), beginning=True)
    assert watch.push(said) is None
    assert watch.refused == refused


def test_where_every_continuation_is_fine_nothing_is_refused() -> None:
    watch = TriggerScan(trigger("<call>", "anywhere", {1: b"<call>", 2: b"<call>Read"}, b"Read"), beginning=True)
    watch.push(b"a <cal")
    assert watch.refused is NO_TOKENS or watch.refused == frozenset()
