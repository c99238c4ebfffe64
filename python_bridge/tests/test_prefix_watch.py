"""The log names what changed in a prompt that should only have grown."""

import json
from typing import Any

import pytest

from pensieve_bridge.marks import Boundaries
from pensieve_bridge.prefix_watch import PrefixWatch
from pensieve_bridge.prompt import Prompt

MESSAGES: list[dict[str, Any]] = [{"role": r} for r in ("system", "user", "assistant", "user", "assistant", "user")]


def prompt(tokens: list[int], *starts: tuple[int, int], close: int = 0) -> Prompt:
    return Prompt("", tokens, Boundaries(close=close), starts)


def said(capfd: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in capfd.readouterr().err.splitlines()]


def watch() -> PrefixWatch:
    return PrefixWatch(lambda ids: " ".join(map(str, ids)))


def test_a_prompt_that_grows_is_not_worth_a_word(capfd: pytest.CaptureFixture[str]) -> None:
    watching = watch()
    watching.look("s", "", prompt([1, 2, 3, 9], (1, 1), close=3), MESSAGES)
    watching.look("s", "", prompt([1, 2, 3, 4, 5, 9], (1, 1), (4, 3), close=5), MESSAGES)
    watching.look("s", "agent", prompt([7, 7]), MESSAGES)
    watching.look("t", "", prompt([8, 8]), MESSAGES)
    assert said(capfd) == []


def test_the_first_other_token_is_told_with_its_place(capfd: pytest.CaptureFixture[str]) -> None:
    watching = watch()
    watching.look("s", "", prompt([1, 2, 3, 4, 5, 6], (1, 1), (4, 3)), MESSAGES)
    watching.look("s", "", prompt([1, 2, 3, 4, 8, 6], (1, 1), (4, 3)), MESSAGES)
    (line,) = said(capfd)
    assert line["event"] == "prefix_changed"
    assert (line["commonTokens"], line["lostTokens"]) == (4, 2)
    assert (line["token"], line["instead"]) == ("8", "5")
    assert line["part"].startswith("messages[3] (user)")


def test_a_change_in_front_of_all_messages_is_in_the_head(capfd: pytest.CaptureFixture[str]) -> None:
    watching = watch()
    watching.look("s", "", prompt([1, 2, 3], (2, 1)), MESSAGES)
    watching.look("s", "", prompt([7, 2, 3], (2, 1)), MESSAGES)
    assert said(capfd)[0]["part"] == "tools and system prompt"


def test_places_that_were_known_before_stay_known(capfd: pytest.CaptureFixture[str]) -> None:
    """A prompt that goes on from known tokens shows the places of what is new only."""
    watching = watch()
    watching.look("s", "", prompt([1, 2, 3, 4], (1, 1)), MESSAGES)
    watching.look("s", "", prompt([1, 2, 3, 4, 5, 6, 7], (5, 3)), MESSAGES)
    watching.look("s", "", prompt([1, 2, 0, 4, 5, 6, 7], (5, 3)), MESSAGES)
    assert said(capfd)[0]["part"].startswith("messages[1] (user)")
