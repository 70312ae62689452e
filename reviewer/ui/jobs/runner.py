"""Long work as child processes, in line: started, heard, cancelled; never in the window.

Nobody who wants his corrections written waits hours for a training: what writes back takes a lock
of its own and runs beside the one job that has its turn.

A child is the same command that the terminal offers, told to speak JSON: one object a line on its
standard output (`progress`, `note`, `done`, `error`). Whatever happens to it, the window goes on.
"""

from __future__ import annotations

import sys
import time
from collections import deque
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from reviewer.core.types import Progress
from reviewer.ui.jobs.process import CRASHED, NOT_STARTED, JobProcess

if TYPE_CHECKING:
    from collections.abc import Sequence

GRACE_MS = 5000
"""From the request to stop to the kill."""
LOG_LINES = 400
BESIDE = ("write-back",)
"""Commands that run beside the others, one of them at a time."""
PYTHON = (sys.executable, "-m", "reviewer", "--json", "--nice", "--tied")


class JobState(StrEnum):
    """Where a job is in its life."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"
    CUT_OFF = "cut off"
    """It ended with an earlier window or the machine, and nobody saw it end."""


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
    def beside(self) -> bool:
        """Whether it waits for its own kind only."""
        return self.command[:1] != () and self.command[0] in BESIDE

    @property
    def seconds(self) -> float:
        """How long it ran, or has been running."""
        if not self.began:
            return 0.0
        return (self.ended or time.monotonic()) - self.began


class JobRunner(QObject):
    """Runs jobs in the order they were asked for, those that write back beside the others.

    Attributes:
        jobs: All of this sitting, oldest first.
        closing: Whether everything is being stopped for the end of the program.
        changed: Emitted with a `Job` whenever anything about it changed.
        ended: Emitted with a `Job` when it is over.
    """

    changed = Signal(object)
    ended = Signal(object)

    def __init__(
        self,
        parent: QObject | None = None,
        *,
        program: Sequence[str] = PYTHON,
        grace_ms: int = GRACE_MS,
    ) -> None:
        """Begins without a job.

        Args:
            parent: Qt's owner.
            program: What a job's command is appended to.
            grace_ms: From the request to stop to the kill, milliseconds.
        """
        super().__init__(parent)
        self.jobs: list[Job] = []
        self.closing = False
        self._program = tuple(program)
        self._grace_ms = grace_ms
        self._processes: dict[Job, JobProcess] = {}

    @property
    def running(self) -> Job | None:
        """The job in progress; of two the one that is in line with the others."""
        return min(self._processes, key=lambda job: job.beside, default=None)

    @property
    def busy(self) -> bool:
        """Whether a job runs or waits."""
        return bool(self._processes) or any(j.state is JobState.WAITING for j in self.jobs)

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
        running = self._in_line(beside=False)
        if running is not None and running.gives_way and not (gives_way or job.beside):
            again = any(j.title == running.title and j.state is JobState.WAITING for j in self.jobs)
            if running.state is JobState.RUNNING and not again:
                self.jobs.append(Job(running.title, running.command, gives_way=True))
            self.cancel(running)
        self._start_next()
        return job

    def recall(self, title: str, command: Sequence[str]) -> Job:
        """Puts a job of an earlier sitting among those of this one; it is not started."""
        job = Job(title, tuple(command), state=JobState.CUT_OFF)
        self.jobs.append(job)
        self.changed.emit(job)
        return job

    def cancel(self, job: Job) -> None:
        """Stops a job; it resumes where it was when it is started again."""
        if job.state is JobState.WAITING:
            self._finish(job, JobState.CANCELLED)
        elif job in self._processes:
            job.state = JobState.CANCELLED
            self._processes[job].end()
            self.changed.emit(job)

    def shut_down(self, grace_ms: int = GRACE_MS) -> None:
        """Stops everything, and waits until it has stopped; for the end of the program."""
        self.closing = True
        for job in self.jobs:
            if job.state is JobState.WAITING:
                job.state = JobState.CANCELLED
        for job, process in list(self._processes.items()):
            job.state = JobState.CANCELLED
            process.end_now(grace_ms)

    # -- inside ----------------------------------------------------------------------------------

    def _in_line(self, *, beside: bool) -> Job | None:
        return next((job for job in self._processes if job.beside is beside), None)

    def _start_next(self) -> None:
        for beside in (False, True):
            waiting = [
                job for job in self.jobs if job.state is JobState.WAITING and job.beside is beside
            ]
            if waiting and self._in_line(beside=beside) is None:
                self._begin(min(waiting, key=lambda waits: waits.gives_way))

    def _begin(self, job: Job) -> None:
        job.state = JobState.RUNNING
        job.began = time.monotonic()
        process = JobProcess(job, self._grace_ms, self)
        self._processes[job] = process
        process.told.connect(self._hear)
        process.wrote.connect(self._log)
        process.ended.connect(self._ended)
        process.start((*self._program, *job.command))
        self.changed.emit(job)

    def _hear(self, job: Job, event: dict[str, Any]) -> None:
        hear_event(job, event)
        self.changed.emit(job)

    def _log(self, job: Job, line: str) -> None:
        job.log.append(line)
        self.changed.emit(job)

    def _ended(self, job: Job, code: int) -> None:
        if job.state is JobState.CANCELLED:
            self._finish(job, JobState.CANCELLED)
        elif code == 0:
            self._finish(job, JobState.DONE)
        else:
            job.message = job.message or self._reason(job, code)
            self._finish(job, JobState.FAILED)

    def _reason(self, job: Job, code: int) -> str:
        if code == NOT_STARTED:
            return f"{self._program[0]} cannot be started. Install the program again."
        if code == CRASHED:
            return (
                "It was stopped from outside or crashed, perhaps for want of memory. "
                "Started again, it goes on where it was."
            )
        last = job.log[-1] if job.log else "it gave no reason"
        return f"{job.title} ended with code {code}: {last}"

    def _finish(self, job: Job, state: JobState) -> None:
        job.state = state
        job.ended = time.monotonic()
        process = self._processes.pop(job, None)
        if process is not None:
            process.deleteLater()
        self.changed.emit(job)
        self.ended.emit(job)
        self._start_next()


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
