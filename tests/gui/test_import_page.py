"""The page that shows what an import would read, before anything is written."""

from __future__ import annotations

from typing import TYPE_CHECKING

import keyring
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QFileDialog, QLabel, QPushButton

from reviewer.core.beginning import Beginning
from reviewer.core.errors import SourceError
from reviewer.core.types import Category
from reviewer.jobs.imports.previewing import ROWS, preview_import
from reviewer.jobs.writing.keys import key_of
from reviewer.sources.caption_text import Style
from reviewer.store.library import Library
from reviewer.store.workspace import data_folder, workspace_for
from tests.gui.conftest import make_images
from tests.keyring_file import FileKeyring

if TYPE_CHECKING:
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from reviewer.ui.main_window import MainWindow


def shown(window: MainWindow) -> str:
    return " ".join(label.text() for label in window.import_page.findChildren(QLabel))


def test_a_new_folder_is_shown_before_it_is_imported(
    qtbot: QtBot, window: MainWindow, tmp_path: Path
):
    make_images(tmp_path / "mine")
    before = sorted(tmp_path.rglob("*"))
    window.start_page.folder_chosen.emit(tmp_path / "mine")
    assert window.page is window.import_page
    table = window.import_page.table
    qtbot.waitUntil(lambda: table.rowCount() == 6)
    assert "6 images" in shown(window)
    assert table.item(0, 0).text() == "0.jpg"
    assert "cat ears" in table.cellWidget(0, 1).text()
    picture = Qt.ItemDataRole.DecorationRole
    qtbot.waitUntil(lambda: table.item(5, 0).data(picture) is not None)
    assert [table.item(n, 0).data(picture).width() for n in (0, 1)] == [72, 43]
    assert table.isColumnHidden(2)
    assert sorted(tmp_path.rglob("*")) == before
    assert not (data_folder() / "collections").exists()
    formats = window.import_page.findChild(QComboBox)
    offered = [formats.itemData(n) for n in range(formats.count())]
    styles = [f"captions-{style}" for style in Style]
    assert offered == ["captions", *styles, "untagged", "szurubooru", "hydrus"]


def test_ratings_are_shown_where_there_are_any(qtbot: QtBot, window: MainWindow, tmp_path: Path):
    make_images(tmp_path / "mine")
    for number in range(6):
        (tmp_path / "mine" / f"{number}.txt").unlink()
        (tmp_path / "mine" / f"{number}.jpg.json").write_text(
            '{"category": "danbooru", "id": 5, "tag_string": "cat hat", "rating": "s"}',
            encoding="utf-8",
        )
    window.look_at(tmp_path / "mine")
    table = window.import_page.table
    qtbot.waitUntil(lambda: table.rowCount() == 6)
    assert table.item(3, 2).text() == "s"
    assert not table.isColumnHidden(2)


def test_enter_begins_with_the_chosen_format(qtbot: QtBot, window: MainWindow, tmp_path: Path):
    make_images(tmp_path / "mine")
    asked = []
    window.import_page.confirmed.disconnect()
    window.import_page.confirmed.connect(lambda *what: asked.append(what))
    window.look_at(tmp_path / "mine")
    qtbot.waitUntil(lambda: window.import_page.table.rowCount() == 6)
    qtbot.keyClick(window.import_page, Qt.Key.Key_Return)
    formats = window.import_page.findChild(QComboBox)
    untagged = formats.findData("untagged")
    formats.setCurrentIndex(untagged)
    formats.activated.emit(untagged)
    qtbot.waitUntil(lambda: window.import_page.table.rowCount() == 6)
    assert "no tags" in window.import_page.table.cellWidget(0, 1).text()
    qtbot.keyClick(window.import_page, Qt.Key.Key_Return)
    assert asked == [(tmp_path / "mine", Beginning()), (tmp_path / "mine", Beginning("untagged"))]


def test_a_folder_without_images_says_so_and_cannot_begin(
    qtbot: QtBot, window: MainWindow, tmp_path: Path
):
    (tmp_path / "empty").mkdir()
    window.look_at(tmp_path / "empty")
    qtbot.waitUntil(lambda: "There are no images" in shown(window))
    buttons = {b.text(): b for b in window.import_page.findChildren(QPushButton)}
    assert not buttons["Begin  (Enter)"].isEnabled()
    qtbot.keyClick(window.import_page, Qt.Key.Key_Escape)
    assert window.page is window.start_page


