"""Files that are changed while nobody looks: no answer is given to a picture nobody imported."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PIL import Image
from PySide6.QtCore import Qt

from reviewer.jobs.context import Silent
from reviewer.jobs.imports.importing import import_folder
from tests.gui.conftest import wait_painted

if TYPE_CHECKING:
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from reviewer.ui.main_window import MainWindow


def test_another_picture_under_the_name_is_not_asked_about(
    qtbot: QtBot, window: MainWindow, workspace: Path, tmp_path: Path
) -> None:
    for number in range(6):
        noise = np.random.default_rng(number).integers(0, 255, (300, 300, 3), dtype=np.uint8)
        Image.fromarray(noise).save(tmp_path / "pictures" / f"{number}.jpg")
    assert window.open_collection(workspace)
    review = window.review
    qtbot.waitUntil(lambda: "what changed is looked for now" in review.page.notice.text)
    qtbot.keyClick(review.page, Qt.Key.Key_A)
    assert review.library.decisions.total() == 0
    assert review.library.images.counts() == {"ok": 6, "gone": 0, "set aside": 0}
    started = [job.command for job in window._runner.jobs if job.title == "Look for changes"]
    assert [words[:3] for words in started] == [("open", "--no-window", str(tmp_path / "pictures"))]
    # What that job does first; then the pictures are those that the import knows.
    import_folder(review.library, Silent())
    qtbot.keyClick(review.page, Qt.Key.Key_Right)
    wait_painted(qtbot, window)
    qtbot.keyClick(review.page, Qt.Key.Key_A)
    assert review.library.decisions.total() == 1


def test_a_file_that_is_as_it_was_starts_nothing(
    qtbot: QtBot, window: MainWindow, workspace: Path
) -> None:
    assert window.open_collection(workspace)
    wait_painted(qtbot, window)
    assert window._runner.jobs == []
