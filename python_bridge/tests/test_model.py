"""Facts about a model folder, and folders that are refused."""

import contextlib
import json
import shutil
from pathlib import Path

import pytest

from pensieve_bridge.model import LoadedModel, ModelError, ModelOptions, context_length, load_model, resolve_sampling
from pensieve_bridge.wire import Sampling

from .tiny_models import Spec, cached


@pytest.fixture
def folder(qwen3_path: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(qwen3_path, tmp_path / "model"))


def edit(folder: Path, name: str, **changes: object) -> None:
    file = folder / name
    known = json.loads(file.read_text()) if file.exists() else {}
    file.write_text(json.dumps(known | changes))


@pytest.mark.parametrize(
    ("config", "tokens"),
    [
        ({"max_position_embeddings": 40960}, 40960),
        ({"n_positions": 1024}, 1024),
        ({"text_config": {"max_position_embeddings": 262144}}, 262144),
        (
            {
                "max_position_embeddings": 131072,
                "rope_scaling": {"factor": 8.0, "original_max_position_embeddings": 8192},
            },
            131072,
        ),
        (
            {
                "max_position_embeddings": 32768,
                "rope_scaling": {"factor": 4.0, "original_max_position_embeddings": 32768},
            },
            131072,
        ),
        ({"max_position_embeddings": 16384, "rope_scaling": {"type": "linear", "factor": 4.0}}, 16384),
        ({"max_position_embeddings": 4096, "rope_scaling": None}, 4096),
        ({}, 4096),
    ],
)
def test_the_context_length_heeds_rope_scaling(config: dict[str, object], tokens: int) -> None:
    assert context_length(config) == tokens


def test_the_window_can_only_be_lowered(qwen3_path: Path) -> None:
    assert load_model(qwen3_path, ModelOptions(window=100)).facts.window == 100
    assert load_model(qwen3_path, ModelOptions(window=10**9)).facts.window == 32768


def test_a_template_of_the_users_takes_the_place_of_the_models_own(qwen3_path: Path, tmp_path: Path) -> None:
    file = tmp_path / "own.jinja"
    file.write_text("{% for m in messages %}<{{ m.role }}>{{ m.content }}{% endfor %}")
    model = load_model(qwen3_path, ModelOptions(chat_template=file))
    assert model.prompts.template == file.read_text()
    assert model.facts.template.system == "anywhere"
    assert model.facts.fingerprint != load_model(qwen3_path).facts.fingerprint


@pytest.mark.parametrize(
    ("template", "words"),
    [("{% for %}", "cannot be used"), ("{{ raise_exception('no') }}", "no"), (" ", "is empty")],
)
def test_a_template_that_renders_nothing_is_refused(
    qwen3_path: Path, tmp_path: Path, template: str, words: str
) -> None:
    file = tmp_path / "own.jinja"
    file.write_text(template)
    with pytest.raises(ModelError, match=words):
        load_model(qwen3_path, ModelOptions(chat_template=file))
    with pytest.raises(ModelError, match="cannot be read"):
        load_model(qwen3_path, ModelOptions(chat_template=tmp_path / "none.jinja"))


def test_a_token_that_ends_turns_is_known_where_the_configuration_forgets_it(folder: Path) -> None:
    first = load_model(folder).vocabulary.marker_ids["<|endoftext|>"]
    edit(folder, "config.json", eos_token_id=first)
    edit(folder, "tokenizer_config.json", eos_token="<|endoftext|>")
    vocabulary = load_model(folder).vocabulary
    assert {vocabulary.markers[token] for token in vocabulary.eos} == {"<|endoftext|>", "<|im_end|>"}


def test_the_fingerprint_follows_what_decides_tokens(folder: Path) -> None:
    prints = [load_model(folder).facts.fingerprint, load_model(folder).facts.fingerprint]
    edit(folder, "tokenizer_config.json", chat_template="{{ messages[0].content }}")
    prints.append(load_model(folder).facts.fingerprint)
    edit(folder, "config.json", rope_theta=500.0)
    prints.append(load_model(folder).facts.fingerprint)
    assert prints[0] == prints[1]
    assert len(set(prints)) == 3


def test_do_sample_false_means_the_likeliest_token(folder: Path) -> None:
    edit(folder, "generation_config.json", do_sample=False, temperature=0.7, top_p=0.9)
    assert load_model(folder).facts.sampling == {"temperature": 0.0}


