"""A conversation that grows keeps its tokens, whatever the template makes of old turns."""

import random
from typing import Any

import pytest

from pensieve_bridge.composer import Composer
from pensieve_bridge.model import LoadedModel, load_model
from pensieve_bridge.prompt import Prompt
from pensieve_bridge.token_paths import TokenPaths
from pensieve_bridge.wire import PromptRequest, parse_prompt

from .tiny_models import Spec, cached

GROWS = ["qwen", "thinker", "endless", "other_end", "plain"]

TOOL = {"type": "function", "function": {"name": "Read", "parameters": {"type": "object"}}}


def load(template: str, tokenizer: str = "bpe") -> LoadedModel:
    return load_model(cached(Spec(layers=1, template=template, tokenizer=tokenizer)))


def composer(model: LoadedModel, window: int = 100_000) -> Composer:
    return Composer(model.prompts, TokenPaths(None, "model"), window)


def system(text: str) -> dict[str, Any]:
    return {"role": "system", "content": text}


def user(text: str) -> dict[str, Any]:
    return {"role": "user", "content": text}


def answer(text: str, reasoning: str | None = None) -> dict[str, Any]:
    return {"role": "assistant", "content": text, "reasoning_content": reasoning}


def call(path: str, text: str = "") -> dict[str, Any]:
    function = {"name": "Read", "arguments": {"path": path}}
    return {"role": "assistant", "content": text, "tool_calls": [{"id": "1", "type": "function", "function": function}]}


def result(text: str) -> dict[str, Any]:
    return {"role": "tool", "content": text, "tool_call_id": "1"}


def ask(messages: list[dict[str, Any]], **fields: Any) -> PromptRequest:
    """A request that names every turn by what it says, the reasoning left out."""
    keys = [{"message": n, "key": name_of(messages[: n + 1])} for n in range(len(messages))]
    return parse_prompt({"messages": messages, "turnKeys": keys, "tools": [TOOL], **fields})


def name_of(messages: list[dict[str, Any]]) -> str:
    return repr([(m["role"], m["content"], m.get("tool_calls")) for m in messages])


def say(made: Composer, prompt: Prompt, talk: list[dict[str, Any]], sampled: list[int]) -> None:
    """The model said `sampled`, which became the last turn of the talk."""
    made.answered("g", prompt, sampled, "</think>")
    assert made.seal("g", name_of(talk))


def end_of(model: LoadedModel) -> list[int]:
    return [model.vocabulary.marker_ids["<|im_end|>"]]


def thought(model: LoadedModel, tokens: int) -> list[int]:
    return [*[600] * (tokens - 1), model.vocabulary.marker_ids["</think>"]]


TALKS: dict[str, list[dict[str, Any]]] = {
    "words": [user("Hi"), answer("Hello."), user("What now?"), answer(" Go on\n\n"), user("And then?")],
    "calls": [
        *(system("Be kind."), user("Look"), call("a.py"), result("x = 1"), call("b.py", "Now the other."), result("")),
        *(result("two"), answer("Both are fine."), user("Thanks"), call("c.py"), result("z"), user("also this")),
    ],
}


def _name(value: object) -> str:
    return value if isinstance(value, str) else f"{len(value)} turns"  # pyright: ignore[reportArgumentType]


# The plain template writes no calls.
GROWING = [(t, talk) for t in GROWS for name, talk in TALKS.items() if (t, name) != ("plain", "calls")]


def next_answers(talk: list[dict[str, Any]]) -> list[int]:
    return [n for n, m in enumerate(talk) if m["role"] == "assistant"]


@pytest.mark.parametrize(("template", "talk"), GROWING, ids=_name)
def test_the_tokens_of_a_talk_that_grows_are_never_made_anew(template: str, talk: list[dict[str, Any]]) -> None:
    model, rnd = load(template), random.Random(1)
    made = composer(model)
    known: list[int] = []
    for turn in next_answers(talk):
        prompt = made.compose(ask(talk[:turn]))
        assert prompt.tokens[: len(known)] == known
        assert len(prompt.tokens) > len(known)
        assert made.compose(ask(talk[:turn])).tokens == prompt.tokens
        # What was sampled is never how the tokenizer would have written it.
        sampled = [rnd.randrange(300, 2000) for _ in range(20)]
        say(made, prompt, talk[: turn + 1], [*sampled, *end_of(model)])
        known = [*prompt.tokens, *sampled]
    found = made.compose(ask(talk))
    assert found.tokens[: len(known)] == known
    # Behind them: the end of the turn where the template wants one, and its text from there on.
    assert model.prompts.build(ask(talk)).text.endswith(found.text)
    behind = model.prompts.encode_pieces([found.text], inside=True)
    assert behind in (found.tokens[len(known) :], found.tokens[len(known) + 1 :])
    assert talk[-1]["content"] in found.text


