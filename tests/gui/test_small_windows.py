"""Small screens and dense ones: nothing that matters is cut off."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from reviewer.core.tags.vocabulary import Vocabulary
from reviewer.core.types import Image, Question, Side, Tag
from reviewer.ui.tag_panel import TagPanel

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from reviewer.ui.main_window import MainWindow


def test_the_asked_tag_stays_in_sight_when_the_window_becomes_low(qtbot: QtBot):
    host = QWidget()
    qtbot.addWidget(host)
    panel = TagPanel(Vocabulary({n: Tag(n, f"tag_{n:02}") for n in range(1, 31)}), host)
    panel.resize(240, 900)
    host.resize(300, 900)
    host.show()
    asked = Question(1, 30, Side.WRONG, 0.5, 0.5)
    panel.show_question(asked, Image(1, "a.png", 1, b""), frozenset(range(1, 31)), {})
    at = panel._model.index(panel._model.asked_row())

    def in_sight() -> bool:
        return panel._list.viewport().rect().contains(panel._list.visualRect(at))

    for height in (900, 420, 380, 500):
        panel.resize(240, height)
        qtbot.waitUntil(in_sight)


def test_a_screen_of_960_by_540_holds_the_whole_window(window: MainWindow, reviewing: MainWindow):
    window.resize(960, 540)
    assert (window.width(), window.height()) == (960, 540)
    page = reviewing.review.page
    status = page.status
    below = status.mapTo(window, status.rect().bottomLeft()).y()
    assert below < window.height()
    assert page.view.height() > 200
