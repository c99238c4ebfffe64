"""What guessing ahead wins: forward passes and seconds, where an answer repeats its prompt and where it does not.

    python speculation.py MODEL [ROUNDS]          (with python_bridge on PYTHONPATH)

Random weights say nothing sensible, so the answers are given: an edit repeats a file with some lines changed; prose
shares words with its prompt and nothing else. One engine guesses, one never does; they take turns.
"""

import dataclasses
import json
import random
import statistics
import sys
from pathlib import Path

from bench_engine import STEADY, Bench, random_tokens

from pensieve_bridge.script import Script

LINE, LINES = 12, 18


def edit(seed: int) -> tuple[list[int], list[int]]:
    """A prompt with a file in it, and the file with every sixth line changed."""
    rnd = random.Random(seed)
    file = [random_tokens(LINE, 1000 * seed + n) for n in range(LINES)]
    changed = [[*line[:4], *(rnd.randrange(2000) for _ in range(3)), *line[7:]] for line in file]
    answer = [changed[n] if n % 6 == 3 else line for n, line in enumerate(file)]
    return [t for line in file for t in line] + random_tokens(20, seed + 1), [t for line in answer for t in line]


def prose(seed: int) -> tuple[list[int], list[int]]:
    """Words as frequent as words are: few very often, most rarely."""
    rnd = random.Random(seed)
    words = [min(int(rnd.paretovariate(0.7)), 1999) for _ in range(LINE * LINES * 2)]
    return words[: LINE * LINES], words[LINE * LINES :]


def main() -> None:
    model, rounds = Path(sys.argv[1]), int((sys.argv[2:] or ["5"])[0])
    guessing, plain = Bench(model, dataclasses.replace(STEADY, guess_ahead=True)), Bench(model, STEADY)
    found: dict[str, dict[str, float]] = {}
    for name, make in {"edit": edit, "prose": prose}.items():
        tokens, ratios = 0, list[float]()
        drafts = guessing.engine.counters.drafts
        before = (drafts.passes, drafts.guessed, drafts.right)
        for seed in range(rounds):
            prompt, answer = make(seed)
            script = Script(tuple(answer), (0,) * len(answer))
            order = [guessing, plain] if seed % 2 else [plain, guessing]
            took = {bench: bench.run(prompt, len(answer), forced=script) for bench in order}
            assert took[guessing].text == took[plain].text
            decode = {bench: one.end.timings.decode for bench, one in took.items()}
            ratios.append(decode[plain] / decode[guessing])
            tokens += len(answer)
        passes, guessed, right = (
            now - then for now, then in zip((drafts.passes, drafts.guessed, drafts.right), before, strict=False)
        )
        found[name] = {
            "tokens": tokens,
            "passes": passes,
            "guessed": guessed,
            "right": right,
            "tokensPerPass": round(tokens / passes, 2),
            "speedup": round(statistics.median(ratios), 2),
        }
    guessing.stop()
    plain.stop()
    print(json.dumps(found))


if __name__ == "__main__":
    main()
