"""What grammars cost in the engine: free text with one armed, each token inside a call, and compiling the tools.

    python grammar.py MODEL [ROUNDS] [TOKENS]          (with python_bridge on PYTHONPATH; TOKENS in the hundreds: of
                                                        fewer the 99th percentile is the one slowest)

One process, one engine, everything interleaved; prints one JSON object. Times are read where the engine hands its
events out, so that neither the socket nor a client is in them.
"""

import dataclasses
import json
import statistics
import sys
import time
from pathlib import Path
from typing import Any

from bench_engine import STEADY, Bench
from bench_engine import Answer as Timed

from pensieve_bridge.grammar_request import GrammarRequest, TextTrigger

SEPARATORS = {"whitespace_flexible": False, "item_separator": ", ", "key_separator": ": ", "coerce_one_of": True}
MARKERS = {"CALL": "<tool_call>", "CALL_END": "</tool_call>"}
TOOLS = 28


def schema(n: int) -> dict[str, Any]:
    """The n-th of a coding agent's tools, with the keywords that such tools have."""
    whole = 2**53 - 1
    task = {
        "type": "object",
        "properties": {
            "content": {"type": "string", "minLength": 1},
            "status": {"enum": ["pending", "in_progress", "completed"]},
            "labels": {"type": "array", "items": {"type": "array", "items": {"type": "string"}}},
        },
        "required": ["content", "status"],
        "additionalProperties": False,
    }
    target = [
        {"type": "string", "pattern": "^[a-z0-9_-]{1,64}$"},
        {"type": "integer"},
        {"type": "null"},
        {"type": "object", "properties": {"id": {"type": "string", "format": "uuid"}}, "required": ["id"]},
    ]
    properties = {
        "file_path": {"type": "string"},
        "mode": {"enum": ["content", "files_with_matches", "count"]},
        "limit": {"type": "integer", "minimum": 0, "maximum": whole},
        "timeout": {"type": "number", "minimum": 0.5, "maximum": 600_000},
        "flag": {"type": "boolean"},
        "tasks": {"type": "array", "minItems": 1, "maxItems": 64, "items": task},
        "target": {"anyOf": target},
        "url": {"type": "string", "format": "uri"},
        "when": {"type": "string", "format": "date-time"},
        "env": {"type": "object", "additionalProperties": {"type": "string"}},
    }
    kept = list(properties)[: 6 + n % 5]
    return {
        "type": "object",
        "properties": {name: properties[name] for name in kept},
        "required": ["file_path"],
        "additionalProperties": False,
    }


def quoted(text: str) -> str:
    return json.dumps(text)


def json_calls() -> str:
    """As Hermes writes them; many, so that every token of an answer is inside one."""
    names = " | ".join(f"c{n}" for n in range(TOOLS))
    rules = [r'start: (<[CALL]> "\n" call "\n" <[CALL_END]>){40}', f"call: {names}"]
    for n in range(TOOLS):
        begin = '{"name": "Tool_' + f"{n:02}" + '", "arguments": '
        rules.append(f"c{n}: {quoted(begin)} j{n} {quoted('}')}")
        rules.append(f"j{n}: %json {json.dumps({**schema(n), 'x-guidance': SEPARATORS})}")
    return "\n".join(rules)


def tagged_calls() -> str:
    """As Qwen3-Coder writes them: strings stand raw between tags."""
    names = " | ".join(f"c{n}" for n in range(TOOLS))
    rules = [
        r'start: (<[CALL]> "\n<function=" call "</function>\n" <[CALL_END]>){40}',
        f"call: {names}",
        'raw[suffix="\\n</parameter>\\n"]: /(?s:.*)/',
    ]
    for n in range(TOOLS):
        parts: list[str] = []
        for k, (name, value) in enumerate(schema(n)["properties"].items()):
            plain = value.get("type") == "string" and "format" not in value
            typed = f'%json {json.dumps({**value, "x-guidance": SEPARATORS})} "\\n</parameter>\\n"'
            rules.append(f"p{n}_{k}: {quoted(f'<parameter={name}>' + chr(10))} {'raw' if plain else typed}")
            parts.append(f"p{n}_{k}" + ("" if name == "file_path" else "?"))
        rules.append(f"c{n}: {quoted(f'Tool_{n:02}>' + chr(10))} {' '.join(parts)}")
    return "\n".join(rules)


@dataclasses.dataclass(slots=True, frozen=True)
class Answer:
    """`cpu`: seconds of all threads, its short prompt included."""

    timed: Timed
    cpu: float

    @property
    def text(self) -> str:
        return self.timed.text


def run(bench: Bench, tokens: int, request: GrammarRequest | None = None) -> Answer:
    """One greedy answer."""
    cpu = time.process_time()
    grammar = bench.model.grammars.submit(request) if request else None
    prompt = bench.model.prompts.encode_text("read the file and say what is in it " * 8)
    return Answer(bench.run(prompt, tokens, grammar=grammar), time.process_time() - cpu)


def quantile(values: list[float], part: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(part * len(ordered)))]


def undisturbed(answers: list[Answer]) -> list[float]:
    """Seconds of each token, the least of all rounds: they say the same, so what differs is somebody else's work."""
    assert len({a.text for a in answers}) == 1, "the same question was answered differently"
    return [min(gaps) for gaps in zip(*(a.timed.gaps for a in answers), strict=True)]


