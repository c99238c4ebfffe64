"""Answers whose client goes away, in every phase, against the real process."""

import random
import threading
from typing import Any

from .running import Bridge, end_of, idle, until

LONG = " ".join(["the file is in the user value"] * 1500)


def test_requests_that_come_and_go_at_random_leave_nothing_behind(bridge: Bridge) -> None:
    before = idle(bridge)
    kept_before = bridge.get("/cache")["bytes"]
    rnd = random.Random(4)
    problems: list[BaseException] = []

    def run(patience: int) -> None:
        try:
            answer = bridge.open(text="a user " * rnd.randint(1, 600), maxTokens=rnd.randint(0, 40))
            for count, _ in enumerate(answer):
                if count == patience:
                    break
            answer.close()
        except BaseException as error:
            problems.append(error)

    threads = [threading.Thread(target=run, args=(rnd.choice([0, 1, 2, 3, 5, 9, 99]),)) for _ in range(48)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert problems == []
    after = idle(bridge)
    assert after["failed"] == before["failed"]
    kept = bridge.get("/cache")["bytes"] - kept_before
    assert after["activeMemoryBytes"] <= before["activeMemoryBytes"] + kept + 1_000_000
    assert end_of(bridge.generate(maxTokens=3))["reason"] == "length"


def test_closing_while_decoding_cancels(bridge: Bridge) -> None:
    before = idle(bridge)
    answer = bridge.open(maxTokens=30_000)
    answer.wait_for("piece")
    assert bridge.get("/metrics")["running"] == 1
    answer.close()
    after = idle(bridge)
    assert after["cancelled"] == before["cancelled"] + 1
    assert after["completionTokens"] - before["completionTokens"] < 30_000


def test_closing_while_prefilling_cancels(bridge: Bridge) -> None:
    before = idle(bridge)
    answer = bridge.open(text=LONG, maxTokens=5)
    answer.wait_for("prefill")
    assert bridge.get("/metrics")["running"] == 1
    answer.close()
    after = idle(bridge)
    assert after["cancelled"] == before["cancelled"] + 1
    assert after["completionTokens"] == before["completionTokens"]


def test_what_was_prefilled_before_the_client_went_is_kept(bridge: Bridge) -> None:
    text = f"{LONG} and it is another one"
    answer = bridge.open(text=text, maxTokens=5)
    done = 0
    while done < 1000:
        done = answer.wait_for("prefill")["done"]
    answer.close()
    idle(bridge)
    again = bridge.generate(text=text, maxTokens=1)
    assert again[1]["cachedTokens"] >= min(done, again[0]["promptTokens"] - 1)


def test_closing_while_waiting_cancels(qwen3_path: Any) -> None:
    with Bridge(qwen3_path, "--rows", "1") as bridge:
        running = bridge.open(maxTokens=30_000)
        running.wait_for("piece")
        waiting = bridge.open()
        assert waiting.wait_for("accepted")
        assert bridge.get("/metrics")["queued"] == 1
        waiting.close()
        until(lambda: bridge.get("/metrics")["queued"] == 0, 10, "an empty queue")
        found = bridge.get("/metrics")
        assert (found["cancelled"], found["running"]) == (1, 1)
        running.close()
        assert idle(bridge)["cancelled"] == 2


def test_a_full_queue_is_told_at_once(qwen3_path: Any) -> None:
    with Bridge(qwen3_path, "--rows", "1") as bridge:
        running = bridge.open(maxTokens=30_000)
        running.wait_for("piece")
        waiting = [bridge.open() for _ in range(64)]
        assert all(w.status == 200 for w in waiting)
        refused = bridge.open()
        assert refused.status == 503
        assert refused.error()["code"] == "overloaded"
        for answer in (running, *waiting):
            answer.close()
        idle(bridge)
