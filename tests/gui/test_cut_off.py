"""Jobs that were cut off with their window: the next one says which, and goes on with it."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton

from reviewer.store.begun import Begun, BegunFile
from reviewer.store.workspace import Workspace
from reviewer.ui.jobs.cut_off import CutOffJobs
from reviewer.ui.jobs.runner import JobRunner, JobState
from tests.gui.conftest import wait_painted
from tests.gui.test_job_runner import DYING, SPEAKING, WAITING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from reviewer.ui.main_window import MainWindow


@pytest.fixture
def place(tmp_path: Path) -> Path:
    made = tmp_path / "workspace"
    made.mkdir()
    return made


@pytest.fixture
def runner(qtbot: QtBot) -> Iterator[JobRunner]:
    """A runner whose jobs are small Python programs, which pay no heed to more words."""
    made = JobRunner(program=(sys.executable, "-c"))
    CutOffJobs(made, made)
    yield made
    made.shut_down(1000)


def recalled(place: Path) -> Begun | None:
    """What the next window finds."""
    next_one = JobRunner(program=("false",))
    job = CutOffJobs(next_one, next_one).recall(place)
    return None if job is None else Begun(job.title, job.command)


def words(script: str, place: Path) -> tuple[str, ...]:
    return (script, "--workspace", str(place))


def test_a_job_that_runs_is_noted_so_that_a_kill_leaves_its_name(
    qtbot: QtBot, runner: JobRunner, place: Path
) -> None:
    job = runner.start("Retrain", words(WAITING, place))
    qtbot.waitUntil(lambda: job.notes == ["up"])
    assert (place / "begun.json").exists()
    # The window is closed, or it is killed, which leaves the same.
    runner.shut_down(1000)
    assert recalled(place) == Begun("Retrain", words(WAITING, place))
    assert recalled(place) is None


@pytest.mark.parametrize("script", [SPEAKING, DYING])
def test_a_job_whose_end_was_seen_is_not_recalled(
    qtbot: QtBot, runner: JobRunner, place: Path, script: str
) -> None:
    with qtbot.waitSignal(runner.ended):
        runner.start("Scan", words(script, place))
    assert recalled(place) is None


def test_a_job_that_the_person_stopped_is_not_recalled(
    qtbot: QtBot, runner: JobRunner, place: Path
) -> None:
    job = runner.start("Scan", words(WAITING, place))
    qtbot.waitUntil(lambda: job.notes == ["up"])
    with qtbot.waitSignal(runner.ended):
        runner.cancel(job)
    assert recalled(place) is None


def test_what_nobody_waits_for_is_not_noted(qtbot: QtBot, runner: JobRunner, place: Path) -> None:
    job = runner.start("Explain", words(WAITING, place), gives_way=True)
    qtbot.waitUntil(lambda: job.notes == ["up"])
    assert not (place / "begun.json").exists()


def test_a_job_that_is_still_at_work_was_not_cut_off(place: Path) -> None:
    BegunFile(Workspace(place)).note(Begun("Scan", ("scan",)))
    with Workspace(place).held("jobs"):
        assert recalled(place) is None
    assert recalled(place) == Begun("Scan", ("scan",))


def test_the_next_window_names_the_job_and_goes_on_with_it(
    qtbot: QtBot, window: MainWindow, workspace: Path
) -> None:
    command = ("retrain", "--workspace", str(workspace))
    BegunFile(Workspace(workspace)).note(Begun("Retrain", command))
    assert window.open_collection(workspace)
    wait_painted(qtbot, window)
    page = window.review.page
    qtbot.waitUntil(lambda: "Retrain was cut off" in page.notice.text)
    assert "J goes on with it" in page.notice.text
    assert page.status._job.text() == "Retrain was cut off"
    qtbot.keyClick(page, Qt.Key.Key_J)
    (again,) = [
        button
        for button in window.jobs_page.findChildren(QPushButton)
        if button.text() == "Start again: Retrain" and button.isVisible()
    ]
    qtbot.mouseClick(again, Qt.MouseButton.LeftButton)
    recalled_job, started = window._runner.jobs
    assert recalled_job.state is JobState.CUT_OFF
    assert started.command == command


def test_a_job_that_goes_on_by_itself_needs_no_word(
    qtbot: QtBot, runner: JobRunner, place: Path
) -> None:
    BegunFile(Workspace(place)).note(Begun("Look for changes", ("open",)))
    job = runner.start("Look for changes", (WAITING,))
    qtbot.waitUntil(lambda: job.notes == ["up"])
    assert CutOffJobs(runner, runner).recall(place) is None
    assert runner.jobs == [job]
