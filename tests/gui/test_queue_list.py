"""The list of queues keeps the one that is reviewed in sight."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt

from reviewer.store.library import Library
from tests.gui.conftest import rank_all, wait_painted

if TYPE_CHECKING:
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from reviewer.ui.main_window import MainWindow


@pytest.fixture
def at_the_end(qtbot: QtBot, reviewing: MainWindow) -> MainWindow:
    """A small window whose last queue is reviewed, which the list has to be scrolled to."""
    reviewing.resize(960, 540)
    last = reviewing.review.page.queues._model.rows[-1].key
    while reviewing.review.session.feed.tag_id != last:
        qtbot.keyClick(reviewing.review.page, Qt.Key.Key_BracketRight)
        wait_painted(qtbot, reviewing)
    # The list follows a moment after the picture.
    qtbot.waitUntil(lambda: current_key(reviewing) == last and in_sight(reviewing))
    assert reviewing.review.page.queues._list.verticalScrollBar().value() > 0
    return reviewing


def current_key(window: MainWindow) -> int | None:
    return next((row.key for row in window.review.page.queues._model.rows if row.current), None)


def in_sight(window: MainWindow) -> bool:
    queues = window.review.page.queues
    row = queues._model.current_row()
    place = queues._list.visualRect(queues._model.index(row))
    return row >= 0 and queues._list.viewport().rect().contains(place)


def test_after_a_search_that_was_left(qtbot: QtBot, at_the_end: MainWindow):
    picker = at_the_end.review.page.queues._picker
    qtbot.keyClick(at_the_end.review.page, Qt.Key.Key_Slash)
    qtbot.keyClicks(picker, "ca")
    qtbot.keyClick(picker, Qt.Key.Key_Escape)
    assert in_sight(at_the_end)


def test_after_a_new_ranking(qtbot: QtBot, at_the_end: MainWindow, workspace: Path):
    with Library.open(workspace) as other:
        rank_all(other, decided=1)
    assert at_the_end.review.controller.take_new_ranking()
    qtbot.waitUntil(lambda: in_sight(at_the_end))


def test_when_the_collection_is_opened_again(qtbot: QtBot, at_the_end: MainWindow, workspace: Path):
    last = at_the_end.review.session.feed.tag_id
    at_the_end.show_start()
    assert at_the_end.open_collection(workspace)
    wait_painted(qtbot, at_the_end)
    assert at_the_end.review.session.feed.tag_id == last
    qtbot.waitUntil(lambda: in_sight(at_the_end))
