"""The small pictures in the rows of the history."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt

from reviewer.core.types import Answer, Decision, Side
from reviewer.ui.history import pictures as history_pictures
from reviewer.ui.history.model import Column
from reviewer.ui.history.page import HistoryPage
from reviewer.ui.pictures.decoding import PictureKey, decode

if TYPE_CHECKING:
    import pytest
    from PySide6.QtGui import QColor
    from pytestqt.qtbot import QtBot

    from reviewer.ui.main_window import MainWindow


def log_of(window: MainWindow, images: list[int]) -> None:
    """Stores a Yes for each image, the first of them longest ago."""
    window.review.library.decisions.append(
        [
            Decision(image, 1, Answer.YES, Side.MISSING, 0.5, 0.5, "", "tester", 1_700_000_000_000)
            for image in images
        ]
    )


def opened(qtbot: QtBot, window: MainWindow) -> HistoryPage:
    qtbot.keyClick(window.review.page, Qt.Key.Key_L)
    page = window.page
    assert isinstance(page, HistoryPage)
    qtbot.waitUntil(lambda: page.model.rowCount() > 0)
    return page


def shown(page: HistoryPage) -> set[int]:
    """The images of all rows that have their small picture."""
    rows = [page.model.row(place) for place in range(page.model.rowCount())]
    ids = {row.decision.image_id for row in rows if row is not None}
    return {image_id for image_id in ids if page.pictures.small(image_id) is not None}


def picture_of(page: HistoryPage, place: int) -> QColor:
    """The colour in the middle of a row's small picture; the row is not the chosen one."""
    page.view.clearSelection()
    area = page.view.visualRect(page.model.index(place, Column.PICTURE))
    painted = page.view.viewport().grab(area).toImage()
    return painted.pixelColor(painted.rect().center())


def test_every_row_on_screen_gets_its_picture(qtbot: QtBot, reviewing: MainWindow):
    log_of(reviewing, [1, 2, 3, 2])
    page = opened(qtbot, reviewing)
    qtbot.waitUntil(lambda: shown(page) == {1, 2, 3})
    index = page.model.index(0, Column.PICTURE)
    before = picture_of(page, 0)
    page.pictures._small.clear()
    assert picture_of(page, 0) != before
    path = reviewing.review.library.images.get(2).path
    assert page.model.data(index, Qt.ItemDataRole.ToolTipRole) == path
    assert page.model.data(index, Qt.ItemDataRole.AccessibleTextRole) == path


def test_rows_that_are_scrolled_to_get_theirs_and_few_are_kept(
    qtbot: QtBot, reviewing: MainWindow, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(history_pictures, "MOST", 4)
    log_of(reviewing, [1, 2, 3, *[6] * 200])
    page = opened(qtbot, reviewing)
    qtbot.waitUntil(lambda: shown(page) == {6})
    page.view.scrollToBottom()
    qtbot.waitUntil(lambda: shown(page) == {1, 2, 3, 6})
    log_of(reviewing, [4, 5])
    page.opened()
    page.view.scrollToTop()
    qtbot.waitUntil(lambda: {4, 5} <= shown(page))
    assert len(page.pictures._small) <= 4


def test_a_picture_that_cannot_be_read_leaves_a_frame_and_is_said_when_chosen(
    qtbot: QtBot, reviewing: MainWindow
):
    library = reviewing.review.library
    (library.folder / library.images.get(1).path).unlink()
    log_of(reviewing, [1, 2])
    page = opened(qtbot, reviewing)
    qtbot.waitUntil(lambda: page.pictures.problem(1) != "")
    qtbot.waitUntil(lambda: shown(page) == {2})
    assert page.preview.picture._words == ""
    qtbot.keyClick(page.view, Qt.Key.Key_Down)
    assert library.images.get(1).path in page.preview.picture._words


def test_what_was_taken_back_is_pale(qtbot: QtBot, reviewing: MainWindow):
    log_of(reviewing, [1])
    log_of(reviewing, [2])
    page = opened(qtbot, reviewing)
    qtbot.waitUntil(lambda: shown(page) == {1, 2})
    before = picture_of(page, 0)
    reviewing.review.library.decisions.undo_last("tester")
    page.opened()
    qtbot.waitUntil(lambda: page._found.text() == "1 answer, 1 taken back")
    qtbot.waitUntil(lambda: shown(page) == {1, 2})
    row = page.model.row(0)
    assert row is not None
    assert row.undone
    assert picture_of(page, 0) != before
    assert picture_of(page, 0) != page.view.palette().base().color()


def test_decoded_pictures_are_opaque_whatever_they_are_painted_on(reviewing: MainWindow):
    files = reviewing.review.controller.showing.files
    for key in (PictureKey(1), PictureKey(2, 100, 100)):
        picture = decode(key, files(key.image_id))
        for image in (picture.image, picture.thumb):
            assert set(bytes(image.constBits())[3::4]) == {255}


def test_end_and_home_go_to_the_last_and_the_first_row(qtbot: QtBot, reviewing: MainWindow):
    log_of(reviewing, [1, 2, 3])
    page = opened(qtbot, reviewing)
    qtbot.keyClick(page.view, Qt.Key.Key_End)
    assert page.view.currentIndex().row() == 2
    assert page.view.horizontalScrollBar().value() == 0
    qtbot.keyClick(page.view, Qt.Key.Key_Home)
    assert page.view.currentIndex().row() == 0


def test_who_answered_is_a_column_where_several_did(qtbot: QtBot, reviewing: MainWindow):
    log_of(reviewing, [1])
    page = opened(qtbot, reviewing)
    assert page.view.isColumnHidden(Column.REVIEWER)
    other = Decision(2, 1, Answer.NO, Side.MISSING, 0.5, 0.5, "", "ann", 1_700_000_000_000)
    reviewing.review.library.decisions.append([other])
    page.opened()
    qtbot.waitUntil(lambda: not page.view.isColumnHidden(Column.REVIEWER))
