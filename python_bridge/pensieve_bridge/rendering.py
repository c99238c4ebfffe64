"""One request in front of the model's chat template: rendered as a whole, in part, or with marks in it."""

from typing import TYPE_CHECKING

from .shield import Shield
from .wire import Json, PromptRequest, Refusal

if TYPE_CHECKING:
    from .prompt import PromptBuilder


class Rendering:
    """Holds the request's parts with every marker inside them broken (see `shield`)."""

    def __init__(self, builder: "PromptBuilder", request: PromptRequest) -> None:
        self.builder = builder
        self.shield = Shield(builder.markers, [request.messages, request.tools, request.template_options])
        self.messages: list[Json] = [self.shield.protect(m) for m in request.messages]
        self._tools: list[Json] = self.shield.protect(request.tools)
        self._options: Json = self.shield.protect(request.template_options)
        self._continues = request.continue_final

    def whole(self, messages: list[Json] | None = None) -> str:
        """The prompt's text, up to where the answer begins; of other messages than the request's if they are given."""
        messages = self.messages if messages is None else messages
        if not self._continues:
            return self._apply(messages, open_turn=True)
        last = messages[-1]
        where = "content" if last["content"] or not last.get("reasoning_content") else "reasoning_content"
        messages = [*messages[:-1], {**last, where: last[where] + self.shield.end_mark}]
        rendered = self._apply(messages, open_turn=False)
        at = rendered.rfind(self.shield.end_mark)
        if at < 0:
            raise Refusal(400, "template_error", "the chat template does not show the assistant turn to be continued")
        return rendered[:at]

    def closed(self, messages: list[Json]) -> str:
        """The text of whole turns, without the beginning of an answer behind them."""
        return self._apply(messages, open_turn=False)

    def encode(self, text: str, *, inside: bool = False) -> list[int]:
        """Token ids; `inside`: the text does not begin the prompt."""
        return self.builder.encode_pieces(self.shield.cut(text), inside=inside)

    def _apply(self, messages: list[Json], *, open_turn: bool) -> str:
        return self.builder.apply(messages, self._tools, self._options, open_turn)
