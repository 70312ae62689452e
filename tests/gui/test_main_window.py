"""Pages, collections and jobs of the window."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog, QPushButton

from reviewer.core.commands import COMMANDS
from reviewer.core.ranking.order import ORDERS as CORE_ORDERS
from reviewer.core.types import Side
from reviewer.settings import Recent, Settings
from reviewer.store.library import Library
from reviewer.store.rankings import ORDER
from reviewer.ui.jobs.page import ORDERS
from reviewer.ui.jobs.runner import Job, JobState
from reviewer.ui.review import ALONE
from reviewer.ui.start.start_page import recent_detail
from reviewer.ui.surroundings import PLACE
from reviewer.ui.widgets.notice_bar import Kind
from tests.gui.conftest import rank_all, wait_painted

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from reviewer.ui.main_window import MainWindow

DONE = """print('{"event": "progress", "stage": "rank", "done": 1, "total": 2}')"""


def programs(window: MainWindow, *scripts: str):
    """Lets the next jobs be small Python programs instead of the command line."""
    runner = window._runner
    waiting = list(scripts)
    original = runner.start

    def start(title: str, command: Sequence[str], *, gives_way: bool = False) -> Job:
        runner._program = (sys.executable, "-c", waiting.pop(0) if waiting else DONE)
        return original(title, command, gives_way=gives_way)

    runner.start = start


def test_the_window_begins_on_the_start_page(window: MainWindow):
    assert window.page is window.start_page


def test_leaving_goes_back_to_the_start_page_and_remembers(
    qtbot: QtBot, reviewing: MainWindow, workspace: Path
):
    qtbot.keyClick(reviewing.review.page, Qt.Key.Key_A)
    qtbot.keyClick(reviewing.review.page, Qt.Key.Key_Escape)
    assert reviewing.page is reviewing.start_page
    assert reviewing.review is None
    (entry,) = reviewing.settings.recent
    assert (entry.workspace, entry.images, entry.answers) == (str(workspace), 6, 1)
    assert entry.name == "pictures"


def test_a_recent_collection_opens_with_enter(qtbot: QtBot, window: MainWindow, workspace: Path):
    with Library.open(workspace) as library:
        folder = str(library.folder)
    window._store(window.settings.with_recent(Recent(str(workspace), folder, "pictures")))
    window.show_start()
    window.activateWindow()
    qtbot.waitUntil(window.start_page._list.hasFocus)
    qtbot.keyClick(window.start_page._list, Qt.Key.Key_Return)
    assert window.review is not None


def test_a_collection_that_is_gone_is_said_on_the_start_page(window: MainWindow, tmp_path: Path):
    assert not window.open_collection(tmp_path / "nowhere")
    assert window.page is window.start_page
    assert "no collection" in window.start_page.notice.text
    assert window.start_page.notice.kind is Kind.ERROR


def test_a_collection_that_is_open_elsewhere_is_said(window: MainWindow, workspace: Path):
    with Library.open(workspace) as library, library.workspace.held("review"):
        assert not window.open_collection(workspace)
    assert "another window" in window.start_page.notice.text
    assert window.open_collection(workspace)


def test_preparing_shows_progress_and_opens_the_collection(
    qtbot: QtBot, window: MainWindow, workspace: Path, tmp_path: Path
):
    rankings = workspace / "rankings"
    rankings.rename(workspace / "aside")
    script = f"""
import pathlib, time
print('{{"event": "note", "text": "CPU, 2 threads"}}', flush=True)
print('{{"event": "progress", "stage": "scan", "done": 1, "total": 6, "rate": 2}}', flush=True)
while not pathlib.Path({str(tmp_path / "seen")!r}).exists():
    time.sleep(0.01)
pathlib.Path({str(workspace / "aside")!r}).rename({str(rankings)!r})
print('{{"event": "done", "summary": {{}}}}', flush=True)
"""
    programs(window, script)
    window.prepare(tmp_path / "pictures", workspace)
    assert window.page is window.prepare_page
    qtbot.waitUntil(lambda: "Scanning" in window.prepare_page._stage.text())
    assert "1 of 6" in window.prepare_page._figures.text()
    assert "CPU" in window.prepare_page._notes.toPlainText()
    (tmp_path / "seen").touch()
    qtbot.waitUntil(lambda: window.review is not None)
    wait_painted(qtbot, window)


def test_the_review_begins_while_the_tagger_is_made_ready(
    qtbot: QtBot, window: MainWindow, workspace: Path, tmp_path: Path
):
    rankings = workspace / "rankings"
    rankings.rename(workspace / "aside")
    script = f"""
