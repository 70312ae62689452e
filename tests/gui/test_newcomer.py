"""What someone does in the first minutes: pages worked by Enter alone, folders dragged in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton

from tests.gui.conftest import make_images

if TYPE_CHECKING:
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from reviewer.ui.main_window import MainWindow


def button(window: MainWindow, words: str) -> QPushButton:
    """The visible button that begins with these words."""
    found = [
        each
        for each in window.page.findChildren(QPushButton)
        if each.isVisible() and each.text().strip().startswith(words)
    ]
    assert len(found) == 1
    return found[0]


def press_enter(qtbot: QtBot, window: MainWindow, words: str) -> None:
    """Moves the focus to a button and presses Enter there."""
    window.activateWindow()
    wanted = button(window, words)
    wanted.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.waitUntil(wanted.hasFocus, timeout=3000)
    QTest.keyClick(wanted, Qt.Key.Key_Return)


def drop(window: MainWindow, path: Path) -> QDropEvent:
    """Drops a file or folder on the start page."""
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    event = QDropEvent(
        QPointF(30, 30),
        Qt.DropAction.CopyAction,
        data,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    window.start_page.dropEvent(event)
    return event


def test_enter_presses_the_button_that_has_the_focus(qtbot: QtBot, window: MainWindow):
    press_enter(qtbot, window, "Settings")
    assert window.page is not window.start_page


def test_enter_on_another_folder_begins_no_import(qtbot: QtBot, window: MainWindow, tmp_path: Path):
    begun = []
    window.import_page.confirmed.connect(lambda *chosen: begun.append(chosen))
    make_images(tmp_path / "new")
    window.look_at(tmp_path / "new")
    press_enter(qtbot, window, "Another folder")
    assert window.page is window.start_page
    assert begun == []


def test_a_folder_or_a_file_of_it_can_be_dropped(window: MainWindow, tmp_path: Path):
    chosen = []
    window.start_page.folder_chosen.disconnect()
    window.start_page.folder_chosen.connect(chosen.append)
    make_images(tmp_path / "new")
    assert drop(window, tmp_path / "new").isAccepted()
    drop(window, next((tmp_path / "new").glob("*.*")))
    assert chosen == [tmp_path / "new", tmp_path / "new"]
