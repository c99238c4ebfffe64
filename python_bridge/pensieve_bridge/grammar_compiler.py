"""Grammar texts → matchers, off the engine thread; the latest are kept, so that a session compiles its tools once."""

import threading
import time
from collections import OrderedDict
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass

from llguidance import LLMatcher, LLParserLimits, LLTokenizer

from .grammar import Grammar, GrammarError, Words, first_line, read_words
from .grammar_request import GrammarRequest, TextTrigger
from .grammar_text import UnknownMarkerName, with_token_ids
from .grammar_trigger import CompiledTrigger, Overshoots, compile_trigger, find_overshoots
from .mlx_edge import TokenizerLike, serialized_tokenizer
from .vocabulary import Vocabulary
from .wire import Json, invalid

_KEPT = 16
_THREADS = 2


@dataclass(slots=True, frozen=True)
class _Compiled:
    matcher: LLMatcher | None
    triggers: tuple[CompiledTrigger, ...]
    words: Words
    seconds: float


class PendingGrammar:
    """A grammar on its way: made on one thread, read on another."""

    def __init__(
        self, request: GrammarRequest, triggers: frozenset[int], forbidden: frozenset[int], work: Future[_Compiled]
    ) -> None:
        self._request = request
        self._triggers = triggers
        self._forbidden = forbidden
        self._work = work
        self._cached = work.done()

    @property
    def ready(self) -> bool:
        """Compiled, or refused."""
        return self._work.done()

    def wait(self, seconds: float) -> None:
        wait((self._work,), timeout=seconds)

    def grammar(self) -> Grammar:
        """Waits until it is ready. Raises `GrammarError`."""
        made, request = self._work.result(), self._request
        return Grammar(
            words=made.words,
            matcher=made.matcher.deep_copy() if made.matcher else None,
            begin=request.begin,
            ends=request.after == "end",
            marker_triggers=self._triggers,
            text_triggers=made.triggers,
            forbidden=self._forbidden,
            compile_seconds=made.seconds,
            cached=self._cached,
        )


@dataclass(slots=True)
class CompilerCounters:
    """Since the process began."""

    compiled: int = 0
    refused: int = 0
    reused: int = 0
    seconds: float = 0.0

    def line(self) -> Json:
        return {
            "compiled": self.compiled,
            "refused": self.refused,
            "reused": self.reused,
            "compileSeconds": round(self.seconds, 6),
        }


