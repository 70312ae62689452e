"""A review by real key events, checked against the log on disk."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication

from reviewer.core.review.feed import Mode
from reviewer.core.types import Answer
from reviewer.store.library import Library
from reviewer.ui.widgets.notice_bar import Kind
from tests.gui.conftest import wait_painted

if TYPE_CHECKING:
    import sqlite3
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from reviewer.ui.main_window import MainWindow


def press(qtbot: QtBot, window: MainWindow, key: Qt.Key) -> None:
    """Presses a key on the page, as the system would deliver it."""
    qtbot.keyClick(window.review.page, key)


@pytest.mark.parametrize(
    ("key", "answer"),
    [
        (Qt.Key.Key_A, Answer.YES),
        (Qt.Key.Key_Y, Answer.YES),
        (Qt.Key.Key_X, Answer.NO),
        (Qt.Key.Key_N, Answer.NO),
        (Qt.Key.Key_Space, Answer.UNSURE),
        (Qt.Key.Key_S, Answer.UNSURE),
    ],
)
def test_a_key_answers_the_question_on_screen(
    qtbot: QtBot, reviewing: MainWindow, key: Qt.Key, answer: Answer
):
    session = reviewing.review.session
    asked = session.current
    press(qtbot, reviewing, key)
    (stored,) = reviewing.review.library.decisions.recent(1)
    assert stored.pair == asked.pair
    assert stored.answer is answer
    assert stored.reviewer == "tester"
    assert stored.elapsed_ms >= 0
    assert session.current.pair != asked.pair


def test_a_key_before_the_picture_is_painted_does_nothing(
    qtbot: QtBot, window: MainWindow, workspace: Path
):
    window.open_collection(workspace)
    assert not window.review.controller.showing.ready
    press(qtbot, window, Qt.Key.Key_A)
    assert window.review.library.decisions.total() == 0
    wait_painted(qtbot, window)
    press(qtbot, window, Qt.Key.Key_A)
    assert window.review.library.decisions.total() == 1


def test_two_presses_within_one_paint_answer_once(qtbot: QtBot, reviewing: MainWindow):
    press(qtbot, reviewing, Qt.Key.Key_A)
    press(qtbot, reviewing, Qt.Key.Key_A)
    assert reviewing.review.library.decisions.total() == 1


def test_a_key_held_down_answers_once(qtbot: QtBot, reviewing: MainWindow):
    press(qtbot, reviewing, Qt.Key.Key_A)
    wait_painted(qtbot, reviewing)
    repeat = QKeyEvent(
        QEvent.Type.KeyPress, Qt.Key.Key_A, Qt.KeyboardModifier.NoModifier, "a", autorep=True
    )
    QApplication.sendEvent(reviewing.review.page, repeat)
    assert reviewing.review.library.decisions.total() == 1


def at_the_window(window: MainWindow, kind: QEvent.Type, key: Qt.Key, at_ms: int) -> None:
    """Sends a key as the window system does, at a time of its clock."""
    event = QKeyEvent(kind, key, Qt.KeyboardModifier.NoModifier)
    event.setTimestamp(at_ms)
    QApplication.sendEvent(window.windowHandle(), event)


def test_a_key_held_down_answers_once_where_its_repetitions_look_like_presses(
    qtbot: QtBot, reviewing: MainWindow
):
    down, up = QEvent.Type.KeyPress, QEvent.Type.KeyRelease
    at_the_window(reviewing, down, Qt.Key.Key_A, 1000)
    for at in range(1600, 2000, 50):
        wait_painted(qtbot, reviewing)
        at_the_window(reviewing, up, Qt.Key.Key_A, at)
        at_the_window(reviewing, down, Qt.Key.Key_A, at)
    at_the_window(reviewing, up, Qt.Key.Key_A, 2000)
    assert reviewing.review.library.decisions.total() == 1
    wait_painted(qtbot, reviewing)
    at_the_window(reviewing, down, Qt.Key.Key_A, 2060)
    assert reviewing.review.library.decisions.total() == 2


def test_full_resolution_stays_while_its_key_is_held(qtbot: QtBot, reviewing: MainWindow):
    down, up = QEvent.Type.KeyPress, QEvent.Type.KeyRelease
    view = reviewing.review.page.view
    at_the_window(reviewing, down, Qt.Key.Key_W, 1000)
    at_the_window(reviewing, up, Qt.Key.Key_W, 1600)
    at_the_window(reviewing, down, Qt.Key.Key_W, 1600)
    assert view.zoomed
    at_the_window(reviewing, up, Qt.Key.Key_W, 1700)
    assert not view.zoomed


def test_undo_brings_the_question_back_and_redo_answers_it_again(
    qtbot: QtBot, reviewing: MainWindow
):
    session, log = reviewing.review.session, reviewing.review.library.decisions
    first = session.current.pair
    press(qtbot, reviewing, Qt.Key.Key_X)
    wait_painted(qtbot, reviewing)
    press(qtbot, reviewing, Qt.Key.Key_Backspace)
    assert session.current.pair == first
    assert log.total() == 0
    wait_painted(qtbot, reviewing)
    qtbot.keyClick(reviewing.review.page, Qt.Key.Key_Y, Qt.KeyboardModifier.ControlModifier)
    assert [d.pair for d in log.recent(5)] == [first]
    assert session.current.pair != first


def test_undo_reaches_back_beyond_the_start_of_the_window(
    qtbot: QtBot, reviewing: MainWindow, workspace: Path
):
    first = reviewing.review.session.current.pair
    press(qtbot, reviewing, Qt.Key.Key_A)
    reviewing.show_start()
    assert reviewing.open_collection(workspace)
    wait_painted(qtbot, reviewing)
    press(qtbot, reviewing, Qt.Key.Key_Backspace)
    assert reviewing.review.session.current.pair == first
    assert reviewing.review.library.decisions.total() == 0


def test_undo_with_nothing_to_undo_says_so(qtbot: QtBot, reviewing: MainWindow):
    press(qtbot, reviewing, Qt.Key.Key_Backspace)
    assert "no answer" in reviewing.review.page.notice.text


def test_arrows_move_without_answering(qtbot: QtBot, reviewing: MainWindow):
    session = reviewing.review.session
    first = session.current.pair
    press(qtbot, reviewing, Qt.Key.Key_Right)
    second = session.current.pair
    press(qtbot, reviewing, Qt.Key.Key_Left)
    assert session.current.pair == first != second
    assert reviewing.review.library.decisions.total() == 0


def test_the_wheel_moves_without_answering(reviewing: MainWindow):
    session = reviewing.review.session
    first = session.current.pair
    reviewing.review.page.view.turned.emit(1)
    assert session.current.pair != first
    reviewing.review.page.view.turned.emit(-1)
    assert session.current.pair == first


def test_a_flag_is_stored_and_goes_with_the_answer(
    qtbot: QtBot, reviewing: MainWindow, workspace: Path
):
    asked = reviewing.review.session.current
    press(qtbot, reviewing, Qt.Key.Key_F)
    assert [q.pair for q in reviewing.review.library.flags.all()] == [asked.pair]
    reviewing.show_start()
    reviewing.open_collection(workspace)
    reviewing.review.session.enter(Mode.FLAGGED)
    reviewing.review.controller.showing.show()
    wait_painted(qtbot, reviewing)
    assert reviewing.review.session.current.pair == asked.pair
    press(qtbot, reviewing, Qt.Key.Key_A)
    assert reviewing.review.library.flags.all() == []


def test_an_answer_on_a_full_disk_stays_unanswered_and_says_so(qtbot: QtBot, reviewing: MainWindow):
    review = reviewing.review
    asked = review.session.current
    review.library.decisions._database.write(_stop_growing)
    # A row that needs pages of its own, so that the first answer finds no room.
    review.session.reviewer = "r" * 200_000
    press(qtbot, reviewing, Qt.Key.Key_A)
    assert review.session.current == asked
    assert review.library.decisions.total() == 0
    assert review.page.notice.text.startswith("Not saved:")
    assert review.page.notice.kind is Kind.ERROR
    qtbot.waitUntil(lambda: review.page.status._saved.text() == "NOT SAVED")
    review.session.reviewer = "tester"
    press(qtbot, reviewing, Qt.Key.Key_A)
    assert review.library.decisions.total() == 1
    assert review.page.notice.text == ""


def _stop_growing(connection: sqlite3.Connection) -> None:
    """Lets SQLite find no room for another page, as on a full disk."""
    pages = connection.execute("PRAGMA page_count").fetchone()[0]
    connection.execute(f"PRAGMA max_page_count = {pages}")


def test_a_click_on_an_answer_asks_it_again(qtbot: QtBot, reviewing: MainWindow):
    review = reviewing.review
    asked = review.session.current.pair
    press(qtbot, reviewing, Qt.Key.Key_A)
    qtbot.waitUntil(lambda: bool(review.page.answers.decisions()))
    qtbot.mouseClick(review.page.answers._cells[0], Qt.MouseButton.LeftButton)
    assert review.session.current.pair == asked
    assert "You answered Yes" in review.page.question_bar.note
    wait_painted(qtbot, reviewing)
    press(qtbot, reviewing, Qt.Key.Key_X)
    image_id, tag_id = asked
    assert review.library.decisions.answers(image_id)[tag_id] is Answer.NO


def test_answers_survive_the_window(qtbot: QtBot, reviewing: MainWindow, workspace: Path):
    press(qtbot, reviewing, Qt.Key.Key_A)
    reviewing.close()
    with Library.open(workspace) as library:
        assert library.decisions.total() == 1
