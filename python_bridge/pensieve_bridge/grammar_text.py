"""From a grammar that names markers to one that names token ids of this vocabulary."""

import json
import re
from collections.abc import Mapping

# What stands inside a string, a regular expression or a comment is not a marker's name.
_LEXEMES = re.compile(
    r"""
    "(?:\\.|[^"\\\n])*"
  | //[^\n]*
  | /(?:\\.|[^/\\\n])+/
  | <\[(?P<name>[A-Za-z_][A-Za-z0-9_]*)\]>
    """,
    re.VERBOSE,
)


class UnknownMarkerName(Exception):
    """The text says `<[NAME]>` for a name that the request does not explain."""


def with_token_ids(lark: str, markers: Mapping[str, str], token_of: Mapping[str, int]) -> str:
    """Each `<[NAME]>` becomes `<[id]>`, or a quoted string where the marker is not one token of the vocabulary.

    Raises `UnknownMarkerName`.
    """

    def written(found: re.Match[str]) -> str:
        name = found["name"]
        if name is None:
            return found[0]
        if name not in markers:
            raise UnknownMarkerName(f"<[{name}]> is not among the grammar's markers ({', '.join(markers) or 'none'})")
        letters = markers[name]
        token = token_of.get(letters)
        return json.dumps(letters, ensure_ascii=False) if token is None else f"<[{token}]>"

    return _LEXEMES.sub(written, lark)
