"""Jobs as real child processes: heard, queued, cancelled, and never the end of the window."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QProcess

from reviewer.ui.jobs.runner import JobRunner, JobState

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytestqt.qtbot import QtBot

SPEAKING = """
import json
def tell(**event): print(json.dumps(event), flush=True)
tell(event="note", text="cpu, from scratch")
tell(event="progress", stage="scan", done=3, total=10, unit="images", rate=2.5)
print("a line that is no event", flush=True)
tell(event="news", text="from a newer version")
tell(event="done", summary={"scanned": 10})
"""
FAILING = """
import json, sys
print(json.dumps({"event": "error", "message": "No such folder.", "exit_code": 2}), flush=True)
sys.exit(2)
"""
BREAKING = "import sys; sys.stderr.write('ZeroDivisionError: by zero\\n'); sys.exit(1)"
PIECEMEAL = """
import sys, time
for part in ("Zero", "DivisionError", ": by", " zero\\n", "and no", " end"):
    sys.stderr.write(part); sys.stderr.flush(); time.sleep(0.05)
sys.exit(1)
"""
DYING = "import os, signal; os.kill(os.getpid(), signal.SIGKILL)"
WAITING = 'import time; print(\'{"event": "note", "text": "up"}\', flush=True); time.sleep(60)'
DEAF = """
import signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print('{"event": "note", "text": "up"}', flush=True)
time.sleep(60)
"""
SPLIT = """
import sys, time
for part in ('{"event": "no', 'te", "text": "caf', '\\u00e9"}\\n{"event": "done", "summary": {}}'):
    sys.stdout.buffer.write(part.encode()); sys.stdout.flush(); time.sleep(0.05)
