"""Train the demo model from a seed and write a folder that `mlx_lm.load` reads.

python -m demo_model.train --out demo_model/pensieve-demo
"""

import argparse
import json
import time
from functools import partial
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
from safetensors.numpy import load_file, save_file
from tokenizers import Tokenizer

from .batches import Batch, batches
from .network import Weights, checkpoint, loss, start_weights, trained
from .shape import Shape
from .tokenizer import EOS, escapes, name_edges, save_tokenizer, token_id, train_tokenizer

ROWS, LENGTH = 12, 320
PLACES = 112  # learned positions kept per row; more are dropped at random by position order
VOCABULARY = 1024
ECHO_STEPS = 50  # of a run that starts from random weights
WARM_UP = 50  # steps
BETA1, BETA2, DECAY = 0.9, 0.98, 0.01
PACE = {"self_attn": 0.2, "embed_tokens": 0.25}  # of the learning rate where the copying circuit is put in, to keep it
State = tuple[Weights, Weights, Weights]


def pace(name: str) -> float:
    """Share of the learning rate for one array."""
    return next((share for part, share in PACE.items() if part in name), 1.0)


@partial(jax.jit, static_argnames="shape", donate_argnames="state")
def train_step(
    state: State, tokens: jax.Array, token_weights: jax.Array, places: jax.Array, rate: float, step: float, shape: Shape
) -> tuple[State, jax.Array]:
    """One step of AdamW with the gradient clipped to norm 1. Returns the new state and the loss."""
    weights, first, second = state
    value, gradient = jax.value_and_grad(loss)(weights, tokens, token_weights, places, shape)
    norm = jnp.sqrt(sum(jnp.sum(g * g) for g in gradient.values()))
    scale = jnp.minimum(1.0, 1.0 / (norm + 1e-9))
    first = {k: BETA1 * first[k] + (1 - BETA1) * gradient[k] * scale for k in weights}
    second = {k: BETA2 * second[k] + (1 - BETA2) * jnp.square(gradient[k] * scale) for k in weights}
    left, right = 1 - BETA1**step, 1 - BETA2**step
    moved = {
        k: w * (1 - rate * DECAY * (w.ndim > 1))
        - rate * pace(k) * (first[k] / left) / (jnp.sqrt(second[k] / right) + 1e-8)
        for k, w in weights.items()
    }
    return (moved, first, second), value


def zeros(weights: Weights) -> Weights:
    """Arrays of the same shapes, all zero."""
    return {name: jnp.zeros_like(value) for name, value in weights.items()}


def learning_rate(step: int, steps: int, peak: float) -> float:
    """Warm up, then fall to zero in a straight line."""
    return peak * min(1.0, (step + 1) / WARM_UP, (steps - step) / (steps - WARM_UP))


def choose_places(batch: Batch) -> np.ndarray:
    """Per row, the `PLACES` positions of largest weight, [rows, PLACES] int32."""
    return np.argsort(-batch.weights, axis=1, kind="stable")[:, :PLACES].astype(np.int32)


def save(folder: Path, shape: Shape, weights: Weights, tokenizer: Tokenizer) -> None:
    """Write the whole model folder."""
    save_tokenizer(tokenizer, folder)
    eos = token_id(tokenizer, EOS)
    generation = {"do_sample": False, "temperature": 0.0, "eos_token_id": eos, "max_new_tokens": 512}
    for name, value in (("config.json", shape.config(eos)), ("generation_config.json", generation)):
        (folder / name).write_text(json.dumps(value, indent=2) + "\n", encoding="utf-8")
    save_file(checkpoint(shape, weights), folder / "model.safetensors", metadata={"format": "mlx"})


def warm_start(folder: Path, shape: Shape) -> tuple[Tokenizer, Weights]:
    """Tokenizer and weights of an earlier run with the same shape."""
    arrays = load_file(folder / "model.safetensors")
    return Tokenizer.from_file(str(folder / "tokenizer.json")), trained(shape, arrays)


def main() -> None:
    """Train and save; a checkpoint is written every `--save-every` steps."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--steps", type=int, default=3000)
    parser.add_argument("--stop", type=int, help="end after this step, with the learning rate of --steps")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--rate", type=float, default=2e-3)
    parser.add_argument("--save-every", type=int, default=250)
    parser.add_argument("--init", type=Path, help="folder of an earlier run to start from")
    options = parser.parse_args()
    shape = Shape(VOCABULARY)
    last = options.stop or options.steps
    echo = 0 if options.init else ECHO_STEPS
    if options.init:
        tokenizer, weights = warm_start(options.init, shape)
    else:
        tokenizer = train_tokenizer(VOCABULARY, 4000, options.seed)
        weights = start_weights(shape, options.seed, name_edges(tokenizer), escapes(tokenizer))
    print(f"{sum(w.size for w in weights.values()) / 1e6:.2f}M trained weights", flush=True)
    state: State = (weights, zeros(weights), zeros(weights))
    began, mean = time.perf_counter(), 0.0
    for step, batch in enumerate(batches(tokenizer, ROWS, LENGTH, options.seed, echo, range(last))):
        rate = learning_rate(step, options.steps, options.rate)
        state, value = train_step(state, batch.tokens, batch.weights, choose_places(batch), rate, step + 1.0, shape)
        mean = float(value) if step == 0 else 0.98 * mean + 0.02 * float(value)
        if (step + 1) % 25 == 0:
            seconds = time.perf_counter() - began
            speed = (step + 1) * ROWS * LENGTH / seconds
            print(f"{seconds / 60:5.1f} min  step {step + 1}  loss {mean:.4f}  {speed:.0f} tokens/s", flush=True)
        if (step + 1) % options.save_every == 0 or step + 1 == last:
            save(options.out, shape, state[0], tokenizer)


if __name__ == "__main__":
    main()