def test_the_request_goes_before_the_model_s_own_sampling(folder: Path) -> None:
    edit(folder, "generation_config.json", do_sample=True, temperature=0.7, top_k=20, repetition_penalty=1.05)
    facts = load_model(folder).facts
    assert facts.sampling == {"temperature": 0.7, "topK": 20, "repetitionPenalty": 1.05}
    plan = resolve_sampling(Sampling(temperature=0.0, top_p=0.5), facts)
    assert (plan.temperature, plan.top_p, plan.top_k, plan.repetition_penalty) == (0.0, 0.5, 20, 1.05)


def test_half_precision_weights_compute_in_float32_on_a_cpu(folder: Path) -> None:
    import mlx.core as mx

    weights = mx.load(str(folder / "model.safetensors"))
    assert isinstance(weights, dict)
    mx.save_safetensors(str(folder / "model.safetensors"), {k: v.astype(mx.bfloat16) for k, v in weights.items()})
    model = load_model(folder)
    kinds = {str(w.dtype) for _, w in _weights(model)}
    assert kinds == {"mlx.core.float32" if model.facts.device == "cpu" else "mlx.core.bfloat16"}


def test_a_model_that_wants_to_run_its_own_python_is_refused(folder: Path) -> None:
    marker = folder / "ran"
    (folder / "own.py").write_text(f"open({str(marker)!r}, 'w')")
    edit(folder, "config.json", model_file="own.py")
    with pytest.raises(ModelError, match="its own Python"):
        load_model(folder)
    assert not marker.exists()


def test_a_tokenizer_that_wants_to_run_its_own_python_is_refused(folder: Path) -> None:
    marker = folder / "ran"
    (folder / "own.py").write_text(f"open({str(marker)!r}, 'w')\nclass Own: pass")
    edit(folder, "tokenizer_config.json", auto_map={"AutoTokenizer": ["own.Own", None]}, tokenizer_class="Own")
    with contextlib.suppress(ModelError):
        load_model(folder)
    assert not marker.exists()


@pytest.mark.parametrize(
    ("break_it", "words"),
    [
        (lambda f: shutil.rmtree(f), "there is no folder"),
        (lambda f: (f / "config.json").unlink(), "no config.json"),
        (lambda f: (f / "config.json").write_text("{"), "is not JSON"),
        (lambda f: (f / "config.json").write_text("{}"), "no model_type"),
        (lambda f: (f / "model.safetensors").unlink(), "complete model"),
        (lambda f: edit(f, "config.json", model_type="nonesuch"), "nonesuch"),
        (lambda f: (f / "model.safetensors").write_bytes(b"short"), "cannot be loaded"),
        (lambda f: (f / "tokenizer.json").unlink(), "cannot be loaded"),
    ],
)
def test_a_broken_folder_is_refused_with_a_reason(folder: Path, break_it, words: str) -> None:  # type: ignore[no-untyped-def]
    break_it(folder)
    with pytest.raises(ModelError, match=words):
        load_model(folder)


def test_embedding_rows_bound_the_token_ids(qwen3: LoadedModel) -> None:
    assert qwen3.facts.embedding_rows == qwen3.vocabulary.size()
    padded = load_model(cached(Spec(family="gpt_oss")))
    assert padded.facts.embedding_rows >= padded.vocabulary.size()


def _weights(model: LoadedModel) -> list[tuple[str, object]]:
    from pensieve_bridge.mlx_edge import named_weights

    return [(name, weight) for name, weight in named_weights(model.network)]


def test_caches_that_would_be_wrong_in_a_batch_are_known() -> None:
    from mlx_lm.models.cache import ArraysCache, CacheList, ChunkedKVCache, KVCache, QuantizedKVCache, RotatingKVCache

    from pensieve_bridge.mlx_edge import batches, cache_kinds

    assert batches([KVCache(), RotatingKVCache(64), ArraysCache(2), CacheList(ArraysCache(2), KVCache())])
    for alone in (RotatingKVCache(64, keep=4), QuantizedKVCache(), ChunkedKVCache(64)):
        assert not batches([KVCache(), alone])
        assert not batches([CacheList(alone, KVCache())])
    assert cache_kinds([KVCache(), CacheList(ArraysCache(2), KVCache())]) == ["KVCache", "ArraysCache"]
