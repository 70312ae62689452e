"""Keys that hands know from other programs: moving a zoomed picture, paging, saving, leaving."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt

from reviewer.core.bindings import Bindings
from tests.gui.conftest import wait_painted
from tests.gui.test_presets import with_keys

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from reviewer.ui.main_window import MainWindow

SHIFT, CONTROL = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier


def corner(window: MainWindow) -> tuple[float, float]:
    """Where the upper left corner of the picture lies."""
    place = window.review.page.view.port.place()
    return place.left, place.top


def zoom_in(qtbot: QtBot, window: MainWindow) -> None:
    """Zooms so far that the picture is larger than its view both ways."""
    for _ in range(12):
        qtbot.keyClick(window.review.page, Qt.Key.Key_Plus)
    place, view = window.review.page.view.port.place(), window.review.page.view.port.view
    assert place.width > view[0]
    assert place.height > view[1]


@pytest.mark.parametrize(
    ("key", "across", "down"),
    [
        (Qt.Key.Key_Left, 1, 0),
        (Qt.Key.Key_Right, -1, 0),
        (Qt.Key.Key_Up, 0, 1),
        (Qt.Key.Key_Down, 0, -1),
    ],
)
def test_an_arrow_with_shift_moves_a_zoomed_picture(
    qtbot: QtBot, reviewing: MainWindow, key: Qt.Key, across: int, down: int
):
    page, asked = reviewing.review.page, reviewing.review.session.current
    zoom_in(qtbot, reviewing)
    before = corner(reviewing)
    qtbot.keyClick(page, key, SHIFT)
    after, view = corner(reviewing), page.view.port.view
    assert after[0] - before[0] == pytest.approx(across * view[0] / 4)
    assert after[1] - before[1] == pytest.approx(down * view[1] / 4)
    assert reviewing.review.session.current == asked
    # It never leaves the view, however often it is pressed.
    for _ in range(60):
        qtbot.keyClick(page, key, SHIFT)
    place = page.view.port.place()
    assert place.left <= 0.01
    assert place.top <= 0.01
    assert place.left + place.width >= view[0] - 0.01
    assert place.top + place.height >= view[1] - 0.01


@pytest.mark.parametrize("preset", ["prodigy", "hydrus"])
def test_with_shift_held_an_arrow_goes_on_as_it_does_without(
    qtbot: QtBot, reviewing: MainWindow, preset: str
):
    with_keys(reviewing, Bindings(preset))
    page, session = reviewing.review.page, reviewing.review.session
    forward, back = Qt.Key.Key_Down, Qt.Key.Key_Up
    if preset == "hydrus":
        forward, back = back, forward
    asked = session.current
    qtbot.keyClick(page, forward, SHIFT)
    assert session.current.pair != asked.pair
    qtbot.keyClick(page, back, SHIFT)
    assert session.current.pair == asked.pair
    assert reviewing.review.library.decisions.total() == 0


def test_page_keys_go_on_and_back(qtbot: QtBot, reviewing: MainWindow):
    page, session = reviewing.review.page, reviewing.review.session
    asked = session.current
    qtbot.keyClick(page, Qt.Key.Key_PageDown)
    assert session.current.pair != asked.pair
    qtbot.keyClick(page, Qt.Key.Key_PageUp)
    assert session.current.pair == asked.pair


def test_saving_says_that_all_is_saved_and_answers_nothing(qtbot: QtBot, reviewing: MainWindow):
    page, asked = reviewing.review.page, reviewing.review.session.current
    qtbot.keyClick(page, Qt.Key.Key_S, CONTROL)
    assert "Everything is saved" in page.notice.text
    assert reviewing.review.session.current == asked
    assert reviewing.review.library.decisions.total() == 0
    qtbot.keyClick(page, Qt.Key.Key_A)
    wait_painted(qtbot, reviewing)
    qtbot.keyClick(page, Qt.Key.Key_G)
    qtbot.keyClick(page, Qt.Key.Key_S, CONTROL)
    assert "Everything is saved" in page.notice.text
    assert reviewing.review.library.decisions.total() == 1


def test_f1_tells_of_the_tag_and_f12_leaves(qtbot: QtBot, reviewing: MainWindow):
    page = reviewing.review.page
    qtbot.keyClick(page, Qt.Key.Key_F1)
    qtbot.waitUntil(page.tags.about.isVisible)
    qtbot.keyClick(page, Qt.Key.Key_F12)
    qtbot.keyClick(page, Qt.Key.Key_F12)
    qtbot.waitUntil(lambda: reviewing.review is None)