import pathlib, time
print('{{"event": "progress", "stage": "rank", "done": 1, "total": 6}}', flush=True)
time.sleep(0.2)
pathlib.Path({str(workspace / "aside")!r}).rename({str(rankings)!r})
print('{{"event": "progress", "stage": "train", "done": 1, "total": 6}}', flush=True)
time.sleep(600)
"""
    programs(window, script)
    window.prepare(tmp_path / "pictures", workspace)
    qtbot.waitUntil(lambda: window.review is not None)
    assert window._runner.running is not None, "the job goes on"
    assert "from the tags alone" in window.review.page.notice.text
    wait_painted(qtbot, window)


def test_a_preparation_that_is_stopped_says_what_becomes_of_it(
    qtbot: QtBot, window: MainWindow, tmp_path: Path
):
    programs(window, "import time; time.sleep(600)")
    window.prepare(tmp_path, tmp_path / "new")
    qtbot.keyClick(window.prepare_page, Qt.Key.Key_Escape)
    assert window.page is window.start_page
    assert "goes on from there" in window.start_page.notice.text
    entry = window.settings.recent[0]
    assert (entry.name, entry.folder, entry.images) == (tmp_path.name, str(tmp_path), 0)
    assert recent_detail(entry) == "not made ready yet"
    programs(window, "import time; time.sleep(600)")
    window.start_page.recent_chosen.emit(entry)
    assert window.page is window.prepare_page
    assert window._runner.jobs[-1].command[-1] == str(tmp_path / "new")


def test_a_failed_preparation_can_be_tried_again(qtbot: QtBot, window: MainWindow, tmp_path: Path):
    failing = """
