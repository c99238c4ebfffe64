"""Caches of keys and values in fewer bits."""

from collections.abc import Iterator
from functools import partial

import pytest

from pensieve_bridge.cache_layout import Layout
from pensieve_bridge.mlx_edge import evaluate, new_cache
from pensieve_bridge.model import LoadedModel, ModelError, ModelOptions, load_model
from pensieve_bridge.status import EngineOptions

from .engines import Rig, load_as_numbers
from .test_prefix_reuse import prompt, started
from .tiny_models import Spec, cached

FAMILIES = {"plain": Spec(), "recurrent and plain": Spec(family="qwen3_5", layers=4)}


def test_a_token_takes_a_quarter_of_the_memory_in_eight_bits() -> None:
    path = cached(Spec(hidden=256))
    plain, small = (bytes_of_a_token(load_model(path, ModelOptions(kv_bits=bits))) for bits in (None, 8))
    assert small < plain * 0.35


def bytes_of_a_token(model: LoadedModel) -> int:
    import mlx.core as mx

    cache = new_cache(model.network)
    evaluate(model.network(mx.array([[1]]), cache=cache))
    return Layout(cache, 1).footprint.per_token


def test_such_a_model_is_another_one_to_what_is_kept_on_disk() -> None:
    path = cached(Spec())
    models = [load_model(path, ModelOptions(kv_bits=bits)) for bits in (None, 8, 4)]
    assert len({m.facts.fingerprint for m in models}) == 3
    assert [m.facts.cache_kinds for m in models] == [["KVCache"], ["QuantizedKVCache"], ["QuantizedKVCache"]]
    assert [m.facts.batches for m in models] == [True, False, False]


def test_a_model_whose_attention_cannot_read_them_is_refused_with_what_to_do() -> None:
    with pytest.raises(ModelError, match="start it without"):
        load_model(cached(Spec(family="gpt_oss")), ModelOptions(kv_bits=8))


@pytest.fixture(scope="module", params=FAMILIES, ids=str)
def rigs(request: pytest.FixtureRequest) -> Iterator[tuple[Rig, Rig]]:
    """An engine with a store, and one that keeps nothing."""
    load = partial(load_as_numbers, cached(FAMILIES[request.param]), ModelOptions(kv_bits=8))
    with Rig(load) as warm, Rig(load, EngineOptions(cache_bytes=0)) as cold:
        yield warm, cold


def test_a_talk_that_goes_on_computes_only_what_is_new(rigs: tuple[Rig, Rig]) -> None:
    warm, cold = rigs
    talk, known = prompt(300, 1), 0
    for _ in range(3):
        name = warm.submit(talk, 12)
        (said,) = warm.finish(name)
        assert (started(warm, name).cached_tokens > 0) == (known > 0)
        assert said == cold.alone(talk, 12)
        assert len(set(said)) > 3, "the model repeats itself: this proves nothing"
        talk, known = talk + said + prompt(40, len(talk)), len(talk)
