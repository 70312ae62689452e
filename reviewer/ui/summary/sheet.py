"""The part of the summary that can be saved: figures, plots, and how the controls went."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QModelIndex, Signal
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QLabel,
    QListWidget,
    QPushButton,
    QWidget,
)

from reviewer.core.errors import SourceError
from reviewer.ui.figures.plots import Plot
from reviewer.ui.summary import words
from reviewer.ui.widgets.parts import in_column, in_row, text_label
from reviewer.ui.widgets.saving import save_widget, write_text

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from reviewer.core.review.controls import ControlRecord
    from reviewer.core.review.sitting import Report
    from reviewer.core.tags.vocabulary import Vocabulary

SHOWN = 200
"""Most disputes that are listed."""


class SummarySheet(QWidget):
    """One span summed up.

    Attributes:
        reopened: Emitted with the `Decision` of a control's expected answer, to be asked again.
    """

    reopened = Signal(object)

    def __init__(self, vocabulary: Vocabulary, parent: QWidget | None = None) -> None:
        """Begins empty."""
        super().__init__(parent)
        self._vocabulary = vocabulary
        self._report: Report | None = None
        self._disputed: list[ControlRecord] = []
        self.pace = Plot("Answers a minute", "The pace is shown from the second minute on.", self)
        self.gain = Plot(
            "Yield of the last answers, %",
            "The yield is shown from 50 answers on.",
            self,
        )
        self.tags = Plot("Fixes by tag", "Nothing was answered yet.", self)
        self.agreed = Plot(
            "Answered as before, %  (\N{BLACK CIRCLE} by you  \N{BLACK SQUARE} settled)",
            "None was asked yet. A few come among the others, once enough was answered.",
            self,
        )
        self._figures: list[tuple[QLabel, QLabel]] = []
        self._how = text_label(of=self, wrap=True)
        self._others_title = text_label("With others", "heading", of=self)
        self._others = text_label(of=self, wrap=True)
        self.list = QListWidget(self)
        self.list.setProperty("tone", "framed")
        self.list.setAccessibleName("Controls that were answered otherwise")
        self.list.activated.connect(self._open)
        self._again = QPushButton("Ask again  (Enter)", self)
        self._again.clicked.connect(lambda: self._open(self.list.currentIndex()))
        for widget in (self.list, self._again, self._others_title, self._others):
            widget.hide()
        self._lay_out()

    def _lay_out(self) -> None:
        figures = in_row(gap=12)
        for _ in range(5):
            figures.addWidget(self._card(), 1)
        plots = QGridLayout()
        plots.setHorizontalSpacing(18)
        plots.setVerticalSpacing(10)
        for place, plot in enumerate((self.pace, self.tags, self.gain, self.agreed)):
            plots.addWidget(plot, place // 2, place % 2)
        for place in (0, 1):
            plots.setColumnStretch(place, 1)
            plots.setRowStretch(place, 1)
        controls = in_column(gap=6)
        title = text_label("Answered otherwise", "heading", of=self, wrap=True)
        controls.addWidget(title)
        controls.addWidget(self._how)
        controls.addWidget(self.list, 100)
        controls.addWidget(self._again)
        controls.addSpacing(10)
        controls.addWidget(self._others_title)
        controls.addWidget(self._others)
        controls.addStretch(1)
        lower = in_row((plots, 4), (controls, 1), gap=18)
        in_column(figures, (lower, 1), of=self, gap=12, edge=0)

    def _card(self) -> QFrame:
        card = QFrame(self)
        card.setObjectName("card")
        value = text_label(tone="section", of=card)
        caption = text_label(tone="muted", of=card, wrap=True)
        in_column(value, caption, 1, of=card, gap=1, edge=(14, 8, 14, 8))
        self._figures.append((value, caption))
        return card

    def show_report(self, report: Report) -> None:
        """Shows a span."""
        self._report = report
        for (value, caption), (number, meaning) in zip(
            self._figures, words.figures(report), strict=True
        ):
            value.setText(number)
            caption.setText(meaning)
        self.pace.show_line(report.pace)
        self.gain.show_line(report.gain, percent=True)
        self.tags.show_bars(words.bars(report, self._vocabulary))
        self.agreed.show_marks(words.marks(report, self._vocabulary))
        self._disputed = report.disputed[:SHOWN]
        self.list.clear()
        self.list.addItems([words.dispute(entry, self._vocabulary) for entry in self._disputed])
        if self._disputed:
            self.list.setCurrentRow(0)
        for widget in (self.list, self._again):
            widget.setVisible(bool(self._disputed))
        how = words.agreement_sentence(report)
        none = "Nothing was, among the questions whose answer was known."
        told = [how] if how else []
        self._how.setText("\n".join([*told, *([] if self._disputed else [none])]))

    def show_others(self, lines: Sequence[str]) -> None:
        """Shows how far the others agree; nothing where there are none."""
        self._others.setText("\n\n".join(lines))
        for widget in (self._others_title, self._others):
            widget.setVisible(bool(lines))

    def save(self, path: Path) -> None:
        """Writes the sheet as a picture (`.png`), a drawing (`.svg`) or its figures (`.csv`).

        Raises:
            SourceError: It cannot be written, or the name ends in something else.
        """
        ending = path.suffix.lower()
        if ending not in {".png", ".svg", ".csv"}:
            raise SourceError(f"{path} should end in .png, .svg or .csv.")
        if ending != ".csv":
            save_widget(self, path, "Summary of a review")
        elif self._report is not None:
            write_text(path, words.table(self._report, self._vocabulary))

    def _open(self, index: QModelIndex) -> None:
        if 0 <= index.row() < len(self._disputed):
            self.reopened.emit(self._disputed[index.row()].expected)