import sys
print('{"event": "error", "message": "The folder holds no images.", "exit_code": 1}')
sys.exit(1)
"""
    programs(window, failing, failing)
    window.prepare(tmp_path, tmp_path / "new")
    page = window.prepare_page
    qtbot.waitUntil(lambda: "no images" in page._notes.toPlainText())
    assert page._retry.isVisible()
    qtbot.mouseClick(page._retry, Qt.MouseButton.LeftButton)
    assert len(window._runner.jobs) == 2
    qtbot.waitUntil(page._retry.isVisible)
    qtbot.keyClick(page, Qt.Key.Key_Escape)
    assert window.page is window.start_page
    assert window.start_page.notice.text == ""


def test_a_ready_collection_opens_at_once_and_is_brought_up_to_date(
    window: MainWindow, workspace: Path, tmp_path: Path
):
    programs(window)
    window.prepare(tmp_path / "pictures", workspace)
    assert window.review is not None
    (job,) = window._runner.jobs
    assert job.command[:2] == ("open", "--no-window")


def test_jobs_open_with_j_and_start_there(qtbot: QtBot, reviewing: MainWindow, workspace: Path):
    programs(reviewing)
    qtbot.keyClick(reviewing.review.page, Qt.Key.Key_J)
    assert reviewing.page is reviewing.jobs_page
    reviewing.jobs_page.wanted.emit("Scan", ("scan",))
    (job,) = reviewing._runner.jobs
    assert job.command == ("scan", "--workspace", str(workspace))
    qtbot.waitUntil(lambda: job.state is JobState.DONE)
    qtbot.keyClick(reviewing.jobs_page, Qt.Key.Key_J)
    assert reviewing.page is reviewing.review.page


def test_a_failed_job_leaves_the_review_alone(qtbot: QtBot, reviewing: MainWindow):
    programs(reviewing, "import os; os.abort()")
    reviewing.jobs.start("Scan", ("scan",))
    page = reviewing.review.page
    qtbot.waitUntil(lambda: "did not work" in page.notice.text)
    qtbot.keyClick(page, Qt.Key.Key_A)
    assert reviewing.review.library.decisions.total() == 1


@pytest.mark.parametrize("settings", [Settings(reviewer="tester", refresh_every=3)])
def test_a_refresh_starts_after_so_many_answers(qtbot: QtBot, reviewing: MainWindow):
    programs(reviewing)
    for given in range(4):
        assert bool(reviewing._runner.jobs) == (given == 3)
        qtbot.keyClick(reviewing.review.page, Qt.Key.Key_Space)
        wait_painted(qtbot, reviewing)
    job = reviewing._runner.jobs[0]
    assert job.command[0] == "refresh"
    qtbot.waitUntil(lambda: job.state is JobState.DONE)
    # What stands beside the questions that come next now is worked out after it.
    following = [other.command[0] for other in reviewing._runner.jobs[1:]]
    assert following == ["explain"]


def test_a_ranking_that_appears_is_taken_after_a_job(
    qtbot: QtBot, reviewing: MainWindow, workspace: Path
):
    asked = reviewing.review.session.current
    with Library.open(workspace) as other:
        rank_all(other, reverse=True)
    programs(reviewing)
    reviewing.jobs.start("Rank", ("rank",))
    page = reviewing.review.page
    qtbot.waitUntil(lambda: "ranked anew" in page.notice.text)
    assert reviewing.review.session.current == asked


def test_the_size_of_the_window_is_kept(window: MainWindow):
    window.resize(1100, 700)
    window.close()
    assert window.settings == replace(window.settings, window=(1100, 700), maximized=False)


def test_every_button_says_what_it_does(reviewing: MainWindow):
    for button in reviewing.findChildren(type(reviewing.start_page._open)):
        assert button.accessibleName() or button.text()
    named = {button.command_id for button in reviewing.review.page.captions._buttons}
    assert named == {command.id for command in COMMANDS if command.caption}


def test_a_request_to_terminate_closes_the_window_properly(tmp_path: Path):
    code = (
        "import sys; from PySide6.QtCore import QTimer; import reviewer.app as app;"
        "made = app.make_application(); QTimer.singleShot(0, lambda: print('up', flush=True));"
        "sys.exit(app.run())"
    )
    places = {"XDG_CONFIG_HOME": str(tmp_path), "APPDATA": str(tmp_path), "HOME": str(tmp_path)}
    process = subprocess.Popen(
        [sys.executable, "-c", code],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, **places},
    )
    with process:
        assert process.stdout.readline() == "up\n"
        process.terminate()
        assert process.wait(timeout=300) == 0
    assert list(tmp_path.rglob("settings.toml"))


def test_a_sitting_begins_in_the_queue_and_side_of_the_last_one(
    qtbot: QtBot, reviewing: MainWindow, workspace: Path
):
    page = reviewing.review.page
    page.queues._sides.button(1).click()
    QTest.keyClick(page, Qt.Key.Key_BracketRight)
    wait_painted(qtbot, reviewing)
    tag_id = reviewing.review.session.feed.tag_id
    qtbot.waitUntil(lambda: '"tag"' in reviewing.review.library.state.get(PLACE))
    reviewing.show_start()
    assert reviewing.open_collection(workspace)
    wait_painted(qtbot, reviewing)
    assert reviewing.review.session.feed.tag_id == tag_id
    assert reviewing.review.session.feed.side is Side.MISSING
    assert reviewing.review.page.queues._sides.checkedId() == 1


def test_a_tagger_is_brought_from_the_page_of_jobs(
    qtbot: QtBot, reviewing: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    answers = iter(["", str(tmp_path)])
    # Only the system's own folder chooser is replaced, which no test can press.
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", staticmethod(lambda *_: next(answers)))
    asked = []
    reviewing.jobs_page.wanted.disconnect()
    reviewing.jobs_page.wanted.connect(lambda title, command: asked.append((title, command)))
    (button,) = (
        b for b in reviewing.jobs_page.findChildren(QPushButton) if b.text().startswith("Bring")
    )
    button.click()
    assert asked == []
    button.click()
    assert asked == [("Bring a tagger", ("bring", str(tmp_path), "--ask"))]


@pytest.mark.parametrize(
    ("button", "option"), [("Tag lists", "--tag-list"), ("Definitions", "--definitions")]
)
def test_files_about_tags_are_taken_in_from_the_page_of_jobs(
    qtbot: QtBot,
    reviewing: MainWindow,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    button: str,
    option: str,
):
    answers = iter([([], ""), ([str(tmp_path / "a.csv"), str(tmp_path / "b.json")], "")])
    # Only the system's own chooser of files is replaced, which no test can press.
    monkeypatch.setattr(QFileDialog, "getOpenFileNames", staticmethod(lambda *_: next(answers)))
    page, runner = reviewing.jobs_page, reviewing._runner
    (found,) = (b for b in page.findChildren(QPushButton) if b.text().startswith(button))
    found.click()
    assert runner.jobs == []
    found.click()
    (job,) = runner.jobs
    assert job.command == (
        *("import", option, str(tmp_path / "a.csv"), option, str(tmp_path / "b.json")),
        str(reviewing.review.library.folder),
        "--workspace",
        str(reviewing.review.workspace),
    )
    qtbot.waitUntil(lambda: not runner.busy)


def test_the_page_of_jobs_looks_for_changes_in_the_folder(qtbot: QtBot, reviewing: MainWindow):
    page, runner = reviewing.jobs_page, reviewing._runner
    (found,) = (b for b in page.findChildren(QPushButton) if b.text() == "Look for changes")
    found.click()
    (job,) = runner.jobs
    assert job.command[:3] == ("open", "--no-window", str(reviewing.review.library.folder))
    qtbot.waitUntil(lambda: not runner.busy)


def test_a_definition_that_came_meanwhile_is_shown_when_it_is_asked_for(
    qtbot: QtBot, reviewing: MainWindow
):
    review = reviewing.review
    text = review.page.tags.about._definition
    qtbot.keyClick(review.page, Qt.Key.Key_D)
    assert text.toPlainText() == ""
    assert "takes in the dump of a wiki" in text.placeholderText()
    review.library.aids.texts.add_definitions({review.session.current.tag_id: "It purrs."})
    qtbot.keyClick(review.page, Qt.Key.Key_D)
    qtbot.keyClick(review.page, Qt.Key.Key_D)
    assert text.toPlainText() == "It purrs."


def test_the_page_of_jobs_ranks_in_the_order_that_is_chosen_and_shows_the_one_in_force(
    qtbot: QtBot, reviewing: MainWindow
):
    assert sorted(name for name, _ in ORDERS) == sorted(CORE_ORDERS)
    page, runner = reviewing.jobs_page, reviewing._runner
    reviewing.review.library.state.set(ORDER, "rare")
    qtbot.keyClick(reviewing.review.page, Qt.Key.Key_J)
    assert page._order.currentData() == "rare"
    page._order.setCurrentIndex(page._order.findData("value"))
    (button,) = (b for b in page.findChildren(QPushButton) if b.text() == "Rank")
    button.click()
    (job,) = runner.jobs
    assert job.command[:3] == ("rank", "--order", "value")
    qtbot.waitUntil(lambda: not runner.busy)
    # What is chosen stays while the page is open, whatever ends meanwhile.
    assert page._order.currentData() == "value"


def test_without_a_tagger_it_is_ranked_by_the_tags(
    qtbot: QtBot, window: MainWindow, workspace: Path
):
    with Library.open(workspace) as library:
        library.rankings.save(replace(library.rankings.load(), version=""))
        library.state.set(ALONE, "stopped")
    assert window.open_collection(workspace)
    wait_painted(qtbot, window)
    window.jobs.start("Rank", ("rank", "--order", "rare"))
    window.jobs.refresh()
    # What ranks already takes the answers in.
    (ranked,) = window._runner.jobs
    assert ranked.command[:4] == ("rank", "--tags-only", "--order", "rare")
    qtbot.waitUntil(lambda: not window._runner.busy)
    window.jobs.refresh()
    assert window._runner.jobs[-1].title == "Refresh"
    assert "--tags-only" in window._runner.jobs[-1].command
    qtbot.waitUntil(lambda: not window._runner.busy)
