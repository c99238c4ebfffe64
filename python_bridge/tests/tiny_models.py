"""Tiny models with random weights and a tokenizer of our own, for tests that need real tokens and real caches.

    python tests/tiny_models.py --family qwen3 --out DIR          (from python_bridge/)
    python tests/tiny_models.py --shape long --out DIR            a 14,000-token prompt in about a second
    python tests/tiny_models.py --shape bench --out DIR           at least 10 ms a token, for benchmarks
    python tests/tiny_models.py --shape wide --out DIR            a vocabulary of 150,000

Families: qwen3, llama, phi3 (plain caches), llama_swa (sliding windows), gpt_oss (sliding and full, experts),
qwen3_5 (recurrent), falcon_h1 (recurrent and plain in one layer), llama4 (chunked: does not batch). Same
arguments, same bytes (for one version of the libraries).

A plain random model repeats its input for ever, and then every equality test passes: the layers' matrices are scaled
up and the head is not tied to the embedding, which gives varied tokens.
"""

import argparse
import importlib
import json
import os
import random
import shutil
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("MLX_DISABLE_COMPILE", "1")

SPECIAL = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
# As in Qwen's vocabularies: added tokens, but not "special" ones.
ADDED = ["<think>", "</think>", "<tool_call>", "</tool_call>", "<tool_response>", "</tool_response>"]

TEMPLATES = Path(__file__).resolve().parent / "templates"
WORDS = Path(__file__).resolve().parent / "words.txt"


@dataclass(frozen=True)
class Spec:
    """What to make; `hidden`, `layers`, `window` are the model's, `vocab` the tokenizer's.

    `padded`: the vocabulary is filled up to this many tokens, with pairs that text hardly has.
    """

    family: str = "qwen3"
    hidden: int = 64
    layers: int = 2
    vocab: int = 2048
    window: int = 64
    context: int = 32768
    bits: int = 0
    template: str = "qwen"
    tokenizer: str = "bpe"
    seed: int = 3
    padded: int = 0


SHAPES = {
    # The last layer's attention is never computed in prefill, so with sliding layers before it length costs little.
    "long": Spec(family="llama_swa", vocab=8192, context=262144),
    "bench": Spec(family="qwen3", hidden=512, layers=8, vocab=4096),
    "wide": Spec(family="qwen3", vocab=8192, padded=151_643),
}


def make(spec: Spec, out: Path) -> Path:
    """Write the model folder; returns it."""
    out.mkdir(parents=True, exist_ok=True)
    size = _write_tokenizer(spec, out)
    _write_weights(spec, out, size)
    return out


def cached(spec: Spec, root: Path | None = None) -> Path:
    """The folder of such a model, made at most once a machine."""
    root = root or Path(tempfile.gettempdir()) / "pensieve-tiny-models"
    stamp = f"{Path(__file__).stat().st_mtime_ns:x}-{_templates_stamp():x}"
    folder = root / stamp / "-".join(str(v) for v in asdict(spec).values())
    if not (folder / "config.json").exists():
        folder.parent.mkdir(parents=True, exist_ok=True)
        fresh = Path(tempfile.mkdtemp(dir=folder.parent))
        make(spec, fresh)
        try:
            fresh.rename(folder)
        except OSError:  # somebody else was faster
            shutil.rmtree(fresh)
    return folder


def _templates_stamp() -> int:
    return max(f.stat().st_mtime_ns for f in [WORDS, *TEMPLATES.iterdir()])


def corpus(seed: int = 0) -> Iterator[str]:
    """Made-up text with the look of what agents read: prose, lists, code, paths, JSON."""
    rnd = random.Random(seed)
    words = WORDS.read_text().split()
    often = words[:100]

    def sentence(n: int) -> str:
        return " ".join(rnd.choice(often if rnd.random() < 0.4 else words) for _ in range(n))

    for _ in range(2500):
        a, b, c = (rnd.choice(words) for _ in range(3))
        path = f"/home/user/{a}/{b}.{rnd.choice(['py', 'ts', 'md', 'json'])}"
        yield f"{sentence(12).capitalize()}. {sentence(9).capitalize()}, {sentence(5)}?\n"
        yield f"- {sentence(3).title()}: {sentence(8)}, `{a}` and **{b}**.\n# {sentence(2).upper()}\n"
        yield f"def {a}_{b}({c}: int) -> str:\n    return self.{b}[{c}] + {rnd.randint(0, 999)}\n\n"
        yield json.dumps({"name": "Read", "arguments": {"file_path": path, a: rnd.randint(0, 99)}}) + "\n"
        yield json.dumps({"type": "object", "properties": {c: {"type": "string", "description": sentence(6)}}}) + "\n"


