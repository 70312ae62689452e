"""An input method that composes: its letters are no commands, and its keys take nothing twice."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QInputMethodEvent
from PySide6.QtWidgets import QApplication, QLineEdit

from reviewer.ui.tag_panel import Part

if TYPE_CHECKING:
    from PySide6.QtCore import QObject
    from pytestqt.qtbot import QtBot

    from reviewer.ui.main_window import MainWindow

KANA = "\N{HIRAGANA LETTER NE}"
CAT = "\N{CJK UNIFIED IDEOGRAPH-732B}"


def compose(target: QObject, preedit: str, commit: str = "") -> None:
    """What Qt sends while something is composed, and when it is taken."""
    event = QInputMethodEvent(preedit, [])
    if commit:
        event.setCommitString(commit)
    QApplication.sendEvent(target, event)


def test_what_is_composed_over_a_question_answers_nothing(qtbot: QtBot, reviewing: MainWindow):
    review = reviewing.review
    assert review is not None
    asked = review.session.current
    compose(review.page, KANA)
    compose(review.page, "", "a")
    assert review.library.decisions.total() == 0
    assert review.session.current == asked
    qtbot.keyClick(review.page, Qt.Key.Key_A)
    assert review.library.decisions.total() == 1


def test_a_key_answers_once_although_something_was_composed_before_it(
    qtbot: QtBot, reviewing: MainWindow
):
    review = reviewing.review
    assert review is not None
    compose(review.page, KANA)
    qtbot.keyClick(review.page, Qt.Key.Key_A)
    compose(review.page, "", "a")
    assert review.library.decisions.total() == 1


@pytest.mark.parametrize("key", [Qt.Key.Key_Return, Qt.Key.Key_Escape, Qt.Key.Key_Tab])
def test_the_editor_leaves_the_keys_to_what_is_composed(
    qtbot: QtBot, reviewing: MainWindow, key: Qt.Key
):
    review = reviewing.review
    assert review is not None
    qtbot.keyClick(review.page, Qt.Key.Key_E)
    line = QApplication.focusWidget()
    assert isinstance(line, QLineEdit)
    completing = review.controller._aids._edits.completing
    qtbot.waitUntil(lambda: completing.is_ready)
    qtbot.keyClicks(line, "smi")
    qtbot.waitUntil(lambda: review.page.tags.editor.marked() is not None)
    compose(line, KANA)
    qtbot.keyClick(line, key)
    assert review.page.tags.part is Part.EDITOR
    assert review.library.decisions.total() == 0
    compose(line, "", CAT)
    assert line.text() == f"smi{CAT}"
    line.setText("smile")
    assert review.page.tags.editor.marked().name == "smile"
    qtbot.keyClick(line, Qt.Key.Key_Return)
    assert review.library.decisions.total() == 1


def test_the_picker_of_queues_leaves_the_keys_to_what_is_composed(
    qtbot: QtBot, reviewing: MainWindow
):
    review = reviewing.review
    assert review is not None
    before = review.session.feed.tag_id
    qtbot.keyClick(review.page, Qt.Key.Key_Slash)
    line = QApplication.focusWidget()
    assert isinstance(line, QLineEdit)
    compose(line, KANA)
    qtbot.keyClick(line, Qt.Key.Key_Return)
    assert QApplication.focusWidget() is line
    assert review.session.feed.tag_id == before
    compose(line, "", CAT)
    assert line.text() == CAT
    qtbot.keyClick(line, Qt.Key.Key_Escape)
    assert QApplication.focusWidget() is review.page
    assert review.library.decisions.total() == 0
