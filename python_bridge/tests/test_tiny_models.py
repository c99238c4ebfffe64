"""The maker of tiny models, as other programs call it."""

import json
import subprocess
import sys
from pathlib import Path

from pensieve_bridge.model import load_model

from .running import ROOT
from .tiny_models import SHAPES, Spec, cached


def test_the_command_writes_a_model_and_says_where(tmp_path: Path) -> None:
    command = [sys.executable, "tests/tiny_models.py", "--family", "llama", "--hidden", "32", "--out", str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    assert (said["family"], said["hidden"], said["path"]) == ("llama", 32, str(tmp_path))
    assert load_model(tmp_path).facts.architecture == "llama"


def test_the_same_arguments_give_the_same_bytes(tmp_path: Path) -> None:
    from .tiny_models import make

    spec = Spec(layers=1, vocab=600)
    for name in ("a", "b"):
        make(spec, tmp_path / name)
    for file in sorted((tmp_path / "a").iterdir()):
        assert file.read_bytes() == (tmp_path / "b" / file.name).read_bytes(), file.name


def test_the_long_shape_packs_text_well() -> None:
    model = load_model(cached(SHAPES["long"]))
    text = "You are an agent. Use the tools to read files, run commands and answer the question of the user.\n"
    assert len(text) / len(model.prompts.encode_text(text)) > 2.5