def _write_tokenizer(spec: Spec, out: Path) -> int:
    """tokenizer.json and tokenizer_config.json; returns the number of ids."""
    from tokenizers import AddedToken

    tokenizer = _spm(spec.vocab) if spec.tokenizer == "spm" else _byte_level(spec.vocab, spec.tokenizer)
    if spec.padded:
        tokenizer = _padded(tokenizer, spec.padded)
    tokenizer.add_special_tokens([AddedToken(t, normalized=False, special=True) for t in SPECIAL])
    tokenizer.add_tokens([AddedToken(t, normalized=False, special=False) for t in ADDED])
    tokenizer.save(str(out / "tokenizer.json"))
    settings: dict[str, Any] = {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "eos_token": "<|im_end|>",
        "pad_token": "<|endoftext|>",
        "bos_token": "<|endoftext|>",
        "clean_up_tokenization_spaces": False,
    }
    if spec.template != "none":
        settings["chat_template"] = (TEMPLATES / f"{spec.template}.jinja").read_text()
    (out / "tokenizer_config.json").write_text(json.dumps(settings, indent=1))
    return len(tokenizer.get_vocab())


def _byte_level(vocab: int, kind: str) -> Any:
    from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers, trainers

    # Words with a leading space, single digits, runs of signs, white space.
    rule = r"[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(rule), "isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    # "odd": a decoder that mlx_lm does not recognise, so that text goes through the tokenizer's own decode.
    byte_level = decoders.ByteLevel()
    tokenizer.decoder = decoders.Sequence([byte_level]) if kind == "odd" else byte_level
    trainer = trainers.BpeTrainer(
        vocab_size=vocab - len(SPECIAL) - len(ADDED),
        show_progress=False,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
    )
    tokenizer.train_from_iterator(corpus(), trainer)
    return tokenizer


def _padded(tokenizer: Any, size: int) -> Any:
    """More merges, of short tokens picked at random: as many ids as a large vocabulary, and a tree as deep."""
    from tokenizers import Tokenizer

    rnd = random.Random(1)
    written = json.loads(tokenizer.to_str())
    known, merges = written["model"]["vocab"], written["model"]["merges"]
    short = sorted(t for t in known if 1 < len(t) <= 6)
    while len(known) < size:
        a, b = rnd.choice(short), rnd.choice(short)
        if a + b not in known:
            known[a + b] = len(known)
            merges.append([a, b])
    return Tokenizer.from_str(json.dumps(written))


def _spm(vocab: int) -> Any:
    """SentencePiece-like, as Llama 2 and Phi-3: a space mark in front of words, byte tokens for the rest."""
    from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers

    def pipeline(model: Any) -> Any:
        tokenizer = Tokenizer(model)
        tokenizer.normalizer = normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")])
        steps = [
            decoders.Replace("▁", " "),
            decoders.ByteFallback(),
            decoders.Fuse(),
            decoders.Strip(" ", 1, 0),
        ]
        tokenizer.decoder = decoders.Sequence(steps)
        return tokenizer

    tokenizer = pipeline(models.BPE(byte_fallback=True, unk_token="<unk>", fuse_unk=True))
    # Words are split for training only; the finished tokenizer, like the real ones, works on whole text.
    tokenizer.pre_tokenizer = pre_tokenizers.Split("▁", "merged_with_next")
    tokenizer.train_from_iterator(
        corpus(), trainers.BpeTrainer(vocab_size=vocab - 300, show_progress=False, special_tokens=["<unk>"])
    )
    trained = json.loads(tokenizer.to_str())
    known = list(trained["model"]["vocab"])
    tokens = ["<unk>", *(f"<0x{b:02X}>" for b in range(256)), *(t for t in known if t != "<unk>")]
    merges = [tuple(m) for m in trained["model"]["merges"]]
    model = models.BPE(
        vocab={t: i for i, t in enumerate(tokens)},
        merges=merges,
        byte_fallback=True,
        unk_token="<unk>",
        fuse_unk=True,
    )
    return pipeline(model)


