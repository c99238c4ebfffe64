"""Named turns over the socket: the next request goes on from the very tokens, also after a restart."""

from pathlib import Path
from typing import Any

from .running import Bridge, Line, end_of, idle, request

SAID = [{"text": "a ans wer"}, {"marker": "<think>"}, {"text": "odd"}]


def turns(*names: str) -> list[dict[str, Any]]:
    return [{"message": n, "key": name} for n, name in enumerate(names)]


def started(lines: list[Line]) -> Line:
    return next(line for line in lines if line["type"] == "started")


def first_turn(bridge: Bridge, *, sealed: bool = True) -> tuple[int, int]:
    """A first answer; tokens of prompt and answer."""
    lines = bridge.generate(request("Hi there", 50, forced=SAID, turnKeys=turns("u1")))
    if sealed:
        assert bridge.post("/seal", {"generation": lines[0]["generation"], "key": "a1"}) == (200, {"sealed": True})
    return lines[0]["promptTokens"], end_of(lines)["completionTokens"]


def second_turn() -> dict[str, Any]:
    messages = [
        {"role": "user", "content": "Hi there"},
        {"role": "assistant", "content": "an answer, cleaned up by the client"},
        {"role": "user", "content": "Go on"},
    ]
    return {"messages": messages, "turnKeys": turns("u1", "a1", "u2"), "maxTokens": 4}


def test_a_sealed_turn_is_gone_on_from(qwen3_path: Path) -> None:
    with Bridge(qwen3_path, "--allow-forced") as bridge:
        prompt, answer = first_turn(bridge)
        lines = bridge.generate(second_turn())
        assert started(lines)["cachedTokens"] == prompt + answer
        assert started(lines)["restoredFrom"] == "memory"
        count = bridge.post("/count", {n: v for n, v in second_turn().items() if n != "maxTokens"})[1]["tokens"]
        assert count == lines[0]["promptTokens"]


def test_a_turn_that_was_not_sealed_is_rendered(qwen3_path: Path) -> None:
    with Bridge(qwen3_path, "--allow-forced") as bridge:
        prompt, answer = first_turn(bridge, sealed=False)
        assert started(bridge.generate(second_turn()))["cachedTokens"] < prompt + answer


def test_sealed_turns_are_known_after_a_restart(qwen3_path: Path, tmp_path: Path) -> None:
    def count(bridge: Bridge) -> int:
        return bridge.post("/count", {n: v for n, v in second_turn().items() if n != "maxTokens"})[1]["tokens"]

    with Bridge(qwen3_path, "--allow-forced", "--cache", str(tmp_path)) as bridge:
        plain = count(bridge)
        prompt, answer = first_turn(bridge)
        known = count(bridge)
        assert known != plain
    with Bridge(qwen3_path, "--allow-forced", "--cache", str(tmp_path)) as bridge:
        assert count(bridge) == known
        restored = started(bridge.generate(second_turn()))
        assert (restored["cachedTokens"], restored["restoredFrom"]) == (prompt + answer, "disk")


def test_what_was_never_answered_cannot_be_sealed(bridge: Bridge) -> None:
    assert bridge.post("/seal", {"generation": "none", "key": "k"}) == (200, {"sealed": False})
    assert bridge.post("/seal", {"generation": "none"})[1]["error"]["field"] == "key"


def test_an_answer_of_which_the_client_sees_less_than_was_said_gets_no_name(qwen3_path: Path) -> None:
    with Bridge(qwen3_path, "--allow-forced") as bridge:
        stopped = bridge.generate(request("Hi", 50, forced=[{"text": "one two"}], stop=[" two"]))
        assert end_of(stopped)["stop"] == " two"
        assert bridge.post("/seal", {"generation": stopped[0]["generation"], "key": "a"})[1] == {"sealed": False}
        answer = bridge.open(text="Hi", maxTokens=5000)
        generation = answer.wait_for("accepted")["generation"]
        answer.wait_for("piece")
        answer.close()
        idle(bridge)
        assert bridge.post("/seal", {"generation": generation, "key": "a"})[1] == {"sealed": False}


def test_the_log_names_what_changed_in_a_prompt_that_should_have_grown(qwen3_path: Path) -> None:
    def ask(system: str, *turns: str, kind: str = "main") -> None:
        roles = ["user", "assistant"] * len(turns)
        messages = [{"role": "system", "content": system}]
        messages += [{"role": role, "content": text} for role, text in zip(roles, turns, strict=False)]
        bridge.generate({"messages": messages, "maxTokens": 1, "session": "s", "class": kind})

    with Bridge(qwen3_path) as bridge:
        ask("You help", "Hi")
        # Side requests of the session are no part of it.
        ask("A title", "Hi", kind="title")
        ask("You help", "Hi", "Hello", "Read the file")
        ask("You help", "Hi", "Hello", "Read the value")
        ask("You hurt", "Hi", "Hello", "Read the value")
        lines = [line for line in bridge.log() if line["event"] == "prefix_changed"]
    assert [line["part"] for line in lines] == [
        "messages[3] (user) or the answer behind it",
        "tools and system prompt",
    ]
    assert lines[0]["token"].strip() == "value"
    assert lines[0]["instead"].strip() == "file"
    assert lines[0]["lostTokens"] > 0
