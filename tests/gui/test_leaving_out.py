"""A tag that a reviewer does not want to be asked about is left out, and taken in again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt

from reviewer.core.review.feed import Mode
from tests.gui.conftest import wait_painted

if TYPE_CHECKING:
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from reviewer.ui.main_window import MainWindow


def press(qtbot: QtBot, window: MainWindow) -> None:
    page = window.review.page
    where = page.grid if window.review.session.pages.current is not None else page
    qtbot.keyClick(where, Qt.Key.Key_U, Qt.KeyboardModifier.ShiftModifier)


def rows(window: MainWindow) -> list[tuple[int, str]]:
    return [(row.key, row.detail) for row in window.review.page.queues._model.rows if row.key > 0]


def test_a_tag_left_out_comes_last_and_is_not_asked(qtbot: QtBot, reviewing: MainWindow):
    session = reviewing.review.session
    out = session.current.tag_id
    board = reviewing.review.controller._around._board
    promised, everything = board.expected, len(rows(reviewing))
    press(qtbot, reviewing)
    wait_painted(qtbot, reviewing)
    assert session.current.tag_id != out
    assert len(rows(reviewing)) == everything
    assert rows(reviewing)[-1][0] == out
    assert rows(reviewing)[-1][1].startswith("left out")
    lost = session.feed.book.summary(out).expected_fixes
    assert abs(board.expected - (promised - lost)) < 1e-6
    assert "is left out from now on" in reviewing.review.page.notice.text
    # Not among what comes by itself, to the very end.
    assert out not in {question.tag_id for question in session.upcoming(10_000)}
    assert session.feed.neighbour_tag(-1) != out


def test_it_is_asked_where_it_is_chosen_and_taken_in_again(qtbot: QtBot, reviewing: MainWindow):
    session = reviewing.review.session
    before = rows(reviewing)
    out = session.current.tag_id
    press(qtbot, reviewing)
    session.enter(Mode.TAG, out)
    assert session.current.tag_id == out
    press(qtbot, reviewing)
    wait_painted(qtbot, reviewing)
    assert session.current.tag_id == out
    assert rows(reviewing) == before
    assert "is asked about again" in reviewing.review.page.notice.text


def test_a_chosen_queue_gives_way_to_the_best_other(qtbot: QtBot, reviewing: MainWindow):
    session = reviewing.review.session
    out = session.current.tag_id
    session.enter(Mode.TAG, out)
    press(qtbot, reviewing)
    assert session.feed.mode is Mode.TAG
    assert session.current.tag_id == session.feed.tag_id != out


def test_in_the_grid_the_page_is_of_another_tag(qtbot: QtBot, reviewing: MainWindow):
    session = reviewing.review.session
    qtbot.keyClick(reviewing.review.page, Qt.Key.Key_G)
    out = session.feed.tag_id
    press(qtbot, reviewing)
    assert {question.tag_id for question in session.pages.current.questions}.isdisjoint({out})


def test_it_stays_left_out_when_the_window_opens_again(
    qtbot: QtBot, reviewing: MainWindow, workspace: Path
):
    out = reviewing.review.session.current.tag_id
    press(qtbot, reviewing)
    reviewing.show_start()
    assert reviewing.open_collection(workspace)
    wait_painted(qtbot, reviewing)
    assert reviewing.review.session.current.tag_id != out
    assert rows(reviewing)[-1][0] == out
    reviewing.review.session.reload(reviewing.review.session.feed.book.ranking)
    assert reviewing.review.session.feed.book.left_out == {out}
