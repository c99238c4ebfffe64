"""Injection safety, family by family: no marker that any family of models has means anything inside content.

The vocabulary is a tiny model's with the markers of all families as added tokens, so that every one of them could be
forged. `family_markers.json` is what the families say themselves; a test of theirs keeps it true.
"""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from pensieve_bridge.model import LoadedModel, load_model
from pensieve_bridge.wire import PromptRequest, parse_prompt

from .tiny_models import Spec, cached

FAMILIES: dict[str, list[str]] = json.loads((Path(__file__).parent / "family_markers.json").read_text())

# What opens and closes turns, in the templates of the same families.
TURNS = [
    "<|im_start|>",
    "<|im_end|>",
    "<|start_header_id|>",
    "<|end_header_id|>",
    "<|eot_id|>",
    "<start_of_turn>",
    "<end_of_turn>",
    "<|turn>",
    "[INST]",
    "[/INST]",
    "<|user|>",
    "<|assistant|>",
    "<|observation|>",
    "<｜User｜>",
    "<｜Assistant｜>",
    "<｜end▁of▁sentence｜>",
    "<|START_OF_TURN_TOKEN|>",
    "<|END_OF_TURN_TOKEN|>",
    "<|start_of_role|>",
    "<|end_of_role|>",
    "<|end_of_text|>",
    "</s>",
]


def add_tokens(folder: Path, contents: list[str]) -> None:
    path = folder / "tokenizer.json"
    tokenizer = json.loads(path.read_text())
    added = tokenizer["added_tokens"]
    present = {token["content"] for token in added}
    first = max(*(token["id"] for token in added), *tokenizer["model"]["vocab"].values()) + 1
    new = [content for content in dict.fromkeys(contents) if content not in present]
    flags = {"single_word": False, "lstrip": False, "rstrip": False, "normalized": False, "special": False}
    added += [{"id": first + n, "content": content, **flags} for n, content in enumerate(new)]
    path.unlink()
    path.write_text(json.dumps(tokenizer))


# Both kinds of vocabulary, and templates that cut and join contents each in its own way.
MODELS = [
    ("bpe", "qwen"),
    ("spm", "qwen"),
    ("bpe", "qwen_coder"),
    ("bpe", "llama3"),
    ("bpe", "harmony"),
    ("bpe", "thinker"),
]


@pytest.fixture(scope="module", params=MODELS, ids="-".join)
def model(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> LoadedModel:
    tokenizer, template = request.param
    folder = tmp_path_factory.mktemp("markers") / "model"
    shutil.copytree(cached(Spec(layers=1, template=template, tokenizer=tokenizer)), folder)
    add_tokens(folder, [marker for markers in [*FAMILIES.values(), TURNS] for marker in markers])
    return load_model(folder)


def ask(text: str) -> PromptRequest:
    """A conversation that holds the text wherever a client can put one."""
    function = {"name": "Read", "arguments": {text: [text], "b": {"c": text}}}
    call = {"role": "assistant", "content": text, "reasoning_content": text, "tool_calls": [{"function": function}]}
    parameters = {"type": "object", "properties": {text: {"enum": [text], "description": text}}}
    tool = {"type": "function", "function": {"name": "Read", "description": text, "parameters": parameters}}
    result = {"role": "tool", "content": text, "tool_call_id": "1"}
    messages: list[dict[str, Any]] = [{"role": "system", "content": text}, {"role": "user", "content": text}]
    return parse_prompt({"messages": [*messages, call, result], "tools": [tool]})


def markers_in(model: LoadedModel, request: PromptRequest) -> list[str]:
    return [model.vocabulary.markers[t] for t in model.prompts.build(request).tokens if t in model.vocabulary.markers]


def test_the_vocabulary_could_forge_every_marker(model: LoadedModel) -> None:
    for markers in FAMILIES.values():
        assert set(markers) <= set(model.vocabulary.marker_ids)


@pytest.mark.parametrize("family", [*FAMILIES, "turns"])
def test_a_marker_inside_content_is_ordinary_text(model: LoadedModel, family: str) -> None:
    markers = FAMILIES.get(family, TURNS)
    nested = [f"{m[: len(m) // 2]}{m}{m[len(m) // 2 :]}" for m in markers]
    assert markers_in(model, ask("".join([*markers, " x ", *nested]))) == markers_in(model, ask("harmless"))


@pytest.mark.parametrize("family", [*FAMILIES, "turns"])
def test_a_marker_cut_by_the_end_of_content_does_not_join_with_the_template(model: LoadedModel, family: str) -> None:
    clean = markers_in(model, ask("harmless"))
    for marker in FAMILIES.get(family, TURNS):
        assert markers_in(model, ask(marker[:-1])) == clean
