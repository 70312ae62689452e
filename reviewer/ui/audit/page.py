"""How good are these tags? The random sample, what its answers say, and how that changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import (
    QPushButton,
    QStackedWidget,
    QWidget,
)

from reviewer.core.review.feed import Mode
from reviewer.core.review.sitting import Line
from reviewer.ui.figures.plots import AUDIT_HEADING, Plot, marks_of
from reviewer.ui.jobs.runner import Job, JobState
from reviewer.ui.side_page import SidePage
from reviewer.ui.widgets.empty_state import EmptyState
from reviewer.ui.widgets.parts import PAGE_EDGE, in_column, in_row, progress_bar, text_label

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reviewer.core.quality.audit import AuditNote
    from reviewer.core.statistics import Interval
    from reviewer.ui.review import Review
    from reviewer.ui.side_pages import Beside

LOOK_MS = 2000
"""How often a job's new estimate is looked for while the page is shown."""

ABOUT = (
    "A random sample with known chances tells how many of the tags are right (precision) and how "
    "many of those that should be there are there (recall): of the tags as they came, and as they "
    "are corrected now. Its questions come unmarked among the others. A few hundred answers are "
    "enough to begin with; more make it surer."
)
NEXT = "Drawing takes seconds; go on with the review then, and look here again."
DRAW = "Draw a sample"


class AuditPage(SidePage):
    """Shows the sample in use; draws one where there is none."""

    command_id = "audit"

    def __init__(self, review: Review, beside: Beside, parent: QWidget | None = None) -> None:
        """Begins empty; each opening reads."""
        super().__init__(parent)
        self._review = review
        self._beside = beside
        self._audits = review.library.audits
        self._number = -1
        self._words = text_label(of=self, wrap=True)
        self._progress = progress_bar("Answers of the sample", self)
        self._progress.setObjectName("answered")
        self._quality = Plot(AUDIT_HEADING, "There is no estimate yet.", self)
        self._recall = Plot("Recall as corrected, over time", "Two estimates make a line.", self)
        self.nothing = EmptyState("No sample is drawn yet.", f"{ABOUT} {NEXT}", DRAW, self)
        self.nothing.acted.connect(self._draw_sample)
        self._draw = _button("Draw another sample", self._draw_sample, self)
        self._update = _button("Estimate now", self._estimate, self)
        self._now = _button("Answer it now", self._ask, self)
        self._now.setToolTip("Asks what is left of the sample, and nothing else")
        self._timer = QTimer(self, interval=LOOK_MS)
        self._timer.timeout.connect(self._read)
        self._whole = QWidget(self)
        self._stack = QStackedWidget(self)
        self._lay_out()
        if beside.runner is not None:
            beside.runner.changed.connect(self._job_changed)

    def _lay_out(self) -> None:
        title = text_label("How good are these tags?", "page", of=self, wrap=True)
        about = text_label(ABOUT, "muted", of=self, wrap=True)
        back = self.back_button()
        top = in_row((title, 1), gap=10)
        for button in (self._now, self._draw, self._update, back):
            top.addWidget(button)
        plots = in_row((self._quality, 1), (self._recall, 1), gap=20)
        in_column(about, self._progress, self._words, (plots, 1), of=self._whole, gap=12, edge=0)
        self._stack.addWidget(self.nothing)
        self._stack.addWidget(self._whole)
        in_column(top, (self._stack, 1), of=self, gap=12, edge=PAGE_EDGE)

    def opened(self) -> None:
        """Reads, and looks out for what a job finds."""
        super().opened()
        self._read()
        self._timer.start()

    def left(self) -> None:
        """Stops looking."""
        self._timer.stop()

    # -- inside ----------------------------------------------------------------------------------

    def _read(self) -> None:
        audit = self._audits.current()
        for button in (self._now, self._draw, self._update):
            button.setVisible(audit is not None)
        self._stack.setCurrentWidget(self.nothing if audit is None else self._whole)
        if audit is None:
            return
        if self._number not in {-1, audit.id}:
            self._review.mix_in()
        self._number = audit.id
        size = self._audits.size(audit)
        answered = size - len(self._audits.open_questions(audit))
        self._progress.setRange(0, size)
        self._progress.setValue(answered)
        self._now.setVisible(answered < size)
        notes = [entry for entry in self._audits.notes(audit) if entry.tells]
        self._words.setText(words_of(answered, size, notes[-1] if notes else None))
        if notes:
            self._quality.show_marks(marks_of(notes[-1].estimate))
            self._recall.show_line(line_of(notes), percent=True)

    def _job_changed(self, job: Job) -> None:
        if job.command[:1] != ("audit",):
            return
        live = job.state in {JobState.WAITING, JobState.RUNNING}
        for button in (self._draw, self._update):
            button.setEnabled(not live)
        if live:
            self.nothing.show_work(job.progress)
        elif job.state is JobState.FAILED:
            self.nothing.show_problem(job.message)
        else:
            self.nothing.show_waiting()

    def _draw_sample(self) -> None:
        self._number = 0
        self._beside.start_job("Draw a sample", ["audit", "--new"])

    def _ask(self) -> None:
        """Goes on with the questions of the sample alone."""
        self._review.session.enter(Mode.AUDIT)
        self.closed.emit()
        self._review.controller.showing.show()

    def _estimate(self) -> None:
        self._beside.start_job("Estimate", ["audit"])


def words_of(answered: int, size: int, note: AuditNote | None) -> str:
    """Where the sample stands, and what it says.

    Args:
        answered: Pairs with an answer by now.
        size: Pairs in it.
        note: The last estimate that tells something; `None` if there is none.
    """
    stands = f"{answered:,} of {size:,} pairs of the sample are answered."
    if note is None:
        return f"{stands} Estimates follow with the next refresh once there are enough."
    found = note.estimate
    figures = " ".join(
        f"{name}: {_share(before)} as they came, {_share(after)} as corrected."
        for name, before, after in (
            ("Precision", found.before.precision, found.after.precision),
            ("Recall", found.before.recall, found.after.recall),
        )
    )
    left = " ".join(
        f"Still {name}: about {middle:,.0f} ({low:,.0f} to {high:,.0f})."
        for name, (middle, low, high) in (("missing", found.missing), ("wrong", found.wrong))
    )
    return f"{stands} {figures} {left} In brackets: 95% intervals. Answers are taken to be right."


def _share(found: Interval) -> str:
    return f"{found.share:.1%} ({found.low:.1%} to {found.high:.1%})"


def line_of(notes: Sequence[AuditNote]) -> Line:
    """Recall as corrected over time, with its interval."""
    recall = [entry.estimate.after.recall for entry in notes]
    return Line(
        at=np.array([entry.at / 1000 for entry in notes]),
        value=np.array([entry.share for entry in recall]),
        low=np.array([entry.low for entry in recall]),
        high=np.array([entry.high for entry in recall]),
    )


def _button(words: str, act: object, parent: QWidget) -> QPushButton:
    button = QPushButton(words, parent)
    button.clicked.connect(act)
    return button
