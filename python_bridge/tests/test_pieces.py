"""Token ids → pieces: nothing is lost, nothing is cut, stop strings are found wherever they fall."""

import random
from dataclasses import replace

import pytest

from pensieve_bridge.events import Marker, Text
from pensieve_bridge.model import LoadedModel, load_model
from pensieve_bridge.pieces import Pieces, StopStrings

from .tiny_models import Spec, cached

TEXTS = [
    "Hello there, user.",
    " a leading space",
    "emoji 👩‍👩‍👧‍👦🏽 and 漢字とかな, naïve façade",
    "\n\n\ttabs and\r\nlines  with   spaces ",
    "a � that is really in the text",
]


def pieces(model: LoadedModel, stops: tuple[str, ...] = (), continues: bool = True) -> Pieces:
    return Pieces(model.vocabulary, stops, decode=model.prompts.decode, continues=continues)


def said(found: list[Text | Marker]) -> str:
    return "".join(p.text for p in found if isinstance(p, Text))


@pytest.fixture(scope="module", params=["bpe", "spm", "odd"])
def model(request: pytest.FixtureRequest) -> LoadedModel:
    return load_model(cached(Spec(layers=1, tokenizer=request.param)))


@pytest.mark.parametrize("text", TEXTS)
def test_text_comes_back_as_it_was_tokenised(model: LoadedModel, text: str) -> None:
    stream = pieces(model)
    tokens = model.prompts.encode_text(text)
    found = [p for t in tokens for p in stream.push(t)] + stream.finish()
    assert said(found) == text


def test_no_piece_is_empty_or_holds_half_a_character(model: LoadedModel) -> None:
    stream = pieces(model)
    found = [p for t in model.prompts.encode_text("漢字👍🏽") for p in stream.push(t)]
    assert len(model.prompts.encode_text("漢字👍🏽")) > len(found)
    assert all(isinstance(p, Text) and p.text and "�" not in p.text for p in found)


def test_the_first_word_has_no_space_of_the_tokenizers_own(model: LoadedModel) -> None:
    stream = pieces(model, continues=False)
    ids = model.prompts.encode_text("Hello")
    assert said([p for t in ids for p in stream.push(t)]).lstrip() == "Hello"
    if model.vocabulary.trims_first_space:
        spaced = model.prompts.encode_text(" Hello")
        stream = pieces(model, continues=False)
        assert said([p for t in spaced for p in stream.push(t)]) == "Hello"


def test_a_marker_is_a_piece_of_its_own(qwen3: LoadedModel) -> None:
    stream = pieces(qwen3)
    call = qwen3.vocabulary.marker_ids["<tool_call>"]
    tokens = [*qwen3.prompts.encode_text("so <tool_call>"), call, *qwen3.prompts.encode_text("{}")]
    found = [p for t in tokens for p in stream.push(t)]
    at = found.index(Marker("<tool_call>", call))
    assert said(found[:at]) == "so <tool_call>"
    assert said(found[at:]) == "{}"


def test_half_a_character_in_front_of_a_marker_is_dropped(qwen3: LoadedModel) -> None:
    stream = pieces(qwen3)
    half = qwen3.prompts.encode_text("漢")[:1]
    found = [
        p
        for t in [*half, qwen3.vocabulary.marker_ids["</think>"], *qwen3.prompts.encode_text("ok")]
        for p in stream.push(t)
    ]
    assert said(found) == "ok"


def test_an_id_beyond_the_tokenizer_is_no_text(qwen3: LoadedModel) -> None:
    assert pieces(qwen3).push(qwen3.vocabulary.size() + 7) == []


def test_a_stop_string_is_not_part_of_the_text_and_not_found_across_a_marker(qwen3: LoadedModel) -> None:
    stream = pieces(qwen3, ("STOP",))
    marker = qwen3.vocabulary.marker_ids["<think>"]
    first, last = qwen3.prompts.encode_text("one ST"), qwen3.prompts.encode_text("OP two STOP three")
    found = [p for t in [*first, marker] for p in stream.push(t)]
    assert said(found) == "one ST"
    for token in last:
        found += stream.push(token)
        if stream.matched:
            break
    assert stream.matched == "STOP"
    assert said(found + stream.finish()) == "one STOP two "


def test_a_stop_string_that_is_a_marker_is_found_as_one(qwen3: LoadedModel) -> None:
    stream = pieces(qwen3, ("ST", "<think>"))
    found = [p for t in qwen3.prompts.encode_text("one S") for p in stream.push(t)]
    found += stream.push(qwen3.vocabulary.marker_ids["</think>"])
    assert stream.matched is None
    found += [p for t in qwen3.prompts.encode_text("two S") for p in stream.push(t)]
    found += stream.push(qwen3.vocabulary.marker_ids["<think>"])
    assert stream.matched == "<think>"
    assert said(found + stream.finish()) == "one Stwo S"
    assert [p.marker for p in found if isinstance(p, Marker)] == ["</think>"]


@pytest.mark.parametrize("seed", range(40))
def test_stop_strings_are_found_at_the_same_place_however_the_text_is_cut(seed: int) -> None:
    rnd = random.Random(seed)
    text = "".join(rnd.choice("abc\n") for _ in range(60))
    stops = ["".join(rnd.choice("abc\n") for _ in range(rnd.randint(1, 4))) for _ in range(3)]
    starts = [(text.find(s), -len(s), s) for s in stops if s in text]
    matcher, out, matched = StopStrings(stops), "", None
    rest = text
    while rest and matched is None:
        n = rnd.randint(1, 5)
        part, rest = rest[:n], rest[n:]
        safe, matched = matcher.push(part)
        out += safe
    if starts:
        at, _, stop = min(starts)
        assert out == text[:at]
        assert matched is not None
        assert text[at:].startswith(matched)
        assert stop.startswith(matched)
    else:
        assert matched is None
        assert out + matcher.flush() == text


def test_only_what_may_become_a_stop_string_is_held_back() -> None:
    matcher = StopStrings(["\n\nUser:"])
    assert matcher.push("Hello\n") == ("Hello", None)
    assert matcher.push("\nUse") == ("", None)
    assert matcher.push("less") == ("\n\nUseless", None)


def test_white_space_among_the_added_tokens_is_ordinary_text(qwen3: LoadedModel) -> None:
    assert all(not m.isspace() for m in qwen3.vocabulary.markers.values())
    spaces = replace(qwen3.vocabulary, text=[b"    "], markers={})
    stream = Pieces(spaces, (), decode=qwen3.prompts.decode)
    assert stream.push(0) == [Text("    ")]
