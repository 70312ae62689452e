"""What someone does in the first minutes: pages worked by Enter alone, folders dragged in."""

from __future__ import annotations

import sys
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton

from reviewer.jobs.context import Silent
from reviewer.jobs.imports.importing import import_folder
from reviewer.settings import Recent
from reviewer.store.library import Library
from reviewer.ui.jobs.runner import JobState
from tests.gui.conftest import make_images, rank_all

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
    qtbot.waitUntil(wanted.hasFocus)
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


def rank_by_tags(workspace: Path) -> None:
    """Gives a collection questions that no tagger ranked."""
    with Library.open(workspace) as library:
        rank_all(library)
        library.rankings.save(replace(library.rankings.load(), version=""))


def test_the_tagger_is_made_ready_when_one_comes_back(window: MainWindow, workspace: Path):
    rank_by_tags(workspace)
    window.start_page.recent_chosen.emit(Recent(str(workspace), str(workspace), "mine", 6, 1))
    assert window.review is not None
    assert window._runner.jobs[-1].command[0] == "open"
    assert "from the tags alone" in window.review.page.notice.text


def test_a_collection_with_its_tagger_begins_no_job(window: MainWindow, workspace: Path):
    window.come_back(workspace)
    assert window.review is not None
    assert window._runner.jobs == []


def test_a_tagger_that_was_stopped_is_not_begun_again(
    qtbot: QtBot, window: MainWindow, workspace: Path
):
    rank_by_tags(workspace)
    entry = Recent(str(workspace), str(workspace), "mine", 6, 1)
    window._runner._program = (sys.executable, "-c", "import time; time.sleep(60)")
    window.start_page.recent_chosen.emit(entry)
    with qtbot.waitSignal(window._runner.ended):
        window._runner.cancel(window._runner.running)
    window.show_start()
    window.start_page.recent_chosen.emit(entry)
    assert window.review is not None
    assert window._runner.running is None


def test_without_a_tagger_the_answers_rank_by_tags_again(window: MainWindow, workspace: Path):
    rank_by_tags(workspace)
    assert window.open_collection(workspace)
    window.review.controller.refresh_due.emit()
    assert window._runner.jobs[-1].command[:2] == ("rank", "--tags-only")


def test_no_ranking_by_tags_overtakes_the_tagger(window: MainWindow, workspace: Path):
    rank_by_tags(workspace)
    window._runner._program = (sys.executable, "-c", "import time; time.sleep(60)")
    window.start_page.recent_chosen.emit(Recent(str(workspace), str(workspace), "mine", 6, 1))
    window.review.controller.refresh_due.emit()
    assert [job.command[0] for job in window._runner.jobs] == ["open"]


def test_the_review_begins_with_the_note_that_there_are_questions(
    qtbot: QtBot, window: MainWindow, workspace: Path, tmp_path: Path
):
    rankings = workspace / "rankings"
    rankings.rename(workspace / "aside")
    script = f"""
import pathlib, time
print('{{"event": "progress", "stage": "rank", "done": 6, "total": 6}}', flush=True)
time.sleep(0.2)
pathlib.Path({str(workspace / "aside")!r}).rename({str(rankings)!r})
print('{{"event": "note", "text": "9 questions"}}', flush=True)
time.sleep(60)
"""
    window._runner._program = (sys.executable, "-c", script)
    window.prepare(tmp_path / "pictures", workspace)
    qtbot.waitUntil(lambda: window.review is not None)


def test_the_page_of_jobs_follows_what_runs(qtbot: QtBot, reviewing: MainWindow):
    script = """
import json, time
for done in (1, 2):
    print(json.dumps({"event": "progress", "stage": "train", "done": done, "total": 3}), flush=True)
    time.sleep(0.3)
time.sleep(60)
"""
    reviewing._runner._program = (sys.executable, "-c", script)
    job = reviewing._runner.start("Prepare mine", ["open"])
    qtbot.keyClick(reviewing.review.page, Qt.Key.Key_J)
    page = reviewing.jobs_page
    qtbot.waitUntil(lambda: "Training the tagger" in page._title.text())
    # As if it had begun long ago: the line of the sitting tells the same as the heading.
    job.began -= 600
    qtbot.waitUntil(lambda: "10 min" in page._lines[job].text())


def test_a_job_that_was_cut_off_is_started_again_by_one_button(qtbot: QtBot, reviewing: MainWindow):
    runner, page = reviewing._runner, reviewing.jobs_page
    runner._program = (sys.executable, "-c", "import os, signal; os.kill(os.getpid(), 9)")
    command = ("open", "--no-window", "mine")
    runner.start("Prepare mine", command)
    qtbot.waitUntil(lambda: not runner.busy)
    assert "want of memory" in reviewing.review.page.notice.text
    qtbot.keyClick(reviewing.review.page, Qt.Key.Key_J)
    assert page._again.isVisibleTo(page)
    assert page._again.text() == "Start again: Prepare mine"
    runner._program = (sys.executable, "-c", "pass")
    page._again.click()
    assert [job.command for job in runner.jobs] == [command, command]
    qtbot.waitUntil(lambda: runner.jobs[-1].state is JobState.DONE)
    page._show_now()
    assert not page._again.isVisibleTo(page)


def test_images_without_tags_are_told_and_lead_to_the_choice_of_a_tagger(
    qtbot: QtBot, window: MainWindow, tmp_path: Path
):
    make_images(tmp_path / "bare")
    for text in sorted((tmp_path / "bare").glob("*.txt")):
        text.unlink()
    # The fixture's jobs fail, as a training without tags does.
    window.prepare(tmp_path / "bare")
    page = window.prepare_page
    qtbot.waitUntil(page._choose.isVisible)
    assert page._choose.hasFocus()
    press_enter(qtbot, window, "Choose tags or tagger")
    assert window.page is window.import_page
    about = window.import_page._about
    qtbot.waitUntil(lambda: "none has tags that can be read" in about.text())
    assert window.import_page._begin.isEnabled()


def test_what_fails_elsewhere_than_in_the_usual_place_offers_no_choice(
    qtbot: QtBot, window: MainWindow, tmp_path: Path
):
    make_images(tmp_path / "bare")
    for text in sorted((tmp_path / "bare").glob("*.txt")):
        text.unlink()
    window.prepare(tmp_path / "bare", tmp_path / "own workspace")
    qtbot.waitUntil(window.prepare_page._retry.isVisible)
    assert not window.prepare_page._choose.isVisible()


def test_a_collection_without_questions_is_made_ready_when_one_comes_back(
    window: MainWindow, tmp_path: Path
):
    make_images(tmp_path / "bare")
    with Library.create(tmp_path / "place", tmp_path / "bare") as library:
        import_folder(library, Silent())
    entry = Recent(str(tmp_path / "place"), str(tmp_path / "bare"), "bare", 6)
    window.settings = window.settings.with_recent(entry)
    window.come_back(tmp_path / "place")
    assert window.review is None
    assert window.page is window.prepare_page
    assert window._runner.jobs[-1].command[:3] == ("open", "--no-window", str(tmp_path / "bare"))


def test_a_collection_whose_workspace_is_lost_is_named_and_not_begun_anew(
    window: MainWindow, tmp_path: Path
):
    window.start_page.recent_chosen.emit(Recent(str(tmp_path / "x"), str(tmp_path), "mine", 6, 1))
    assert window.page is window.start_page
    assert str(tmp_path / "x") in window.start_page.notice.text
    assert window._runner.jobs == []
