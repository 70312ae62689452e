"""Tab on the pages beside the review: every stop can be seen and has a name, and none is a trap."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QApplication, QTableView

from reviewer.ui.side_page import SidePage

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget
    from pytestqt.qtbot import QtBot

    from reviewer.ui.main_window import MainWindow

PAGES = (
    "history",
    "summary",
    "audit",
    "figures",
    "writeback",
    "vocabulary",
    "settings",
    "ratings",
    "characters",
)
MOST_STOPS = 400


def name_of(widget: QWidget) -> str:
    return QAccessible.queryAccessibleInterface(widget).text(QAccessible.Text.Name)


def stops(qtbot: QtBot, page: QWidget) -> list[QWidget]:
    """What Tab leads to until it comes to where it was; each can be seen, and has a name."""
    found: list[QWidget] = []
    here = QApplication.focusWidget() or page
    for _ in range(MOST_STOPS):
        qtbot.keyClick(here, Qt.Key.Key_Tab)
        here = QApplication.focusWidget()
        if here is None or here in found:
            return found
        # What a page reads in the background may put a widget away later.
        assert here is not page
        assert here.isVisibleTo(page)
        assert name_of(here).strip(), type(here).__name__
        found.append(here)
    raise AssertionError([name_of(stop) for stop in found])


@pytest.mark.parametrize("name", PAGES)
def test_every_stop_can_be_seen_and_has_a_name(qtbot: QtBot, reviewing: MainWindow, name: str):
    reviewing.review.controller.run_command(name)
    page = reviewing.page
    assert isinstance(page, SidePage)
    assert page.accessibleName()
    assert stops(qtbot, page)
    for table in page.findChildren(QTableView):
        assert name_of(table.horizontalHeader())
