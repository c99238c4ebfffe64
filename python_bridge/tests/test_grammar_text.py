"""Names of markers in a grammar become token ids of the vocabulary."""

import pytest

from pensieve_bridge.grammar_text import UnknownMarkerName, with_token_ids

TOKENS = {"<tool_call>": 7, "</tool_call>": 8}
MARKERS = {"CALL": "<tool_call>", "END_1": "</tool_call>", "TEXT": '<a "b">\n'}


@pytest.mark.parametrize(
    ("lark", "written"),
    [
        ("start: <[CALL]> x <[END_1]>", "start: <[7]> x <[8]>"),
        ("start: <[TEXT]>", r'start: "<a \"b\">\n"'),
        ("start: <[12]> <[3-5]>", "start: <[12]> <[3-5]>"),
        ('start: "<[CALL]>" <[CALL]>', 'start: "<[CALL]>" <[7]>'),
        (r'start: "\"<[CALL]>" <[CALL]>', r'start: "\"<[CALL]>" <[7]>'),
        ("start: /<[CALL]>/ <[CALL]>", "start: /<[CALL]>/ <[7]>"),
        (r'start: /[^"\/]*/ <[CALL]> /"/', r'start: /[^"\/]*/ <[7]> /"/'),
        ("start: x // <[CALL]> it's\nx: <[CALL]>", "start: x // <[CALL]> it's\nx: <[7]>"),
        (
            'j: %json {"enum": ["<[CALL]>", "\\"", "/"]}\nx: <[CALL]>',
            'j: %json {"enum": ["<[CALL]>", "\\"", "/"]}\nx: <[7]>',
        ),
    ],
)
def test_names_outside_of_strings_become_tokens_or_letters(lark: str, written: str) -> None:
    assert with_token_ids(lark, MARKERS, TOKENS) == written


def test_a_name_that_is_not_explained_is_told() -> None:
    with pytest.raises(UnknownMarkerName, match=r"<\[OTHER\]> .* \(CALL, END_1, TEXT\)"):
        with_token_ids("start: <[OTHER]>", MARKERS, TOKENS)
