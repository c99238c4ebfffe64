"""Loading a model folder, and the facts about it that `/model` tells."""

import hashlib
import json
import math
import struct
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import mlx.core as mx

from . import device
from .cache_bits import BitsError, keep_in_bits
from .grammar_compiler import GrammarCompiler
from .mlx_edge import (
    Network,
    TokenizerLike,
    batches,
    cache_kinds,
    evaluate,
    load,
    named_weights,
    new_cache,
    use_template,
)
from .precision import choose_precision
from .prompt import PromptBuilder
from .sampling import SamplingPlan
from .template_probe import TemplateFacts, probe_template
from .vocabulary import Vocabulary, read_vocabulary
from .wire import Json, PromptRequest, Refusal, Sampling

_EMBEDDINGS = ("embed_tokens", "wte", "word_embeddings", "tok_embeddings", "embed_in", "embeddings")
_DEFAULT_CONTEXT = 4096
_SAMPLES, _SAMPLE_BYTES = 256, 4096
_GENERATION_FIELDS = {
    "temperature": "temperature",
    "top_p": "topP",
    "top_k": "topK",
    "min_p": "minP",
    "repetition_penalty": "repetitionPenalty",
}


class ModelError(Exception):
    """The folder is not a model this bridge can run; the message says why and what to do."""


@dataclass(slots=True, frozen=True)
class ModelFacts:
    """Plain values about the loaded model, readable on any thread."""

    path: Path
    fingerprint: str
    architecture: str
    context_length: int
    window: int
    cache_kinds: list[str]
    batches: bool
    quantization: Json | None
    weight_bytes: int
    embedding_rows: int
    device: str
    sampling: Json
    template: TemplateFacts


@dataclass(slots=True, frozen=True)
class LoadedModel:
    """`network` belongs to the engine thread; the rest is plain Python."""

    network: Network
    vocabulary: Vocabulary
    prompts: PromptBuilder
    facts: ModelFacts
    grammars: GrammarCompiler


@dataclass(slots=True, frozen=True)
class ModelOptions:
    """What the user wants otherwise than the model has it.

    `window`: upper bound in tokens. `kv_bits`: of a number in the cache of keys and values. `chat_template`: a file.
    """

    window: int | None = None
    kv_bits: int | None = None
    chat_template: Path | None = None


def load_model(path: Path, options: ModelOptions = ModelOptions()) -> LoadedModel:
    """Load the folder on the calling thread, which becomes the owner of its arrays. Raises `ModelError`."""
    config = read_config(path)
    template = None if options.chat_template is None else _read_template(options.chat_template)
    device.set_memory_limits()
    try:
        network, tokenizer, config = load(path)
    except FileNotFoundError as error:
        raise ModelError(f"{path} is not a complete model folder: {error}") from error
    except Exception as error:
        raise ModelError(_explain(path, error)) from error
    if template is not None:
        use_template(tokenizer, template)
    vocabulary = read_vocabulary(tokenizer, tokenizer.eos_token_ids)
    grammars = GrammarCompiler(tokenizer, vocabulary)
    choose_precision(network, config.get("quantization"))
    evaluate(network.parameters())
    if options.kv_bits is not None:
        _keep_in_bits(path, network, options.kv_bits)
    prompts = PromptBuilder(tokenizer, vocabulary)
    if options.chat_template is not None:
        _check_template(options.chat_template, prompts)
    facts = _facts(path, config, network, tokenizer, prompts, options)
    return LoadedModel(network, vocabulary, prompts, facts, grammars)


def _read_template(file: Path) -> str:
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        raise ModelError(f"the chat template {file} cannot be read: {error}") from error
    if not text.strip():
        raise ModelError(f"the chat template {file} is empty")
    return text


def _check_template(file: Path, prompts: PromptBuilder) -> None:
    try:
        prompts.build(PromptRequest([{"role": "user", "content": "Hello"}], [], {}))
    except Refusal as refusal:
        raise ModelError(f"the chat template {file} cannot be used: {refusal}") from refusal


