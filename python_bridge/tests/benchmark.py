"""How much of bare mlx_lm's speed is left behind the socket: decode tokens/s and time to first token, interleaved.

    python tests/benchmark.py [--model DIR] [--rounds 5] [--tokens 64] [--prompt-words 60]

Both sides run in their own process with the same BLAS, on the same prompt ids, greedily. Prints one JSON object.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tests import tiny_models
from tests.running import Bridge, request

# Reads one JSON request a line, answers one a line: {"first", "decode", "tokens"} in seconds.
_BARE = """
import json, sys, time
from pensieve_bridge.__main__ import prepare_environment
prepare_environment()
from pathlib import Path
from pensieve_bridge.mlx_edge import import_mlx_lm
import_mlx_lm()
from mlx_lm import stream_generate
from pensieve_bridge.model import load_model
from pensieve_bridge.wire import PromptRequest
import mlx_lm.utils
loaded = load_model(Path(sys.argv[1]))
_, tokenizer = mlx_lm.utils.load(sys.argv[1])
print("ready", flush=True)
for line in sys.stdin:
    asked = json.loads(line)
    began = time.perf_counter()
    ids = loaded.prompts.build(PromptRequest(asked["messages"])).tokens
    first = None
    count = 0
    for answer in stream_generate(loaded.network, tokenizer, ids, max_tokens=asked["maxTokens"], prefill_step_size=512):
        first = first or time.perf_counter()
        count += 1
    last = time.perf_counter()
    print(json.dumps({"first": first - began, "decode": (last - first) / (count - 1), "tokens": count}), flush=True)
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=Path)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--tokens", type=int, default=64)
    parser.add_argument("--prompt-words", type=int, default=60)
    found = parser.parse_args()
    model = found.model or tiny_models.cached(tiny_models.SHAPES["bench"])
    words = " ".join(["the", "quick", "model", "reads", "a", "file"] * (found.prompt_words // 6 + 1))
    body = request(words, maxTokens=found.tokens)
    bare = _start_bare(model)
    rows: list[dict[str, float]] = []
    with Bridge(model) as bridge:
        for turn in range(found.rounds + 1):
            a, b = _ask_bare(bare, body), _ask_bridge(bridge, body)
            if turn:  # the first warms both up
                sides = {"bare": a, "bridge": b}
                rows.append({f"{n}{k.title()}": found[k] for n, found in sides.items() for k in ("first", "decode")})
                assert a["tokens"] == b["tokens"], (a, b)
    assert bare.stdin is not None
    bare.stdin.close()
    bare.wait(20)
    print(json.dumps(_summary(rows)))


def _summary(rows: list[dict[str, float]]) -> dict[str, float]:
    """The best of each side is the least disturbed by whatever else the machine does; the medians say how noisy."""

    def best(name: str) -> float:
        return min(row[name] for row in rows)

    return {
        "ratio": round(best("bareDecode") / best("bridgeDecode"), 4),
        "firstTokenOverheadMs": round(1000 * (best("bridgeFirst") - best("bareFirst")), 2),
        "bareTokensPerSecond": round(1 / best("bareDecode"), 2),
        "bridgeTokensPerSecond": round(1 / best("bridgeDecode"), 2),
        "bareFirstMs": round(1000 * best("bareFirst"), 2),
        "medianRatio": round(statistics.median(row["bareDecode"] / row["bridgeDecode"] for row in rows), 4),
        "rounds": len(rows),
    }


def _start_bare(model: Path) -> "subprocess.Popen[str]":
    from pensieve_bridge.blas import find_openblas

    library = find_openblas()
    environment = {**os.environ, **({"LD_PRELOAD": library} if library else {})}
    root = Path(__file__).resolve().parent.parent
    command = [sys.executable, "-c", _BARE, str(model)]
    process = subprocess.Popen(
        command, cwd=root, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


def _ask_bare(process: "subprocess.Popen[str]", body: dict[str, object]) -> dict[str, float]:
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(json.dumps(body) + "\n")
    process.stdin.flush()
    return json.loads(process.stdout.readline())


def _ask_bridge(bridge: Bridge, body: dict[str, object]) -> dict[str, float]:
    """Times of arrival at the client; the first piece is the first token here, since no token is held back."""
    began = time.perf_counter()
    first = last = 0.0
    count = 0
    for line in bridge.open(body):
        now = time.perf_counter()
        if line["type"] == "piece":
            first, last = first or now, now
        if line["type"] == "finished":
            count = line["completionTokens"]
    return {"first": first - began, "decode": (last - first) / (count - 1), "tokens": count}


if __name__ == "__main__":
    main()
