"""The jobs of write-back as its page hears them: which one runs for a destination, and its end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from reviewer.ui.jobs.runner import JobState

if TYPE_CHECKING:
    from pathlib import Path

    from reviewer.ui.jobs.runner import Job
    from reviewer.ui.side_pages import Beside

LIVE = (JobState.WAITING, JobState.RUNNING)
COMMAND = "write-back"
SOON_MS = 500


class WriteBackJobs(QObject):
    """Starts the program's own command for a destination, and tells of it.

    Attributes:
        moved: A job of write-back began or came further.
        states_due: Emitted twice a second at most while states change.
        ended: Emitted with a `Job` of write-back that is over.
    """

    moved = Signal()
    states_due = Signal()
    ended = Signal(object)

    def __init__(self, beside: Beside, parent: QObject | None = None) -> None:
        """Hears the window's jobs."""
        super().__init__(parent)
        self._beside = beside
        # A job tells its progress ten times a second, and a table of thousands is read anew.
        self._soon = QTimer(self, singleShot=True, interval=SOON_MS)
        self._soon.timeout.connect(self.states_due)
        if beside.runner is not None:
            beside.runner.changed.connect(self._changed)

    def start(self, title: str, command: str, destination: str, *more: str) -> None:
        """Starts a command for a destination."""
        self._beside.start_job(f"{title} {destination}", (COMMAND, command, destination, *more))
        self.moved.emit()

    def take_tags(self, folder: Path, destination: str) -> None:
        """Asks a server for the tags of a folder's images again, and ranks anew."""
        words = ("open", "--no-window", str(folder), "--pull", destination)
        self._beside.start_job(f"Take the tags of {destination}", words)

    def of(self, destination: str) -> Job | None:
        """The job of a destination that runs or waits."""
        runner = self._beside.runner
        for job in runner.jobs if runner is not None else []:
            ours = job.command[:1] == (COMMAND,) and job.command[2] == destination
            if ours and job.state in LIVE:
                return job
        return None

    @property
    def ahead(self) -> str:
        """Title of the write-back that runs now; empty for none."""
        runner = self._beside.runner
        jobs = runner.jobs if runner is not None else []
        running = (job for job in jobs if job.beside and job.state is JobState.RUNNING)
        return next((job.title for job in running), "")

    def _changed(self, job: Job) -> None:
        if job.command[:1] != (COMMAND,):
            return
        if job.state not in LIVE:
            self.ended.emit(job)
            return
        self.moved.emit()
        if not self._soon.isActive():
            self._soon.start()