def _keep_in_bits(path: Path, network: Network, bits: int) -> None:
    try:
        keep_in_bits(network, bits)
    except BitsError as error:
        raise ModelError(f"{path} cannot keep its cache in {bits} bits; start it without: {error}") from error


def read_config(path: Path) -> Json:
    """config.json of a model folder, checked for what can be told before loading. Raises `ModelError`."""
    if not path.is_dir():
        raise ModelError(f"there is no folder {path}")
    try:
        config: object = json.loads((path / "config.json").read_bytes())
    except FileNotFoundError:
        raise ModelError(f"{path} is not a model: it has no config.json") from None
    except ValueError as error:
        raise ModelError(f"{path / 'config.json'} is not JSON: {error}") from None
    if not isinstance(config, dict) or "model_type" not in config:
        raise ModelError(f"{path} is not a model: its config.json names no model_type")
    found = cast(Json, config)
    if found.get("model_file"):
        raise ModelError(
            f"{path} wants to run its own Python ({found['model_file']}), which Pensieve refuses; "
            "choose a model that mlx-lm supports itself"
        )
    return found


def resolve_sampling(asked: Sampling, facts: ModelFacts) -> SamplingPlan:
    """Request over the model's generation_config.json over plain greedy."""
    own = facts.sampling

    def pick(value: float | None, name: str, otherwise: float) -> float:
        return value if value is not None else float(own.get(name, otherwise))

    return SamplingPlan(
        temperature=pick(asked.temperature, "temperature", 0.0),
        top_p=pick(asked.top_p, "topP", 1.0),
        top_k=int(pick(asked.top_k, "topK", 0)),
        min_p=pick(asked.min_p, "minP", 0.0),
        repetition_penalty=pick(asked.repetition_penalty, "repetitionPenalty", 1.0),
        presence_penalty=asked.presence_penalty or 0.0,
        frequency_penalty=asked.frequency_penalty or 0.0,
        seed=asked.seed,
    )


def model_card(model: LoadedModel, blas: str) -> Json:
    """The answer of `GET /model`."""
    facts, vocabulary, template = model.facts, model.vocabulary, model.facts.template
    return {
        "name": facts.path.name,
        "path": str(facts.path),
        "fingerprint": facts.fingerprint,
        "architecture": facts.architecture,
        "contextLength": facts.context_length,
        "window": facts.window,
        "cacheKinds": facts.cache_kinds,
        "batches": facts.batches,
        "quantization": facts.quantization,
        "weightBytes": facts.weight_bytes,
        "device": facts.device,
        "blas": "metal" if facts.device == "gpu" and sys.platform == "darwin" else blas,
        "eosTokens": [vocabulary.text[i].decode(errors="replace") for i in sorted(vocabulary.eos)],
        "addedTokens": [vocabulary.markers[i] for i in sorted(vocabulary.markers)],
        "sampling": facts.sampling,
        "template": {
            "text": model.prompts.template,
            "system": template.system,
            "tools": template.tools,
            "toolCalls": template.tool_calls,
            "toolResults": template.tool_results,
            "alternates": template.alternates,
            "thinkingSwitch": template.thinking_option is not None,
            "thinkingOption": template.thinking_option,
            "opensReasoning": template.opens_reasoning,
        },
    }


def _facts(
    path: Path,
    config: Json,
    network: Network,
    tokenizer: TokenizerLike,
    prompts: PromptBuilder,
    options: ModelOptions,
) -> ModelFacts:
    context = context_length(config)
    cache = new_cache(network)
    weights = named_weights(network)
    return ModelFacts(
        path=path,
        fingerprint=_fingerprint(path, tokenizer, options.kv_bits),
        architecture=str(config["model_type"]),
        context_length=context,
        window=min(context, options.window) if options.window else context,
        cache_kinds=cache_kinds(cache),
        batches=batches(cache),
        quantization=_quantization(config),
        weight_bytes=sum(w.nbytes for _, w in weights),
        embedding_rows=_embedding_rows(config, weights),
        device=device.device_kind(),
        sampling=_default_sampling(path),
        template=probe_template(prompts),
    )


