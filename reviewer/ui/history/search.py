"""The row above the history: what is looked for."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from PySide6.QtCore import QDate, Qt, QTimer, Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QDateEdit, QLineEdit, QWidget

from reviewer.core.types import Answer, Origin
from reviewer.store.history import HistoryFilter
from reviewer.ui.history.model import ORIGINS
from reviewer.ui.widgets.parts import in_row

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reviewer.core.tags.vocabulary import Vocabulary

TYPING_MS = 250
"""A pause in typing after which is searched."""
LETTERS = 8
"""Of a choice that have room: what is longer is cut here, and whole in its list."""


class Span(StrEnum):
    """How far back is looked."""

    ALL = "All time"
    TODAY = "Today"
    WEEK = "Last 7 days"
    MONTH = "Last 30 days"
    DAY = "On the day"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is looked for, in words, as it was typed.

    Attributes:
        tag: Begins a word of the tag's name.
        path: Stands in the image's path.
        span: How far back is looked.
        day: For `Span.DAY`.
    """

    tag: str = ""
    path: str = ""
    answer: Answer | None = None
    origin: Origin | None = None
    reviewer: str = ""
    span: Span = Span.ALL
    day: dt.date | None = None
    fixes: bool = False

    def resolved(self, vocabulary: Vocabulary, today: dt.date) -> HistoryFilter:
        """The same in ids and times; looks through all names of tags."""
        since, until = _times(self.span, self.day or today, today)
        return HistoryFilter(
            tags=tags_called(vocabulary, self.tag) if self.tag else None,
            path=self.path,
            answer=self.answer,
            origin=self.origin,
            reviewer=self.reviewer,
            since_ms=since,
            until_ms=until,
            fixes=self.fixes,
        )


def tags_called(vocabulary: Vocabulary, text: str) -> tuple[int, ...]:
    """Ids of the tags that have a word beginning with a text, as it was typed."""
    needle = text.strip().lower().replace(" ", "_")
    inside = f"_{needle}"
    # A copy: this may run beside the window, in which tags are added.
    return tuple(
        tag.id
        for tag in list(vocabulary.tags.values())
        if tag.name.lower().startswith(needle) or inside in tag.name.lower()
    )


def _times(span: Span, day: dt.date, today: dt.date) -> tuple[int, int]:
    """Begin and end of a span in unix milliseconds, 0 where it is open."""
    match span:
        case Span.ALL:
            return 0, 0
        case Span.TODAY:
            return begin_of(today), 0
        case Span.WEEK:
            return begin_of(today - dt.timedelta(days=6)), 0
        case Span.MONTH:
            return begin_of(today - dt.timedelta(days=29)), 0
        case Span.DAY:
            return begin_of(day), begin_of(day + dt.timedelta(days=1))


def begin_of(day: dt.date) -> int:
    """The begin of a day where the user lives, unix milliseconds."""
    return int(dt.datetime.combine(day, dt.time()).astimezone().timestamp() * 1000)


class HistorySearch(QWidget):
    """Fields and choices; nothing is narrowed at first.

    Attributes:
        changed: Something else is looked for.
    """

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        """Begins without a condition."""
        super().__init__(parent)
        self.tag = _field("Tag", self)
        self.path = _field("Image", self)
        self.span = _choice("When", [(str(span), span) for span in Span], self)
        self.day = QDateEdit(QDate.currentDate(), self)
        self.day.setCalendarPopup(True)
        self.day.setDisplayFormat("yyyy-MM-dd")
        self.day.setAccessibleName("Day")
        self.day.hide()
        answers = [(answer.word, answer) for answer in (Answer.YES, Answer.NO, Answer.UNSURE)]
        self.answer = _choice("Answer", [("Any answer", None), *answers], self)
        ways = [(word, origin) for origin, word in ORIGINS.items()]
        self.origin = _choice("How", [("Any way", None), *ways], self)
        self.reviewer = _choice("Who", [("Anyone", "")], self)
        self.fixes = QCheckBox("Fixes only", self)
        self._typing = QTimer(self, singleShot=True, interval=TYPING_MS)
        self._typing.timeout.connect(self.changed)
        self._lay_out()
        self._connect()

    def _lay_out(self) -> None:
        row = in_row((self.tag, 3), (self.path, 3), of=self, gap=8, edge=0)
        for widget in (self.span, self.day, self.answer, self.origin, self.reviewer, self.fixes):
            row.addWidget(widget)

    def _connect(self) -> None:
        for field in (self.tag, self.path):
            field.textChanged.connect(self._typing.start)
        for choice in (self.answer, self.origin, self.reviewer):
            choice.currentIndexChanged.connect(self.changed)
        self.span.currentIndexChanged.connect(self._span_chosen)
        self.day.dateChanged.connect(self.changed)
        self.fixes.toggled.connect(self.changed)

    def wanted(self) -> Wanted:
        """What is looked for now."""
        day = self.day.date()
        # Qt hands enumerations back as the numbers and words that they are.
        answer, origin = self.answer.currentData(), self.origin.currentData()
        return Wanted(
            tag=self.tag.text().strip(),
            path=self.path.text().strip(),
            answer=None if answer is None else Answer(answer),
            origin=None if origin is None else Origin(origin),
            reviewer=self.reviewer.currentData(),
            span=Span(self.span.currentData()),
            day=dt.date(day.year(), day.month(), day.day()),
            fixes=self.fixes.isChecked(),
        )

    @property
    def is_narrow(self) -> bool:
        """Whether anything is looked for."""
        wanted = self.wanted()
        return wanted != Wanted(day=wanted.day)

    def show_reviewers(self, names: Sequence[str]) -> None:
        """Takes the names to choose from; the choice stays."""
        chosen = self.reviewer.currentData()
        self.reviewer.blockSignals(True)
        self.reviewer.clear()
        self.reviewer.addItem("Anyone", "")
        for name in names:
            self.reviewer.addItem(name, name)
        self.reviewer.setCurrentIndex(max(self.reviewer.findData(chosen), 0))
        self.reviewer.blockSignals(False)
        self.reviewer.setVisible(len(names) > 1)

    def _span_chosen(self) -> None:
        self.day.setVisible(Span(self.span.currentData()) is Span.DAY)
        self.changed.emit()


def _field(name: str, parent: QWidget) -> QLineEdit:
    field = QLineEdit(parent)
    field.setPlaceholderText(name)
    field.setAccessibleName(f"{name} to look for")
    field.setClearButtonEnabled(True)
    field.setMinimumWidth(90)
    return field


def _choice(name: str, entries: Sequence[tuple[str, object]], parent: QWidget) -> QComboBox:
    choice = QComboBox(parent)
    choice.setAccessibleName(name)
    # Where the name of a choice is its value, this says what is chosen.
    choice.setAccessibleDescription(name)
    # The fields beside it need the room more than its longest entry, which its list shows whole.
    choice.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    choice.setMinimumContentsLength(LETTERS)
    choice.view().setTextElideMode(Qt.TextElideMode.ElideNone)
    for words, value in entries:
        choice.addItem(words, value)
    return choice
