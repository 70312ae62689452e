"""Making a collection ready in the background, with a page that shows how far it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from reviewer.core.errors import ReviewerError
from reviewer.ui.jobs.runner import Job, JobRunner, JobState
from reviewer.ui.start.prepare_page import PreparePage

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from reviewer.core.beginning import Beginning

STOPPED = "Stopped. What is done is kept: open it again, and it goes on from there."
LEAD = (
    "The images and their tags are read. The first questions come from the tags alone and can be "
    "answered at once; meanwhile a tagger is trained where there is none yet, every image is "
    "scanned, and its questions follow."
)
EARLY = (
    "These first questions come from the tags alone. The tagger is made ready meanwhile; "
    "its questions take their place by themselves."
)


@dataclass(frozen=True, slots=True)
class Sample:
    """The sample collection: where it is drawn, and how.

    Attributes:
        workspace: `None` for the usual place.
        images: Illustrations to draw.
        seed: Of the illustrations.
    """

    folder: Path
    workspace: Path | None = None
    images: int = 3000
    seed: int = 7

    def command(self) -> tuple[str, ...]:
        """What draws it and makes it ready."""
        size = ("--images", str(self.images), "--seed", str(self.seed))
        place = ("--workspace", str(self.workspace)) if self.workspace else ()
        return ("demo", "--no-window", "--folder", str(self.folder), *size, *place)


@dataclass(frozen=True, slots=True)
class Preparation:
    """A collection that is made ready.

    Attributes:
        workspace: `None` where it can be told only once the folder is there.
        choosable: Whether its tags and tagger can be chosen on the import page.
    """

    name: str
    command: tuple[str, ...]
    folder: Path
    workspace: Path | None
    choosable: bool = False


class Preparing(QObject):
    """Runs one preparation at a time and shows it.

    Attributes:
        page: What is shown meanwhile.
        ready: Emitted with the workspace when it can be reviewed.
        begun: The same, while the job goes on: the questions come from the tags alone.
        stopped: The person does not want to wait.
        refused: Emitted with a sentence when it cannot even begin.
        told: Emitted with a sentence about what was stopped.
        reconsidered: Emitted with the folder whose tags or tagger are to be chosen anew.
    """

    ready = Signal(object)
    begun = Signal(object)
    stopped = Signal()
    refused = Signal(str)
    told = Signal(str)
    reconsidered = Signal(object)

    def __init__(
        self,
        runner: JobRunner,
        place_for: Callable[[Path], Path],
        has_questions: Callable[[Path], bool],
        parent: QObject,
    ) -> None:
        """Begins idle.

        Args:
            runner: Runs the job.
            place_for: The workspace of an image folder.
            has_questions: Whether there are questions in a workspace already.
            parent: Qt's owner.
        """
        super().__init__(parent)
        self.page = PreparePage()
        self._runner = runner
        self._place_for = place_for
        self._has_questions = has_questions
        self._wanted: Preparation | None = None
        self._job: Job | None = None
        self._heard = ("", 0)
        self.page.cancelled.connect(self._stop)
        self.page.retried.connect(self.start)
        self.page.reconsidered.connect(self._reconsider)
        runner.changed.connect(self._changed)
        runner.ended.connect(self._ended)

    def of_folder(
        self, folder: Path, workspace: Path | None, wanted: Beginning | None = None
    ) -> Preparation | None:
        """What it takes to make a folder of images ready; `None` if it cannot be done.

        Args:
            folder: The images.
            workspace: Where to keep what is known of them; `None` for the usual place.
            wanted: Where tags and tagger come from; `None` for what fits.
        """
        try:
            place = workspace or self._place_for(folder)
            # The import page knows the usual place alone.
            usual = folder.is_dir() and place == self._place_for(folder)
        except ReviewerError as error:
            self.refused.emit(str(error))
            return None
        chosen = wanted.options() if wanted is not None else ()
        command = ("open", "--no-window", str(folder), "--workspace", str(place), *chosen)
        return Preparation(folder.name or str(folder), command, folder, place, usual)

    def of_sample(self, sample: Sample) -> Preparation:
        """What it takes to draw the sample and make it ready."""
        place = sample.workspace
        if place is None and sample.folder.is_dir():
            place = self._place_for(sample.folder)
        return Preparation("the sample", sample.command(), sample.folder, place)

    def begin(self, preparation: Preparation) -> None:
        """Starts a preparation."""
        self._wanted = preparation
        self.start()

    def start(self) -> None:
        """Starts the last preparation, or starts it again."""
        if self._wanted is not None:
            self._heard = ("", 0)
            self.page.begin(self._wanted.name, LEAD, choosable=self._wanted.choosable)
            self._job = self._runner.start(f"Prepare {self._wanted.name}", self._wanted.command)

    def _reconsider(self) -> None:
        self._job = None
        if self._wanted is not None:
            self.reconsidered.emit(self._wanted.folder)

    def _stop(self) -> None:
        job, self._job = self._job, None
        going = job is not None and job.state in {JobState.WAITING, JobState.RUNNING}
        if job is not None and going:
            self._runner.cancel(job)
        self.stopped.emit()
        if going:
            self.told.emit(STOPPED)

    def _changed(self, job: Job) -> None:
        if job is not self._job:
            return
        self.page.show_job(job)
        # Each stage ends with a note; the next may take long before it says anything.
        heard = (job.progress.stage if job.progress is not None else "", len(job.notes))
        if heard != self._heard:
            self._heard = heard
            self._look_for_questions()

    def _look_for_questions(self) -> None:
        """Lets the review begin as soon as there are questions for it."""
        wanted = self._wanted
        if wanted is None or (wanted.workspace is None and not wanted.folder.is_dir()):
            return
        workspace = wanted.workspace or self._place_for(wanted.folder)
        if self._has_questions(workspace):
            self._job = None
            self.begun.emit(workspace)

    def _ended(self, job: Job) -> None:
        wanted = self._wanted
        if job is self._job and job.state is JobState.DONE and wanted is not None:
            self._job = None
            self.ready.emit(wanted.workspace or self._place_for(wanted.folder))
