"""The sitting summed up, and the time that it may take."""

from __future__ import annotations

import datetime as dt
import time
from dataclasses import replace
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QButtonGroup,
    QFileDialog,
    QHBoxLayout,
    QPushButton,
    QWidget,
)

from reviewer.core.errors import ReviewerError
from reviewer.core.review.sitting import Report, begin_of_sitting, report
from reviewer.jobs.people import people
from reviewer.ui.background import Background
from reviewer.ui.history.search import begin_of
from reviewer.ui.side_page import SidePage
from reviewer.ui.summary.sheet import SummarySheet
from reviewer.ui.summary.words import others
from reviewer.ui.widgets.parts import PAGE_EDGE, in_column, in_row, segment, text_label
from reviewer.ui.words import time_left

if TYPE_CHECKING:
    from PySide6.QtGui import QKeyEvent

    from reviewer.core.types import Decision
    from reviewer.store.library import Library
    from reviewer.ui.review import Review
    from reviewer.ui.side_pages import Beside

MINUTES = (10, 20, 30, 45, 60)
_STEPS = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}
LONGEST_MS = 24 * 3600 * 1000
"""Answers before this are no part of a sitting."""
ADDING_UP = "adding up\N{HORIZONTAL ELLIPSIS}"
FILES = "Picture (*.png);;Drawing (*.svg);;Figures (*.csv)"


class Span(StrEnum):
    """What is summed up."""

    SITTING = "This sitting"
    TODAY = "Today"
    WEEK = "7 days"
    ALL = "All time"


def read(library: Library, reviewer: str, span: Span, opened_ms: int, now: dt.datetime) -> Report:
    """Sums a span of a reviewer's answers up.

    Args:
        library: The collection.
        reviewer: Whose answers.
        span: Which.
        opened_ms: When the window opened the collection, unix milliseconds.
        now: The present, with its time zone.
    """
    now_ms = int(now.timestamp() * 1000)
    since = {
        Span.SITTING: min(opened_ms, now_ms - LONGEST_MS),
        Span.TODAY: begin_of(now.date()),
        Span.WEEK: begin_of(now.date() - dt.timedelta(days=6)),
        Span.ALL: 0,
    }[span]
    answers = library.history.columns(reviewer, since)
    if span is Span.SITTING:
        since = begin_of_sitting(answers.at, now_ms, opened_ms)
        answers = answers.since(since)
    return report(answers, library.controls.records(reviewer, since), since)


def read_others(library: Library, reviewer: str) -> list[str]:
    """How far others agree with a reviewer, in lines; empty where nobody else answered."""
    if len(library.reviewers.standings()) < 2:
        return []
    return others(people(library), reviewer)


