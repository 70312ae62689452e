"""The keys of the moment under the picture; each caption is a button too."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetrics, QPainter
from PySide6.QtWidgets import QAbstractButton, QWidget

from reviewer.core.commands import (
    COMMANDS,
    LEFT_CLICK,
    MIDDLE_CLICK,
    RIGHT_CLICK,
    Command,
    View,
)
from reviewer.ui.keys.actions import key_cap, key_caps, with_keys
from reviewer.ui.keys.more_menu import MoreMenu
from reviewer.ui.theme import look
from reviewer.ui.widgets.parts import in_row

if TYPE_CHECKING:
    from PySide6.QtGui import QPaintEvent, QResizeEvent

PAD = 6
SPACE = 6
SHORT_CAPS = {
    "Backspace": "\N{ERASE TO THE LEFT}",
    LEFT_CLICK: "left",
    MIDDLE_CLICK: "middle",
    RIGHT_CLICK: "right",
}
"""Caps that would take a word's room."""


class CaptionButton(QAbstractButton):
    """A key cap with a word."""

    def __init__(self, command: Command, parent: QWidget | None = None) -> None:
        """Shows a command's first key and its caption."""
        super().__init__(parent)
        self.command_id = command.id
        self.view = command.view
        self._cap = ""
        self.setText(command.caption)
        self.setAccessibleName(command.title)
        self.show_keys(command)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def show_keys(self, command: Command) -> None:
        """Shows the keys that the command has now."""
        first = next((key for key in command.keys if key), "")
        self._cap = SHORT_CAPS.get(first, key_cap(first))
        self.setToolTip(with_keys(command))
        self.setAccessibleDescription(", ".join(key_caps(command)))
        self.updateGeometry()

    def sizeHint(self) -> QSize:
        """Room for cap and word."""
        metrics = QFontMetrics(self.font())
        cap = self._cap_width()
        word = metrics.horizontalAdvance(self.text())
        return QSize(cap + word + 2 * PAD, metrics.height() + 12)

    def _cap_width(self) -> int:
        return QFontMetrics(self.font()).horizontalAdvance(self._cap) + 2 * PAD

    def changeEvent(self, event: QEvent) -> None:
        """Follows the size of the text."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self.updateGeometry()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paints a key cap and the word beside it."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        cap = self.rect().adjusted(1, 2, -1, -2)
        cap.setWidth(self._cap_width())
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


def _place(command: Command) -> tuple[bool, bool, bool]:
    """Sorts what is the grid's own before all there, and the way into it after the answers."""
    return command.view is not View.GRID, command.group != "Answer", command.id != "grid"


class CaptionBar(QWidget):
    """The captions of the commands at hand, about in the order of their table.

    Attributes:
        triggered: Emitted with a command's id when its caption is clicked.
    """

    triggered = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        """Makes a button for every command that has a caption, and the menu of all commands."""
        super().__init__(parent)
        self._view = View.SINGLE
        self.menu = MoreMenu(self)
        self.menu.chosen.connect(self.triggered)
        row = in_row(1, of=self, gap=SPACE, edge=(8, 4, 8, 4))
        self._buttons: list[CaptionButton] = []
        for command in sorted(COMMANDS, key=_place):
            if command.caption:
                button = CaptionButton(command, self)
                button.clicked.connect(self._clicked)
                row.addWidget(button)
                self._buttons.append(button)
        row.addStretch(1)
        row.addWidget(self.menu)
        self.show_view(View.SINGLE)

    def show_commands(self, commands: tuple[Command, ...]) -> None:
        """Shows the keys that the commands have now."""
        table = {command.id: command for command in commands}
        for button in self._buttons:
            button.show_keys(table[button.command_id])
        self.menu.show_commands(commands)
        self._fit()

    def show_view(self, view: View) -> None:
        """Shows the captions of a view."""
        self._view = view
        self.menu.show_view(view)
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Shows as many captions as there is room for."""
        super().resizeEvent(event)
        self._fit()

    def changeEvent(self, event: QEvent) -> None:
        """Follows the size of the text."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._fit()

    def _fit(self) -> None:
        """Shows the first captions of the view that fit whole; the menu has the others."""
        left = self.width() - 16 - self.menu.sizeHint().width() - SPACE
        for button in self._buttons:
            at_hand = button.view in {self._view, View.BOTH}
            if at_hand:
                left -= button.sizeHint().width() + SPACE
            button.setVisible(at_hand and left >= 0)

    def _clicked(self) -> None:
        button = self.sender()
        if isinstance(button, CaptionButton):
            self.triggered.emit(button.command_id)
