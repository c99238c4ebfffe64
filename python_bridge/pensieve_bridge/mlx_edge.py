"""The one place where untyped mlx_lm meets our types: small Protocols and guarded imports.

Import mlx_lm only through `import_mlx_lm`, on the engine thread or before it starts.
"""

import contextlib
import importlib
import importlib.metadata
import resource
from collections.abc import Callable, Generator, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, Protocol, cast

import mlx.core as mx
from numpy.typing import NDArray

Cache = list[Any]
"""One cache object a layer (mlx_lm.models.cache), for one row."""

Sampler = Callable[[mx.array], mx.array]
"""Log-probabilities `[rows, vocabulary]` → token ids `[rows]`."""

Processor = Callable[[mx.array, mx.array], mx.array]
"""(token ids so far `[tokens]`, logits `[1, vocabulary]`) → logits `[1, vocabulary]`."""


class Network(Protocol):
    """A model of mlx_lm: an nn.Module whose call gives logits `[rows, tokens, vocabulary]` and fills the caches."""

    def __call__(self, tokens: mx.array, *, cache: Cache) -> mx.array: ...
    def parameters(self) -> dict[str, Any]: ...
    def set_dtype(self, dtype: mx.Dtype) -> None: ...


class AddedTokenLike(Protocol):
    content: str
    special: bool


class TokenizerLike(Protocol):
    """The part of a transformers tokenizer (behind mlx_lm's wrapper) that the bridge uses."""

    added_tokens_decoder: Mapping[int, AddedTokenLike]
    chat_template: Any
    bos_token: str | None
    eos_token_id: int | None
    eos_token_ids: set[int]

    def __len__(self) -> int: ...
    def convert_ids_to_tokens(self, ids: list[int]) -> list[str | None]: ...
    def encode(self, text: str, *, add_special_tokens: bool, **options: Any) -> list[int]: ...
    def decode(self, ids: list[int]) -> str: ...


class BatchResponse(Protocol):
    uid: int
    token: int


class BatchGeneratorLike(Protocol):
    """`mlx_lm.generate.BatchGenerator`, as far as the bridge uses it."""

    def insert(
        self,
        prompts: list[list[int]],
        *,
        max_tokens: list[int],
        caches: list[Cache],
        all_tokens: list[list[int]],
        samplers: list[Sampler],
        logits_processors: list[list[Processor]],
    ) -> list[int]: ...
    def next(self) -> tuple[Sequence[object], Sequence[BatchResponse]]: ...
    def remove(self, uids: list[int]) -> object: ...
    def close(self) -> None: ...


@contextlib.contextmanager
def _keep_file_limit() -> Generator[None]:
    """mlx_lm lowers RLIMIT_NOFILE to (2048, 4096) when imported, and dies where the hard limit is lower."""
    real = resource.setrlimit

    def guarded(which: int, limits: tuple[int, int], /) -> None:
        if which != resource.RLIMIT_NOFILE:
            real(which, limits)

    resource.setrlimit = guarded
    try:
        yield
    finally:
        resource.setrlimit = real


def import_mlx_lm() -> None:
    """Import mlx_lm once, leaving the process's limits as they are; about 1.3 s."""
    with _keep_file_limit():
        for name in ("mlx_lm.generate", "mlx_lm.models.cache", "mlx_lm.utils"):
            importlib.import_module(name)


def library_versions() -> str:
    """Of what computes: values of one version are not those of another."""
    return " ".join(f"{name}-{importlib.metadata.version(name)}" for name in ("mlx", "mlx-lm"))


def load(path: Path) -> tuple[Network, TokenizerLike, dict[str, Any]]:
    """`mlx_lm.load` of a local folder, lazily, never running code from it.

    Raises FileNotFoundError (a file is missing) or ValueError (not a model mlx_lm knows, or one that wants to run
    its own Python).
    """
    import_mlx_lm()
    from mlx_lm.utils import load as load_folder

    loaded = load_folder(str(path), lazy=True, return_config=True, trust_remote_code=False)
    return cast("tuple[Network, TokenizerLike, dict[str, Any]]", loaded)


def plain_tokenizer(tokenizer: TokenizerLike) -> Any:
    """The transformers tokenizer inside mlx_lm's wrapper (the wrapper sets template options of its own)."""
    from mlx_lm.tokenizer_utils import TokenizerWrapper

    return cast(Any, tokenizer)._tokenizer if isinstance(tokenizer, TokenizerWrapper) else tokenizer


def serialized_tokenizer(tokenizer: TokenizerLike) -> str | None:
    """What would be its tokenizer.json; None where it is not one of the `tokenizers` library. 0.1 s for 150k tokens."""
    backend = getattr(plain_tokenizer(tokenizer), "backend_tokenizer", None)
    if backend is None:
        return None
    backend.no_padding()
    backend.no_truncation()
    return str(backend.to_str())


