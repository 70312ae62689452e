"""The drive with the images is not there while the window is open: nothing is set aside for it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt

from reviewer.store.library import Library
from reviewer.ui.pictures import loader
from reviewer.ui.showing import AWAY, CANNOT_BE_READ
from tests.gui.conftest import wait_painted

if TYPE_CHECKING:
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from reviewer.ui.main_window import MainWindow

KEPT = {"ok": 6, "gone": 0, "set aside": 0}


@pytest.fixture(autouse=True)
def looks_often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loader, "AWAY_MS", 20)


@pytest.mark.parametrize("mount_point_stays", [True, False])
def test_a_drive_that_is_not_there_sets_no_image_aside(
    qtbot: QtBot, window: MainWindow, workspace: Path, tmp_path: Path, mount_point_stays: bool
) -> None:
    pictures, drive = tmp_path / "pictures", tmp_path / "drive"
    pictures.rename(drive)
    if mount_point_stays:
        pictures.mkdir()
    assert window.open_collection(workspace)
    review = window.review
    qtbot.waitUntil(lambda: "The folder of the images is not there" in review.page.notice.text)
    first = review.session.current
    # The next ones are not there either; a key without a picture stores nothing.
    qtbot.keyClick(review.page, Qt.Key.Key_Right)
    qtbot.keyClick(review.page, Qt.Key.Key_A)
    qtbot.keyClick(review.page, Qt.Key.Key_Left)
    assert review.session.current == first
    qtbot.waitUntil(lambda: review.page.view.message == AWAY)
    assert review.library.images.counts() == KEPT
    assert review.library.decisions.total() == 0
    if mount_point_stays:
        pictures.rmdir()
    drive.rename(pictures)
    wait_painted(qtbot, window)
    assert review.page.notice.text == ""
    assert review.page.view.message == ""
    qtbot.keyClick(review.page, Qt.Key.Key_A)
    assert review.library.decisions.total() == 1


def test_one_file_that_is_gone_is_set_aside_as_ever(
    qtbot: QtBot, window: MainWindow, workspace: Path
) -> None:
    with Library.open(workspace) as library:
        first = int(library.rankings.load().images[0])
        library.images.path(first).unlink()
    assert window.open_collection(workspace)
    wait_painted(qtbot, window)
    assert window.review.library.images.counts() == {"ok": 5, "gone": 0, "set aside": 1}


def test_the_grid_waits_too(
    qtbot: QtBot, window: MainWindow, workspace: Path, tmp_path: Path
) -> None:
    (tmp_path / "pictures").rename(tmp_path / "drive")
    assert window.open_collection(workspace)
    review = window.review
    qtbot.waitUntil(lambda: bool(review.page.notice.text))
    qtbot.keyClick(review.page, Qt.Key.Key_G)
    page = review.session.pages.current
    assert page is not None
    asked = len(page.answers())
    (tmp_path / "drive").rename(tmp_path / "pictures")
    qtbot.waitUntil(lambda: review.page.notice.text == "")
    assert review.library.images.counts() == KEPT
    assert len(page.answers()) == asked == len(page)


def test_a_drive_that_goes_under_the_review_leaves_the_picture_that_is_there(
    qtbot: QtBot, window: MainWindow, workspace: Path, tmp_path: Path
) -> None:
    assert window.open_collection(workspace)
    wait_painted(qtbot, window)
    review = window.review
    (tmp_path / "pictures").rename(tmp_path / "drive")
    # Another size than any picture was decoded for: none of the next ones is known in it.
    window.resize(window.width() - 140, window.height() - 80)
    qtbot.waitUntil(lambda: "The folder of the images is not there" in review.page.notice.text)
    assert review.page.view.message == ""
    qtbot.keyClick(review.page, Qt.Key.Key_Right)
    qtbot.waitUntil(lambda: review.page.view.message == AWAY)
    (tmp_path / "drive").rename(tmp_path / "pictures")
    wait_painted(qtbot, window)
    assert review.page.view.message == ""


@pytest.mark.skipif(os.name == "nt", reason="Windows lets no open file go")
def test_a_workspace_that_goes_under_the_review_keeps_the_question(
    qtbot: QtBot, window: MainWindow, workspace: Path
) -> None:
    assert window.open_collection(workspace)
    wait_painted(qtbot, window)
    review = window.review
    first = review.session.current
    gone = workspace.with_name("gone")
    workspace.rename(gone)
    qtbot.keyClick(review.page, Qt.Key.Key_A)
    assert "Not saved" in review.page.notice.text
    assert "collection.db is not there any more" in review.page.notice.text
    assert not review.controller.take_new_ranking()
    assert review.session.current == first
    gone.rename(workspace)
    qtbot.keyClick(review.page, Qt.Key.Key_X)
    assert review.page.notice.text == ""
    assert review.library.decisions.total() == 1


def test_a_folder_that_was_moved_is_told_of_in_the_window(
    qtbot: QtBot, window: MainWindow, workspace: Path, tmp_path: Path
) -> None:
    moved = tmp_path / "moved"
    (tmp_path / "pictures").rename(moved)
    with Library.open(workspace, folder=moved):
        pass
    assert window.open_collection(workspace)
    wait_painted(qtbot, window)
    assert f"taken from {moved} from now on" in window.review.page.notice.text


def test_when_no_file_can_be_read_all_are_kept_and_shown_once_they_can_be(
    qtbot: QtBot,
    window: MainWindow,
    workspace: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(loader, "MOST_IN_A_ROW", 2)
    pictures = tmp_path / "pictures"
    contents = {path: path.read_bytes() for path in sorted(pictures.glob("*.jpg"))}
    for path, content in contents.items():
        # As long as before, so that it is taken for the same file.
        path.write_bytes(bytes(len(content)))
    assert window.open_collection(workspace)
    review = window.review
    qtbot.waitUntil(lambda: review.page.view.message == CANNOT_BE_READ)
    assert "none more is set aside" in review.page.notice.text
    qtbot.keyClick(review.page, Qt.Key.Key_A)
    assert review.library.decisions.total() == 0
    assert review.library.images.counts() == {"ok": 4, "gone": 0, "set aside": 2}
    for path, content in contents.items():
        path.write_bytes(content)
    wait_painted(qtbot, window)
    assert review.page.notice.text == ""
    qtbot.keyClick(review.page, Qt.Key.Key_A)
    assert review.library.decisions.total() == 1
    assert review.library.images.counts() == {"ok": 4, "gone": 0, "set aside": 2}
