"""The window: which page is shown, and what goes on behind it. What pages do is theirs."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QMainWindow, QStackedWidget

from reviewer.core.errors import ReviewerError
from reviewer.settings import Recent
from reviewer.ui.actions import KeyMap
from reviewer.ui.job_runner import Job, JobRunner, JobState
from reviewer.ui.jobs_page import JobsPage
from reviewer.ui.notice_bar import Kind
from reviewer.ui.prepare_page import PreparePage
from reviewer.ui.review import Review
from reviewer.ui.start_page import NAME, StartPage

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from PySide6.QtGui import QCloseEvent
    from PySide6.QtWidgets import QWidget

    from reviewer.settings import Settings

POLL_MS = 4000
"""How often a new ranking, made by whomever, is looked for."""
PREPARE_LEAD = (
    "The images and their tags are read, a tagger is trained on them where there is none yet, "
    "every image is scanned, and the suspicious tags are ranked. The first questions follow."
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
    """A collection that is being made ready.

    Attributes:
        workspace: `None` where it can be told only once the folder is there.
    """

    name: str
    command: tuple[str, ...]
    folder: Path
    workspace: Path | None


class MainWindow(QMainWindow):
    """One window, one collection at a time."""

    def __init__(
        self,
        settings: Settings,
        keep: Callable[[Settings], None],
        place_for: Callable[[Path], Path],
        runner: JobRunner,
        sample: Sample,
    ) -> None:
        """Shows the start page.

        Args:
            settings: What the person set up.
            keep: Stores changed settings.
            place_for: The workspace of an image folder.
            runner: Runs the long jobs.
            sample: What "Try the sample" opens.
        """
        super().__init__()
        self.settings = settings
        self._keep = keep
        self._place_for = place_for
        self._runner = runner
        self._sample = sample
        self._review: Review | None = None
        self._preparing: Preparation | None = None
        self._prepare_job: Job | None = None
        self.start_page = StartPage(self)
        self.prepare_page = PreparePage(self)
        self.jobs_page = JobsPage(runner, KeyMap(QGuiApplication.platformName()), self)
        self._pages = QStackedWidget(self)
        for page in (self.start_page, self.prepare_page, self.jobs_page):
            self._pages.addWidget(page)
        self.setCentralWidget(self._pages)
        self.setWindowTitle(NAME)
        self.setMinimumSize(960, 600)
        self.resize(*settings.window)
        self._poll = QTimer(self, interval=POLL_MS)
        self._connect()
        self.show_start()

    def _connect(self) -> None:
        self.start_page.folder_chosen.connect(self.prepare)
        self.start_page.recent_chosen.connect(self._open_recent)
        self.start_page.sample_wanted.connect(self._try_sample)
        self.prepare_page.cancelled.connect(self._stop_preparing)
        self.prepare_page.retried.connect(self._start_preparing)
        self.jobs_page.closed.connect(self._back_to_review)
        self.jobs_page.wanted.connect(self._start_job)
        self._runner.changed.connect(self._job_changed)
        self._runner.ended.connect(self._job_ended)
        self._poll.timeout.connect(self._look_for_ranking)

    # -- pages -----------------------------------------------------------------------------------

    @property
    def review(self) -> Review | None:
        """The review in progress."""
        return self._review

    @property
    def page(self) -> QWidget | None:
        """The page that is shown."""
        return self._pages.currentWidget()

    def show_start(self) -> None:
        """Leaves the collection and shows the start page."""
        self._close_review()
        self._pages.setCurrentWidget(self.start_page)
        self.start_page.show_recent(self.settings.recent)

    def open_collection(self, workspace: Path) -> bool:
        """Opens a collection and begins the review.

        Returns:
            Whether it could be opened; if not, the start page says why.
        """
        self._close_review()
        try:
            review = Review(workspace, self.settings, self)
        except ReviewerError as error:
            self.show_start()
            self.start_page.notice.say(str(error), Kind.ERROR)
            return False
        self._review = review
        self._pages.addWidget(review.page)
        self._pages.setCurrentWidget(review.page)
        self.setWindowTitle(f"{review.library.name} \N{EN DASH} {NAME}")
        controller = review.controller
        controller.leave_wanted.connect(self.show_start)
        controller.jobs_wanted.connect(self._open_jobs)
        controller.fullscreen_wanted.connect(self._toggle_full_screen)
        controller.refresh_due.connect(self._refresh)
        review.page.setFocus()
        review.start()
        self._remember(review)
        self._poll.start()
        return True

    def _close_review(self) -> None:
        review, self._review = self._review, None
        if review is None:
            return
        self._poll.stop()
        self._remember(review)
        self._pages.removeWidget(review.page)
        review.close()
        self.setWindowTitle(NAME)

    def _remember(self, review: Review) -> None:
        entry = Recent(
            workspace=str(review.workspace),
            folder=str(review.library.folder),
            name=review.library.name,
            images=review.library.images.counts()["ok"],
            answers=review.library.decisions.total(),
        )
        self._store(self.settings.with_recent(entry))

    def _store(self, settings: Settings) -> None:
        self.settings = settings
        try:
            self._keep(settings)
        except ReviewerError as error:
            self.start_page.notice.say(str(error), Kind.WARNING)

    def _open_recent(self, entry: Recent) -> None:
        self.open_collection(Path(entry.workspace))

    # -- preparing -------------------------------------------------------------------------------

    def prepare(self, folder: Path, workspace: Path | None = None) -> None:
        """Makes a folder of images ready and reviews it; at once if it was made ready before.

        Args:
            folder: The images.
            workspace: Where to keep what is known of them; `None` for the usual place.
        """
        try:
            place = workspace or self._place_for(folder)
        except ReviewerError as error:
            self.start_page.notice.say(str(error), Kind.ERROR)
            return
        command = ("open", "--no-window", str(folder), "--workspace", str(place))
        self._preparing = Preparation(folder.name or str(folder), command, folder, place)
        if Review.is_ready(place) and self.open_collection(place):
            self._prepare_job = self._runner.start("Look for changes", command)
        else:
            self._start_preparing()

    def prepare_sample(self, sample: Sample | None = None) -> None:
        """Draws the sample collection, makes it ready and reviews it."""
        wanted = sample or self._sample
        place = wanted.workspace
        if place is None and wanted.folder.is_dir():
            place = self._place_for(wanted.folder)
        self._preparing = Preparation("the sample", wanted.command(), wanted.folder, place)
        if place is None or not Review.is_ready(place) or not self.open_collection(place):
            self._start_preparing()

    def _try_sample(self) -> None:
        self.prepare_sample()

    def _start_preparing(self) -> None:
        if self._preparing is None:
            return
        name = self._preparing.name
        self.prepare_page.begin(name, PREPARE_LEAD)
        self._pages.setCurrentWidget(self.prepare_page)
        self._prepare_job = self._runner.start(f"Prepare {name}", self._preparing.command)

    def _stop_preparing(self) -> None:
        job, self._prepare_job = self._prepare_job, None
        if job is not None and job.state in {JobState.WAITING, JobState.RUNNING}:
            self._runner.cancel(job)
        self.show_start()

    def _prepared(self) -> None:
        """Opens what was prepared, unless the person went elsewhere meanwhile."""
        done = self._preparing
        if done is not None and self.page is self.prepare_page:
            self.open_collection(done.workspace or self._place_for(done.folder))

    # -- jobs ------------------------------------------------------------------------------------

    def _job_changed(self, job: Job) -> None:
        if job is self._prepare_job and self.page is self.prepare_page:
            self.prepare_page.show_job(job)
        if self._review is not None:
            running = self._runner.running
            if running is None:
                self._review.page.status.show_no_job()
            else:
                self._review.page.status.show_job(running.title, running.progress)

    def _job_ended(self, job: Job) -> None:
        if job is self._prepare_job and job.state is JobState.DONE:
            self._prepared()
        review = self._review
        if review is None:
            return
        if self.page is self.jobs_page:
            self.jobs_page.open(review.library.versions.all())
        if job.state is JobState.FAILED:
            review.page.notice.say(f"{job.title} did not work: {job.message}", Kind.WARNING)
        elif review.controller.take_new_ranking():
            review.page.notice.say(f"{job.title} is done: the questions are ranked anew.")

    def _start_job(self, title: str, command: Sequence[str]) -> None:
        if self._review is not None and not self._runner.has(title):
            self._runner.start(title, [*command, "--workspace", str(self._review.workspace)])

    def _refresh(self) -> None:
        self._start_job("Refresh", ("refresh",))

    def _look_for_ranking(self) -> None:
        if self._review is not None:
            self._review.controller.take_new_ranking()

    def _open_jobs(self) -> None:
        if self._review is not None:
            self._pages.setCurrentWidget(self.jobs_page)
            self.jobs_page.open(self._review.library.versions.all())

    def _back_to_review(self) -> None:
        if self._review is not None:
            self._pages.setCurrentWidget(self._review.page)
            self._review.page.setFocus()

    # -- Qt --------------------------------------------------------------------------------------

    def _toggle_full_screen(self) -> None:
        if self.isFullScreen():
            self.showNormal()
        else:
            self.showFullScreen()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Keeps the window's size, stops the jobs, lets go of the collection."""
        self._poll.stop()
        size = self.normalGeometry().size() if self.isMaximized() else self.size()
        self._close_review()
        self._store(
            replace(
                self.settings,
                window=(size.width(), size.height()),
                maximized=self.isMaximized(),
            )
        )
        self._runner.shut_down()
        event.accept()