def context_length(config: Json) -> int:
    """Tokens the model was made for; a rope scaling that names its original length stretches that length."""
    text = cast(Json, config.get("text_config") or config)
    names = (
        "max_position_embeddings",
        "max_seq_len",
        "max_sequence_length",
        "n_ctx",
        "n_positions",
        "seq_length",
    )
    found = next((int(text[n]) for n in names if isinstance(text.get(n), int)), _DEFAULT_CONTEXT)
    scaling = cast(Json, text.get("rope_scaling") or text.get("rope_parameters") or {})
    factor, original = scaling.get("factor"), scaling.get("original_max_position_embeddings")
    if isinstance(factor, int | float) and isinstance(original, int):
        found = max(found, int(factor * original))
    return found


def _embedding_rows(config: Json, weights: list[tuple[str, mx.array]]) -> int:
    """Token ids from 0 to this are safe: an id beyond the embedding reads foreign memory."""
    for name, weight in weights:
        if name.endswith(".weight") and name.split(".")[-2] in _EMBEDDINGS:
            return weight.shape[0]
    text = cast(Json, config.get("text_config") or config)
    return int(text["vocab_size"])


def _quantization(config: Json) -> Json | None:
    found = cast("Json | None", config.get("quantization"))
    if not isinstance(found, dict):
        return None
    return {"bits": found.get("bits"), "groupSize": found.get("group_size")}


def _default_sampling(path: Path) -> Json:
    """generation_config.json in D03's names; `do_sample: false` means the likeliest token."""
    try:
        config = cast("dict[str, Any]", json.loads((path / "generation_config.json").read_bytes()))
    except (OSError, ValueError):
        return {}
    if config.get("do_sample") is False:
        return {"temperature": 0.0}
    numbers = {wire: config.get(name) for name, wire in _GENERATION_FIELDS.items()}
    return {
        wire: value
        for wire, value in numbers.items()
        if isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    }


def _fingerprint(path: Path, tokenizer: TokenizerLike, kv_bits: int | None) -> str:
    """sha256 over config, tokenizer, template and samples of the weights: same print, same tokens and same caches."""
    digest = hashlib.sha256()
    if kv_bits is not None:
        digest.update(f"kv {kv_bits}\0".encode())
    for name in (
        "config.json",
        "tokenizer.json",
        "tokenizer.model",
        "tokenizer_config.json",
        "generation_config.json",
    ):
        file = path / name
        if file.is_file():
            digest.update(name.encode() + b"\0" + file.read_bytes())
    digest.update(json.dumps(tokenizer.chat_template).encode())
    for file in sorted(path.glob("model*.safetensors")):
        size = file.stat().st_size
        digest.update(file.name.encode() + b"\0" + str(size).encode() + b"\0")
        with file.open("rb") as stream:
            length = stream.read(8)
            digest.update(stream.read(min(struct.unpack("<Q", length)[0], 1 << 26)) if len(length) == 8 else b"")
            # Two trainings of one model have the same header. A training that touches a tenth of the weights is seen.
            for sample in range(_SAMPLES):
                stream.seek(size * sample // _SAMPLES)
                digest.update(stream.read(_SAMPLE_BYTES))
    return digest.hexdigest()


def _explain(path: Path, error: Exception) -> str:
    text = str(error)
    if "trust_remote_code" in text:
        return f"{path} wants to run its own Python, which Pensieve refuses; choose a model that mlx-lm supports itself"
    return f"{path} cannot be loaded: {type(error).__name__}: {text}"
