"""What nobody caught is said in the window, and the window goes on."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton

from reviewer.core.errors import SourceError, StoreFullError
from reviewer.store.database import Database
from reviewer.ui.settings.page import SettingsPage
from reviewer.ui.unexpected import FAULT, Unexpected
from reviewer.ui.widgets.notice_bar import Kind
from reviewer.ui.write_back.page import WriteBackPage

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from reviewer.settings import Settings
    from reviewer.ui.main_window import MainWindow

FULL = "The disk is full."


@contextmanager
def listening(window: MainWindow, folder: Path) -> Iterator[None]:
    """As the program runs; pytest-qt would fail the test instead."""
    before, sys.excepthook = sys.excepthook, lambda *_: None
    unexpected = Unexpected(window.notice, folder)
    try:
        yield
    finally:
        unexpected.close()
        sys.excepthook = before


@pytest.mark.parametrize(
    ("error", "said", "kept"),
    [
        (StoreFullError(FULL), FULL, False),
        (KeyError("x"), "The program has a fault (KeyError)", True),
    ],
)
def test_an_error_in_a_slot_is_said(
    qtbot: QtBot, window: MainWindow, tmp_path: Path, error: Exception, said: str, kept: bool
):
    def fail() -> None:
        raise error

    button = QPushButton("press", window)
    button.clicked.connect(fail)
    button.show()
    with listening(window, tmp_path):
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
        qtbot.waitUntil(lambda: window.notice.text.startswith(said))
    assert window.notice.kind is Kind.ERROR
    assert (tmp_path / FAULT).exists() is kept
    assert not kept or "KeyError: 'x'" in (tmp_path / FAULT).read_text(encoding="utf-8")


def test_settings_that_cannot_be_stored_are_told_where_they_are_changed(
    qtbot: QtBot, reviewing: MainWindow
):
    def refuse(_settings: Settings) -> None:
        raise SourceError("The settings cannot be written.")

    reviewing.review.controller.run_command("settings")
    page = reviewing.page
    assert isinstance(page, SettingsPage)
    reviewing._keep = refuse
    page._set("few_fixes", 7)
    assert reviewing.notice.text == "The settings cannot be written."
    assert reviewing.notice.isVisibleTo(reviewing)


def test_write_back_opens_on_a_full_disk_and_says_so(
    reviewing: MainWindow, monkeypatch: pytest.MonkeyPatch
):
    def full(*_arguments: object, **_named: object) -> None:
        raise StoreFullError(FULL)

    monkeypatch.setattr(Database, "write", full)
    reviewing.review.controller.run_command("writeback")
    page = reviewing.page
    assert isinstance(page, WriteBackPage)
    assert page.sheet.said.text() == FULL
    page.acts["pause"]()
    assert page.sheet.said.text() == FULL
