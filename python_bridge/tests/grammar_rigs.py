"""Questions to an engine in the test process whose rows have grammars."""

from pensieve_bridge.events import Finished, Marker, Text
from pensieve_bridge.grammar_compiler import PendingGrammar
from pensieve_bridge.grammar_request import GrammarRequest
from pensieve_bridge.model import LoadedModel
from pensieve_bridge.sampling import SamplingPlan
from pensieve_bridge.script import Script

from .engines import Rig
from .grammars import hermes

CALL, CALL_END = "<tool_call>", "</tool_call>"


def model_of(rig: Rig) -> LoadedModel:
    assert rig.engine.model is not None
    return rig.engine.model


def grammar(rig: Rig, request: GrammarRequest) -> PendingGrammar:
    return model_of(rig).grammars.submit(request)


def said(rig: Rig, name: str) -> str:
    """The answer as text, markers as their letters."""
    return "".join(e.text if isinstance(e, Text) else e.marker for e in rig.seen[name] if isinstance(e, Text | Marker))


def ended(rig: Rig, name: str) -> Finished:
    end = rig.end(name)
    assert end is not None
    return end


def wait(rig: Rig, *names: str) -> list[str]:
    rig.pump(lambda: all(rig.end(name) for name in names))
    return [said(rig, name) for name in names]


def call_marker(rig: Rig) -> int:
    """The id of the call marker, which the vocabulary of numbers does not tell."""
    (marker,) = grammar(rig, hermes()).grammar().marker_triggers
    return marker


def hot(seed: int, temperature: float = 1.0) -> SamplingPlan:
    return SamplingPlan(temperature=temperature, seed=seed)


def script(rig: Rig, *pieces: str) -> Script:
    model = model_of(rig)
    tokens: list[int] = []
    origins: list[int] = []
    for n, piece in enumerate(pieces):
        known = model.vocabulary.marker_ids.get(piece)
        spelled = model.prompts.encode_text(piece) if known is None else [known]
        tokens += spelled
        origins += [n] * len(spelled)
    return Script(tuple(tokens), tuple(origins))