def free_text(bench: Bench, rounds: int, tokens: int) -> dict[str, float]:
    """Bare over armed, of the same tokens: undisturbed time, and CPU time (paired medians)."""
    tagged = tagged_calls().replace(r'<[CALL]> "\n<function=', '"<function=')
    armed = GrammarRequest(json_calls(), MARKERS, marker_triggers=("<tool_call>",))
    ways = {
        "marker": armed,
        "text": GrammarRequest(tagged, MARKERS, text_triggers=(TextTrigger("<function=", "anywhere"),)),
        "forbidding": dataclasses.replace(armed, forbid=("<|im_start|>", "<|endoftext|>", "<tool_response>")),
    }
    for request in ways.values():
        run(bench, 4, request)
    answers: dict[str, list[Answer]] = {"bare": [], **{way: [] for way in ways}}
    for turn in range(rounds):
        order = list(answers)
        for way in order[turn % len(order) :] + order[: turn % len(order)]:
            answers[way].append(run(bench, tokens, ways.get(way)))
    assert len({a.text for found in answers.values() for a in found}) == 1, "a grammar changed the text"
    best = {way: sum(undisturbed(found)) for way, found in answers.items()}
    found: dict[str, float] = {"bareTokensPerSecond": round((tokens - 2) / best["bare"], 1)}
    for way in ways:
        cpu = [bare.cpu / with_it.cpu for bare, with_it in zip(answers["bare"], answers[way], strict=True)]
        found[f"{way}Ratio"] = round(best["bare"] / best[way], 4)
        found[f"{way}CpuRatio"] = round(statistics.median(cpu), 4)
    return found


def inside_calls(bench: Bench, rounds: int, tokens: int, lark: str) -> dict[str, float]:
    """Milliseconds a token, inside a call over bare: quantiles of undisturbed and of all tokens, and CPU time."""
    request = GrammarRequest(lark, MARKERS, begin="at-once")
    run(bench, tokens, request)
    bare: list[Answer] = []
    inside: list[Answer] = []
    for _ in range(rounds):
        bare.append(run(bench, tokens))
        inside.append(run(bench, tokens, request))
    uses = [answer.timed.end.grammar for answer in inside]
    assert all(use is not None and use.constrained_tokens == tokens for use in uses)
    masks = [use.mask_seconds / use.constrained_tokens for use in uses if use is not None]

    def added(part: float) -> float:
        return quantile(undisturbed(inside), part) - quantile(undisturbed(bare), part)

    def added_in_all(part: float) -> float:
        with_it, without = ([gap for answer in side for gap in answer.timed.gaps] for side in (inside, bare))
        return quantile(with_it, part) - quantile(without, part)

    cpu = [(a.cpu - b.cpu) / tokens for a, b in zip(inside, bare, strict=True)]
    return {
        "worstMs": round(1000 * max(undisturbed(inside)), 4),
        "addedP50Ms": round(1000 * added(0.5), 4),
        "addedP99Ms": round(1000 * added(0.99), 4),
        "allP50Ms": round(1000 * added_in_all(0.5), 4),
        "allP99Ms": round(1000 * added_in_all(0.99), 4),
        "addedCpuMs": round(1000 * statistics.median(cpu), 4),
        "maskMeanMs": round(1000 * statistics.median(masks), 4),
    }


def compiling(bench: Bench, lark: str, rounds: int) -> dict[str, float]:
    compiler = bench.model.grammars
    seconds: list[float] = []
    for n in range(rounds):
        began = time.perf_counter()
        # A comment makes it another grammar.
        compiler.submit(GrammarRequest(f"{lark}\n// {n}", MARKERS, begin="at-once")).grammar()
        seconds.append(time.perf_counter() - began)
    began = time.perf_counter()
    compiler.submit(GrammarRequest(f"{lark}\n// 0", MARKERS, begin="at-once")).grammar()
    again = time.perf_counter() - began
    return {
        "bytes": len(lark),
        "bestMs": round(1000 * min(seconds), 2),
        "medianMs": round(1000 * statistics.median(seconds), 2),
        "cachedMs": round(1000 * again, 3),
    }


def main() -> None:
    model, rounds, tokens = Path(sys.argv[1]), int((sys.argv[2:] or ["8"])[0]), int((sys.argv[3:] or ["240"])[0])
    bench = Bench(model)
    shapes = {"json": json_calls(), "tags": tagged_calls()}
    found: dict[str, Any] = {
        "vocabulary": bench.model.vocabulary.size(),
        "tools": TOOLS,
        "compile": {name: compiling(bench, lark, 5) for name, lark in shapes.items()},
        "freeText": free_text(bench, rounds, tokens),
        "insideCalls": {name: inside_calls(bench, rounds, tokens, lark) for name, lark in shapes.items()},
    }
    bench.stop()
    bench = Bench(model, dataclasses.replace(STEADY, mask_overlap=False))
    found["withoutOverlap"] = {name: inside_calls(bench, rounds, tokens, lark) for name, lark in shapes.items()}
    bench.stop()
    print(json.dumps(found))


if __name__ == "__main__":
    main()
