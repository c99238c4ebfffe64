"""The direct path of the stack benchmark: `mlx_lm.stream_generate` in a process of its own.

Reads one request a line, {"messages": [...], "maxTokens": n}; says each piece of the answer as it comes, one line each,
{"text"}, and at the end {"ttft", "decode", "tokens"} (seconds and a count), measured inside this process from the
request's arrival, greedy.
"""

import json
import os
import sys
import time

os.environ.setdefault("MLX_DISABLE_COMPILE", "1")


def main() -> None:
    import mlx.core as mx
    from mlx_lm import load
    from mlx_lm.generate import stream_generate

    loaded = load(sys.argv[1])
    model, tokenizer = loaded[0], loaded[1]
    model.set_dtype(mx.float32)
    print(json.dumps({"ready": True}), flush=True)
    for line in sys.stdin:
        request = json.loads(line)
        start = time.perf_counter()
        prompt = tokenizer.apply_chat_template(request["messages"], add_generation_prompt=True)
        first = last = start
        tokens = 0
        for part in stream_generate(model, tokenizer, prompt, max_tokens=request["maxTokens"]):
            last = time.perf_counter()
            tokens += 1
            if tokens == 1:
                first = last
            print(json.dumps({"text": part.text}), flush=True)
            if part.finish_reason is not None:
                break
        answer = {"ttft": first - start, "decode": last - first, "tokens": tokens, "promptTokens": len(prompt)}
        print(json.dumps(answer), flush=True)


main()
