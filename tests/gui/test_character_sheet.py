"""Characters in figures: what a network was measured to do, shown as it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt

from reviewer.core.choices.character_figures import (
    BandFigures,
    CharacterFigures,
    CharacterLine,
    Naming,
)
from reviewer.store.figures import CHARACTERS, write_figures
from reviewer.ui.figures.character_sheet import CharacterSheet
from reviewer.ui.figures.page import FiguresPage

if TYPE_CHECKING:
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from reviewer.ui.main_window import MainWindow

FIGURES = CharacterFigures(
    network="c4",
    about="small at 64 px",
    learnt=70,
    calibrated=10,
    tested=20,
    bands=(BandFigures("10-19", 3, 8, 0.5, 0.75, 0.4), BandFigures("20-49", 2, 12, 0.9, 1.0, 0.9)),
    others=(BandFigures("all", 5, 20, 0.74, 0.9, 0.6), BandFigures("few", 0, 0, None, None, None)),
    naming=Naming(0.5, 0.8, 0.9, 0.88, None, 0, 0.93),
    each=(CharacterLine("ada_(x)", 12, 4, 0.5, 0.75), CharacterLine("bea", 30, 0, None, None)),
)


@pytest.fixture
def sheet(qtbot: QtBot, window: MainWindow, workspace: Path) -> CharacterSheet:
    window.open_collection(workspace)
    qtbot.keyClick(window.review.page, Qt.Key.Key_O)
    page = window.page
    assert isinstance(page, FiguresPage)
    page.show_sheet(page.names.index("Characters"))
    found = page.sheet
    assert isinstance(found, CharacterSheet)
    return found


def test_before_a_network_is_trained_it_says_what_it_needs(
    sheet: CharacterSheet, window: MainWindow
) -> None:
    assert sheet.is_empty
    assert "reviewer characters import" in sheet.nothing.words
    sheet.nothing.button.click()
    assert window._runner.jobs[-1].command[:2] == ("characters", "train")


def test_figures_are_shown_with_what_they_rest_on(
    qtbot: QtBot, sheet: CharacterSheet, window: MainWindow
) -> None:
    write_figures(sheet.files.folder, CHARACTERS, FIGURES)
    sheet.opened()
    qtbot.waitUntil(lambda: not sheet.is_empty)
    rows = sheet.table.model.rows
    assert [row.name for row in rows] == ["ada_(x)", "bea"]
    assert "Network c4, learnt from 70 faces and tested on 20 others." in sheet._as_of.text()
    assert "80% of the known faces are, and 90% of the names are right" in sheet.naming.text()
    assert "No face of a stranger was there to try." in sheet.naming.text()