def _config(spec: Spec, vocab: int) -> dict[str, Any]:
    heads = max(2, spec.hidden // 32)
    config: dict[str, Any] = {
        "model_type": spec.family,
        "hidden_size": spec.hidden,
        "num_hidden_layers": spec.layers,
        "intermediate_size": 2 * spec.hidden,
        "num_attention_heads": heads,
        "num_key_value_heads": max(1, heads // 2),
        "head_dim": spec.hidden // heads,
        "rms_norm_eps": 1e-5,
        "vocab_size": vocab,
        "max_position_embeddings": spec.context,
        "rope_theta": 10000.0,
        "tie_word_embeddings": False,
    }
    if spec.family == "llama_swa":
        kinds = ["sliding_attention"] * (spec.layers - 1) + ["full_attention"]
        config |= {"model_type": "llama", "sliding_window": spec.window, "layer_types": kinds}
    if spec.family == "gpt_oss":
        kinds = ["full_attention" if i % 2 else "sliding_attention" for i in range(spec.layers)]
        config |= {
            "num_local_experts": 4,
            "num_experts_per_tok": 2,
            "sliding_window": spec.window,
            "layer_types": kinds,
        }
    if spec.family == "qwen3_5":
        rope = {
            "type": "default",
            "mrope_section": [2, 1, 1],
            "rope_theta": 10000.0,
            "partial_rotary_factor": 0.25,
        }
        config |= {
            "num_hidden_layers": max(4, spec.layers),
            "full_attention_interval": 4,
            "linear_num_key_heads": 2,
            "linear_num_value_heads": 4,
            "linear_key_head_dim": 32,
            "linear_value_head_dim": 32,
            "linear_conv_kernel_dim": 4,
            "rope_parameters": rope,
        }
    if spec.family == "falcon_h1":
        mamba = {"d_ssm": spec.hidden, "n_heads": 2, "d_head": spec.hidden // 2, "d_state": 16, "n_groups": 1}
        config |= {f"mamba_{name}": size for name, size in mamba.items()}
    if spec.family == "llama4":
        config = {"model_type": "llama4", "text_config": _llama4(config, spec)}
    return config


def _llama4(config: dict[str, Any], spec: Spec) -> dict[str, Any]:
    return config | {
        "model_type": "llama4_text",
        "attention_bias": False,
        "attention_chunk_size": spec.window,
        "interleave_moe_layer_step": 1,
        "intermediate_size_mlp": 2 * spec.hidden,
        "num_experts_per_tok": 1,
        "num_local_experts": 2,
        "rope_scaling": None,
        "use_qk_norm": True,
    }


def _write_weights(spec: Spec, out: Path, vocab: int) -> None:
    from pensieve_bridge.mlx_edge import import_mlx_lm

    import_mlx_lm()
    import mlx.core as mx
    from mlx.utils import tree_map_with_path
    from mlx_lm import utils

    config = _config(spec, vocab)
    module = importlib.import_module("mlx_lm.models." + config["model_type"])
    mx.random.seed(spec.seed)
    model = module.Model(module.ModelArgs.from_dict(dict(config)))
    model.set_dtype(mx.float32)

    def louder(name: str, weight: Any) -> Any:
        return weight * 4.0 if weight.ndim >= 2 and ".layers." in name and "conv" not in name else weight

    model.update(tree_map_with_path(louder, model.parameters()))
    mx.eval(model.parameters())
    config["eos_token_id"] = _end_id(out)
    if spec.bits:
        real, sys.stdout = sys.stdout, sys.stderr  # quantize_model prints
        model, config = utils.quantize_model(model, config, group_size=32, bits=spec.bits)
        sys.stdout = real
    utils.save_model(out, model)
    utils.save_config(config, out / "config.json")


def _end_id(out: Path) -> int:
    added = json.loads((out / "tokenizer.json").read_text())["added_tokens"]
    return next(t["id"] for t in added if t["content"] == "<|im_end|>")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--shape", choices=sorted(SHAPES), help="a ready-made choice of the rest")
    for name, value in asdict(Spec()).items():
        parser.add_argument(f"--{name}", type=type(value), default=None)
    found = vars(parser.parse_args())
    base = asdict(SHAPES.get(found["shape"], Spec()))
    spec = Spec(**{name: base[name] if found[name] is None else found[name] for name in base})
    make(spec, found["out"])
    print(json.dumps({"path": str(found["out"]), **asdict(spec)}))


if __name__ == "__main__":
    main()
