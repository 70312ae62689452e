"""The list of keys, made from the command table, over whatever is shown; not a dialog."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter
from PySide6.QtWidgets import QWidget

from reviewer.core.commands import COMMANDS, Command
from reviewer.ui.actions import key_cap
from reviewer.ui.theme import look

if TYPE_CHECKING:
    from PySide6.QtGui import QMouseEvent, QPaintEvent

PAD = 28
COLUMN = 400
GAP = 36


def groups(commands: tuple[Command, ...] = COMMANDS) -> dict[str, list[Command]]:
    """The commands under their headings, in the order of the table."""
    grouped: dict[str, list[Command]] = {}
    for command in commands:
        grouped.setdefault(command.group, []).append(command)
    return grouped


class KeyOverlay(QWidget):
    """Paints every command with its keys; a click or its key closes it."""

    def __init__(self, host: QWidget) -> None:
        """Begins hidden, over `host`."""
        super().__init__(host)
        self._host = host
        self._columns = _columns()
        self.setAccessibleName("Keys")
        self.setAccessibleDescription(
            "; ".join(f"{command.title}: {', '.join(command.keys)}" for command in COMMANDS)
        )
        host.installEventFilter(self)
        self.hide()

    def toggle(self) -> None:
        """Shows or hides the list."""
        if self.isVisible():
            self.hide()
        else:
            self.setGeometry(self._host.rect())
            self.show()
            self.raise_()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Follows the size of its host."""
        if event.type() == QEvent.Type.Resize:
            self.setGeometry(self._host.rect())
        return super().eventFilter(watched, event)

    def mousePressEvent(self, _event: QMouseEvent) -> None:
        """Closes the list."""
        self.hide()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paints the list in two columns."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(self.rect(), QColor(0, 0, 0, 170))
        row = QFontMetrics(self.font()).height() + 12
        lines = max(sum(len(part) + 1 for _, part in column) for column in self._columns)
        width = 2 * COLUMN + GAP + 2 * PAD
        height = lines * row + 2 * PAD + (max(len(c) for c in self._columns) - 1) * 10
        card = QRect(0, 0, min(width, self.width() - 24), min(height, self.height() - 24))
        card.moveCenter(self.rect().center())
        painter.setPen(QColor(look().line))
        painter.setBrush(QColor(look().ground))
        painter.drawRoundedRect(card, 10, 10)
        column_width = (card.width() - 2 * PAD - GAP) // 2
        for number, column in enumerate(self._columns):
            left = card.left() + PAD + number * (column_width + GAP)
            self._paint_column(painter, QRect(left, card.top() + PAD, column_width, row), column)
        painter.end()

    def _paint_column(
        self, painter: QPainter, row: QRect, column: list[tuple[str, list[Command]]]
    ) -> None:
        for heading, commands in column:
            font = QFont(self.font())
            font.setWeight(QFont.Weight.DemiBold)
            painter.setFont(font)
            painter.setPen(QColor(look().accent))
            painter.drawText(row, Qt.AlignmentFlag.AlignVCenter, heading)
            painter.setFont(self.font())
            row.translate(0, row.height())
            for command in commands:
                self._paint_command(painter, row, command)
                row.translate(0, row.height())
            row.translate(0, 10)

    def _paint_command(self, painter: QPainter, row: QRect, command: Command) -> None:
        metrics = QFontMetrics(self.font())
        painter.setPen(QColor(look().text))
        painter.drawText(row, Qt.AlignmentFlag.AlignVCenter, command.title)
        right = row.right()
        if command.mouse:
            width = metrics.horizontalAdvance(command.mouse)
            painter.setPen(QColor(look().muted))
            painter.drawText(
                QRect(right - width, row.top(), width + 1, row.height()),
                Qt.AlignmentFlag.AlignVCenter,
                command.mouse,
            )
            right -= width + 10
        caps = [command.brief] if command.brief else [key_cap(key) for key in command.keys]
        for cap in reversed(caps):
            width = metrics.horizontalAdvance(cap) + 14
            box = QRectF(right - width, row.top() + 3.5, width, row.height() - 7)
            painter.setPen(QColor(look().line))
            painter.setBrush(QColor(look().raised))
            painter.drawRoundedRect(box, 4, 4)
            painter.setPen(QColor(look().text))
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, cap)
            right -= width + 6


def _columns() -> list[list[tuple[str, list[Command]]]]:
    """The groups in two columns of about the same length."""
    columns: list[list[tuple[str, list[Command]]]] = [[], []]
    lengths = [0, 0]
    for heading, commands in groups().items():
        shorter = 0 if lengths[0] <= lengths[1] else 1
        columns[shorter].append((heading, commands))
        lengths[shorter] += len(commands) + 1
    return columns
