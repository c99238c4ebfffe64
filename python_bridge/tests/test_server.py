"""The protocol over the socket, against the real process."""

import json
import threading
from typing import Any

import pytest

from .running import Bridge, end_of, idle, pieces_of, request, text_of


def forced(*pieces: str | dict[str, str]) -> list[dict[str, str]]:
    return [{"text": p} if isinstance(p, str) else p for p in pieces]


def test_health_is_ready_and_fresh(bridge: Bridge) -> None:
    health = bridge.health()
    assert health["status"] == "ready"
    assert health["tickAgeSeconds"] < 2
    assert health["message"] == ""


def test_the_model_card_has_the_fields_of_the_protocol(bridge: Bridge) -> None:
    card = bridge.get("/model")
    assert card["architecture"] == "qwen3"
    assert card["contextLength"] == card["window"] == 32768
    assert card["cacheKinds"] == ["KVCache"]
    assert card["quantization"] is None
    assert card["device"] in ("cpu", "gpu")
    assert card["blas"] in ("openblas", "accelerate", "reference", "metal")
    assert card["eosTokens"] == ["<|im_end|>"]
    assert {"<|im_start|>", "<think>", "<tool_call>"} <= set(card["addedTokens"])
    assert len(card["fingerprint"]) == 64
    assert card["weightBytes"] > 1_000_000
    assert card["sampling"] == {}
    template = card["template"]
    assert "<tool_call>" in template.pop("text")
    assert template == {
        "system": "anywhere",
        "tools": True,
        "toolCalls": True,
        "toolResults": True,
        "alternates": False,
        "thinkingSwitch": True,
        "thinkingOption": "enable_thinking",
        "opensReasoning": False,
    }


def test_an_answer_is_a_stream_of_lines_in_order(bridge: Bridge) -> None:
    lines = bridge.generate(text="Hello", maxTokens=12)
    kinds = [line["type"] for line in lines]
    assert kinds[:4] == ["accepted", "started", "prefill", "prefill"]
    assert set(kinds[4:-1]) == {"piece"}
    assert set(lines[1]) == {"type", "cachedTokens", "cacheCreationTokens", "restoredFrom"}
    known, count = lines[1]["cachedTokens"], lines[0]["promptTokens"]
    assert lines[2:4] == [{"type": "prefill", "done": n, "total": count} for n in (known, count)]
    end = end_of(lines)
    assert (end["reason"], end["stop"], end["completionTokens"]) == ("length", None, 12)
    assert set(end["timings"]) == {"queueSeconds", "prefillSeconds", "decodeSeconds", "peakMemoryBytes"}
    assert "error" not in end


def test_count_is_the_number_of_prompt_tokens(bridge: Bridge) -> None:
    body = request("Hello <|im_end|> there", tools=[{"type": "function", "function": {"name": "Read"}}])
    status, counted = bridge.post("/count", {k: body[k] for k in ("messages", "tools")})
    assert status == 200
    assert counted["tokens"] == bridge.generate(body)[0]["promptTokens"]


def test_nothing_to_generate_is_an_answer_too(bridge: Bridge) -> None:
    lines = bridge.generate(maxTokens=0)
    assert [line["type"] for line in lines] == ["accepted", "started", "prefill", "prefill", "finished"]
    assert end_of(lines)["reason"] == "length"


