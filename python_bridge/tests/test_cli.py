"""mlx_inference.py from a shell."""

import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from .running import ROOT


def run(*options: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, str(ROOT / "mlx_inference.py"), *options]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, stdin=subprocess.DEVNULL)


def ask(model: Path, *options: str) -> "subprocess.CompletedProcess[str]":
    return run("--model-path", str(model), "--prompt", "Hello there", "--max-tokens", "12", *options)


def test_the_text_is_the_same_streamed_or_not(qwen3_path: Path) -> None:
    whole, streamed = ask(qwen3_path), ask(qwen3_path, "--stream", "--temperature", "0")
    assert whole.returncode == streamed.returncode == 0
    assert whole.stdout == streamed.stdout
    assert len(whole.stdout.strip()) > 10
    assert whole.stderr == ""


def test_metrics_are_on_stderr(qwen3_path: Path) -> None:
    found = ask(qwen3_path, "--metrics", "--system", "Be kind.").stderr
    assert re.search(r"^prefill: \d+ tokens, [\d.]+ tokens/s$", found, re.MULTILINE)
    assert re.search(r"^decode: 12 tokens, [\d.]+ tokens/s$", found, re.MULTILINE)
    assert re.search(r"^time to first token: [\d.]+ s$", found, re.MULTILINE)
    assert re.search(r"^peak memory: [\d.]+ GB$", found, re.MULTILINE)


def test_a_seed_repeats_the_text(qwen3_path: Path) -> None:
    options = ("--temperature", "1", "--top-p", "0.9", "--seed", "5")
    assert ask(qwen3_path, *options).stdout == ask(qwen3_path, *options).stdout


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--model-path", "/nowhere", "--prompt", "x"), "there is no folder /nowhere"),
        (("--model-path", str(ROOT), "--prompt", "x"), "it has no config.json"),
        (("--prompt", "x"), "--model-path"),
        (("--model-path", "x", "--prompt", "x", "--max-tokens", "0"), "must be more than 0"),
        (("--model-path", "x", "--prompt", "x", "--top-p", "2"), "at most 1"),
    ],
)
def test_what_is_wrong_is_told_without_a_traceback(options: tuple[str, ...], words: str) -> None:
    done = run(*options)
    assert done.returncode == 2
    assert words in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


def test_help_has_an_example() -> None:
    done = run("--help")
    assert done.returncode == 0
    assert "python mlx_inference.py --model-path" in done.stdout


def test_an_interrupt_ends_it_cleanly(qwen3_path: Path) -> None:
    command = [sys.executable, str(ROOT / "mlx_inference.py"), "--model-path", str(qwen3_path), "--prompt", "Hi"]
    process = subprocess.Popen(
        [*command, "--max-tokens", "30000", "--stream"], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert process.stdout is not None
    assert process.stderr is not None
    assert process.stdout.read(1)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=15)
    assert process.returncode == 130
    assert errors == b""
