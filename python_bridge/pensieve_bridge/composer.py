"""From a request to its tokens: by the longest path that is known of its conversation, else by the template alone.

The prompts' thread only.
"""

from dataclasses import dataclass

from .outline import outline
from .path_prompt import continue_path
from .prompt import Origin, Prompt, PromptBuilder, plain_prompt
from .rendering import Rendering
from .token_paths import TokenPath, TokenPaths
from .wire import PromptRequest, TurnKey

_REASONING_KEPT = 4096
"""Tokens of old reasoning that stay in a prompt when the user asks anew; the template alone drops it."""

_SEALABLE = 32


@dataclass(slots=True, frozen=True)
class _Answer:
    prompt: Prompt
    sampled: list[int]
    reasoning: int


class Composer:
    """For one model; `window`: tokens that a prompt may have."""

    def __init__(self, builder: PromptBuilder, paths: TokenPaths, window: int) -> None:
        self._builder = builder
        self._paths = paths
        self._window = window
        self._answers: dict[str, _Answer] = {}

    def compose(self, request: PromptRequest, *, outlined: bool = False) -> Prompt:
        """The prompt of a request; `outlined`: with its boundaries. Raises `Refusal` 400 `template_error`."""
        rendering = Rendering(self._builder, request)
        for turn in reversed(request.turn_keys):
            path = self._paths.find(turn.key) if _is_answer(request, turn) else None
            if path is not None:
                found = self._by_path(rendering, turn, path, outlined) if self._stays(request, turn, path) else None
                return found or plain_prompt(rendering, outlined=outlined)
        return plain_prompt(rendering, outlined=outlined)

    def answered(self, generation: str, prompt: Prompt, sampled: list[int], reasoning_end: str | None) -> None:
        """An answer is whole: it may be sealed from now on. `reasoning_end`: what the model writes behind reasoning."""
        reasoning = self._reasoning(sampled, reasoning_end)
        self._answers[generation] = _Answer(prompt, sampled, reasoning)
        if len(self._answers) > _SEALABLE:
            del self._answers[next(iter(self._answers))]

    def seal(self, generation: str, key: str) -> bool:
        """Name the turn that a generation became; False if it is not known (any more)."""
        answer = self._answers.pop(generation, None)
        if answer is None:
            return False
        prompt, origin = answer.prompt, answer.prompt.origin
        path = TokenPath([*prompt.tokens, *answer.sampled], prompt.boundaries.head, prompt.reasoning + answer.reasoning)
        self._paths.add(key, path, origin.key if origin else None, origin.kept if origin else 0)
        return True

    def close(self) -> None:
        self._paths.close()

    def _reasoning(self, sampled: list[int], end: str | None) -> int:
        """How many of an answer's tokens are reasoning: all up to its last end marker."""
        if end is None:
            return 0
        known = self._builder.vocabulary.marker_ids.get(end)
        spelled = [known] if known is not None else self._builder.encode_text(end)
        size = len(spelled)
        return next((i + size for i in range(len(sampled) - size, -1, -1) if sampled[i : i + size] == spelled), 0)

    def _stays(self, request: PromptRequest, turn: TurnKey, path: TokenPath) -> bool:
        """Whether the old reasoning in a path is worth its place."""
        asked_anew = any(m["role"] == "user" for m in request.messages[turn.message + 1 :])
        return not (asked_anew and path.reasoning > _REASONING_KEPT)

    def _by_path(self, rendering: Rendering, turn: TurnKey, path: TokenPath, outlined: bool) -> Prompt | None:
        found = continue_path(rendering, turn.message, path.tokens)
        if found is None:
            return None
        tail = rendering.encode(found.text, inside=True)
        base = [*path.tokens[: found.kept], *found.joint]
        tokens = [*base, *tail]
        if len(tokens) >= self._window:
            return None
        text = rendering.shield.plain(found.text)
        origin = Origin(turn.key, found.kept, turn.message)
        shown = outline(rendering, found.text, tail, found.spots, found.close).behind(len(base)) if outlined else None
        if shown is None:
            return Prompt(text, tokens, origin=origin, reasoning=path.reasoning)
        boundaries = shown.boundaries(rendering.messages, path.head)
        return Prompt(text, tokens, boundaries, shown.starts, origin, path.reasoning)


def _is_answer(request: PromptRequest, turn: TurnKey) -> bool:
    return request.messages[turn.message]["role"] == "assistant"