def test_four_streams_together_are_what_they_are_alone(bridge: Bridge) -> None:
    bodies = [request(text, maxTokens=30) for text in ("a", "b " * 40, "c " * 150, "d")]
    alone = [pieces_of(bridge.generate(body)) for body in bodies]
    found: list[Any] = [None] * 4

    def run(n: int) -> None:
        found[n] = pieces_of(bridge.generate(bodies[n]))

    threads = [threading.Thread(target=run, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert found == alone


def test_the_same_seed_gives_the_same_answer(bridge: Bridge) -> None:
    def answer(seed: int) -> str:
        return text_of(bridge.generate(sampling={"temperature": 1.0, "seed": seed}, maxTokens=20))

    assert answer(1) == answer(1) != answer(2)


def test_a_stop_string_ends_the_answer_and_is_left_out(bridge: Bridge) -> None:
    script = forced("one two three four")
    lines = bridge.generate(forced=script, maxTokens=50, stop=["ee fo", "never"])
    assert text_of(lines) == "one two thr"
    end = end_of(lines)
    assert (end["reason"], end["stop"]) == ("stop", "ee fo")


def test_a_stop_string_may_be_a_marker(bridge: Bridge) -> None:
    script = forced("one ", {"marker": "<|im_start|>"}, "two")
    lines = bridge.generate(forced=script, maxTokens=50, stop=["<|im_start|>"])
    assert not [piece for piece in pieces_of(lines) if "marker" in piece]
    assert text_of(lines) == "one "
    end = end_of(lines)
    assert (end["reason"], end["stop"]) == ("stop", "<|im_start|>")


def test_text_held_back_for_a_stop_string_comes_in_the_end(bridge: Bridge) -> None:
    lines = bridge.generate(forced=forced("wait for User"), maxTokens=50, stop=["Users"])
    assert text_of(lines) == "wait for User"
    assert end_of(lines)["stop"] is None


def test_a_forced_answer_is_text_and_markers_and_ends_the_turn(bridge: Bridge) -> None:
    script = forced({"marker": "<think>"}, "hm </think> hm", {"marker": "</think>"}, "Yes", {"marker": "<tool_call>"})
    lines = bridge.generate(forced=script, maxTokens=100)
    assert [p["marker"] for p in pieces_of(lines) if "marker" in p] == ["<think>", "</think>", "<tool_call>"]
    assert text_of(lines) == "hm </think> hmYes"
    end = end_of(lines)
    assert (end["reason"], end["stop"], end["endToken"]) == ("stop", None, "<|im_end|>")


@pytest.mark.parametrize("text", ["👩‍👩‍👧‍👦 and 🏽👍", "漢字とかな交じり文", "naïve façade — “quoted”", "a\U0001f600b"])
def test_characters_made_of_several_tokens_arrive_whole(bridge: Bridge, text: str) -> None:
    lines = bridge.generate(forced=forced(text), maxTokens=500)
    assert text_of(lines) == text
    assert all("�" not in p["text"] for p in pieces_of(lines))


def test_an_answer_cut_inside_a_character_has_no_broken_one(bridge: Bridge) -> None:
    assert text_of(bridge.generate(forced=forced("👍"), maxTokens=1)) == ""


def test_every_answer_counts_its_tokens_the_end_included(bridge: Bridge) -> None:
    before = bridge.get("/metrics")["completionTokens"]
    end = end_of(bridge.generate(forced=forced({"marker": "<think>"}, {"marker": "</think>"}), maxTokens=9))
    assert end["completionTokens"] == 3
    assert bridge.get("/metrics")["completionTokens"] == before + 3


def test_a_reasoning_budget_closes_what_the_prompt_opened(bridge: Bridge) -> None:
    open_turn = [*request()["messages"], {"role": "assistant", "content": "", "reasoning_content": "First I"}]
    body = request(continueFinal=True, reasoning={"start": "<think>", "end": "</think>", "budget": 3}, maxTokens=20)
    lines = bridge.generate(body | {"messages": open_turn})
    assert [p["marker"] for p in pieces_of(lines) if "marker" in p][:1] == ["</think>"]
    assert end_of(lines)["completionTokens"] == 20


def test_an_unknown_marker_cannot_be_forced(bridge: Bridge) -> None:
    answer = bridge.open(forced=forced({"marker": "<nope>"}))
    assert answer.status == 400
    assert answer.error()["field"] == "forced[0].marker"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (b"{", "body"),
        ({"messages": [{"role": "user"}]}, "maxTokens"),
        (request(sampling={"topP": 7}), "sampling.topP"),
        (request(stop=[3]), "stop[0]"),
        (request(surprise=1), "surprise"),
    ],
)
def test_a_wrong_request_is_refused_by_field(bridge: Bridge, body: Any, field: str) -> None:
    answer = bridge.open(body)
    assert answer.status == 400
    error = answer.error()
    assert (error["code"], error["field"]) == ("invalid_request", field)


def test_a_prompt_that_does_not_fit_is_refused_with_the_numbers(bridge: Bridge) -> None:
    text = "x1 " * 40_000
    answer = bridge.open(text=text)
    assert answer.status == 400
    error = answer.error()
    assert error["code"] == "prompt_too_long"
    assert error["window"] == 32768 < error["promptTokens"]
    assert bridge.post("/count", {"messages": request(text)["messages"]}) == (200, {"tokens": error["promptTokens"]})


def test_a_limit_that_does_not_fit_is_cut(bridge: Bridge) -> None:
    lines = bridge.generate(maxTokens=10_000_000, forced=forced("short"))
    assert end_of(lines)["reason"] == "stop"


def test_one_connection_serves_many_requests(bridge: Bridge) -> None:
    with bridge.connection() as connection:
        for _ in range(3):
            connection.request("POST", "/generate", json.dumps(request(maxTokens=3)).encode())
            lines = [json.loads(line) for line in connection.getresponse().read().splitlines()]
            assert end_of(lines)["reason"] == "length"


def test_unknown_paths_and_methods_are_refused(bridge: Bridge) -> None:
    assert bridge.status_of("GET", "/nothing") == 404
    assert bridge.status_of("GET", "/count") == 405
    assert bridge.status_of("POST", "/test/fault") == 404


def test_a_prompt_that_was_answered_before_is_restored(bridge: Bridge) -> None:
    first = bridge.generate(text="What was computed once", maxTokens=3)
    again = bridge.generate(text="What was computed once", maxTokens=3)
    assert text_of(again) == text_of(first)
    count = again[0]["promptTokens"]
    known = {"cachedTokens": count - 1, "cacheCreationTokens": 0, "restoredFrom": "memory"}
    assert again[1] == {"type": "started", **known}


