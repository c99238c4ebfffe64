"""What a grammar makes of a row's tokens, without an engine: however text is cut into tokens, it is the same."""

import random
from collections.abc import Iterable
from typing import Any

import pytest

from pensieve_bridge.grammar import GrammarError, Words
from pensieve_bridge.grammar_mask import Except, Only
from pensieve_bridge.grammar_request import GrammarRequest, TextTrigger
from pensieve_bridge.grammar_watch import GrammarWatch, TokenRefused
from pensieve_bridge.model import LoadedModel
from pensieve_bridge.reasoning import ReasoningBudget, ReasoningWatch
from pensieve_bridge.steering import Steering

from .grammars import HERMES, MARKERS, hermes, tagged

READ = 'Read>{"file_path": "a b", "limit": 2}</function>'


def cut(model: LoadedModel, text: str, rnd: random.Random) -> list[int]:
    """Tokens of the text, cut at random before it is tokenised; markers in angle brackets are tokens."""
    ids = model.vocabulary.marker_ids
    tokens: list[int] = []
    while text:
        marker = next((m for m in ids if text.startswith(m)), None)
        if marker is not None:
            tokens.append(ids[marker])
            text = text[len(marker) :]
            continue
        length = min(rnd.randrange(1, 9), min((at for m in ids if (at := text.find(m)) > 0), default=len(text)))
        tokens += model.prompts.encode_text(text[:length])
        text = text[length:]
    return tokens


def follow(watch: GrammarWatch, tokens: Iterable[int]) -> GrammarWatch:
    watch.begin(reasoning_open=False)
    for token in tokens:
        watch.take(token, reasoning_open=False)
    return watch


def watch(model: LoadedModel, request: GrammarRequest, **fields: Any) -> GrammarWatch:
    return GrammarWatch(model.grammars.submit(request).grammar(), masks=False, **fields)


AT_LINE, AT_START = TextTrigger("<function=", "line"), TextTrigger("<function=", "start")
TEXTS: list[tuple[GrammarRequest, str, int]] = [
    (tagged(), f"I look: <function={READ} and <<function={READ}", 2),
    (tagged(), f"`<function=x` is how; é <function={READ}", 1),
    (
        tagged(text_triggers=(TextTrigger("<function=", "line"),)),
        f"a <function=x\n<function={READ}\n<function={READ}",
        2,
    ),
    (tagged(text_triggers=(TextTrigger("<function=", "start"),)), f" \n<function={READ} <function={READ}", 2),
    (tagged(text_triggers=(TextTrigger("<function=", "start"),)), "So <function=x", 0),
    (hermes(), 'Hm <tool_call>\n{"name": "Read", "arguments": {"file_path": "<tool"}}\n</tool_call> done', 1),
    (hermes(), "It is `<tool_call>` that begins a call", 0),
]


@pytest.mark.parametrize(("request_", "text", "matches"), TEXTS)
def test_every_cutting_of_an_answer_gives_the_same_calls(
    qwen3: LoadedModel, request_: GrammarRequest, text: str, matches: int
) -> None:
    rnd = random.Random(text)
    for _ in range(60):
        found = follow(watch(qwen3, request_), cut(qwen3, text, rnd))
        assert (found.use.matches, found.inside) == (matches, False)


def test_a_wrong_call_is_refused_at_every_cutting(qwen3: LoadedModel) -> None:
    rnd = random.Random(1)
    for _ in range(60):
        with pytest.raises(TokenRefused):
            follow(watch(qwen3, tagged()), cut(qwen3, "I look: <function=Reader>{", rnd))


def test_a_call_that_is_not_complete_is_open(qwen3: LoadedModel) -> None:
    tokens = cut(qwen3, 'a <function=Read>{"file_path"', random.Random(2))
    assert follow(watch(qwen3, tagged()), tokens).use.open
    assert not follow(watch(qwen3, tagged()), tokens[:1]).use.open


def steer(model: LoadedModel, request: GrammarRequest, budget: ReasoningBudget, text: str) -> GrammarWatch:
    found = watch(model, request, reasoning=(budget.start, budget.end))
    steering = Steering(None, ReasoningWatch(budget), found)
    steering.begin()
    for token in cut(model, text, random.Random(text)):
        steering.take(token)
    return found


def thinking(model: LoadedModel, *, opened: bool) -> ReasoningBudget:
    ids = model.vocabulary.marker_ids
    return ReasoningBudget((ids["<think>"],), (ids["</think>"],), None, opened)


CALL = '<tool_call>\n{"name": "Read", "arguments": {"file_path": "a"}}\n</tool_call>'


@pytest.mark.parametrize("blank", ["", "\n", "\n\n"])
def test_blank_lines_may_stand_between_reasoning_and_a_forced_call(qwen3: LoadedModel, blank: str) -> None:
    request = GrammarRequest(HERMES, MARKERS, begin="after-reasoning", after="end")
    assert steer(qwen3, request, thinking(qwen3, opened=True), f"hm</think>{blank}{CALL}").use.matches == 1
    assert steer(qwen3, request, thinking(qwen3, opened=False), f"<think>hm</think>{blank}{CALL}").use.matches == 1


