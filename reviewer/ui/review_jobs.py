"""Long work on the collection that is being reviewed: started, told of, and what comes after it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer

from reviewer.ui.jobs.cut_off import CutOffJobs
from reviewer.ui.jobs.page import cut_off_last
from reviewer.ui.jobs.runner import Job, JobRunner, JobState
from reviewer.ui.jobs.words import kept_beside
from reviewer.ui.widgets.notice_bar import Kind

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from reviewer.ui.review import Review

RANKING = frozenset({"refresh", "rank", "retrain", "bring", "open", "demo"})
"""Commands that rank the questions anew; what is shown beside those that come next is made then."""
PREPARING = frozenset({"open", "demo"})
"""Commands that make a collection ready, a tagger among it."""
TAKEN_IN = (
    "Taken in. Definitions are there now; other names of tags, and what tags imply, when the "
    "collection is opened again."
)


class ReviewJobs(QObject):
    """Starts jobs on the open collection, and tells the review what they did."""

    def __init__(
        self, runner: JobRunner, review: Callable[[], Review | None], parent: QObject
    ) -> None:
        """Listens to the runner.

        Args:
            runner: Runs them, one at a time.
            review: The open review; `None` where no collection is open.
            parent: Qt's owner.
        """
        super().__init__(parent)
        self._runner = runner
        self._review = review
        self._cut_off = CutOffJobs(runner, self)
        # What is started with the opening of a collection needs no word: it goes on already.
        self._opened = QTimer(self, singleShot=True, interval=0)
        self._opened.timeout.connect(self._tell_cut_off)
        runner.changed.connect(self._changed)
        runner.ended.connect(self._ended)

    def start(self, title: str, command: Sequence[str], *, gives_way: bool = False) -> None:
        """Starts a job on the open collection; one that runs or waits already is not doubled.

        Args:
            title: For people, and to tell jobs apart.
            command: Words of the command line, without the workspace.
            gives_way: Nobody waits for it: other jobs come first.
        """
        review = self._review()
        if review is not None and not self._runner.has(title):
            words = [*command, "--workspace", str(review.workspace)]
            if command[0] == "rank" and review.by_tags:
                # There are no scores to rank by yet.
                words.insert(1, "--tags-only")
            self._runner.start(title, words, gives_way=gives_way)

    def start_on_folder(self, title: str, command: Sequence[str]) -> None:
        """Starts a job whose last word is the folder of the open collection's images.

        Args:
            title: For people, and to tell jobs apart.
            command: The words before the folder.
        """
        review = self._review()
        if review is not None:
            self.start(title, (*command, str(review.library.folder)))

    def look_back(self) -> None:
        """Says which job on the collection that was just opened was cut off, if one was."""
        self._opened.start()

    def refresh(self) -> None:
        """Takes the answers in; by the tags alone while there is no tagger."""
        review = self._review()
        if review is None or not review.by_tags:
            self.start("Refresh", ("refresh",))
        elif not self._runner.busy:
            # What makes the tagger ready ranks by these answers too, and must not be overtaken.
            self.start("Refresh", ("rank",))

    def _tell_cut_off(self) -> None:
        review = self._review()
        job = None if review is None else self._cut_off.recall(review.workspace)
        if review is not None and job is not None:
            notice = review.page.notice
            said = review.page.naming_keys(
                f"{job.title} was cut off when its window or the machine stopped. {{jobs}} goes on "
                "with it where it was."
            )
            notice.say(f"{notice.text}\n{said}".strip(), Kind.WARNING)

    def _changed(self, _job: Job) -> None:
        review = self._review()
        if review is None:
            return
        running = self._runner.running
        cut_off = cut_off_last(self._runner.jobs)
        if running is not None:
            review.page.status.show_job(running.title, running.progress)
        elif cut_off is not None and cut_off.state is JobState.CUT_OFF:
            review.page.status.show_cut_off(cut_off.title)
        else:
            review.page.status.show_no_job()

    def _ended(self, job: Job) -> None:
        review = self._review()
        if review is None:
            return
        if job.state is JobState.FAILED:
            review.page.notice.say(f"{job.title} did not work: {job.message}", Kind.WARNING)
        else:
            review.controller.take_new_ranking()
        if beside := kept_beside(job.summary):
            review.page.notice.say(review.page.naming_keys(beside), Kind.WARNING)
        if job.state is JobState.DONE and job.command[0] == "import":
            review.page.notice.say(TAKEN_IN)
        if job.state is JobState.CANCELLED and job.command[0] in PREPARING:
            review.stay_with_tags()
        if job.state is JobState.DONE and job.command[0] in RANKING and not review.by_tags:
            self.start("Explain", ("explain",), gives_way=True)
        elif job.command[0] == "explain":
            review.controller.why.look_again(done="--pair" in job.command)
