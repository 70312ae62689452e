"""Long work as child processes, one at a time: started, heard, cancelled; never in the window.

A child is the same command that the terminal offers, told to speak JSON: one object a line on its
standard output (`progress`, `note`, `done`, `error`). Whatever happens to it, the window goes on.
"""

from __future__ import annotations

import json
import sys
import time
from collections import deque
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QProcess, QTimer, Signal

from reviewer.core.types import Progress

if TYPE_CHECKING:
    from collections.abc import Sequence

GRACE_MS = 5000
"""From the request to stop to the kill."""
LOG_LINES = 400
PYTHON = (sys.executable, "-m", "reviewer", "--json", "--nice")


class JobState(StrEnum):
    """Where a job is in its life."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


@dataclass(eq=False)
class Job:
    """One child process, before, while and after it runs.

    Attributes:
        title: For people ("Scan").
        command: The words of the program's own command.
        gives_way: Nobody waits for it: it is stopped for any other job, and goes on after that.
        progress: The last progress heard; `None` before the first.
        notes: What it had to say, oldest first.
        log: Everything else it wrote, oldest first.
        summary: What it reported when it was done.
        message: Why it failed, for people.
        began, ended: Seconds of a monotonic clock; 0 where not yet.
    """

    title: str
    command: tuple[str, ...]
    gives_way: bool = False
    state: JobState = JobState.WAITING
    progress: Progress | None = None
    notes: list[str] = field(default_factory=list)
    log: deque[str] = field(default_factory=lambda: deque(maxlen=LOG_LINES))
    summary: dict[str, Any] = field(default_factory=dict)
    message: str = ""
    began: float = 0.0
    ended: float = 0.0

    @property
    def seconds(self) -> float:
        """How long it ran, or has been running."""
        if not self.began:
            return 0.0
        return (self.ended or time.monotonic()) - self.began


class JobRunner(QObject):
    """Runs jobs in the order they were asked for.

    Attributes:
        jobs: All of this sitting, oldest first.
        changed: Emitted with a `Job` whenever anything about it changed.
        ended: Emitted with a `Job` when it is over.
    """

    changed = Signal(object)
    ended = Signal(object)

    def __init__(self, parent: QObject | None = None, *, program: Sequence[str] = PYTHON) -> None:
        """Begins without a job.

        Args:
            parent: Qt's owner.
            program: What a job's command is appended to.
        """
        super().__init__(parent)
        self.jobs: list[Job] = []
        self._program = tuple(program)
        self._process: QProcess | None = None
        self._running: Job | None = None
        self._rest = b""
        self._rest_of_errors = b""
        self._kill = QTimer(self, singleShot=True, interval=GRACE_MS)
        self._kill.timeout.connect(self._kill_now)

    @property
    def running(self) -> Job | None:
        """The job in progress."""
        return self._running

    @property
    def busy(self) -> bool:
        """Whether a job runs or waits."""
        return self._running is not None or any(j.state is JobState.WAITING for j in self.jobs)

    def has(self, title: str) -> bool:
        """Whether a job of that title runs or waits."""
        live = (JobState.WAITING, JobState.RUNNING)
        return any(job.title == title and job.state in live for job in self.jobs)

    def start(self, title: str, command: Sequence[str], *, gives_way: bool = False) -> Job:
        """Puts a job in line and starts it when its turn comes.

        Args:
            title: For people.
            command: The words of the program's own command.
            gives_way: Nobody waits for it: other jobs come first, also those that come later.
        """
        job = Job(title, tuple(command), gives_way)
        self.jobs.append(job)
        self.changed.emit(job)
        running = self._running
        if running is not None and running.gives_way and not gives_way:
            again = any(j.title == running.title and j.state is JobState.WAITING for j in self.jobs)
            if running.state is JobState.RUNNING and not again:
                self.jobs.append(Job(running.title, running.command, gives_way=True))
            self.cancel(running)
        self._start_next()
        return job

    def cancel(self, job: Job) -> None:
        """Stops a job; it resumes where it was when it is started again."""
        if job.state is JobState.WAITING:
            self._finish(job, JobState.CANCELLED)
        elif job is self._running and self._process is not None:
            job.state = JobState.CANCELLED
            self._process.terminate()
            self._kill.start()
            self.changed.emit(job)

    def shut_down(self, grace_ms: int = GRACE_MS) -> None:
        """Stops everything, and waits until it has stopped; for the end of the program."""
        for job in self.jobs:
            if job.state is JobState.WAITING:
                job.state = JobState.CANCELLED
        process = self._process
        if process is None or self._running is None:
            return
        self._running.state = JobState.CANCELLED
        process.terminate()
        if not process.waitForFinished(grace_ms):
            process.kill()
            process.waitForFinished(grace_ms)

    # -- inside ----------------------------------------------------------------------------------

    def _start_next(self) -> None:
        if self._running is not None:
            return
        waiting = [job for job in self.jobs if job.state is JobState.WAITING]
        job = min(waiting, key=lambda waits: waits.gives_way, default=None)
        if job is None:
            return
        job.state = JobState.RUNNING
        job.began = time.monotonic()
        self._running = job
        self._rest = self._rest_of_errors = b""
        process = QProcess(self)
        process.readyReadStandardOutput.connect(self._read)
        process.readyReadStandardError.connect(self._read_errors)
        process.finished.connect(self._finished)
        process.errorOccurred.connect(self._failed_to_start)
        self._process = process
        program, *words = (*self._program, *job.command)
        process.start(program, words)
        self.changed.emit(job)

    def _read(self) -> None:
        if self._process is None or self._running is None:
            return
        self._rest += bytes(self._process.readAllStandardOutput().data())
        *lines, self._rest = self._rest.split(b"\n")
        for line in lines:
            self._hear(self._running, line.decode("utf-8", "replace").strip())

    def _read_errors(self) -> None:
        if self._process is None or self._running is None:
            return
        # Python writes a traceback word by word: a line is one when its end has come.
        self._rest_of_errors += bytes(self._process.readAllStandardError().data())
        *lines, self._rest_of_errors = self._rest_of_errors.split(b"\n")
        self._log_errors(lines)

    def _log_errors(self, lines: Sequence[bytes]) -> None:
        texts = (line.decode("utf-8", "replace").rstrip() for line in lines)
        if self._running is not None:
            self._running.log.extend(text for text in texts if text)
            self.changed.emit(self._running)

    def _hear(self, job: Job, line: str) -> None:
        """Takes one line of a child; what is no event goes to the log."""
        if not line:
            return
        try:
            event = json.loads(line)
        except ValueError:
            event = None
        if not isinstance(event, dict) or "event" not in event:
            job.log.append(line)
        else:
            hear_event(job, event)
        self.changed.emit(job)

    def _finished(self, code: int, status: QProcess.ExitStatus) -> None:
        job = self._running
        if job is None:
            return
        self._read()
        self._read_errors()
        self._log_errors([self._rest_of_errors])
        if job.state is JobState.CANCELLED:
            self._finish(job, JobState.CANCELLED)
        elif status is QProcess.ExitStatus.CrashExit:
            job.message = job.message or f"{job.title} was stopped from outside or crashed."
            self._finish(job, JobState.FAILED)
        elif code != 0:
            last = job.log[-1] if job.log else "it gave no reason"
            job.message = job.message or f"{job.title} ended with code {code}: {last}"
            self._finish(job, JobState.FAILED)
        else:
            self._finish(job, JobState.DONE)

    def _failed_to_start(self, error: QProcess.ProcessError) -> None:
        job = self._running
        if job is not None and error is QProcess.ProcessError.FailedToStart:
            job.message = f"{self._program[0]} cannot be started. Install the program again."
            self._finish(job, JobState.FAILED)

    def _finish(self, job: Job, state: JobState) -> None:
        job.state = state
        job.ended = time.monotonic()
        if job is self._running:
            self._kill.stop()
            self._running = None
            if self._process is not None:
                self._process.deleteLater()
                self._process = None
        self.changed.emit(job)
        self.ended.emit(job)
        self._start_next()

    def _kill_now(self) -> None:
        if self._process is not None:
            self._process.kill()


def hear_event(job: Job, event: dict[str, Any]) -> None:
    """Takes one event of a child into its job; unknown kinds are left to newer children."""
    match event["event"]:
        case "progress":
            job.progress = Progress(
                stage=str(event.get("stage", "")),
                done=int(event.get("done", 0)),
                total=int(event.get("total", 0)),
                unit=str(event.get("unit", "")),
                rate=float(event.get("rate", 0.0)),
                note=str(event.get("note", "")),
            )
        case "note":
            job.notes.append(str(event.get("text", "")))
        case "done":
            job.summary = dict(event.get("summary") or {})
        case "error":
            job.message = str(event.get("message", ""))
