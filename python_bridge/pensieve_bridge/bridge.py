"""The bridge between requests and the engine: prompts off the engine thread, answers by generation, health."""

import asyncio
import secrets
from collections.abc import Callable, Sequence
from pathlib import Path

from .answer import Answer
from .conversations import Conversations
from .engine import Engine
from .events import Event, Finished
from .grammar_request import parse_check, parse_grammar
from .model import LoadedModel, model_card, resolve_sampling
from .prompt import Prompt
from .reasoning import ReasoningBudget
from .row import Job
from .script import Script
from .status import EngineOptions
from .vocabulary import split_markers
from .wire import ForcedPiece, GenerateRequest, Json, PromptRequest, Refusal

_WATCH_SECONDS = 0.5
_REMIND_TICKS = 3


class Bridge:
    """Event-loop thread only, but for what it hands to the engine and to its one prompt thread."""

    def __init__(
        self,
        load: Callable[[], LoadedModel],
        *,
        blas: str,
        allow_forced: bool = False,
        options: EngineOptions | None = None,
        cache_folder: Path | None = None,
    ) -> None:
        self._loop = asyncio.get_running_loop()
        self._settled = asyncio.Event()
        self._answers: dict[str, Answer] = {}
        self._conversations = Conversations(cache_folder)
        self._blas = blas
        self._allow_forced = allow_forced
        self.engine = Engine(load, self._deliver, self._settle, options)

    def start(self) -> None:
        self.engine.start()
        self._watching = self._loop.create_task(self._watch())

    async def ready(self) -> LoadedModel:
        """Wait until the model is loaded. Raises `Refusal` 503 `failed` when it never will be."""
        await self._settled.wait()
        model = self.engine.model
        health = self.engine.health()
        if model is None or health.status == "failed":
            raise Refusal(503, "failed", health.message)
        return model

    async def count(self, request: PromptRequest) -> int:
        """See `Conversations.count`."""
        return await self._conversations.count(await self.ready(), request)

    async def seal(self, generation: str, key: str) -> bool:
        """See `Conversations.seal`."""
        return await self._conversations.seal(generation, key)

    async def card(self) -> Json:
        model = await self.ready()
        grammar = await self._loop.run_in_executor(None, model.grammars.supported)
        return {**model_card(model, self._blas), "grammar": grammar}

    async def check_grammars(self, body: Json) -> list[Json]:
        """Whether each of these grammars compiles, in their order."""
        model = await self.ready()
        checks = [model.grammars.check(lark, markers) for lark, markers in parse_check(body)]
        return await asyncio.gather(*map(asyncio.wrap_future, checks))

    async def submit(self, request: GenerateRequest) -> tuple[str, Answer, int]:
        """Count, check that it fits, and queue. Returns (generation, its answer, prompt tokens)."""
        model = await self.ready()
        if request.forced is not None and not self._allow_forced:
            raise Refusal(403, "forced_not_allowed", "`forced` needs a bridge started with --allow-forced")
        asked = None if request.grammar is None else parse_grammar(request.grammar)
        # Begun before the prompt is rendered: it is compiled by the time the prompt is prefilled.
        grammar = asked and model.grammars.submit(asked)
        prompt = await self._conversations.compose(model, request)
        forced = await self._force(model, request.forced)
        count, window = len(prompt.tokens), model.facts.window
        if count + min(request.max_tokens, 1) > window:
            raise Refusal(
                400,
                "prompt_too_long",
                f"the prompt has {count} tokens and the window {window}",
                promptTokens=count,
                window=window,
            )
        _check_ids("prompt", prompt.tokens, model.facts.embedding_rows)
        _check_ids("forced", forced.tokens if forced else (), model.facts.embedding_rows)
        job = Job(
            generation=secrets.token_hex(8),
            prompt=prompt.tokens,
            limit=min(request.max_tokens, window - count),
            sampling=resolve_sampling(request.sampling, model.facts),
            stop=request.stop,
            forced=forced,
            reasoning=await self._budget(model, request, prompt),
            grammar=grammar,
            request_class=request.request_class,
            session=request.session,
            continues=request.prompt.continue_final,
            boundaries=prompt.boundaries,
            cache_point=prompt.tokens_of(request.cache_point, len(request.prompt.messages)),
            logprobs=request.logprobs,
        )
        answer = self._answers[job.generation] = Answer()
        try:
            self.engine.submit(job)
        except Refusal:
            del self._answers[job.generation]
            raise
        self._conversations.begin(job.generation, prompt, request.reasoning)
        return job.generation, answer, count

    def forget(self, generation: str) -> None:
        """The answer is written or its client is gone; what still runs is cancelled."""
        answer = self._answers.pop(generation, None)
        self._conversations.forget(generation)
        if answer is not None and not answer.done:
            self.engine.cancel(generation)

    async def close(self, seconds: float) -> bool:
        """Cancel everything; True when every answer got its end and the engine thread has ended in time."""
        self._watching.cancel()
        self.engine.stop()
        ended = await self._loop.run_in_executor(None, self.engine.join, seconds)
        await asyncio.sleep(0)
        self._end_all(Finished("cancelled"))
        self._conversations.close()
        if self.engine.model is not None:
            self.engine.model.grammars.close()
        return ended

    @property
    def open_answers(self) -> int:
        return len(self._answers)

    async def _force(self, model: LoadedModel, pieces: tuple[ForcedPiece, ...] | None) -> Script | None:
        if pieces is None:
            return None
        tokens: list[int] = []
        origins: list[int] = []
        for i, piece in enumerate(pieces):
            if piece.marker is not None:
                known = model.vocabulary.marker_ids.get(piece.marker)
                if known is None:
                    where = f"forced[{i}].marker"
                    message = f"{where} {piece.marker!r} is not one token of the vocabulary"
                    raise Refusal(400, "invalid_request", message, field=where)
                tokens.append(known)
            elif piece.text:
                tokens += await self._tokens(model, piece.text)
            origins += [i] * (len(tokens) - len(origins))
        return Script(tuple(tokens), tuple(origins))

    async def _budget(self, model: LoadedModel, request: GenerateRequest, prompt: Prompt) -> ReasoningBudget | None:
        asked = request.reasoning
        if asked is None or (asked.budget is None and request.grammar is None):
            return None
        start, end = [tuple(await self._spell(model, text)) for text in (asked.start, asked.end)]
        # Only what the template wrote last can have opened it: behind the turn's beginning, unless a turn goes on.
        opened = prompt.text.rstrip().endswith(asked.start) or (
            request.prompt.continue_final and prompt.text.rfind(asked.start) > prompt.text.rfind(asked.end)
        )
        return ReasoningBudget(start, end, asked.budget, opened)

    async def _spell(self, model: LoadedModel, text: str) -> list[int]:
        """The ids of letters that may hold markers, as gpt-oss's `<|channel|>analysis<|message|>` does."""
        ids: list[int] = []
        for part in split_markers(text, model.vocabulary.marker_ids):
            known = model.vocabulary.marker_ids.get(part)
            ids += [known] if known is not None else await self._tokens(model, part)
        return ids

    async def _tokens(self, model: LoadedModel, text: str) -> list[int]:
        return await self._conversations.run(lambda: model.prompts.encode_text(text))

    # ---- from the engine thread -----------------------------------------------------------------------------

    def _deliver(self, events: list[tuple[str, Event]]) -> None:
        self._on_loop(self._receive, events)

    def _settle(self) -> None:
        self._on_loop(self._settled.set)

    def _on_loop(self, call: Callable[..., object], *values: object) -> None:
        # The loop is closed when the process ends before the engine does.
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(call, *values)

    def _receive(self, events: list[tuple[str, Event]]) -> None:
        for generation, event in events:
            answer = self._answers.get(generation)
            if isinstance(event, Finished):
                self._conversations.end(generation, event)
            if answer is not None:
                answer.put(event)

    async def _watch(self) -> None:
        """Remind silent answers, and end them all when the engine has died without a word."""
        while True:
            await asyncio.sleep(_WATCH_SECONDS)
            for answer in self._answers.values():
                answer.remind(_REMIND_TICKS)
            health = self.engine.health()
            if health.status == "failed":
                self._settled.set()
                self._end_all(Finished("error", error_code="failed", error_message=health.message))

    def _end_all(self, end: Finished) -> None:
        for answer in self._answers.values():
            answer.put(end)


def _check_ids(where: str, tokens: Sequence[int], rows: int) -> None:
    """An id beyond the embedding would read foreign memory: tokenizer and weights do not belong together."""
    worst = max(tokens, default=0)
    if worst >= rows:
        raise Refusal(400, "invalid_request", f"{where} holds token {worst}, the model knows {rows}", field=where)
