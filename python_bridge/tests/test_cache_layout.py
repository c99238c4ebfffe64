"""Going on from what the store kept is what going on from the live cache would have been, for every class of cache."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import mlx.core as mx
import pytest

from pensieve_bridge.cache_edge import leaves
from pensieve_bridge.cache_layout import Layout
from pensieve_bridge.mlx_edge import Cache, Network, evaluate, generation_stream, new_cache
from pensieve_bridge.model import load_model
from pensieve_bridge.prefix_store import PrefixStore
from pensieve_bridge.prefix_tree import as_tokens

from .tiny_models import Spec, cached

ROOM = 1 << 30
STEPS = 12


@dataclass(frozen=True)
class Kind:
    """A model and the caches it is run with."""

    network: Network
    make: Callable[[], Cache]


def quantized(bits: int) -> Callable[[Network], Cache]:
    def make(model: Network) -> Cache:
        from mlx_lm.models.cache import QuantizedKVCache

        return [QuantizedKVCache(group_size=32, bits=bits) for _ in new_cache(model)]

    return make


KINDS: dict[str, tuple[Spec, Callable[[Network], Cache]]] = {
    "plain": (Spec(), new_cache),
    "plain, one head": (Spec(family="llama", hidden=32), new_cache),
    "sliding": (Spec(family="llama_swa", layers=3), new_cache),
    "sliding and full": (Spec(family="gpt_oss", layers=4), new_cache),
    "recurrent": (Spec(family="qwen3_5"), new_cache),
    "composed": (Spec(family="falcon_h1"), new_cache),
    "chunked": (Spec(family="llama4", layers=4), new_cache),
    "quantized, 8 bits": (Spec(), quantized(8)),
    "quantized, 4 bits": (Spec(), quantized(4)),
}


@pytest.fixture(scope="module", params=KINDS, ids=str)
def kind(request: pytest.FixtureRequest) -> Kind:
    spec, make = KINDS[request.param]
    network = load_model(cached(spec)).network
    return Kind(network, lambda: make(network))


def feed(network: Network, cache: Cache, tokens: list[int], chunk: int = 64) -> mx.array:
    """Prefill; the log-probabilities behind the last token."""
    logits = mx.zeros(1)
    with mx.stream(generation_stream()):
        for at in range(0, len(tokens), chunk):
            part = mx.array(tokens[at : at + chunk], dtype=mx.uint32)
            logits = network(part[None], cache=cache)[0, -1]
            evaluate([list(vars(leaf).values()) for leaf in leaves(cache)], logits)
        found = logits - mx.logsumexp(logits)
        evaluate(found)
    return found


def go_on(network: Network, cache: Cache, first: mx.array) -> tuple[list[int], list[mx.array]]:
    """The likeliest tokens from here on, and the log-probabilities they were taken from."""
    tokens: list[int] = []
    found = [first]
    for _ in range(STEPS):
        tokens.append(int(mx.argmax(found[-1]).item()))
        found.append(feed(network, cache, tokens[-1:]))
    return tokens, found


def store_of(kind: Kind, budget: int = ROOM) -> PrefixStore:
    used = kind.make()
    feed(kind.network, used, [5])
    return PrefixStore(kind.network, Layout(used, 1), budget, new_cache=kind.make)


def random_tokens(rnd: random.Random, length: int) -> list[int]:
    return [rnd.randrange(2000) for _ in range(length)]


@pytest.mark.parametrize("seed", range(4))
def test_going_on_from_the_store_is_going_on_from_the_live_cache(kind: Kind, seed: int) -> None:
    rnd = random.Random(seed)
    prompt = random_tokens(rnd, rnd.randint(90, 330))
    split = rnd.randint(1, len(prompt) - 1)
    cold = kind.make()
    expected = go_on(kind.network, cold, feed(kind.network, cold, prompt))
    assert len(set(expected[0])) > 3, "the model repeats itself: this proves nothing"

    store, live = store_of(kind), kind.make()
    feed(kind.network, live, prompt[:split])
    store.keep(as_tokens(prompt), split, live, split, mark=True)
    # What the live cache does afterwards, or one that was restored, changes nothing of what is kept.
    feed(kind.network, live, random_tokens(rnd, 70))
    for _ in range(2):
        found = store.restore(as_tokens(prompt), len(prompt) - 1)
        assert (found.tokens, found.source) == (split, "memory")
        tokens, seen = go_on(kind.network, found.cache, feed(kind.network, found.cache, prompt[split:]))
        assert tokens == expected[0]
        for mine, theirs in zip(seen, expected[1], strict=True):
            assert mx.allclose(mine, theirs, atol=2e-3).item()
        feed(kind.network, found.cache, random_tokens(rnd, 30))


def test_a_cache_can_be_kept_while_it_decodes_token_by_token(kind: Kind) -> None:
    rnd = random.Random(9)
    prompt = random_tokens(rnd, 100)
    store, live = store_of(kind), kind.make()
    said = go_on(kind.network, live, feed(kind.network, live, prompt))[0]
    talk = [*prompt, *said]
    store.keep(as_tokens(talk), len(talk), live, len(talk), mark=True)
    rest = random_tokens(rnd, 20)
    cold = kind.make()
    expected = go_on(kind.network, cold, feed(kind.network, cold, [*talk, *rest]))[0]
    found = store.restore(as_tokens([*talk, *rest]), len(talk) + 19)
    assert found.tokens == len(talk)
    assert go_on(kind.network, found.cache, feed(kind.network, found.cache, rest))[0] == expected


def test_room_is_asked_for_before_anything_is_kept(kind: Kind) -> None:
    prompt = random_tokens(random.Random(4), 90)
    store, live = store_of(kind), kind.make()
    asked: list[int] = []

    def refuse(tokens: int) -> bool:
        asked.append(tokens)
        return False

    feed(kind.network, live, prompt[:60])
    store.keep(as_tokens(prompt), 60, live, 60, mark=True)
    kept = store.nbytes
    feed(kind.network, live, prompt[60:])
    store.make_room = refuse
    store.keep(as_tokens(prompt), 90, live, 90, mark=True)
    assert (asked, store.nbytes) == ([30], kept)


def test_two_talks_that_part_share_what_they_have_in_common(kind: Kind) -> None:
    rnd = random.Random(5)
    shared = random_tokens(rnd, 150)
    ends = [random_tokens(rnd, 60), random_tokens(rnd, 60)]
    store = store_of(kind)
    for end in ends:
        talk = as_tokens([*shared, *end])
        found = store.restore(talk, len(talk) - 1)
        cache, at = found.cache, found.tokens
        for stop in (150, 210):
            feed(kind.network, cache, [*shared, *end][at:stop])
            store.keep(talk, stop, cache, stop, mark=True)
            at = stop
    assert found.tokens == 150  # pyright: ignore[reportPossiblyUnboundVariable]
    for end in ends:
        prompt = [*shared, *end, 7]
        cold = kind.make()
        expected = go_on(kind.network, cold, feed(kind.network, cold, prompt))[0]
        again = store.restore(as_tokens(prompt), 210)
        assert again.tokens == 210
        assert go_on(kind.network, again.cache, feed(kind.network, again.cache, [7]))[0] == expected


def test_the_bytes_that_are_counted_are_the_bytes_that_are_held() -> None:
    for spec in (
        Spec(hidden=256, layers=4),
        Spec(family="gpt_oss", layers=4, hidden=256),
        Spec(family="qwen3_5", hidden=256),
    ):
        network = load_model(cached(spec)).network
        store = store_of(Kind(network, lambda network=network: new_cache(network)))
        live: Any = new_cache(network)
        prompt = random_tokens(random.Random(1), 1000)
        at = 0
        mx.clear_cache()
        before = mx.get_active_memory()
        for stop in range(250, 1001, 250):
            feed(network, live, prompt[at:stop], 250)
            store.keep(as_tokens(prompt), stop, live, stop, mark=True)
            at = stop
        # A second talk that leaves the first one inside a run.
        found = store.restore(as_tokens([*prompt[:600], 3, 4, 5]), 602)
        feed(network, found.cache, [*prompt[found.tokens : 600], 3, 4, 5])
        store.keep(as_tokens([*prompt[:600], 3, 4, 5]), 603, found.cache, 603, mark=True)
        del live, found
        mx.clear_cache()
        held = mx.get_active_memory() - before
        assert store.nbytes == pytest.approx(held, rel=0.05)
        store.shrink(0)
        mx.clear_cache()
        assert mx.get_active_memory() - before < 0.02 * held


def test_restoring_keeps_no_copy_of_its_own() -> None:
    network = load_model(cached(Spec(hidden=256))).network
    kind = Kind(network, lambda: new_cache(network))
    store, live = store_of(kind), kind.make()
    prompt = random_tokens(random.Random(1), 1000)
    feed(network, live, prompt)
    store.keep(as_tokens(prompt), 1000, live, 1000, mark=True)
    del live
    mx.clear_cache()
    before = mx.get_active_memory()
    found = store.restore(as_tokens([*prompt, 1]), 1000)
    mx.clear_cache()
    room = (1001 + 256) / 1000
    assert mx.get_active_memory() - before == pytest.approx(store.nbytes * room, rel=0.02)
    del found
    mx.clear_cache()
    assert mx.get_active_memory() == before


def test_a_store_in_which_something_goes_wrong_is_off_and_harms_nobody(capfd: pytest.CaptureFixture[str]) -> None:
    network = load_model(cached(Spec())).network
    kind = Kind(network, lambda: new_cache(network))
    store, live = store_of(kind), kind.make()
    feed(network, live, [1, 2, 3])
    store.keep(as_tokens([1, 2, 3, 4, 5]), 5, live, 5, mark=True)
    assert "prefix_store_off" in capfd.readouterr().err
    feed(network, live, [4, 5])
    store.keep(as_tokens([1, 2, 3, 4, 5]), 5, live, 5, mark=True)
    assert store.nbytes == 0
    assert store.restore(as_tokens([1, 2, 3, 4, 5]), 4).tokens == 0
