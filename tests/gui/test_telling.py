"""What a screen reader hears while one reviews: the name of what has the focus."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent

from reviewer.core.review.feed import Mode
from reviewer.ui import telling
from reviewer.ui.grid import view as grid_view
from reviewer.ui.widgets.notice_bar import Kind
from tests.gui.conftest import wait_painted

if TYPE_CHECKING:
    from pathlib import Path

    from PySide6.QtWidgets import QWidget
    from pytestqt.qtbot import QtBot

    from reviewer.ui.main_window import MainWindow
    from reviewer.ui.review_page import ReviewPage


@pytest.fixture
def page(qtbot: QtBot, window: MainWindow, workspace: Path) -> ReviewPage:
    window.open_collection(workspace)
    wait_painted(qtbot, window)
    assert window.review is not None
    shown = window.review.page
    qtbot.waitUntil(lambda: shown.accessibleName().startswith("Does this image show"))
    return shown


@pytest.fixture
def led(monkeypatch: pytest.MonkeyPatch) -> list[QWidget]:
    """The widgets that a reader is led to; it is led there all the same."""
    places: list[QWidget] = []
    lead_to = telling.lead_to

    def noted(widget: QWidget) -> None:
        places.append(widget)
        lead_to(widget)

    monkeypatch.setattr(telling, "lead_to", noted)
    monkeypatch.setattr(grid_view, "lead_to", noted)
    return places


def test_the_line_below_the_question_is_heard_and_does_not_outlive_it(
    qtbot: QtBot, page: ReviewPage
) -> None:
    assert "The metadata says" not in page.accessibleName()
    qtbot.keyClick(page, Qt.Key.Key_V)
    qtbot.waitUntil(lambda: "The metadata says" in page.accessibleName())
    qtbot.keyClick(page, Qt.Key.Key_V)
    qtbot.waitUntil(lambda: "The metadata says" not in page.accessibleName())
    assert "The metadata says" not in page.question_bar.accessibleDescription()
    assert ".jpg" in page.accessibleName()


def test_siblings_are_heard_in_the_place_of_the_question(qtbot: QtBot, page: ReviewPage) -> None:
    before = page.accessibleName()
    qtbot.keyClick(page, Qt.Key.Key_R)
    qtbot.waitUntil(lambda: page.accessibleName() == page.question_bar.siblings.words)
    assert page.accessibleName() != before
    qtbot.keyClick(page, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: page.accessibleName() == before)


def test_a_reader_is_led_through_the_grid_and_back(
    qtbot: QtBot, window: MainWindow, page: ReviewPage, led: list[QWidget]
) -> None:
    session = window.review.session
    session.enter(Mode.TAG, session.vocabulary.by_name["hat"].id)
    qtbot.keyClick(page, Qt.Key.Key_G)
    qtbot.waitUntil(lambda: page.accessibleName().startswith("All of these are presumed"))
    assert ".jpg" not in page.accessibleName()
    qtbot.waitUntil(lambda: led[-2:] == [page, page.grid.cell(0)])
    qtbot.keyClick(page, Qt.Key.Key_Right)
    assert led[-1] is page.grid.cell(1)
    qtbot.keyClick(page, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: led[-1] is page)
    assert page.accessibleName().startswith("Does this image show")
    assert QAccessible.queryAccessibleInterface(page).state().focused


def test_why_there_is_no_question_is_heard(
    qtbot: QtBot, window: MainWindow, page: ReviewPage
) -> None:
    window.review.session.enter(Mode.FLAGGED)
    window.review.controller.showing.show()
    qtbot.waitUntil(lambda: "Nothing is flagged" in page.accessibleName())
    assert page.accessibleName().startswith("No question")


def test_a_notice_is_announced_and_an_error_cuts_in(
    monkeypatch: pytest.MonkeyPatch, page: ReviewPage
) -> None:
    events: list[tuple[str, QAccessible.AnnouncementPoliteness]] = []

    class Noted(QAccessible):
        @staticmethod
        def updateAccessibility(event: QAccessibleAnnouncementEvent) -> None:
            events.append((event.message(), event.politeness()))
            QAccessible.updateAccessibility(event)

    monkeypatch.setattr(telling, "QAccessible", Noted)
    page.notice.say("Set aside: 3.jpg ends too early.", Kind.WARNING)
    page.notice.say("Not saved: the disk is full.", Kind.ERROR)
    manners = QAccessible.AnnouncementPoliteness
    assert events == [
        ("Set aside: 3.jpg ends too early.", manners.Polite),
        ("Not saved: the disk is full.", manners.Assertive),
    ]
