"""Tags and files that are named like markup, or that would turn a line round, in the window."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QTextDocument
from PySide6.QtWidgets import QLabel

from reviewer.core.types import Category, Tag
from reviewer.ui.aids.number_chip import NumberChip
from reviewer.ui.question_bar import QuestionBar
from reviewer.ui.status_line import StatusLine
from reviewer.ui.theme import shown_name
from reviewer.ui.widgets.parts import plain_tip, text_label

FETCHED = '<img src="//example.org/a.png"> <b>cat</b>'


def as_qt_shows(tip: str) -> str:
    """The words of a tip when Qt has read it as it does."""
    document = QTextDocument()
    document.setHtml(tip)
    return document.toPlainText()


@pytest.mark.parametrize("text", [FETCHED, "<b>cat</b>", "<s>a\nb", "a<b & c>d"])
def test_a_tip_is_shown_as_it_stands(qapp: object, text: str) -> None:
    tip = plain_tip(text)
    if tip != text:
        assert "<img" not in tip
        assert as_qt_shows(tip).replace("\u2028", "\n") == text


def test_words_that_are_no_markup_stay_as_they_are(qapp: object) -> None:
    for text in ("cat", "a & b", "1 < 2", ">_<", "", "two\nlines"):
        assert plain_tip(text) == text
    assert text_label("<b>cat</b>").textFormat() == QLabel().textFormat().PlainText


def test_the_question_asks_of_a_tag_that_looks_like_markup(qtbot: object, qapp: object) -> None:
    bar = QuestionBar()
    bar.show_question(Tag(1, FETCHED, Category.GENERAL), None)
    assert "<img" not in bar.toolTip()
    assert as_qt_shows(bar.toolTip()) == FETCHED


def test_a_sign_in_a_name_is_no_key_of_a_chip(qapp: object) -> None:
    parent = QLabel()
    chip = NumberChip(1, parent, "")
    chip.show_tag(Tag(1, "panty_&stocking", Category.COPYRIGHT), "panty", FETCHED, on=False)
    assert chip.shortcut().isEmpty()
    assert chip.text() == "panty &stocking"
    assert as_qt_shows(chip.toolTip()) == FETCHED


def test_a_name_that_turns_the_line_round_is_written_out() -> None:
    assert shown_name("long\u202ehair_x") == r"long\u202ehair x"
    assert shown_name("初音ミク_(append)") == "初音ミク (append)"


def test_a_collection_is_called_what_its_folder_is(qapp: object) -> None:
    line = StatusLine()
    line.show_job("Prepare R&B <b>x", None)
    assert line._job.text() == "Prepare R&&B <b>x"
    assert as_qt_shows(line._job.toolTip()).startswith("Prepare R&B <b>x: ")
    line.show_cut_off("Prepare R&B")
    # Two of them are shown as one; a single one would be a key.
    assert line._job.text() == "Prepare R&&B was cut off"
    assert line._job.shortcut().isEmpty()
