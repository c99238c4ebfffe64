"""Sizes of the network and the config.json that tells mlx-lm about them."""

from dataclasses import dataclass
from typing import Any

EPSILON = 1e-5
ROPE_BASE = 1e12  # most rotary pairs hardly turn within the window, so they can compare tokens


@dataclass(frozen=True, slots=True)
class Shape:
    """Sizes of the network. `layers` counts layers with attention; one more has an MLP only."""

    vocabulary: int
    width: int = 162
    layers: int = 3
    heads: int = 6
    kv_heads: int = 2
    head: int = 64
    inner: int = 240
    window: int = 160
    block: int = 80

    def config(self, eos: int) -> dict[str, Any]:
        """The config.json that mlx-lm reads."""
        return {
            "architectures": ["LlamaForCausalLM"],
            "model_type": "llama",
            "hidden_size": self.width,
            "num_hidden_layers": self.layers + 1,
            "intermediate_size": self.inner,
            "num_attention_heads": self.heads,
            "num_key_value_heads": self.kv_heads,
            "head_dim": self.head,
            "rms_norm_eps": EPSILON,
            "vocab_size": self.vocabulary,
            "max_position_embeddings": 262144,
            "rope_theta": ROPE_BASE,
            "tie_word_embeddings": True,
            "sliding_window": self.window,
            "layer_types": ["sliding_attention"] * self.layers + ["full_attention"],
            "eos_token_id": eos,
            "torch_dtype": "float32",
        }
