"""The small pictures of the last answers stay, however many other pictures come."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtGui import QImage

from reviewer.ui.pictures.thumbs import MOST
from tests.gui.test_history_page import answer

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from reviewer.ui.main_window import MainWindow


@pytest.fixture
def answered(qtbot: QtBot, reviewing: MainWindow) -> tuple[MainWindow, int]:
    """The window with one answer in its strip, and the image of that."""
    answer(qtbot, reviewing, "a")
    strip = reviewing.review.page.answers
    qtbot.waitUntil(lambda: len(strip.decisions()) == 1)
    return reviewing, strip.decisions()[0].image_id


def test_many_other_pictures_do_not_empty_the_strip(answered: tuple[MainWindow, int]) -> None:
    window, image_id = answered
    showing = window.review.controller.showing
    other = QImage(8, 8, QImage.Format.Format_RGB32)
    for number in range(1000, 1000 + 2 * MOST):
        showing._small.keep(number, other)
    assert image_id in showing.thumbs
    assert len(showing.thumbs) == MOST
    assert 1000 not in showing.thumbs
    assert 1000 + 2 * MOST - 1 in showing.thumbs


def test_a_picture_that_was_dropped_comes_back_each_time(
    qtbot: QtBot, answered: tuple[MainWindow, int]
) -> None:
    window, image_id = answered
    showing = window.review.controller.showing
    for _ in range(3):
        del showing._small.known[image_id]
        showing.prefetch()
        qtbot.waitUntil(lambda: image_id in showing.thumbs)
