"""The keys of the moment under the picture; each caption is a button too."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetrics, QPainter
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QWidget

from reviewer.core.commands import COMMANDS, Command, View, commands_in
from reviewer.ui.actions import key_cap
from reviewer.ui.theme import look

if TYPE_CHECKING:
    from PySide6.QtGui import QPaintEvent

PAD = 6
SHORT_CAPS = {"Backspace": "\N{ERASE TO THE LEFT}"}
"""Caps that would take a word's room."""


class CaptionButton(QAbstractButton):
    """A key cap with a word."""

    def __init__(self, command: Command, parent: QWidget | None = None) -> None:
        """Shows a command's first key and its caption."""
        super().__init__(parent)
        self.command_id = command.id
        first = command.keys[0]
        self._cap = SHORT_CAPS.get(first, key_cap(first))
        self.setText(command.caption)
        self.setToolTip(f"{command.title} ({', '.join(key_cap(key) for key in command.keys)})")
        self.setAccessibleName(command.title)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def sizeHint(self) -> QSize:
        """Room for cap and word."""
        metrics = QFontMetrics(self.font())
        cap = metrics.horizontalAdvance(self._cap) + 2 * PAD
        word = metrics.horizontalAdvance(self.text())
        return QSize(cap + word + 2 * PAD, metrics.height() + 12)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paints a key cap and the word beside it."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        metrics = QFontMetrics(self.font())
        cap = self.rect().adjusted(1, 2, -1, -2)
        cap.setWidth(metrics.horizontalAdvance(self._cap) + 2 * PAD)
        painter.setPen(QColor(look().line))
        painter.setBrush(QColor(look().hover if self.underMouse() else look().raised))
        painter.drawRoundedRect(cap, 4, 4)
        painter.setPen(QColor(look().text))
        painter.drawText(cap, Qt.AlignmentFlag.AlignCenter, self._cap)
        painter.setPen(QColor(look().text if self.underMouse() else look().muted))
        word = self.rect()
        word.setLeft(cap.right() + PAD)
        painter.drawText(word, Qt.AlignmentFlag.AlignVCenter, self.text())
        painter.end()


class CaptionBar(QWidget):
    """The captions of the commands at hand, in the order of their table.

    Attributes:
        triggered: Emitted with a command's id when its caption is clicked.
    """

    triggered = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        """Makes a button for every command that has a caption."""
        super().__init__(parent)
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 4, 8, 4)
        row.setSpacing(6)
        row.addStretch(1)
        self._buttons: list[CaptionButton] = []
        # What is the grid's own stands first there.
        for command in sorted(COMMANDS, key=lambda entry: entry.view is not View.GRID):
            if command.caption:
                button = CaptionButton(command, self)
                button.clicked.connect(self._clicked)
                row.addWidget(button)
                self._buttons.append(button)
        row.addStretch(1)
        self.show_view(View.SINGLE)

    def show_view(self, view: View) -> None:
        """Shows the captions of a view."""
        at_hand = {command.id for command in commands_in(view)}
        for button in self._buttons:
            button.setVisible(button.command_id in at_hand)

    def _clicked(self) -> None:
        button = self.sender()
        if isinstance(button, CaptionButton):
            self.triggered.emit(button.command_id)
