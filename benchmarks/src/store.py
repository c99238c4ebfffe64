"""What the prefix store costs: putting values in, splitting a run, taking them out, and letting them go.

    python store.py [MEGABYTES]          (with python_bridge on PYTHONPATH)

Caches are filled with made-up values: 4 layers of 8 heads of 128, 16 bits a number, so no model is needed.
"""

import json
import sys
import time
from typing import Any, cast

from bench_engine import random_tokens  # first: it prepares the environment

from pensieve_bridge.mlx_edge import Cache, Network, import_mlx_lm

import_mlx_lm()

import mlx.core as mx  # noqa: E402
from mlx_lm.models.cache import KVCache  # noqa: E402

from pensieve_bridge.cache_layout import Layout  # noqa: E402
from pensieve_bridge.mlx_edge import evaluate, generation_stream  # noqa: E402
from pensieve_bridge.prefix_store import PrefixStore  # noqa: E402
from pensieve_bridge.prefix_tree import as_tokens  # noqa: E402

LAYERS, HEADS, SIZE = 4, 8, 128
PER_TOKEN = LAYERS * 2 * HEADS * SIZE * 2


def empty() -> Cache:
    return [KVCache() for _ in range(LAYERS)]


def filled(tokens: int) -> Cache:
    with mx.stream(generation_stream()):
        cache = empty()
        for c in cache:
            c.keys, c.values = (mx.random.normal((1, HEADS, tokens, SIZE)).astype(mx.float16) for _ in range(2))
            c.offset = tokens
        evaluate([[c.keys, c.values] for c in cache])
    return cache


def new_store(budget: int) -> PrefixStore:
    return PrefixStore(cast("Network", None), Layout(filled(1), 1), budget, new_cache=empty)


def timed(work: Any) -> tuple[float, Any]:
    began = time.perf_counter()
    found = work()
    return time.perf_counter() - began, found


def main() -> None:
    megabytes = int((sys.argv[1:] or ["231"])[0])
    tokens = (megabytes << 20) // PER_TOKEN
    prompt = as_tokens(random_tokens(tokens, 1))
    live = filled(tokens)
    mx.clear_cache()
    before = mx.get_active_memory()
    store = new_store(1 << 40)
    insert, _ = timed(lambda: store.keep(prompt, tokens, live, tokens))
    more, _ = timed(lambda: store.keep(prompt, tokens, live, tokens))
    held = mx.get_active_memory() - before
    accounted = store.nbytes
    restore, found = timed(lambda: store.restore(as_tokens([*prompt, 1]), tokens))
    assert found.tokens == tokens
    same = all(mx.array_equal(a.keys[..., :tokens, :], b.keys).item() for a, b in zip(found.cache, live, strict=True))
    assert same, "what was restored is not what was kept"
    del found
    fork = as_tokens([*prompt[: tokens // 2 + 77], *random_tokens(64, 2)])
    other = filled(len(fork))
    split, _ = timed(lambda: store.keep(fork, len(fork), other, len(fork)))
    pressure = new_store(accounted // 2)
    evict, _ = timed(lambda: pressure.keep(prompt, tokens, live, tokens))
    print(
        json.dumps(
            {
                "megabytes": round(accounted / (1 << 20), 1),
                "tokens": tokens,
                "insertGBps": round(accounted / insert / 1e9, 2),
                "insertAgainMs": round(1000 * more, 2),
                "restoreGBps": round(accounted / restore / 1e9, 2),
                "restoreMs": round(1000 * restore, 1),
                "forkMs": round(1000 * split, 1),
                "accountedOverHeld": round(accounted / held, 4),
                "evictMs": round(1000 * (evict - insert), 1),
                "heldUnderPressureOverBudget": round(pressure.nbytes / (accounted // 2), 3),
            }
        )
    )


if __name__ == "__main__":
    main()