class GrammarCompiler:
    """One a model. `submit` and `check` may be called on any thread; the work is done on threads of its own."""

    def __init__(self, tokenizer: TokenizerLike, vocabulary: Vocabulary) -> None:
        self.counters = CompilerCounters()
        self._vocabulary = vocabulary
        self._lock = threading.Lock()
        self._kept: OrderedDict[object, Future[_Compiled]] = OrderedDict()
        self._overshoots: dict[TextTrigger, Overshoots] = {}
        self._pool = ThreadPoolExecutor(_THREADS, thread_name_prefix="grammars")
        # 1 to 2 s for 150k tokens, with the GIL held: better while the weights are read than at the first request.
        # Written out here already: tokenizers must not be used by two threads.
        self._base = self._pool.submit(self._read_tokenizer, serialized_tokenizer(tokenizer))

    def supported(self) -> bool:
        """Waits for the tokenizer; False where llguidance cannot work with it."""
        return self._base.exception() is None

    def submit(self, request: GrammarRequest) -> PendingGrammar:
        """Begin to compile. Raises `Refusal` 400 where a marker trigger is no token of the vocabulary."""
        known = self._vocabulary.marker_ids
        for marker in request.marker_triggers:
            if marker not in known:
                raise invalid("grammar.triggers", f"name {marker!r}, which is not one token of the vocabulary")
        triggers = frozenset(known[marker] for marker in request.marker_triggers)
        forbidden = frozenset(known[marker] for marker in request.forbid if marker in known)
        return PendingGrammar(request, triggers, forbidden, self._work(request, triggers))

    def check(self, lark: str, markers: Mapping[str, str]) -> Future[Json]:
        """Compile without keeping: `{"ok", "error"?, "milliseconds"}`."""
        return self._pool.submit(self._check, lark, markers)

    def close(self) -> None:
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _work(self, request: GrammarRequest, triggers: frozenset[int]) -> Future[_Compiled]:
        markers = tuple(sorted(request.markers.items()))
        key = (request.lark, markers, triggers, request.text_triggers)
        with self._lock:
            work = self._kept.get(key)
            if work is not None and not _failed(work):
                self._kept.move_to_end(key)
                self.counters.reused += 1
                return work
            work = self._kept[key] = self._pool.submit(self._compile, request)
            while len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
            return work

    # ---- on the pool's threads ------------------------------------------------------------------------------------

    def _read_tokenizer(self, written: str | None) -> tuple[LLTokenizer, Words]:
        vocabulary = self._vocabulary
        if written is None:
            raise GrammarError("grammar_unsupported", "this model's tokenizer is not one that grammars can use")
        try:
            made = LLTokenizer(written, n_vocab=vocabulary.size(), eos_token=sorted(vocabulary.eos) or None)
            return made, read_words(vocabulary, made)
        except Exception as error:
            message = f"grammars cannot use this model's tokenizer: {type(error).__name__}: {error}"
            raise GrammarError("grammar_unsupported", message) from error

    def _compile(self, request: GrammarRequest) -> _Compiled:
        try:
            made = self._made(request)
        except GrammarError:
            with self._lock:
                self.counters.refused += 1
            raise
        with self._lock:
            self.counters.compiled += 1
            self.counters.seconds += made.seconds
        return made

    def _made(self, request: GrammarRequest) -> _Compiled:
        _, words = self._base.result()
        began = time.perf_counter()
        if not request.lark:
            return _Compiled(None, (), words, 0.0)
        matcher = self._matcher(request.lark, request.markers)
        for marker in request.marker_triggers:
            self._accept(matcher, [self._vocabulary.marker_ids[marker]], marker)
        texts = tuple(self._text_trigger(matcher, words, trigger) for trigger in request.text_triggers)
        return _Compiled(matcher, texts, words, time.perf_counter() - began)

    def _matcher(self, lark: str, markers: Mapping[str, str]) -> LLMatcher:
        tokenizer, _ = self._base.result()
        try:
            text = with_token_ids(lark, markers, self._vocabulary.marker_ids)
        except UnknownMarkerName as error:
            raise GrammarError("grammar_invalid", str(error)) from None
        limits = LLParserLimits(verbose_errors=False)
        matcher = LLMatcher(tokenizer, LLMatcher.grammar_from_lark(text), log_level=0, limits=limits)
        if matcher.is_error():
            raise GrammarError("grammar_invalid", first_line(matcher.get_error()))
        return matcher

    def _text_trigger(self, matcher: LLMatcher, words: Words, trigger: TextTrigger) -> CompiledTrigger:
        begun = self._accept(matcher, words.spell(trigger.text.encode()), trigger.text)
        overshoots = self._overshoots.get(trigger) or find_overshoots(trigger, words.ordinary())
        if len(self._overshoots) < _KEPT:
            self._overshoots[trigger] = overshoots

        def refuses(behind: bytes) -> bool:
            try:
                tokens = words.spell(behind)
            except GrammarError:
                return True
            return begun.validate_tokens(tokens) < len(tokens)

        return compile_trigger(trigger, overshoots, refuses)

    def _accept(self, matcher: LLMatcher, tokens: list[int], trigger: str) -> LLMatcher:
        """The matcher behind a trigger."""
        begun = matcher.deep_copy()
        if not begun.consume_tokens(tokens):
            raise GrammarError("grammar_invalid", f"`start` cannot begin with its trigger {trigger!r}")
        return begun

    def _check(self, lark: str, markers: Mapping[str, str]) -> Json:
        began = time.perf_counter()
        answer: Json = {"ok": True}
        try:
            self._matcher(lark, markers)
        except GrammarError as error:
            answer = {"ok": False, "error": str(error)}
        return {**answer, "milliseconds": round(1000 * (time.perf_counter() - began), 3)}


def _failed(work: Future[_Compiled]) -> bool:
    return work.done() and (work.cancelled() or work.exception() is not None)
