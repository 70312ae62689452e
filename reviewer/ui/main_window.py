"""The window: which page is shown, and what goes on behind it. What pages do is theirs."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QMainWindow, QStackedWidget

from reviewer.core.errors import ReviewerError
from reviewer.settings import Recent
from reviewer.store.rankings import ORDER
from reviewer.store.workspace import Workspace
from reviewer.ui.jobs.page import ORDERS, JobsPage
from reviewer.ui.keys.actions import KeyMap
from reviewer.ui.keys.enter_key import EnterKey
from reviewer.ui.keys.held_keys import HeldKeys
from reviewer.ui.review import Review
from reviewer.ui.review_jobs import ReviewJobs
from reviewer.ui.settings.applying import Appearance, needs_reopening
from reviewer.ui.side_pages import Beside, SidePages
from reviewer.ui.start.import_page import ImportPage
from reviewer.ui.start.preparing import EARLY, Preparation, Preparing, Sample
from reviewer.ui.start.start_page import NAME, StartPage
from reviewer.ui.widgets.notice_bar import Kind, NoticeBar

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtGui import QCloseEvent
    from PySide6.QtWidgets import QWidget

    from reviewer.core.beginning import Beginning
    from reviewer.settings import Settings
    from reviewer.ui.jobs.runner import Job, JobRunner

LEAST = (860, 500)
"""Smallest window, device-independent pixels: a screen of 1920 by 1080 at 200 % has 960 by 540."""


class MainWindow(QMainWindow):
    """One window, one collection at a time.

    Attributes:
        settings: What the person set up, as it is now.
        review: The review in progress; `None` without one.
        jobs: Long work on its collection.
        side_pages: The pages beside the review, opened by name.
        notice: Over whichever page is shown, for what is about none of them.
    """

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
        self._appearance = Appearance(self, settings)
        EnterKey(self)
        HeldKeys(self)
        self._keep = keep
        self._runner = runner
        self._sample = sample
        self.review: Review | None = None
        self.notice = NoticeBar(self)
        self.start_page = StartPage(self)
        self._refuse = partial(self.start_page.notice.say, kind=Kind.ERROR)
        self.import_page = ImportPage(place_for, self)
        self._preparing = Preparing(runner, place_for, Review.is_ready, self)
        self.prepare_page = self._preparing.page
        self.jobs_page = JobsPage(runner, KeyMap(QGuiApplication.platformName()), self)
        self.jobs = ReviewJobs(runner, lambda: self.review, self)
        self._pages = QStackedWidget(self)
        for page in (self.start_page, self.import_page, self.prepare_page, self.jobs_page):
            self._pages.addWidget(page)
        self.side_pages = SidePages(
            self._pages, Beside(lambda: self.settings, self._store, self.jobs.start, runner)
        )
        self.setCentralWidget(self._pages)
        self.setWindowTitle(NAME)
        self.setMinimumSize(*LEAST)
        self.resize(*settings.window)
        self._connect()
        self.show_start()

    def _connect(self) -> None:
        self.start_page.folder_chosen.connect(self.look_at)
        self.import_page.confirmed.connect(lambda at, wanted: self.prepare(at, None, wanted))
        self.import_page.left.connect(self.show_start)
        self.start_page.recent_chosen.connect(self._open_recent)
        self.start_page.sample_wanted.connect(partial(self.prepare_sample, None))
        self.start_page.settings_wanted.connect(partial(self.side_pages.open, "settings"))
        self._preparing.ready.connect(self.open_collection)
        self._preparing.begun.connect(self._open_early)
        self._preparing.stopped.connect(self.show_start)
        self._preparing.refused.connect(self._refuse)
        self._preparing.told.connect(self.start_page.notice.say)
        self._preparing.reconsidered.connect(self._show_import)
        self.jobs_page.closed.connect(self._back_to_review)
        self.jobs_page.wanted.connect(self.jobs.start)
        self.jobs_page.folder_wanted.connect(self.jobs.start_on_folder)
        self.jobs_page.write_back_wanted.connect(
            lambda: self.side_pages.open("writeback", self.review)
        )
        self.side_pages.closed.connect(self._back_to_review)
        self._runner.ended.connect(self._job_ended)

    # -- pages -----------------------------------------------------------------------------------

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
            self._refuse(str(error))
            return False
        self.review = review
        self._pages.addWidget(review.page)
        self._pages.setCurrentWidget(review.page)
        self.setWindowTitle(f"{review.library.name} \N{EN DASH} {NAME}")
        controller = review.controller
        controller.leave_wanted.connect(self.show_start)
        controller.jobs_wanted.connect(self._open_jobs)
        controller.page_wanted.connect(partial(self.side_pages.open, review=review))
        controller.fullscreen_wanted.connect(partial(_toggle_full_screen, self))
        controller.job_wanted.connect(self.jobs.start)
        controller.refresh_due.connect(self.jobs.refresh)
        review.page.setFocus()
        review.start()
        self._remember(review)
        self.jobs.look_back()
        return True

    def _close_review(self) -> None:
        review, self.review = self.review, None
        if review is None:
            return
        self._remember(review)
        self.side_pages.drop()
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
        self._appearance.show(settings)
        if self.review is not None:
            self.review.apply(settings)
        try:
            self._keep(settings)
        except ReviewerError as error:
            self.notice.say(str(error), Kind.WARNING)

    def _open_recent(self, entry: Recent) -> None:
        self.come_back(Path(entry.workspace), entry)

    # -- preparing -------------------------------------------------------------------------------

    def look_at(self, folder: Path) -> None:
        """Shows what would be read of a new folder; one that was made ready before is opened."""
        wanted = self._preparing.of_folder(folder, None)
        if wanted is None:
            return
        if wanted.workspace is not None and Review.is_ready(wanted.workspace):
            self.prepare(folder)
        else:
            self._show_import(folder)

    def _show_import(self, folder: Path) -> None:
        self._pages.setCurrentWidget(self.import_page)
        self.import_page.show_folder(folder)

    def prepare(
        self, folder: Path, workspace: Path | None = None, wanted: Beginning | None = None
    ) -> None:
        """Makes a folder of images ready and reviews it; at once if it was made ready before.

        Args:
            folder: The images.
            workspace: Where to keep what is known of them; `None` for the usual place.
            wanted: Where tags and tagger come from; `None` for what fits.
        """
        found = self._preparing.of_folder(folder, workspace, wanted)
        if found is None:
            return
        place = found.workspace
        if place is not None and Review.is_ready(place) and self.open_collection(place):
            self._runner.start("Look for changes", found.command)
        else:
            self._begin(found)

    def prepare_sample(self, sample: Sample | None = None) -> None:
        """Draws the sample collection, makes it ready and reviews it."""
        wanted = self._preparing.of_sample(sample or self._sample)
        place = wanted.workspace
        if place is None or not Review.is_ready(place) or not self.open_collection(place):
            self._begin(wanted)

    def _begin(self, wanted: Preparation) -> None:
        if wanted.workspace is not None:
            entry = Recent(str(wanted.workspace), str(wanted.folder), wanted.name)
            self._store(self.settings.with_recent(entry))
        self._pages.setCurrentWidget(self.prepare_page)
        self._preparing.begin(wanted)

    def _open_early(self, workspace: Path) -> None:
        """Begins the review while the rest is still being made ready."""
        if self.open_collection(workspace) and self.review is not None:
            self.review.page.notice.say(EARLY, Kind.WARNING)

    def come_back(self, workspace: Path, entry: Recent | None = None) -> None:
        """Opens a collection; a tagger that is not ready yet is made ready beside the review.

        Args:
            workspace: What is known of it.
            entry: As it was opened before; looked up among the recent ones where it is `None`.
        """
        known = (each for each in self.settings.recent if Path(each.workspace) == workspace)
        entry = entry or next(known, None)
        if entry is not None and _is_without_questions(workspace, entry):
            # Stopped before its first questions, or none were found: it goes on from there.
            self.prepare(Path(entry.folder), workspace)
            return
        if not self.open_collection(workspace) or self.review is None or not self.review.waits:
            return
        wanted = self._preparing.of_folder(self.review.library.folder, workspace)
        if wanted is not None:
            title = f"Prepare {wanted.name}"
            if not self._runner.has(title):
                self._runner.start(title, wanted.command)
            self.review.page.notice.say(EARLY, Kind.WARNING)

    # -- jobs ------------------------------------------------------------------------------------

    def _job_ended(self, _job: Job) -> None:
        if self.review is not None and self.page is self.jobs_page:
            self.jobs_page.open(self.review.library.versions.all())

    def _open_jobs(self) -> None:
        if self.review is not None:
            self._pages.setCurrentWidget(self.jobs_page)
            self.jobs_page.bind(self.settings.bindings.commands())
            library = self.review.library
            self.jobs_page.open(library.versions.all(), library.state.get(ORDER, ORDERS[0][0]))

    def _back_to_review(self) -> None:
        if self.review is None:
            self.show_start()
        elif needs_reopening(self.review.settings, self.settings):
            self.open_collection(self.review.workspace)
        else:
            self._pages.setCurrentWidget(self.review.page)
            self.review.page.setFocus()

    # -- Qt --------------------------------------------------------------------------------------

    def closeEvent(self, event: QCloseEvent) -> None:
        """Keeps the window's size, stops the jobs, lets go of the collection."""
        size = self.normalGeometry().size() if self.isMaximized() else self.size()
        self._close_review()
        self.import_page.close_reading()
        self._store(
            replace(
                self.settings,
                window=(size.width(), size.height()),
                maximized=self.isMaximized(),
            )
        )
        self._runner.shut_down()
        event.accept()


def _is_without_questions(workspace: Path, entry: Recent) -> bool:
    """Whether a collection never came to any; one that is lost is another matter."""
    begun = not entry.images or Workspace(workspace).database.exists()
    return begun and not Review.is_ready(workspace)


def _toggle_full_screen(window: QMainWindow) -> None:
    if window.isFullScreen():
        window.showNormal()
    else:
        window.showFullScreen()