class SummaryPage(SidePage):
    """Figures, plots and controls of a span; time limits."""

    command_id = "summary"

    def __init__(self, review: Review, beside: Beside, parent: QWidget | None = None) -> None:
        """Begins empty; each opening reads."""
        super().__init__(parent)
        self._library = review.library
        self._reviewer = review.session.reviewer
        self._watch = review.controller.sitting
        self._beside = beside
        self._background = Background(self)
        self._background.failed.connect(self._say)
        self._title = text_label("Summary", "page", of=self)
        self._hint = text_label(tone="muted", of=self)
        self.sheet = SummarySheet(review.session.vocabulary, self)
        self.sheet.reopened.connect(self._reopen)
        self._ask_again = review.controller.reopen
        self._spans = QButtonGroup(self)
        self._times = QButtonGroup(self)
        # Qt's arrows choose what they move to, and a sitting would begin.
        self._times.setExclusive(False)
        self._lay_out()

    def _lay_out(self) -> None:
        top = in_row(self._title, gap=10)
        top.addSpacing(12)
        for place, span in enumerate(Span):
            button = segment(span, f"Sum up: {span}", self)
            self._spans.addButton(button, place)
            top.addWidget(button)
        self._spans.button(0).setChecked(True)
        self._spans.idClicked.connect(self._read)
        top.addStretch(1)
        top.addWidget(self._hint)
        save = QPushButton("Save\N{HORIZONTAL ELLIPSIS}", self)
        save.setToolTip("As a picture, a drawing, or a table of the figures")
        save.clicked.connect(self._choose_file)
        back = QPushButton("Go on  (Esc)", self)
        back.setProperty("tone", "primary")
        back.clicked.connect(self.closed)
        top.addWidget(save)
        top.addWidget(back)
        in_column(top, self._time_row(), (self.sheet, 1), of=self, gap=12, edge=PAGE_EDGE)

    def _time_row(self) -> QHBoxLayout:
        row = in_row(gap=6)
        label = text_label("Go on for", "muted", of=self)
        row.addWidget(label)
        for minutes in MINUTES:
            button = segment(f"{minutes} min", f"Go on for {minutes} minutes", self)
            self._times.addButton(button, minutes)
            row.addWidget(button)
        without = segment("no limit", "Go on without a limit", self)
        self._times.addButton(without, 0)
        row.addWidget(without)
        self._times.idClicked.connect(self._begin_time)
        self._left = text_label(tone="muted", of=self)
        row.addSpacing(10)
        row.addWidget(self._left)
        row.addStretch(1)
        return row

    def opened(self) -> None:
        """Sums up again."""
        over, self._watch.over = self._watch.over, 0
        self._title.setText(f"{over} minutes are over" if over else "Summary")
        self._hint.setText("")
        box = self._watch.timebox
        for button in self._times.buttons():
            button.setChecked(self._times.id(button) == (box.minutes if box is not None else 0))
        self._left.setText("" if box is None else time_left(box.left(time.monotonic())))
        self._read()
        usual = self._times.button(self._beside.settings().timebox_minutes)
        # Keys that were meant for the next question must not begin the next sitting.
        first = self if over or usual is None else usual
        first.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """The arrows move over the lengths of a sitting, and choose none."""
        step = _STEPS.get(Qt.Key(event.key()), 0)
        buttons = self._times.buttons()
        here = self.focusWidget()
        place = next((n for n, button in enumerate(buttons) if button is here), None)
        if step and place is not None:
            to = buttons[min(max(place + step, 0), len(buttons) - 1)]
            to.setFocus(Qt.FocusReason.TabFocusReason)
        else:
            super().keyPressEvent(event)

    def dispose(self) -> None:
        """Ends the reading."""
        self._background.close()

    # -- inside ----------------------------------------------------------------------------------

    def _read(self) -> None:
        span = list(Span)[self._spans.checkedId()]
        now = dt.datetime.now().astimezone()
        self._say(ADDING_UP)
        summed = partial(read, self._library, self._reviewer, span, self._watch.opened_ms, now)
        told = partial(read_others, self._library, self._reviewer)
        self._background.ask(lambda: (summed(), told()), self._show)

    def _show(self, found: tuple[Report, list[str]]) -> None:
        self.sheet.show_report(found[0])
        self.sheet.show_others(found[1])
        self._say("")

    def _begin_time(self, minutes: int) -> None:
        self._watch.begin_timebox(minutes)
        if minutes:
            self._beside.keep(replace(self._beside.settings(), timebox_minutes=minutes))
        self.closed.emit()

    def _reopen(self, decision: Decision) -> None:
        self.closed.emit()
        self._ask_again(decision)

    def _say(self, sentence: str) -> None:
        self._hint.setText(sentence)

    def _choose_file(self) -> None:
        usual = str(Path.home() / f"review-{dt.datetime.now().astimezone():%Y-%m-%d}.png")
        name, kind = QFileDialog.getSaveFileName(self, "Save the summary", usual, FILES)
        if name:
            path = Path(name)
            ending = kind[kind.rindex("*") + 1 : -1]
            self.save(path if path.suffix else path.with_suffix(ending))

    def save(self, path: Path) -> None:
        """Writes the sheet into a file, or says why that did not work."""
        try:
            self.sheet.save(path)
        except ReviewerError as error:
            self._say(str(error))
        else:
            self._say(f"Saved as {path}")