def test_what_the_client_asked_to_have_cached_is_told_apart(bridge: Bridge) -> None:
    accepted, plain = bridge.generate(text="A question of its own", maxTokens=1)[:2]
    assert plain["cacheCreationTokens"] == 0
    accepted, asked = bridge.generate(text="Another of its own", maxTokens=1, cachePoint=1)[:2]
    assert asked["cacheCreationTokens"] > 0
    # What the template writes in front of the answer is not the client's.
    assert asked["cachedTokens"] + asked["cacheCreationTokens"] < accepted["promptTokens"]
    again = bridge.generate(text="Another of its own", maxTokens=1, cachePoint=1)[1]
    assert again["cacheCreationTokens"] == 0


def test_the_cache_tells_what_it_holds(bridge: Bridge) -> None:
    bridge.generate(text="Something to keep", maxTokens=3)
    idle(bridge)
    held = bridge.get("/cache")
    assert set(held) == {"entries", "bytes", "budgetBytes", "tokens", "states", "evictedBytes"}
    assert 0 < held["bytes"] <= held["budgetBytes"]
    assert held["tokens"] >= held["entries"] > 0


def test_forced_answers_need_permission(qwen3_path: Any) -> None:
    with Bridge(qwen3_path, "--window", "100") as bridge:
        answer = bridge.open(forced=forced("hi"))
        assert answer.status == 403
        assert answer.error()["code"] == "forced_not_allowed"
        assert bridge.get("/model")["window"] == 100
        # The limit is cut to what fits beside the prompt.
        lines = bridge.generate(maxTokens=5000)
        assert end_of(lines)["completionTokens"] <= 100 - lines[0]["promptTokens"]


def test_a_template_that_refuses_is_quoted() -> None:
    from .tiny_models import Spec, cached

    with Bridge(cached(Spec(layers=1, template="first_only"))) as bridge:
        late = {"role": "system", "content": "late"}
        messages = [*request()["messages"], late]
        status, body = bridge.post("/count", {"messages": messages})
        assert (status, body["error"]["code"]) == (400, "template_error")
        assert body["error"]["message"] == "System message must be at the beginning."
        assert bridge.get("/model")["template"]["opensReasoning"] is True


def test_fourteen_thousand_tokens_are_prefilled_with_progress() -> None:
    from .tiny_models import SHAPES, cached

    with Bridge(cached(SHAPES["long"])) as bridge:
        words = " ".join(["the", "user", "reads", "a", "file", "of", "value"] * 3000)
        tokens = bridge.post("/count", {"messages": request(words)["messages"]})[1]["tokens"]
        words = " ".join(words.split()[: int(21_000 * 14_000 / tokens)])
        lines = bridge.generate(text=words, maxTokens=20)
        assert lines[0]["promptTokens"] >= 13_500
        progress = [line["done"] for line in lines if line["type"] == "prefill"]
        assert progress == sorted(progress)
        assert progress[-1] == lines[0]["promptTokens"]
        assert end_of(lines)["completionTokens"] == 20
        assert end_of(lines)["timings"]["prefillSeconds"] < 20


def test_a_fault_in_the_generator_ends_the_answer_and_the_next_one_works(qwen3_path: Any) -> None:
    with Bridge(qwen3_path, faults=True) as bridge:
        answer = bridge.open(maxTokens=30_000)
        answer.wait_for("piece")
        assert bridge.post("/test/fault", {"kind": "raise"})[0] == 200
        end = end_of(answer.rest())
        assert (end["reason"], end["error"]["code"]) == ("error", "engine_error")
        assert end_of(bridge.generate())["reason"] == "length"
        found = bridge.get("/metrics")
        assert (found["failed"], found["generatorRebuilds"]) == (1, 1)


def test_health_fails_and_answers_end_when_the_engine_thread_dies(qwen3_path: Any) -> None:
    with Bridge(qwen3_path, faults=True) as bridge:
        answer = bridge.open(maxTokens=30_000)
        answer.wait_for("piece")
        bridge.post("/test/fault", {"kind": "die"})
        end = end_of(answer.rest())
        assert (end["reason"], end["error"]["code"]) == ("error", "failed")
        status, health = bridge.request("GET", "/health")
        assert (status, health["status"]) == (503, "failed")
        refused = bridge.open()
        assert refused.status == 503
        assert refused.error()["code"] == "failed"
        assert bridge.post("/count", {"messages": request()["messages"]})[0] == 503


def test_every_log_line_is_json(bridge: Bridge) -> None:
    assert {"starting", "listening", "ready"} <= {line["event"] for line in bridge.log()}
    assert all({"time", "level", "event"} <= set(line) for line in bridge.log())


def test_generation_config_gives_the_defaults(qwen3_path: Any, tmp_path: Any) -> None:
    import shutil

    folder = shutil.copytree(qwen3_path, tmp_path / "m")
    given = {"do_sample": True, "temperature": 0.6, "top_p": 0.95, "top_k": 20, "eos_token_id": [1]}
    (folder / "generation_config.json").write_text(json.dumps(given))
    with Bridge(folder) as bridge:
        card = bridge.get("/model")
        assert card["sampling"] == {"temperature": 0.6, "topP": 0.95, "topK": 20}
        assert card["fingerprint"] != ""
        texts = {text_of(bridge.generate(maxTokens=15)) for _ in range(4)}
        assert len(texts) > 1