def test_a_preview_reads_only_the_first_images(tmp_path: Path):
    folder = tmp_path / "many"
    make_images(folder)
    for number in range(ROWS + 5):
        (folder / f"x{number:03}.jpg").write_bytes((folder / "0.jpg").read_bytes())
    (folder / "x007.txt").write_text("tree, sky", encoding="utf-8")
    found = preview_import(folder)
    assert found.images == found.read == ROWS + 11
    assert len(found.rows) == ROWS
    assert found.tagged == 7
    # How tags are set apart may be said where it was told wrongly.
    assert [name for name, _ in found.fitting][:2] == ["captions", "captions-commas"]
    assert ("sky", Category.GENERAL) in next(r for r in found.rows if r.path == "x007.jpg").tags
    with pytest.raises(SourceError, match="does not hold"):
        preview_import(folder, "hydrus")


def choose(window: MainWindow, kind: str) -> None:
    formats = window.import_page.formats
    formats.setCurrentIndex(formats.findData(kind))
    formats.activated.emit(formats.currentIndex())


def test_a_server_may_have_the_tags(
    qtbot: QtBot, window: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("TEST_KEYRING", str(tmp_path / "keyring.json"))
    before = keyring.get_keyring()
    keyring.set_keyring(FileKeyring())
    make_images(tmp_path / "mine")
    asked = []
    window.import_page.confirmed.disconnect()
    window.import_page.confirmed.connect(lambda *what: asked.append(what))
    window.look_at(tmp_path / "mine")
    qtbot.waitUntil(lambda: window.import_page.table.rowCount() == 6)
    choose(window, "szurubooru")
    form = window.import_page.server.form
    assert form.isVisible()
    assert not form.kind.isVisible()
    assert not window.import_page.table.isVisible()
    # Left again, the files are shown as before.
    qtbot.keyClick(form, Qt.Key.Key_Escape)
    assert window.import_page.table.isVisible()
    assert window.page is window.import_page
    choose(window, "szurubooru")
    form.name.setText("home")
    form.user.setText("me")
    form.key.setText("secret of mine")
    qtbot.keyClick(form.key, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: bool(asked))
    assert asked == [(tmp_path / "mine", Beginning(server="home"))]
    with Library.open(workspace_for(tmp_path / "mine")) as library:
        place = library.destinations.get("home")
        assert (place.kind, place.url, place.user) == ("szurubooru", "http://127.0.0.1:8080", "me")
        assert key_of(place) == "secret of mine"
    keyring.set_keyring(before)


def test_a_server_without_a_login_is_refused_on_the_page(
    qtbot: QtBot, window: MainWindow, tmp_path: Path
):
    make_images(tmp_path / "mine")
    window.look_at(tmp_path / "mine")
    qtbot.waitUntil(lambda: window.import_page.table.rowCount() == 6)
    choose(window, "szurubooru")
    qtbot.keyClick(window.import_page.server.form, Qt.Key.Key_Return)
    assert "needs your login" in shown(window)
    assert window.page is window.import_page
    assert not (data_folder() / "collections").exists()


def test_a_tagger_that_one_has_is_taken_along(
    qtbot: QtBot, window: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    make_images(tmp_path / "mine")
    asked = []
    window.import_page.confirmed.disconnect()
    window.import_page.confirmed.connect(lambda *what: asked.append(what))
    window.look_at(tmp_path / "mine")
    qtbot.waitUntil(lambda: window.import_page.table.rowCount() == 6)
    answers = iter(["", str(tmp_path / "wd-vit")])
    # The only thing replaced is the system's own folder chooser, which no test can press.
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", staticmethod(lambda *_: next(answers)))
    taggers = window.import_page.taggers
    for wanted in (0, 1):
        taggers.setCurrentIndex(1)
        taggers.activated.emit(1)
        assert taggers.currentIndex() == wanted
    assert taggers.currentText() == "the tagger in wd-vit"
    qtbot.keyClick(window.import_page, Qt.Key.Key_Return)
    assert asked == [(tmp_path / "mine", Beginning(tagger=str(tmp_path / "wd-vit")))]
    assert Beginning("captions", "home", "/t").options() == (
        "--source", "captions", "--pull", "home", "--tagger", "/t",
    )  # fmt: skip
