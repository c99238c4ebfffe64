"""Conversations between requests: their prompts, what was answered, and the names the answers get. Event-loop thread.

Everything that renders, tokenises or reads a file happens on the one prompts' thread, in the order asked for.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from .composer import Composer
from .events import Finished
from .model import LoadedModel
from .prefix_watch import PrefixWatch
from .prompt import Prompt
from .token_paths import TokenPaths
from .wire import GenerateRequest, PromptRequest, Reasoning

_GROWING = frozenset({"main", "subagent"})
"""Classes of requests that each go on from the one before."""

_FILE = "paths-1.sqlite"

_T = TypeVar("_T")


@dataclass(slots=True, frozen=True)
class _Open:
    prompt: Prompt
    reasoning: Reasoning | None


class Conversations:
    """For one model. `folder` None: nothing outlives the process."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        # One thread: transformers' tokenizers are changed by encoding and must not be used by two.
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="prompts")
        self._composer: Composer | None = None
        self._prefixes: PrefixWatch | None = None
        self._open: dict[str, _Open] = {}

    async def count(self, model: LoadedModel, request: PromptRequest) -> int:
        """Tokens of the prompt, exactly as `compose` makes it."""
        return len((await self.run(lambda: self._made(model).compose(request))).tokens)

    async def compose(self, model: LoadedModel, request: GenerateRequest) -> Prompt:
        """The prompt of a request with its boundaries; see `Composer.compose`."""

        def work() -> Prompt:
            prompt = self._made(model).compose(request.prompt, outlined=True)
            if request.session is not None and request.request_class in _GROWING:
                self._watch(model).look(request.session, request.agent or "", prompt, request.prompt.messages)
            return prompt

        return await self.run(work)

    def begin(self, generation: str, prompt: Prompt, reasoning: Reasoning | None) -> None:
        self._open[generation] = _Open(prompt, reasoning)

    def end(self, generation: str, end: Finished) -> None:
        """The answer has ended. One that broke off, or of which the client sees less than was said, gets no name."""
        found = self._open.pop(generation, None)
        composer = self._composer
        if found is None or composer is None or end.reason not in ("stop", "length") or end.stop is not None:
            return
        marker = found.reasoning.end if found.reasoning else None
        self._thread.submit(composer.answered, generation, found.prompt, list(end.sampled), marker)

    def forget(self, generation: str) -> None:
        self._open.pop(generation, None)

    async def seal(self, generation: str, key: str) -> bool:
        """Name the turn that an answer became; False if nothing is known of it (any more)."""
        composer = self._composer
        return composer is not None and await self.run(lambda: composer.seal(generation, key))

    async def run(self, work: Callable[[], _T]) -> _T:
        """Do something on the prompts' thread."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)

    def close(self) -> None:
        if self._composer is not None:
            self._thread.submit(self._composer.close)
        self._thread.shutdown(wait=False, cancel_futures=True)

    def _watch(self, model: LoadedModel) -> PrefixWatch:
        if self._prefixes is None:
            self._prefixes = PrefixWatch(model.prompts.decode)
        return self._prefixes

    def _made(self, model: LoadedModel) -> Composer:
        if self._composer is None:
            file = self._folder / _FILE if self._folder else None
            paths = TokenPaths(file, model.facts.fingerprint)
            self._composer = Composer(model.prompts, paths, model.facts.window)
        return self._composer
