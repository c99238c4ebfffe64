"""Mixed traffic for a long time, with answers broken off at random and the engine killed and restarted.

    python -m tests.soak [MINUTES] [FAMILY]          (from python_bridge/; 30 minutes of qwen3 unless told otherwise)

What is looked at: that every answer has its end, that memory stays within its limit, and that a sample of the answers
is what an engine says that keeps nothing and guesses nothing. Prints one JSON object; the exit code is 1 if anything
was wrong. An answer that differs is wrong unless rounding explains it (`near_ties`); those are counted, and told with
their requests.
"""

import json
import random
import shutil
import signal
import sys
import tempfile
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .near_ties import ColdModel
from .running import Bridge, Line, text_of
from .tiny_models import Spec, cached

TALKERS = 6
MEMORY = 16 << 20
"""Little, so that the store gives way all the time."""

WORDS = (Path(__file__).parent / "words.txt").read_text().split()
CHECKED = 0.1


@dataclass
class Tally:
    """What came of it all, by name."""

    counts: Counter[str] = field(default_factory=Counter[str])
    wrong: list[str] = field(default_factory=list[str])
    different: list[tuple[Any, str, str]] = field(default_factory=list[tuple[Any, str, str]])
    """Request, what was said, and what would have been said."""
    lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, what: str) -> None:
        with self.lock:
            self.counts[what] += 1

    def fail(self, why: str) -> None:
        with self.lock:
            self.wrong.append(why)


class Engines:
    """One that is asked, killed and started again, and one to compare with."""

    def __init__(self, model: Path, folder: Path) -> None:
        self._model = model
        self._folder = folder
        self.starts = 0
        self.ending: Bridge | None = None
        self.asked = self._start()
        self.plain = Bridge(model, "--no-store", "--no-guesses").ready()

    def restart(self, number: int) -> None:
        """End it as a crash or as its parent would; whoever waits for it waits in vain from then on."""
        self.ending = self.asked
        self.asked.signal(number)
        self.asked = self._start()

    def _start(self) -> Bridge:
        self.starts += 1
        return Bridge(self._model, "--cache", str(self._folder), "--memory", str(MEMORY)).ready()


class Talker:
    """A client: some talks that grow, side requests, and answers it does not wait for."""

    def __init__(self, engines: Engines, tally: Tally, seed: int) -> None:
        self._engines = engines
        self._tally = tally
        self._rnd = random.Random(seed)
        self._seed = seed
        self._talk: list[Line] = []

    def turn(self) -> None:
        """One request."""
        rnd = self._rnd
        if not self._talk or len(self._talk) > 24 or rnd.random() < 0.1:
            self._talk = [{"role": "system", "content": self._say(300, shared=True)}]
        side = rnd.random() < 0.2
        messages = [*self._talk[: 1 if side else None], {"role": "user", "content": self._say(rnd.randint(3, 120))}]
        body: dict[str, Any] = {
            "messages": messages,
            "maxTokens": rnd.randint(1, 60),
            "class": "title" if side else "main",
            "session": f"talk {self._seed}",
        }
        if rnd.random() < 0.3:
            body["sampling"] = {"temperature": 0.9, "topP": 0.95, "seed": rnd.randint(0, 999)}
        patience = rnd.randint(0, 12) if rnd.random() < 0.25 else None
        lines = self._ask(self._engines.asked, body, patience)
        if lines is None or patience is not None:
            return
        if rnd.random() < CHECKED:
            self._check(body, lines)
        if not side:
            self._talk = [*messages, {"role": "assistant", "content": text_of(lines) or "."}]

    def _ask(self, bridge: Bridge, body: Any, patience: int | None) -> list[Line] | None:
        """None where the engine went away meanwhile, or had no room."""
        try:
            answer = bridge.open(body)
            if answer.status != 200:
                self._tally.add(f"refused {answer.error()['code']}")
                return None
            for count, _ in enumerate(answer):
                if count == patience:
                    answer.close()
                    self._tally.add("broken off")
                    return None
            lines = answer.seen
        except OSError:
            lines = []
        if lines and lines[-1]["type"] == "finished":
            end = lines[-1]
            self._tally.add(end["reason"])
            if end["reason"] == "error":
                self._tally.fail(str(end["error"]))
            return lines if end["reason"] in ("stop", "length") else None
        if bridge is not self._engines.ending and bridge.process.poll() is None:
            self._tally.fail(f"an answer without an end, {len(lines)} lines")
        self._tally.add("lost with the engine")
        return None

    def _check(self, body: Any, lines: list[Line]) -> None:
        said, expected = text_of(lines), text_of(self._engines.plain.generate(body))
        self._tally.add("checked")
        if said != expected:
            with self._tally.lock:
                self._tally.different.append((body, said, expected))

    def _say(self, words: int, *, shared: bool = False) -> str:
        rnd = random.Random(words) if shared else self._rnd
        return " ".join(rnd.choice(WORDS) for _ in range(words))


def judge(model: Path, tally: Tally) -> list[str]:
    """Looks at the answers that differ. Gives those where rounding explains both; the others are wrong."""
    if not tally.different:
        return []
    cold, explained = ColdModel(model), list[str]()
    for body, said, expected in tally.different:
        ties = [cold.ties(body, answer) for answer in (said, expected)]
        told = f"{ties} tied: said {said!r} instead of {expected!r}, asked {json.dumps(body)}"
        if None in ties:
            tally.fail(told)
        else:
            explained.append(told)
    return explained


def main() -> None:
    minutes, family = float((sys.argv[1:] or ["30"])[0]), (sys.argv[2:] or ["qwen3"])[0]
    folder = Path(tempfile.mkdtemp(prefix="pensieve-soak-"))
    model = cached(Spec(family=family, hidden=128))
    engines = Engines(model, folder)
    tally, over = Tally(), time.monotonic() + 60 * minutes
    pausing = threading.Event()

    def talk(seed: int) -> None:
        talker = Talker(engines, tally, seed)
        while time.monotonic() < over:
            if pausing.is_set():
                time.sleep(0.1)
                continue
            try:
                talker.turn()
            except Exception as error:
                tally.fail(f"{type(error).__name__}: {error}")

    talkers = [threading.Thread(target=talk, args=(seed,)) for seed in range(TALKERS)]
    for talker in talkers:
        talker.start()
    most = 0.0
    rnd = random.Random(0)
    due = time.monotonic() + 20
    while time.monotonic() < over:
        time.sleep(0.5)
        if time.monotonic() > due:
            pausing.set()
            engines.restart(rnd.choice([signal.SIGKILL, signal.SIGTERM]))
            pausing.clear()
            due = time.monotonic() + rnd.uniform(15, 60)
        found = engines.asked.get("/metrics")
        most = max(most, found["activeMemoryBytes"] / found["memoryLimitBytes"])
    for talker in talkers:
        talker.join(120)
    explained = judge(model, tally)
    report = {
        "minutes": minutes,
        "starts": engines.starts,
        **tally.counts,
        "mostMemoryOfLimit": round(most, 3),
        "cache": engines.asked.get("/cache"),
        "explained": explained,
        "wrong": tally.wrong[:20],
    }
    for bridge in (engines.asked, engines.plain):
        bridge.stop()
    shutil.rmtree(folder)
    print(json.dumps(report, indent=1))
    sys.exit(1 if tally.wrong or most > 1 else 0)


if __name__ == "__main__":
    main()