@pytest.mark.parametrize(
    "text",
    [
        f"hm</think>\n\n\n{CALL}",
        f"hm</think> {CALL}",
        f"hm</think>{CALL}\n",
        f"hm</think>{CALL}<tool_call>",
        "hm<|im_end|>",
        "hm</think>No",
    ],
)
def test_nothing_else_may_stand_around_a_forced_call(qwen3: LoadedModel, text: str) -> None:
    request = GrammarRequest(HERMES, MARKERS, begin="after-reasoning", after="end")
    with pytest.raises(GrammarError):
        steer(qwen3, request, thinking(qwen3, opened=True), text)


def test_a_trigger_counts_between_reasoning_and_not_inside_it(qwen3: LoadedModel) -> None:
    text = f"<think>a</think>b{CALL}<think>c</think>{CALL}"
    assert steer(qwen3, hermes(), thinking(qwen3, opened=False), text).use.matches == 2
    with pytest.raises(GrammarError):
        steer(qwen3, hermes(), thinking(qwen3, opened=False), f"<think>a{CALL}")


def test_letters_that_spell_reasoning_inside_a_call_open_none(qwen3: LoadedModel) -> None:
    lark = 'start: "[" /[^\\]]*/ "]"'
    request = GrammarRequest(lark, {}, text_triggers=(TextTrigger("[", "anywhere"),))
    start, end = (tuple(qwen3.prompts.encode_text(text)) for text in ("((", "))"))
    budget = ReasoningBudget(start, end, None, opened=False)
    found = steer_tokens(qwen3, request, budget, "a [", "((", "] [x]")
    assert found.use.matches == 2


def steer_tokens(model: LoadedModel, request: GrammarRequest, budget: ReasoningBudget, *pieces: str) -> GrammarWatch:
    found = watch(model, request, reasoning=(budget.start, budget.end))
    steering = Steering(None, ReasoningWatch(budget), found)
    steering.begin()
    for piece in pieces:
        for token in model.prompts.encode_text(piece):
            steering.take(token)
    return found


def test_messages_with_headers_are_held_to_their_grammar_and_their_bodies_are_free(qwen3: LoadedModel) -> None:
    """As gpt-oss writes: each message begins with a header, reasoning too; a call is a message as a whole."""
    ids = qwen3.vocabulary.marker_ids
    names = {"S": "<|im_start|>", "M": "<tool_response>", "E": "</tool_response>", "C": "<|im_end|>"}
    lark = 'start: <[S]>? "analysis" <[M]> | <[S]>? "final" <[M]> | <[S]>? "to=f" <[M]> /\\{[0-9]+\\}/ <[C]>'
    request = GrammarRequest(lark, names, begin="at-once", marker_triggers=("<|im_start|>",))
    start = (*qwen3.prompts.encode_text("analysis"), ids["<tool_response>"])
    budget = ReasoningBudget(start, (ids["</tool_response>"],), None, opened=False)

    def said(*pieces: str) -> GrammarWatch:
        found = watch(qwen3, request, reasoning=(budget.start, budget.end))
        steering = Steering(None, ReasoningWatch(budget), found)
        steering.begin()
        for piece in pieces:
            known = ids.get(piece)
            for token in [known] if known is not None else qwen3.prompts.encode_text(piece):
                steering.take(token)
        return found

    thought = ("analysis", "<tool_response>", "Hm, {x}", "</tool_response>")
    call = ("<|im_start|>", "to=f", "<tool_response>", "{12}", "<|im_end|>")
    assert said(*thought, *call).use.matches == 2
    assert said(*thought, "<|im_start|>", "final", "<tool_response>", "to=f {x").use.matches == 2
    for wrong in ((*thought[:3], *call), (*thought, *call[:3], "{x"), ("Hello",)):
        with pytest.raises(GrammarError):
            said(*wrong)


def test_limits_are_shared_while_nothing_changes(qwen3: LoadedModel) -> None:
    """A limit that is equal asks for no second draw; in a call the bits are always new."""
    request = tagged(forbid=("<think>",))
    found = GrammarWatch(qwen3.grammars.submit(request).grammar())
    found.begin(reasoning_open=False)
    limits = set()
    for token in cut(qwen3, "Plain text, and no call at all.", random.Random(3)):
        found.take(token, reasoning_open=False)
        assert isinstance(found.limit, Except)
        limits.add(found.limit)
    assert len(limits) == 1
    for token in cut(qwen3, "<function=Read>", random.Random(4)):
        found.take(token, reasoning_open=False)
    assert isinstance(found.limit, Only)


def test_a_vocabulary_that_lacks_a_byte_says_so() -> None:
    words = Words([b"a"], {97: 0}, {}, frozenset())
    assert words.spell(b"aa") == [0, 0]
    with pytest.raises(GrammarError, match="0x62"):
        words.spell(b"ab")
