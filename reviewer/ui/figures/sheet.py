"""One sheet of the page of figures: worked out by a job, read, shown; or why there is nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from PySide6.QtCore import Qt, QUrl, Signal
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import (
    QPushButton,
    QScrollArea,
    QStackedWidget,
    QWidget,
)

from reviewer.ui.background import Background
from reviewer.ui.jobs.runner import Job, JobState
from reviewer.ui.widgets.empty_state import EmptyState
from reviewer.ui.widgets.parts import in_column, in_row, text_label
from reviewer.ui.words import when

if TYPE_CHECKING:
    from reviewer.store.figures import FigureFile, FigureFiles
    from reviewer.ui.side_pages import Beside

LIVE = frozenset({JobState.WAITING, JobState.RUNNING})


class FigureSheet(QWidget):
    """Reads the figures of one kind when it is shown, and has them worked out when asked.

    Attributes:
        command: The program's command that works them out.
        figures: The file that it leaves for the window.
        page: Name of the page that it leaves for a browser.
        job_title: For people.
        empty: Title, explanation and action while there are none.
        told: Emitted with a sentence for the page's heading.
    """

    command: ClassVar[str] = ""
    figures: ClassVar[FigureFile[Any]]
    page: ClassVar[str] = ""
    job_title: ClassVar[str] = ""
    empty: ClassVar[tuple[str, str, str]] = ("", "", "")
    told = Signal(str)

    def __init__(self, files: FigureFiles, beside: Beside, parent: QWidget | None = None) -> None:
        """Begins with nothing; `opened` reads.

        Args:
            files: Where the figures are.
            beside: Starts the job, and tells of it.
            parent: Qt's owner.
        """
        super().__init__(parent)
        self.files = files
        self._beside = beside
        self._stamp = -1.0
        self._background = Background(self)
        self._background.failed.connect(self._refuse)
        self.nothing = EmptyState(*self.empty, self)
        self.nothing.acted.connect(self.work_out)
        self._as_of = text_label(tone="muted", of=self, wrap=True)
        self._again = QPushButton("Work out again", self)
        self._again.clicked.connect(self.work_out)
        self._browse = QPushButton("Open in the browser", self)
        self._browse.setToolTip("The same figures and more on one page, to keep or to pass on")
        self._browse.clicked.connect(self._open_page)
        self.content = QWidget(self)
        self._stack = QStackedWidget(self)
        self._lay_out()
        if beside.runner is not None:
            beside.runner.changed.connect(self._job_changed)

    def _lay_out(self) -> None:
        top = in_row((self._as_of, 1), self._browse, self._again, gap=10)
        whole = QWidget(self)
        in_column(top, (self.content, 1), of=whole, gap=10, edge=0)
        self._stack.addWidget(self.nothing)
        self._stack.addWidget(whole)
        in_column(self._stack, of=self, edge=0)

    def read(self) -> object:
        """Reads the figures, in a thread of its own; `None` where there are none.

        Raises:
            StoreError: They cannot be read.
        """
        return self.files.read(self.figures)

    def show_figures(self, found: Any) -> str:  # noqa: ANN401 - each sheet has its own kind
        """Shows figures.

        Returns:
            What they rest on, in a sentence.
        """
        raise NotImplementedError

    def show_scrolled(self, inside: QWidget) -> None:
        """Fills the sheet with what may be higher than it."""
        inside.setObjectName("scrolled")
        scroll = QScrollArea(self)
        scroll.setWidget(inside)
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        in_column(scroll, of=self.content, edge=0)

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to show."""
        return self._stack.currentWidget() is self.nothing

    def opened(self) -> None:
        """Brings itself up to date, if there is anything newer than what it shows."""
        stamp = self.files.stamp(self.figures)
        if stamp != self._stamp:
            self._stamp = stamp
            if stamp:
                self.nothing.show_work(None, "Reading\N{HORIZONTAL ELLIPSIS}")
            self._background.ask(self.read, self._take)

    def dispose(self) -> None:
        """Ends the reading."""
        self._background.close()

    def work_out(self) -> None:
        """Starts the job."""
        words = (self.command, "--to", str(self.files.folder))
        self._beside.start_job(self.job_title, words)

    # -- inside ----------------------------------------------------------------------------------

    def _take(self, found: object) -> None:
        self.nothing.show_waiting()
        if found is None:
            self._stack.setCurrentWidget(self.nothing)
            return
        rests = self.show_figures(found)
        self._as_of.setText(f"{rests} As of {when(round(self._stamp * 1000))}.")
        self._stack.setCurrentIndex(1)

    def _refuse(self, sentence: str) -> None:
        self._stack.setCurrentWidget(self.nothing)
        self.nothing.show_problem(sentence)

    def _job_changed(self, job: Job) -> None:
        if job.command[:1] != (self.command,):
            return
        self._again.setEnabled(job.state not in LIVE)
        if job.state in LIVE:
            self.nothing.show_work(job.progress)
            self._again.setText("Being worked out\N{HORIZONTAL ELLIPSIS}")
            return
        self._again.setText("Work out again")
        self.nothing.show_waiting()
        if job.state is JobState.DONE:
            self.opened()
        elif job.state is JobState.FAILED:
            self.nothing.show_problem(job.message)
            if not self.is_empty:
                self.told.emit(job.message)

    def _open_page(self) -> None:
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(self.files.folder / self.page)))