# The thinker's prompts are never the beginning of a later one.
SHOWN = [(template, talk) for template, talk in GROWING if template != "thinker"]


@pytest.mark.parametrize(("template", "talk"), SHOWN, ids=_name)
def test_behind_a_known_answer_stands_what_the_template_writes(template: str, talk: list[dict[str, Any]]) -> None:
    """Where the answer was sampled just as the template writes it, going on from it is rendering everything."""
    model = load(template)
    compared = 0
    for turn in next_answers(talk):
        made = composer(model)
        front = model.prompts.build(ask(talk[:turn]))
        whole = model.prompts.build(ask(talk))
        said = said_between(model, front.tokens, whole.tokens, template)
        if said is None:
            continue
        compared += 1
        say(made, front, talk[: turn + 1], said)
        found = made.compose(ask(talk), outlined=True)
        assert found.origin is not None
        assert found.tokens == whole.tokens
        assert whole.text.endswith(found.text)
    assert compared


def said_between(model: LoadedModel, front: list[int], whole: list[int], template: str) -> list[int] | None:
    """The answer behind the front of the whole, with its end; None where the template writes the front differently."""
    if whole[: len(front)] != front:
        return None
    ends = {model.vocabulary.marker_ids[m] for m in ("<|im_end|>", "<|endoftext|>")}
    at = next(i for i in range(len(front), len(whole)) if whole[i] in ends)
    if template == "other_end" and whole[at] == model.vocabulary.marker_ids["<|endoftext|>"]:
        return [*whole[len(front) : at], *end_of(model)]
    return whole[len(front) : at + 1]


def test_an_answer_that_was_cut_off_gets_the_end_of_turn_that_was_not_said() -> None:
    model = load("qwen")
    made = composer(model)
    talk = [user("Hi"), answer("Hello the"), user("Go on")]
    prompt = made.compose(ask(talk[:1]))
    say(made, prompt, talk[:2], [500, 501])
    found = made.compose(ask(talk))
    assert found.tokens[: len(prompt.tokens) + 3] == [*prompt.tokens, 500, 501, *end_of(model)]
    assert found.text == "\n<|im_start|>user\nGo on<|im_end|>\n<|im_start|>assistant\n"


def test_another_end_of_turn_than_the_next_turn_wants_is_replaced() -> None:
    model = load("other_end")
    made = composer(model)
    talk = [user("Hi"), answer("Hello"), user("Go on")]
    prompt = made.compose(ask(talk[:1]))
    say(made, prompt, talk[:2], [500, 501, *end_of(model)])
    other = model.vocabulary.marker_ids["<|endoftext|>"]
    assert made.compose(ask(talk)).tokens[len(prompt.tokens) :][:3] == [500, 501, other]


@pytest.mark.parametrize("template", ["tools_move", "first_only"])
def test_a_template_that_moves_what_stood_in_front_is_left_to_itself(template: str) -> None:
    model = load(template)
    made = composer(model)
    talk = [user("Hi"), answer("Hello"), user("Go on")]
    prompt = made.compose(ask(talk[:1]))
    say(made, prompt, talk[:2], [500, 501, *end_of(model)])
    assert made.compose(ask(talk)).tokens == model.prompts.build(ask(talk)).tokens


def test_an_edited_turn_is_not_recognised() -> None:
    model = load("qwen")
    made = composer(model)
    talk = [user("Hi"), answer("Hello"), user("Go on")]
    say(made, made.compose(ask(talk[:1])), talk[:2], [500, *end_of(model)])
    edited = [talk[0], answer("Hello!"), talk[2]]
    assert made.compose(ask(edited)).tokens == model.prompts.build(ask(edited)).tokens


def test_a_talk_goes_on_from_its_last_known_answer_when_later_ones_are_not_known() -> None:
    model = load("qwen")
    made = composer(model)
    talk = [user("Hi"), answer("Hello"), user("Go on"), answer("On"), user("More")]
    prompt = made.compose(ask(talk[:1]))
    say(made, prompt, talk[:2], [500, *end_of(model)])
    found = made.compose(ask(talk))
    assert found.tokens[: len(prompt.tokens) + 1] == [*prompt.tokens, 500]
    assert found.text.endswith("On<|im_end|>\n<|im_start|>user\nMore<|im_end|>\n<|im_start|>assistant\n")


def test_forks_and_rewinds_find_the_answer_they_go_on_from() -> None:
    model = load("thinker")
    made = composer(model)
    talk = [user("Hi"), answer("Hello"), user("One"), answer("Uno"), user("x")]
    first = made.compose(ask(talk[:1]))
    say(made, first, talk[:2], [500, *end_of(model)])
    second = made.compose(ask(talk[:3]))
    say(made, second, talk[:4], [600, *end_of(model)])
    fork = [*talk[:2], user("Two")]
    assert made.compose(ask(fork)).tokens[: len(first.tokens) + 1] == [*first.tokens, 500]
    assert made.compose(ask(talk)).tokens[: len(second.tokens) + 1] == [*second.tokens, 600]


