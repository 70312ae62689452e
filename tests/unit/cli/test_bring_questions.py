"""What a tagger's files do not tell is asked of the person, in as many rounds as it takes."""

from __future__ import annotations

import io

import pytest

from reviewer.cli.bring import _answered
from reviewer.cli.frame import Frame
from reviewer.jobs.taggers.bringing import QuestionsOpen


class Terminal(io.StringIO):
    """What a person types."""

    def isatty(self) -> bool:
        return True


def needs(given: dict[str, str]) -> str:
    """The second question follows from the answer to the first."""
    if "layout" not in given:
        raise QuestionsOpen("layout?", (("layout", "Layout", ("nchw", "nhwc")),))
    if given["layout"] == "nhwc" and "size" not in given:
        raise QuestionsOpen("size?", (("size", "Size", ()),))
    return f"{given['layout']} {given.get('size', '')}"


def test_further_questions_follow_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", Terminal("nhwc\n448\n"))
    assert _answered(Frame(), {}, needs) == "nhwc 448"


def test_an_answer_that_does_not_help_is_not_asked_for_for_ever(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def never(_given: dict[str, str]) -> str:
        raise QuestionsOpen("size?", (("size", "Size", ()),))

    monkeypatch.setattr("sys.stdin", Terminal("448\n448\n"))
    with pytest.raises(QuestionsOpen):
        _answered(Frame(), {}, never)


def test_a_program_is_told_what_is_open() -> None:
    with pytest.raises(QuestionsOpen, match="layout"):
        _answered(Frame(json=True), {}, needs)
