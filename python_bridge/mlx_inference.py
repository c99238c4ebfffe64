#!/usr/bin/env python3
"""Ask a local model one question from the shell, through the same engine as the bridge.

Example:
    python mlx_inference.py --model-path ~/models/Qwen3-4B-4bit --prompt "Write a haiku" --stream --metrics
"""

import argparse
import os
import queue
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pensieve_bridge.__main__ import prepare_environment
from pensieve_bridge.blas import ensure_blas
from pensieve_bridge.log import be_quiet


@dataclass(slots=True, frozen=True)
class Options:
    model_path: Path
    prompt: str
    max_tokens: int
    stream: bool
    metrics: bool
    temperature: float | None
    top_p: float | None
    seed: int | None
    system: str | None


def parse_options() -> Options:
    assert __doc__ is not None
    summary, example = __doc__.split("\n\n", 1)
    parser = argparse.ArgumentParser(
        description=summary, epilog=example, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--model-path", type=Path, required=True, help="folder of the model")
    parser.add_argument("--prompt", required=True, help="what to ask; - reads it from stdin")
    parser.add_argument("--max-tokens", type=_positive, default=256, help="longest answer in tokens (default 256)")
    parser.add_argument("--stream", action="store_true", help="print the text while it is generated")
    parser.add_argument("--metrics", action="store_true", help="speed and memory on stderr at the end")
    parser.add_argument("--temperature", type=_not_negative, help="0 = always the likeliest token")
    parser.add_argument("--top-p", type=_share, help="sample among the likeliest tokens of this total probability")
    parser.add_argument("--seed", type=int, help="same seed, same text")
    parser.add_argument("--system", help="a system prompt")
    found = vars(parser.parse_args())
    if found["prompt"] == "-":
        found["prompt"] = sys.stdin.read()
    return Options(**found)


def main() -> int:
    options = parse_options()
    ensure_blas()
    prepare_environment()
    be_quiet()
    # Here, after the choice of the BLAS: these import MLX.
    from pensieve_bridge.engine import Engine
    from pensieve_bridge.events import Event
    from pensieve_bridge.model import ModelError, load_model, read_config
    from pensieve_bridge.wire import Refusal

    path = options.model_path.expanduser()
    events: queue.SimpleQueue[Event | None] = queue.SimpleQueue()

    def deliver(batch: list[tuple[str, Event]]) -> None:
        for _, event in batch:
            events.put(event)

    engine = Engine(lambda: load_model(path), deliver, on_settled=lambda: events.put(None))
    try:
        read_config(path)
    except ModelError as error:
        return _complain(str(error))
    engine.start()
    try:
        events.get()
        if engine.model is None or engine.health().status == "failed":
            return _complain(engine.health().message)
        return _answer(options, engine, events)
    except Refusal as error:
        return _complain(str(error))
    except KeyboardInterrupt:
        return 130
    finally:
        engine.stop()
        engine.join(2.0)


def _answer(options: Options, engine: Any, events: "queue.SimpleQueue[Any]") -> int:
    from pensieve_bridge.events import Finished, Marker, Text
    from pensieve_bridge.model import resolve_sampling
    from pensieve_bridge.row import Job
    from pensieve_bridge.wire import PromptRequest, Sampling

    model = engine.model
    messages = [{"role": "system", "content": options.system}] if options.system else []
    messages.append({"role": "user", "content": options.prompt})
    tokens = model.prompts.build(PromptRequest(messages)).tokens
    room = model.facts.window - len(tokens)
    if room <= 0:
        return _complain(f"the prompt has {len(tokens)} tokens and the model's window {model.facts.window}")
    sampling = resolve_sampling(
        Sampling(temperature=options.temperature, top_p=options.top_p, seed=options.seed), model.facts
    )
    engine.submit(Job("cli", tokens, min(options.max_tokens, room), sampling))
    text: list[str] = []
    while True:
        event = events.get()
        if isinstance(event, Finished):
            break
        if isinstance(event, Text | Marker):
            piece = event.text if isinstance(event, Text) else event.marker
            text.append(piece)
            if options.stream:
                print(piece, end="", flush=True)
    print("" if options.stream else "".join(text), flush=True)
    if event.reason == "error":
        return _complain(event.error_message or "the engine failed", code=1)
    if options.metrics:
        _report(len(tokens), event)
    return 0


def _report(prompt_tokens: int, end: Any) -> None:
    """The first token counts as prefill: it comes out of the prompt's last step."""
    timings, count = end.timings, end.completion_tokens
    rate = (count - 1) / timings.decode if timings.decode > 0 else 0.0
    lines = (
        f"prefill: {prompt_tokens} tokens, {prompt_tokens / max(timings.prefill, 1e-9):.1f} tokens/s",
        f"decode: {count} tokens, {rate:.1f} tokens/s",
        f"time to first token: {timings.queue + timings.prefill:.3f} s",
        f"peak memory: {timings.peak_memory / 1e9:.3f} GB",
    )
    print(*lines, sep="\n", file=sys.stderr)


def _complain(message: str, code: int = 2) -> int:
    print(f"mlx_inference: {message}", file=sys.stderr)
    return code


def _positive(text: str) -> int:
    if (value := int(text)) <= 0:
        raise argparse.ArgumentTypeError(f"must be more than 0, not {value}")
    return value


def _not_negative(text: str) -> float:
    if (value := float(text)) < 0:
        raise argparse.ArgumentTypeError(f"must be 0 or more, not {value}")
    return value


def _share(text: str) -> float:
    if not 0 < (value := float(text)) <= 1:
        raise argparse.ArgumentTypeError(f"must be above 0 and at most 1, not {value}")
    return value


if __name__ == "__main__":
    code = main()
    sys.stdout.flush()
    sys.stderr.flush()
    # Not sys.exit: an engine in a long step would be waited for.
    os._exit(code)