def test_old_reasoning_stays_while_it_is_cheap() -> None:
    model = load("thinker")
    made = composer(model)
    talk = [user("Hi"), answer("Hello", "Hm."), user("Go on")]
    prompt = made.compose(ask(talk[:1]))
    said = [*thought(model, 4000), 500, *end_of(model)]
    say(made, prompt, talk[:2], said)
    assert made.compose(ask(talk)).tokens[: len(prompt.tokens) + 4001] == [*prompt.tokens, *said[:-1]]


def test_much_old_reasoning_is_dropped_when_the_user_asks_anew_and_stays_in_a_tool_loop() -> None:
    model = load("thinker")
    made = composer(model)
    loop = [user("Hi"), call("a.py"), result("x")]
    prompt = made.compose(ask(loop[:1]))
    said = [*thought(model, 5000), 500, *end_of(model)]
    say(made, prompt, loop[:2], said)
    assert made.compose(ask(loop)).tokens[: len(prompt.tokens) + 5001] == [*prompt.tokens, *said[:-1]]
    anew = [*loop, answer("Done"), user("Next")]
    assert made.compose(ask(anew)).tokens == model.prompts.build(ask(anew)).tokens


def test_a_path_that_does_not_fit_the_window_any_more_is_rendered_anew() -> None:
    model = load("qwen")
    made = composer(model, window=150)
    talk = [user("Hi"), answer("Hello"), user("Go on")]
    say(made, made.compose(ask(talk[:1])), talk[:2], [500] * 100)
    assert made.compose(ask(talk)).tokens == model.prompts.build(ask(talk)).tokens


def test_an_answer_is_sealed_once_and_an_unknown_one_never() -> None:
    model = load("qwen")
    made = composer(model)
    made.answered("g", made.compose(ask([user("Hi")])), [500], None)
    assert made.seal("g", "key")
    assert not made.seal("g", "key")
    assert not made.seal("another", "key")


@pytest.mark.parametrize("tokenizer", ["bpe", "spm", "odd"])
@pytest.mark.parametrize("template", ["qwen", "thinker", "endless"])
def test_boundaries_stand_in_front_of_turns(template: str, tokenizer: str) -> None:
    model = load(template, tokenizer)
    made = composer(model)
    talk = [system("Be kind <|im_start|>."), user("Hi"), answer("Hello."), user("a<|im_end|>b"), answer("x"), user("c")]
    prompt = made.compose(ask(talk), outlined=True)
    assert [n for _, n in prompt.starts if n] == [1, 3, 5]
    for first, second in (("d", "e"), ("A longer one.\n", "  else")):
        heads = [made.compose(ask([*talk[:1], user(text)])).tokens for text in (first, second)]
        assert heads[0][: prompt.boundaries.head] == heads[1][: prompt.boundaries.head]
        assert prompt.tokens[: prompt.boundaries.head] == heads[0][: prompt.boundaries.head]
    assert prompt.boundaries.turns[-2:] == tuple(at for at, n in prompt.starts if n > 1)
    assert prompt.boundaries.turns[-1] < prompt.boundaries.close < len(prompt.tokens)
    assert model.prompts.decode(prompt.tokens[prompt.boundaries.close :]).startswith("<|im_start|>")


def test_boundaries_behind_a_known_answer_are_those_of_the_whole() -> None:
    model = load("qwen")
    made = composer(model)
    talk = [system("Be kind."), user("Hi"), answer("Hello."), user("Go on"), call("a.py"), result("x")]
    front = made.compose(ask(talk[:2]), outlined=True)
    whole = made.compose(ask(talk), outlined=True)
    said = said_between(model, front.tokens, whole.tokens, "qwen")
    assert said is not None
    say(made, front, talk[:3], said)
    found = made.compose(ask(talk), outlined=True)
    assert found.origin is not None
    assert found.tokens == whole.tokens
    assert found.boundaries.head == whole.boundaries.head
    assert found.boundaries.close == whole.boundaries.close
    assert set(found.boundaries.turns) <= set(whole.boundaries.turns)
    assert found.starts == tuple(s for s in whole.starts if s[1] > 2)


def test_the_tokens_of_the_first_messages_are_counted() -> None:
    model = load("qwen")
    made = composer(model)
    talk = [system("Be kind."), user("Hi"), answer("Hello."), user("Go on")]
    prompt = made.compose(parse_prompt({"messages": talk}), outlined=True)
    shown = [model.prompts.decode(prompt.tokens[: prompt.tokens_of(n, 4)]) for n in (0, 1, 4)]
    assert shown[:2] == ["", "<|im_start|>system\nBe kind.<|im_end|>\n"]
    assert shown[2].endswith("Go on<|im_end|>\n")
