"""What requests beside each other cost: rows in a batch, a title beside a long prompt, an answer beside one.

    python concurrency.py MODEL [ROUNDS]          (with python_bridge on PYTHONPATH)

Everything is measured in one run; each figure is a ratio of two of its times.
"""

import json
import statistics
import sys
import time
from pathlib import Path

from bench_engine import Bench, random_tokens

ANSWER = 32
LONG = 6144
CHUNK = 256


def rows(bench: Bench, rounds: int) -> dict[str, float]:
    """Answers of so many rows at once against the same one after the other (they must be the same)."""
    found: dict[str, float] = {}
    for count in (1, 2, 4, 8):
        ratios: list[float] = []
        for turn in range(rounds):
            prompts = [random_tokens(64, 5000 + 100 * count + 10 * turn + n) for n in range(count)]
            # Titles may take the last place too.
            fields = {"request_class": "title"}
            began = time.perf_counter()
            alone = [bench.run(prompt, ANSWER, **fields).text for prompt in prompts]
            middle = time.perf_counter()
            names = [bench.ask(prompt, ANSWER, **fields) for prompt in prompts]
            assert [bench.end(name).text for name in names] == alone
            ratios.append((middle - began) / (time.perf_counter() - middle))
        found[str(count)] = round(statistics.median(ratios), 2)
    return found


def title(bench: Bench, rounds: int) -> dict[str, float]:
    """Seconds of a title alone and beside a long prompt that came before it."""
    alone: list[float] = []
    beside: list[float] = []
    for turn in range(rounds):
        fields = {"request_class": "title"}
        alone.append(bench.run(random_tokens(300, 7000 + turn), 12, **fields).seconds)
        long = bench.ask(random_tokens(LONG, 8000 + turn), 1)
        beside.append(bench.run(random_tokens(300, 9000 + turn), 12, **fields).seconds)
        bench.end(long)
    return {
        "aloneSeconds": round(statistics.median(alone), 3),
        "besideSeconds": round(statistics.median(beside), 3),
        "ratio": round(statistics.median(beside) / statistics.median(alone), 2),
    }


def gap(bench: Bench, rounds: int) -> dict[str, float]:
    """The worst pause of an answer beside a long prompt, against two chunks of 256 tokens at its end and a step."""
    worst: list[float] = []
    bound: list[float] = []
    for turn in range(rounds):
        answer = bench.ask(random_tokens(64, 11_000 + turn), 100_000)
        bench.said(answer, 8)
        prompt = random_tokens(LONG, 12_000 + turn)
        long = bench.ask(prompt, 1)
        end = bench.end(long)
        bench.engine.cancel(answer)
        running = bench.end(answer)
        pauses = [b - a for a, b in zip(running.times, running.times[1:], strict=False) if end.asked < b < end.ended]
        worst.append(max(pauses))
        before = [b - a for a, b in zip(running.times, running.times[1:], strict=False) if b < end.asked]
        chunk = bench.run([*prompt, *random_tokens(CHUNK, turn)], 0)
        bound.append(2 * chunk.end.timings.prefill + statistics.median(before))
    return {
        "worstSeconds": round(statistics.median(worst), 3),
        "boundSeconds": round(statistics.median(bound), 3),
        "ratio": round(statistics.median(w / b for w, b in zip(worst, bound, strict=True)), 2),
    }


def main() -> None:
    model, rounds = Path(sys.argv[1]), int((sys.argv[2:] or ["3"])[0])
    bench = Bench(model)
    bench.run(random_tokens(600, 1), 4)
    print(json.dumps({"rows": rows(bench, rounds), "title": title(bench, rounds), "gap": gap(bench, rounds)}))
    bench.stop()


if __name__ == "__main__":
    main()