"""


@pytest.fixture
def runner(qtbot: QtBot) -> Iterator[JobRunner]:
    """A runner whose jobs are small Python programs."""
    made = JobRunner(program=(sys.executable, "-c"))
    yield made
    made.shut_down(1000)


def run(qtbot: QtBot, runner: JobRunner, script: str):
    with qtbot.waitSignal(runner.ended):
        return runner.start("Scan", [script])


def test_events_are_heard(qtbot: QtBot, runner: JobRunner):
    job = run(qtbot, runner, SPEAKING)
    assert job.state is JobState.DONE
    assert job.notes == ["cpu, from scratch"]
    assert job.progress.seconds_left == pytest.approx(2.8)
    assert job.summary == {"scanned": 10}
    assert list(job.log) == ["a line that is no event"]
    assert job.ended >= job.began > 0


def test_lines_may_arrive_in_pieces(qtbot: QtBot, runner: JobRunner):
    job = run(qtbot, runner, SPLIT)
    assert job.notes == ["caf\N{LATIN SMALL LETTER E WITH ACUTE}"]


def test_an_error_is_told_in_its_own_words(qtbot: QtBot, runner: JobRunner):
    job = run(qtbot, runner, FAILING)
    assert job.state is JobState.FAILED
    assert job.message == "No such folder."


def test_a_bug_in_a_child_is_told_with_its_last_line(qtbot: QtBot, runner: JobRunner):
    job = run(qtbot, runner, BREAKING)
    assert job.state is JobState.FAILED
    assert "ZeroDivisionError" in job.message


def test_words_written_one_by_one_are_one_line_of_the_log(qtbot: QtBot, runner: JobRunner):
    job = run(qtbot, runner, PIECEMEAL)
    assert list(job.log) == ["ZeroDivisionError: by zero", "and no end"]
    assert job.message.endswith("and no end")


def test_a_killed_child_is_a_failed_job_and_no_more(qtbot: QtBot, runner: JobRunner):
    job = run(qtbot, runner, DYING)
    assert job.state is JobState.FAILED
    assert "crashed" in job.message
    assert run(qtbot, runner, SPEAKING).state is JobState.DONE


def test_a_program_that_is_not_there(qtbot: QtBot):
    runner = JobRunner(program=("/nonexistent/program",))
    job = run(qtbot, runner, "")
    assert job.state is JobState.FAILED
    assert "/nonexistent/program" in job.message


def test_jobs_run_one_after_the_other(qtbot: QtBot, runner: JobRunner):
    first = runner.start("First", [SPEAKING])
    second = runner.start("Second", [SPEAKING])
    assert (first.state, second.state) == (JobState.RUNNING, JobState.WAITING)
    assert runner.has("Second")
    qtbot.waitUntil(lambda: second.state is JobState.DONE)
    assert first.ended <= second.began
    assert not runner.busy


def test_writing_back_waits_for_its_own_kind_only(qtbot: QtBot):
    runner = JobRunner(program=(sys.executable, "-c", "import sys, time; time.sleep(60)"))
    training = runner.start("Train", ["train"])
    first = runner.start("Diff of files", ["write-back", "diff", "files"])
    second = runner.start("Send to files", ["write-back", "send", "files"])
    refresh = runner.start("Refresh", ["refresh"])
    states = [job.state for job in (training, first, second, refresh)]
    assert states == [JobState.RUNNING, JobState.RUNNING, JobState.WAITING, JobState.WAITING]
    assert runner.running is training
    with qtbot.waitSignal(runner.ended):
        runner.cancel(first)
    assert (second.state, refresh.state) == (JobState.RUNNING, JobState.WAITING)
    with qtbot.waitSignal(runner.ended):
        runner.cancel(training)
    assert refresh.state is JobState.RUNNING
    runner.shut_down(1000)
    assert not runner.busy


def test_a_running_job_is_cancelled(qtbot: QtBot, runner: JobRunner):
    job = runner.start("Scan", [WAITING])
    qtbot.waitUntil(lambda: job.notes == ["up"])
    with qtbot.waitSignal(runner.ended):
        runner.cancel(job)
    assert job.state is JobState.CANCELLED
    assert job.message == ""


def test_a_job_that_does_not_listen_is_killed(qtbot: QtBot):
    runner = JobRunner(program=(sys.executable, "-c"), grace_ms=200)
    job = runner.start("Scan", [DEAF])
    qtbot.waitUntil(lambda: job.notes == ["up"])
    with qtbot.waitSignal(runner.ended):
        runner.cancel(job)
    assert job.state is JobState.CANCELLED


def test_a_waiting_job_is_cancelled_without_being_started(qtbot: QtBot, runner: JobRunner):
    first = runner.start("First", [SPEAKING])
    second = runner.start("Second", [SPEAKING])
    runner.cancel(second)
    qtbot.waitUntil(lambda: first.state is JobState.DONE)
    assert second.state is JobState.CANCELLED
    assert second.began == 0


def test_shutting_down_leaves_no_child(qtbot: QtBot, runner: JobRunner):
    job = runner.start("Scan", [WAITING])
    qtbot.waitUntil(lambda: job.notes == ["up"])
    (process,) = runner.findChildren(QProcess)
    runner.shut_down(5000)
    assert process.processId() == 0


def test_what_nobody_waits_for_gives_way_and_goes_on_after(qtbot: QtBot, runner: JobRunner):
    explain = runner.start("Explain", [WAITING], gives_way=True)
    qtbot.waitUntil(lambda: explain.notes == ["up"])
    waits = runner.start("Explain", [SPEAKING], gives_way=True)
    assert explain.state is JobState.RUNNING
    diff = runner.start("Diff of files", [SPEAKING])
    qtbot.waitUntil(lambda: diff.state is JobState.DONE)
    assert explain.state is JobState.CANCELLED
    assert waits.began == 0 or waits.began >= diff.ended
    qtbot.waitUntil(lambda: waits.state is JobState.DONE)


def test_what_gave_way_is_started_again(qtbot: QtBot, runner: JobRunner):
    explain = runner.start("Explain", [WAITING], gives_way=True)
    qtbot.waitUntil(lambda: explain.notes == ["up"])
    diff = runner.start("Diff of files", [SPEAKING])
    qtbot.waitUntil(lambda: diff.state is JobState.DONE)
    again = runner.jobs[-1]
    assert (again.title, again.command) == (explain.title, explain.command)
    qtbot.waitUntil(lambda: again.notes == ["up"])
    # A person's stop holds: it is not started a third time.
    runner.cancel(again)
    qtbot.waitUntil(lambda: again.state is JobState.CANCELLED and not runner.busy)
    assert len(runner.jobs) == 3
