"""The embedded demo model: its corpus, training, evaluation and weights."""