def own_renderer(tokenizer: TokenizerLike) -> Callable[..., str] | None:
    """A chat template that is Python inside mlx_lm (DeepSeek V3.2 and such), or None."""
    return cast("Callable[..., str] | None", getattr(tokenizer, "_chat_template", None))


def use_template(tokenizer: TokenizerLike, template: str) -> None:
    """Render by this template instead of the model's own, be that one text or Python."""
    cast(Any, tokenizer)._chat_template = None
    plain_tokenizer(tokenizer).chat_template = template


DetokenizerKind = Literal["bpe", "spm", "spm-no-trim", "other"]


def detokenizer_kind(tokenizer: TokenizerLike) -> DetokenizerKind:
    """How token strings become bytes, as mlx_lm found it in tokenizer.json."""
    from mlx_lm.tokenizer_utils import BPEStreamingDetokenizer, SPMStreamingDetokenizer

    found = cast(Any, tokenizer).detokenizer
    if isinstance(found, BPEStreamingDetokenizer):
        return "bpe"
    if isinstance(found, SPMStreamingDetokenizer):
        return "spm" if cast(Any, found).trim_space else "spm-no-trim"
    return "other"


def new_cache(model: Network) -> Cache:
    """Empty caches, one a layer, each of the class the model wants."""
    from mlx_lm.models.cache import make_prompt_cache

    return make_prompt_cache(cast(Any, model))


def cache_kinds(cache: Cache) -> list[str]:
    """Class names in order of first use, looking into composed caches."""
    names: list[str] = []
    for c in cache:
        inner = cast(Cache, getattr(c, "caches", None) or [c])
        names.extend(type(i).__name__ for i in inner)
    return list(dict.fromkeys(names))


def batches(cache: Cache) -> bool:
    """Whether rows with such caches can share a batch.

    `RotatingKVCache(keep>0)` has a `merge` but gives wrong tokens in a batch (measured).
    """
    for c in cache:
        inner = cast(Cache, getattr(c, "caches", None) or [c])
        if not all(hasattr(i, "merge") and not getattr(i, "keep", 0) for i in [c, *inner]):
            return False
    return True


def batch_generator(model: Network, rows: int) -> BatchGeneratorLike:
    """A fresh BatchGenerator that never ends a row by itself; `rows` may run at once."""
    from mlx_lm.generate import BatchGenerator

    made = BatchGenerator(cast(Any, model), completion_batch_size=rows, prefill_batch_size=rows)
    return cast(BatchGeneratorLike, made)


def draw_again(generator: BatchGeneratorLike, draws: Mapping[int, Sampler]) -> None:
    """Replace the tokens that were drawn ahead for these rows (by uid) before the generator feeds them to the model.

    Rows that have none yet are left alone. The generator keeps both the tokens and what they were drawn from.
    """
    batch = cast(Any, generator)._generation_batch
    if not any(uid in draws for uid in batch.uids):
        return
    ahead, logprobs = cast(mx.array, batch._next_tokens), cast("list[mx.array]", batch._next_logprobs)
    tokens = [
        draws[uid](logprobs[i][None]).astype(ahead.dtype) if uid in draws else ahead[i : i + 1]
        for i, uid in enumerate(cast("list[int]", batch.uids))
    ]
    batch._next_tokens = mx.concatenate(tokens)
    evaluate_later(batch._next_tokens)


def wait_for_step(generator: BatchGeneratorLike) -> None:
    """Wait for the forward pass that the generator has begun ahead."""
    evaluate(cast(Any, generator)._generation_batch._next_logprobs)


def generation_stream() -> mx.Stream:
    """The stream mlx_lm generates on; prefill must use the same one."""
    from mlx_lm.generate import generation_stream as stream

    return cast(mx.Stream, stream)


def from_numpy(values: NDArray[Any]) -> mx.array:
    """A copy, of the same type."""
    return mx.array(cast(Any, values))


def evaluate(*arrays: Any) -> None:
    """Compute and wait for every array in these trees (mx.eval)."""
    cast(Any, mx).eval(*arrays)


def evaluate_later(*arrays: Any) -> None:
    """Start computing, without waiting (mx.async_eval)."""
    cast(Any, mx).async_eval(*arrays)


def named_weights(model: Network) -> list[tuple[str, mx.array]]:
    """Every parameter with its dotted name."""
    utils = cast(Any, importlib.import_module("mlx.utils"))
    return cast("list[tuple[str, mx.array]]", utils.tree_flatten(model.parameters()))


def dequantize(model: Network) -> None:
    """Replace quantised layers by plain ones with the same values, in place."""
    utils = cast(Any, importlib.import_module("mlx_lm.utils"))
    utils.dequantize_model(model)
