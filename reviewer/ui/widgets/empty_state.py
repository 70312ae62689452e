"""What stands on a page that has nothing to show yet: what this is, what to do next, one action."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QFrame,
    QPushButton,
    QWidget,
)

from reviewer.ui.widgets.parts import in_column, in_row, progress_bar, text_label
from reviewer.ui.widgets.scrolled import ScrolledColumn
from reviewer.ui.words import progress_line

if TYPE_CHECKING:
    from PySide6.QtGui import QKeyEvent

    from reviewer.core.types import Progress

WIDTH = 560
_ARROWS = frozenset({Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_Left, Qt.Key.Key_Right})
WORKING = "Being worked out\N{HORIZONTAL ELLIPSIS}"


class ActionButton(QPushButton):
    """The one thing to do: arrows do not lead away from it, as there is no list to move in."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Qt's arrows would go to whichever button comes next on the page."""
        if event.key() not in _ARROWS:
            super().keyPressEvent(event)


class EmptyState(QWidget):
    """A card in the middle of a page.

    Attributes:
        acted: The one action is wanted.
    """

    acted = Signal()

    def __init__(self, title: str, about: str, action: str, parent: QWidget | None = None) -> None:
        """Says what this is.

        Args:
            title: What will be here.
            about: What it is good for, what it rests on, how long it takes.
            action: Words of the one button; empty for none.
            parent: Qt's owner.
        """
        super().__init__(parent)
        self._title = text_label(title, "section", of=self, wrap=True)
        self._about = text_label(about, of=self, wrap=True)
        self._state = text_label(tone="muted", of=self, wrap=True)
        self._bar = progress_bar("Progress", self)
        self.button = ActionButton(action, self)
        self.button.setProperty("tone", "primary")
        self.button.clicked.connect(self.acted)
        self._lay_out()
        self.show_waiting()
        self.button.setVisible(bool(action))

    def _lay_out(self) -> None:
        card = QFrame(self)
        card.setObjectName("card")
        inside = in_column(of=card, gap=12, edge=(28, 24, 28, 24))
        for label in (self._title, self._about, self._state):
            inside.addWidget(label)
        inside.addWidget(self._bar)
        row = in_row(self.button, 1)
        inside.addLayout(row)
        column = in_column(1, card, 2)
        in_column(ScrolledColumn(column, WIDTH, self), of=self, edge=0)

    @property
    def words(self) -> str:
        """All that it says, a line each."""
        said = (self._title.text(), self._about.text(), self._state.text())
        return "\n".join(text for text in said if text)

    def show_about(self, title: str, about: str) -> None:
        """Says something else."""
        self._title.setText(title)
        self._about.setText(about)

    def show_waiting(self) -> None:
        """Nothing was asked for yet."""
        self._state.hide()
        self._state.clear()
        self._bar.hide()
        self.button.setEnabled(True)

    def show_work(self, progress: Progress | None, words: str = WORKING) -> None:
        """It is being worked out.

        Args:
            progress: How far; `None` before that is known.
            words: What is done, while it is not known how far it is.
        """
        known = progress is not None and progress.total > 0
        self._bar.setRange(0, progress.total if progress is not None and known else 0)
        self._bar.setValue(progress.done if progress is not None else 0)
        line = progress_line(progress) if progress is not None else ""
        self._state.setText(line or words)
        self._state.show()
        self._bar.show()
        self.button.setEnabled(False)

    def show_problem(self, sentence: str) -> None:
        """It did not work, and why."""
        self.show_waiting()
        self._state.setText(sentence)
        self._state.show()
