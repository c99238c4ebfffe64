"""While a summary is written, the beginning of the request that will follow stays."""

from functools import partial

import pytest

from pensieve_bridge.events import Started
from pensieve_bridge.marks import Boundaries
from pensieve_bridge.status import EngineOptions

from .engines import Rig, load_as_numbers
from .test_prefix_reuse import prompt
from .tiny_models import Spec, cached

BOUNDARIES = Boundaries(head=200)


@pytest.mark.parametrize("family", ["qwen3", "gpt_oss", "qwen3_5"])
def test_the_root_of_a_summary_outlives_the_one_used_after_it(family: str) -> None:
    with Rig(partial(load_as_numbers, cached(Spec(family=family))), EngineOptions(cache_bytes=3_000_000)) as rig:
        head, other = prompt(200, 1), prompt(200, 2)
        rig.alone([*head, *prompt(50, 3)], 2, boundaries=BOUNDARIES)
        summary = rig.submit([*head, *prompt(90, 4)], 100_000, request_class="compaction", boundaries=BOUNDARIES)
        rig.pump(lambda: len(rig.tokens(summary)) > 3)
        for seed in range(12):
            rig.alone([*other, *prompt(300, 10 + seed)], 2, boundaries=BOUNDARIES)
        rig.engine.cancel(summary)
        rig.finish(summary)
        after = rig.submit([*head, *prompt(60, 5)], 2, boundaries=BOUNDARIES)
        rig.finish(after)
        started = next(e for e in rig.seen[after] if isinstance(e, Started))
        assert started == Started(200, "memory")
