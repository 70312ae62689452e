"""The bottom line: pace, yield, what is left, where it runs, and whether it is saved."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtWidgets import QLabel, QPushButton, QSizePolicy, QWidget

from reviewer.ui.jobs.stage_words import STAGES
from reviewer.ui.theme import set_tone
from reviewer.ui.widgets.parts import in_row, on_button, plain_tip, text_label
from reviewer.ui.words import duration, percent_range, promise, time_left

if TYPE_CHECKING:
    from PySide6.QtGui import QResizeEvent

    from reviewer.core.statistics import Interval
    from reviewer.core.types import Progress


LEFT = "Expected errors among the questions left"
EDGE, SPACE = 10, 22
"""Beside the row, and between two texts."""


@dataclass(frozen=True, slots=True)
class Figures:
    """What the status line tells.

    Attributes:
        per_minute: Answers a minute; 0 before the second.
        today: Answers since midnight.
        recent_yield: Of the last `counted` answers.
        errors_left: Expected fixes among the questions left.
        proven: Whether that number rests on answers.
        saved: Whether the last answer was stored.
        tagger: Version and device, in words.
        paint_p50, paint_p95: Key to paint, milliseconds.
        painted: Questions that the two rest on.
    """

    per_minute: float
    today: int
    recent_yield: Interval
    counted: int
    errors_left: float
    proven: bool
    saved: bool
    tagger: str
    paint_p50: float
    paint_p95: float
    painted: int


class StatusLine(QWidget):
    """One row of short texts; the job in progress stands at its right end.

    Attributes:
        jobs_wanted: The job's text was clicked.
    """

    jobs_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        """Begins empty."""
        super().__init__(parent)
        self._pace = self._text("Answers a minute, pauses left out")
        self._today = self._text("Answers since midnight")
        self._yield = self._text(
            "Share of the last answers that changed the metadata, and its 95% interval"
        )
        self._left = self._text(LEFT)
        self._saved = self._text("Every answer is on disk before the next picture shows")
        self._tagger = self._text(
            "The tagger version that ranks the questions; before there is one, they come from "
            "what the images' other tags suggest"
        )
        self._time = self._text("")
        self._paint = self._text("From the key press to the next picture painted")
        self._job = QPushButton(self)
        self._job.setProperty("tone", "segment")
        self._job.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._job.setAccessibleName("Job in progress: open the jobs")
        self._job.clicked.connect(self.jobs_wanted)
        self._job.hide()
        self._jobs_key = ""
        row = in_row(of=self, gap=SPACE, edge=(EDGE, 0, EDGE, 2))
        # What is known from the beginning comes first: what appears later moves none of it.
        for label in (self._left, self._saved, self._today, self._yield, self._pace):
            row.addWidget(label)
        row.addWidget(self._time)
        row.addStretch(1)
        row.addWidget(self._job)
        row.addWidget(self._tagger)
        row.addWidget(self._paint)
        self._take_height()

    def name_keys(self, summary: str, jobs: str) -> None:
        """Names in tooltips the keys that open the summary and the jobs."""
        self._time.setToolTip(f"Time left of the sitting; {summary} changes it")
        self._jobs_key = jobs

    def _take_height(self) -> None:
        self.setFixedHeight(self._job.sizeHint().height() + 4)

    def changeEvent(self, event: QEvent) -> None:
        """Follows the size of the text."""
        super().changeEvent(event)
        if event.type() in {QEvent.Type.FontChange, QEvent.Type.StyleChange}:
            self._take_height()
            for label in self._labels():
                label.setMinimumWidth(0)
            self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Shows as much as there is room for."""
        super().resizeEvent(event)
        self._fit()

    def minimumSizeHint(self) -> QSize:
        """No width is needed: what does not fit is left out."""
        return QSize(0, super().minimumSizeHint().height())

    def _labels(self) -> tuple[QLabel, ...]:
        """The texts, what matters most first."""
        return (
            self._saved,
            self._left,
            self._yield,
            self._pace,
            self._time,
            self._today,
            self._tagger,
            self._paint,
        )

    def _fit(self) -> None:
        """Leaves out what would be cut, what matters least first."""
        left = self.width() - 2 * EDGE
        if self._job.isVisibleTo(self):
            left -= self._job.sizeHint().width() + SPACE
        for label in self._labels():
            needed = max(label.sizeHint().width(), label.minimumWidth()) + SPACE
            fits = needed <= left and (label.minimumWidth() > 0 or bool(label.text()))
            label.setVisible(fits)
            left -= needed if fits else 0

    def _text(self, tip: str) -> QLabel:
        label = text_label(tone="muted", of=self)
        label.setToolTip(tip)
        label.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Preferred)
        return label

    def show_figures(self, figures: Figures) -> None:
        """Takes new figures; those without ground are left blank."""
        pace = f"{figures.per_minute:.0f} a minute" if figures.per_minute else ""
        self._tell(self._pace, pace)
        self._tell(self._today, f"{figures.today:,} today" if figures.today else "")
        known = f"yield {percent_range(figures.recent_yield)}"
        self._tell(self._yield, known if figures.counted else "")
        self._tell(self._left, promise(figures.errors_left, "errors left", proven=figures.proven))
        self._tell(self._saved, "saved" if figures.saved else "NOT SAVED")
        set_tone(self._saved, "muted" if figures.saved else "alarm")
        self._tell(self._tagger, figures.tagger)
        paint = f"{figures.paint_p50:.0f} ms (p95 {figures.paint_p95:.0f})"
        self._tell(self._paint, paint if figures.painted else "")

    def explain_left(self, why: str) -> None:
        """Keeps a sentence on why the expected errors are others than before, over their number."""
        self._left.setToolTip(f"{LEFT}\n{why}")

    def show_time_left(self, seconds: float | None) -> None:
        """Shows what is left of the time that was set; `None` without one."""
        self._tell(self._time, "" if seconds is None else time_left(seconds))

    def _tell(self, label: QLabel, text: str) -> None:
        """Shows a text; its place grows where it must and never shrinks, so that nothing jumps."""
        if label.text() != text:
            label.setText(text)
            label.setMinimumWidth(max(label.minimumWidth(), label.sizeHint().width()))
            self._fit()

    def show_job(self, title: str, progress: Progress | None) -> None:
        """Shows the job in progress: of one with several stages, which it is at."""
        text = STAGES.get(progress.stage, title) if progress is not None else title
        self._job.setToolTip(plain_tip(f"{title}: {self._jobs_key} shows more"))
        if progress is not None and progress.total:
            text += f"  {progress.done / progress.total:.0%}"
        left = progress.seconds_left if progress is not None else None
        if left is not None:
            text += f", {duration(left)} left"
        self._job.setText(on_button(text))
        self._job.show()
        self._fit()

    def show_cut_off(self, title: str) -> None:
        """Shows a job of an earlier sitting that can be gone on with."""
        tip = f"{title} goes on where it was: {self._jobs_key} starts it again"
        self._job.setToolTip(plain_tip(tip))
        self._job.setText(on_button(f"{title} was cut off"))
        self._job.show()
        self._fit()

    def show_no_job(self) -> None:
        """Clears the job's place."""
        self._job.hide()
        self._fit()
