"""The page of a brought tagger's tags: shown, searched, corrected, taken back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit

from reviewer.core.tags.tag_mapping import Kind, map_outputs
from reviewer.core.tags.vocabulary import Vocabulary
from reviewer.core.types import Tag
from reviewer.jobs.context import Silent
from reviewer.jobs.scans.choices import ScanChoices
from reviewer.jobs.scans.scanning import scan
from reviewer.jobs.taggers.bringing import BringChoices, bring_tagger, mapping_of
from reviewer.jobs.taggers.proposing import propose_tags
from reviewer.store.library import Library
from reviewer.ui.vocabulary.model import LACKING, Column, VocabularyModel, rows_of
from reviewer.ui.vocabulary.page import VocabularyPage
from tests.gui.conftest import wait_painted
from tests.unit.model.taggers import folders

if TYPE_CHECKING:
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from reviewer.ui.main_window import MainWindow

# The list of completions is a window of its own, and this platform has no such windows.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support (raise|grabbing the keyboard)")

KNOWN = ("cat", "Cat Ears", "sky", "no_such_tag", "^_^")


@pytest.fixture
def page(
    qtbot: QtBot, window: MainWindow, workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> VocabularyPage:
    """The page, opened by its key, of a collection with a brought tagger that was scanned."""
    rows = [*folders.WD_ROWS[:4], *((str(n), name, 0) for n, name in enumerate(KNOWN))]
    monkeypatch.setattr(folders.write_wd_list, "__defaults__", (rows,))
    made = folders.wd_onnx(workspace.parent / "theirs")
    with Library.open(workspace) as library:
        bring_tagger(library, Silent(), made.folder, BringChoices(minimum=2))
        scan(library, Silent(), ScanChoices(workers=1))
        propose_tags(library, Silent(), device="cpu")
    assert window.open_collection(workspace)
    wait_painted(qtbot, window)
    qtbot.keyClick(window.review.page, Qt.Key.Key_V, Qt.KeyboardModifier.ShiftModifier)
    opened = window.page
    assert isinstance(opened, VocabularyPage)
    wait_read(qtbot, opened)
    return opened


def wait_read(qtbot: QtBot, page: VocabularyPage) -> None:
    qtbot.waitUntil(lambda: not page._background.busy and page.model.rowCount() > 0)


def texts(page: VocabularyPage, column: Column) -> list[str]:
    model = page.model
    return [str(model.data(model.index(row, column))) for row in range(model.rowCount())]


def choose(page: VocabularyPage, own: str) -> None:
    page.view.setCurrentIndex(page.model.index(page.model.place(own), Column.OWN))


def write(qtbot: QtBot, page: VocabularyPage, own: str, tag: str) -> None:
    """Enter on a row, another name, Enter."""
    choose(page, own)
    qtbot.keyClick(page.view, Qt.Key.Key_Return)
    line = page.view.findChild(QLineEdit)
    assert line is not None
    line.selectAll()
    qtbot.keyClicks(line, tag)
    before = page.said.text()
    qtbot.keyClick(line, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: page.said.text() != before)
    wait_read(qtbot, page)


def test_every_row_is_there_with_how_it_is_known(page: VocabularyPage) -> None:
    own, tags = texts(page, Column.OWN), texts(page, Column.TAG)
    ratings = ["general", "sensitive", "questionable", "explicit"]
    assert sorted(own[: 4 + len(KNOWN)]) == sorted([*ratings, *KNOWN])
    assert tags[own.index("Cat Ears")] == "cat_ears"
    assert texts(page, Column.HOW)[own.index("Cat Ears")] == "mapped: spelling"
    assert "smile" in tags
    assert own[tags.index("smile")] == ""
    assert page.kind.currentText() == "all  (14)"
    counted = [place for place in texts(page, Column.SEEN) if place]
    assert len(counted) == 4 + len(KNOWN)
    # What matters here stands above: of ten thousand tags most are seen on no image.
    assert counted == sorted(counted, key=int, reverse=True)


def test_rows_are_found_by_kind_and_by_text(qtbot: QtBot, page: VocabularyPage) -> None:
    page.kind.setCurrentIndex(page.kind.findData(Kind.MISSING.value))
    assert sorted(texts(page, Column.OWN)) == ["^_^", "no_such_tag"]
    qtbot.keyClicks(page.search, "such tag")
    assert texts(page, Column.OWN) == ["no_such_tag"]
    page.kind.setCurrentIndex(page.kind.findData(LACKING))
    page.search.clear()
    assert set(texts(page, Column.OWN)) == {""}


def test_a_row_is_corrected_and_taken_back(
    qtbot: QtBot, page: VocabularyPage, window: MainWindow
) -> None:
    library = window.review.library
    write(qtbot, page, "no_such_tag", "hat")
    assert "no_such_tag is hat now" in page.said.text()
    _, mapping = mapping_of(library)
    meaning = next(m for m in mapping.meanings if m.own == "no_such_tag")
    assert (meaning.tag, meaning.kind) == ("hat", Kind.CHOSEN)
    assert page.buttons["undo"].isEnabled()
    write(qtbot, page, "^_^", "happy_eyes")
    assert "happy_eyes" in library.tags.ids()
    for _ in range(2):
        qtbot.keyClick(page.view, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
        qtbot.waitUntil(lambda: not page._background.busy)
    assert not page.buttons["undo"].isEnabled()
    meanings = {m.own: m.tag for m in mapping_of(library)[1].meanings}
    assert meanings["no_such_tag"] == meanings["^_^"] == ""
    choose(page, "cat")
    qtbot.keyClick(page.view, Qt.Key.Key_Delete)
    qtbot.waitUntil(lambda: "cat is none of your tags" in page.said.text())
    assert {m.own: m.tag for m in mapping_of(library)[1].meanings}["cat"] == ""


def test_what_cannot_be_is_said_and_nothing_changes(
    qtbot: QtBot, page: VocabularyPage, window: MainWindow
) -> None:
    write(qtbot, page, "no_such_tag", "hat")
    write(qtbot, page, "^_^", "hat")
    assert "Two outputs cannot mean the same tag: hat" in page.said.text()
    meanings = {m.own: m.tag for m in mapping_of(window.review.library)[1].meanings}
    assert (meanings["no_such_tag"], meanings["^_^"]) == ("hat", "")
    # A rating is no tag of a picture.
    choose(page, "general")
    qtbot.keyClick(page.view, Qt.Key.Key_Return)
    assert page.view.findChild(QLineEdit) is None or not page.view.findChild(QLineEdit).isVisible()


def test_the_jobs_that_the_page_starts(
    page: VocabularyPage, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    started: list[tuple[str, ...]] = []
    beside = type("Beside", (), {"start_job": lambda _s, _title, words: started.append(words)})()
    monkeypatch.setattr(page, "_beside", beside)
    for name in ("see", "reset", "ask"):
        qtbot.mouseClick(page.buttons[name], Qt.MouseButton.LeftButton)
    assert started == [("tagger-tags", f"--{word}") for word in ("propose", "reset", "ask")]


def test_esc_goes_back(qtbot: QtBot, page: VocabularyPage, window: MainWindow) -> None:
    qtbot.keyClick(page.view, Qt.Key.Key_Escape)
    assert window.page is window.review.page


def test_a_collection_of_our_own_tagger_says_so(qtbot: QtBot, reviewing: MainWindow) -> None:
    qtbot.keyClick(reviewing.review.page, Qt.Key.Key_V, Qt.KeyboardModifier.ShiftModifier)
    opened = reviewing.page
    assert isinstance(opened, VocabularyPage)
    qtbot.waitUntil(lambda: "There is no version yet" in opened.said.text())
    assert not any(button.isEnabled() for button in opened.buttons.values())
    assert "There is no version yet" in opened.nothing.words
    assert opened.nothing.isVisibleTo(opened)
    assert not opened.view.isVisibleTo(opened)


def test_the_model_is_a_proper_one(qtmodeltester: object) -> None:
    vocabulary = Vocabulary({1: Tag(1, "cat"), 2: Tag(2, "sky")})
    model = VocabularyModel()
    model.show_rows(rows_of(map_outputs([("cat", 0), ("^_^", 0)], vocabulary), {"cat": 3}))
    qtmodeltester.check(model)
    assert model.data(model.index(0, Column.SEEN)) == "3"
