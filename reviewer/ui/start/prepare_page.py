"""While a collection is made ready: what is being done, how far it is, how long it will take."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QFrame,
    QPlainTextEdit,
    QPushButton,
    QWidget,
)

from reviewer.ui.jobs.runner import Job, JobState
from reviewer.ui.jobs.stage_words import stage_words
from reviewer.ui.theme import look
from reviewer.ui.widgets.parts import in_column, in_row, progress_bar, text_label
from reviewer.ui.widgets.scrolled import ScrolledColumn
from reviewer.ui.words import duration, progress_line

if TYPE_CHECKING:
    from PySide6.QtGui import QKeyEvent

WIDTH = 680


def stage_line(stages: list[str], now: str) -> str:
    """The stages so far as rich text, the present one standing out."""
    arrow = f' <span style="color:{look().muted}">\N{RIGHTWARDS ARROW}</span> '
    return arrow.join(
        f'<b style="color:{look().accent}">{escape(stage)}</b>'
        if stage == now
        else f'<span style="color:{look().muted}">{escape(stage)}</span>'
        for stage in stages
    )


class PreparePage(QWidget):
    """Shows one job at full size.

    Attributes:
        cancelled: The person does not want to wait.
        retried: Try again after a failure.
        reconsidered: After a failure, choose where the tags or the tagger come from.
    """

    cancelled = Signal()
    retried = Signal()
    reconsidered = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        """Lays the page out; nothing is prepared yet."""
        super().__init__(parent)
        self._title = text_label(tone="page")
        self._lead = text_label(tone="muted", wrap=True)
        self._stages: list[str] = []
        self._stage = text_label(wrap=True)
        self._stage.setTextFormat(Qt.TextFormat.RichText)
        self._bar = progress_bar("Progress", self)
        self._figures = text_label(tone="muted")
        self._notes = QPlainTextEdit(self)
        self._notes.setReadOnly(True)
        self._notes.setAccessibleName("Notes of the job")
        self._notes.setMaximumHeight(self.fontMetrics().height() * 9)
        self._retry = QPushButton("Try again", self)
        self._retry.clicked.connect(self.retried)
        self._choose = QPushButton("Choose tags or tagger\N{HORIZONTAL ELLIPSIS}", self)
        self._choose.clicked.connect(self.reconsidered)
        self._choosable = False
        self._cancel = QPushButton("Stop", self)
        self._cancel.clicked.connect(self.cancelled)
        self._shown_notes = 0
        self._lay_out()

    def _lay_out(self) -> None:
        card = QFrame(self)
        card.setObjectName("card")
        inside = in_column(of=card, gap=10, edge=(28, 24, 28, 24))
        for widget in (
            self._title,
            self._lead,
            self._stage,
            self._bar,
            self._figures,
            self._notes,
        ):
            inside.addWidget(widget)
        buttons = in_row(1, self._choose, self._retry, self._cancel)
        inside.addLayout(buttons)
        column = in_column(1, card, 1, edge=12)
        in_column(ScrolledColumn(column, WIDTH, self), of=self, edge=0)

    def begin(self, name: str, lead: str, *, choosable: bool = False) -> None:
        """Starts over for a collection.

        Args:
            name: Of the collection.
            lead: What will be done.
            choosable: Whether tags and tagger can be chosen anew where it fails.
        """
        self._choosable = choosable
        self._choose.hide()
        self._title.setText(f"Preparing {name}")
        self._lead.setText(lead)
        self._stages.clear()
        self._stage.setText("Starting\N{HORIZONTAL ELLIPSIS}")
        self._bar.setRange(0, 0)
        self._figures.setText(" ")
        self._notes.clear()
        self._shown_notes = 0
        self._notes.hide()
        self._retry.hide()
        self._cancel.setText("Stop")
        self._cancel.setFocus()

    def show_job(self, job: Job) -> None:
        """Shows how far the job is."""
        self._show_progress(job)
        new = job.notes[self._shown_notes :]
        self._shown_notes = len(job.notes)
        for note in new:
            self._notes.appendPlainText(note)
        self._notes.setVisible(bool(job.notes))
        if job.state in {JobState.FAILED, JobState.CANCELLED}:
            self._show_end(job)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc stops."""
        if event.key() == Qt.Key.Key_Escape:
            self.cancelled.emit()
        else:
            super().keyPressEvent(event)

    def _show_progress(self, job: Job) -> None:
        progress = job.progress
        if progress is None:
            return
        stage = stage_words(progress.stage)
        if stage not in self._stages:
            self._stages.append(stage)
        self._stage.setText(stage_line(self._stages, stage))
        self._bar.setRange(0, progress.total)
        self._bar.setValue(progress.done)
        line = progress_line(progress)
        self._figures.setText(line or f"{duration(job.seconds)} so far")

    def _show_end(self, job: Job) -> None:
        self._bar.setRange(0, 1)
        self._bar.setValue(0)
        failed = job.state is JobState.FAILED
        self._stage.setText("That did not work" if failed else "Stopped")
        self._figures.setText("")
        self._figures.setWordWrap(True)
        self._notes.setVisible(failed)
        if failed:
            self._notes.appendPlainText(job.message)
        self._retry.show()
        choosable = failed and self._choosable
        self._choose.setVisible(choosable)
        (self._choose if choosable else self._retry).setFocus()
        self._cancel.setText("Back")
