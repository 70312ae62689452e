"""Jobs that were cut off with their window or the machine: noted while they run, named after."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from reviewer.core.errors import StoreError
from reviewer.store.begun import Begun, BegunFile
from reviewer.store.workspace import Workspace
from reviewer.ui.jobs.runner import Job, JobRunner, JobState

if TYPE_CHECKING:
    from collections.abc import Sequence

PLACE = "--workspace"
SOON = frozenset({"refresh", "rank"})
"""Commands that take seconds, and are begun again by the review itself."""


class CutOffJobs(QObject):
    """Keeps a note in the workspace of the job in progress."""

    def __init__(self, runner: JobRunner, parent: QObject) -> None:
        """Listens to the runner.

        Args:
            runner: Runs the jobs.
            parent: Qt's owner.
        """
        super().__init__(parent)
        self._runner = runner
        self._noted: dict[Job, BegunFile] = {}
        runner.changed.connect(self._changed)
        runner.ended.connect(self._ended)

    def recall(self, workspace: Path) -> Job | None:
        """The job of a collection that was cut off, put among the runner's; each is told once."""
        found = BegunFile(Workspace(workspace)).take()
        if found is None or self._runner.has(found.title):
            return None
        return self._runner.recall(found.title, found.command)

    def _changed(self, job: Job) -> None:
        place = workspace_of(job.command)
        wanted = job.state is JobState.RUNNING and not (job.gives_way or job.beside)
        wanted = wanted and job.command[0] not in SOON
        if wanted and job not in self._noted and place is not None and place.is_dir():
            self._noted[job] = BegunFile(Workspace(place))
            # Where no note can be kept, the job itself says what is wrong.
            with suppress(StoreError):
                self._noted[job].note(Begun(job.title, job.command))

    def _ended(self, job: Job) -> None:
        note = self._noted.pop(job, None)
        # One that is stopped because the window closes is not what the person had enough of.
        if note is not None and not self._runner.closing:
            note.end()


def workspace_of(command: Sequence[str]) -> Path | None:
    """The workspace that the words of a command name; `None` if they name none."""
    place = command.index(PLACE) + 1 if PLACE in command else len(command)
    return Path(command[place]) if place < len(command) else None
