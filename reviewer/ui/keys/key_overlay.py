"""The list of keys, made from the command table, over whatever is shown; not a dialog."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter
from PySide6.QtWidgets import QWidget

from reviewer.core.commands import COMMANDS, Command
from reviewer.ui.keys.actions import key_caps, keys_here
from reviewer.ui.theme import look

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QMouseEvent, QPaintEvent

PAD, GAP, MARGIN = 24, 30, 12
BETWEEN_GROUPS = 10
CAP_PAD = 6
ROW_PAD = 10
MOST_COLUMNS = 4
FAIR = 0.12
"""Share of the lines by which a column may be longer or shorter so that a group stays together."""
LEAST_POINTS = 6.0
STEP_POINTS = 0.5
VEIL = 170
"""How much of what lies below is hidden, 0 to 255."""


def groups(commands: Sequence[Command] = COMMANDS) -> dict[str, list[Command]]:
    """The commands under their headings, in the order of the table."""
    grouped: dict[str, list[Command]] = {}
    for command in commands:
        grouped.setdefault(command.group, []).append(command)
    return grouped


@dataclass(frozen=True)
class _Line:
    """A heading, a command, or the room between two groups (both empty)."""

    heading: str = ""
    command: Command | None = None


@dataclass(frozen=True)
class _Plan:
    """How the list is laid out: a font, columns of lines, and the width of each (pixels)."""

    font: QFont
    columns: list[list[_Line]]
    widths: list[int]

    @property
    def row(self) -> int:
        return QFontMetrics(self.font).height() + ROW_PAD

    @property
    def width(self) -> int:
        return sum(self.widths) + GAP * (len(self.widths) - 1) + 2 * PAD

    @property
    def height(self) -> int:
        return max(map(self._tall, self.columns)) + 2 * PAD

    def _tall(self, lines: list[_Line]) -> int:
        return sum(self.step(line) for line in lines)

    def step(self, line: _Line) -> int:
        return self.row if line.heading or line.command else BETWEEN_GROUPS


class KeyOverlay(QWidget):
    """Paints every command with its keys; a click or its key closes it.

    The text is as large as it is everywhere, and smaller only where the list would not fit.
    """

    def __init__(self, host: QWidget) -> None:
        """Begins hidden, over `host`."""
        super().__init__(host)
        self._host = host
        self._groups: dict[str, list[Command]] = {}
        self.setAccessibleName("Keys")
        self.show_commands(COMMANDS)
        host.installEventFilter(self)
        self.hide()

    def show_commands(self, commands: Sequence[Command]) -> None:
        """Lists the commands with the keys that they have now."""
        self._groups = groups(commands)
        self.setAccessibleDescription(
            "; ".join(f"{command.title}: {', '.join(key_caps(command))}" for command in commands)
        )
        self.update()

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
        """Paints the list in as many columns as it needs."""
        plan = self._plan()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(self.rect(), QColor(0, 0, 0, VEIL))
        card = QRect(0, 0, plan.width, plan.height)
        card.moveCenter(self.rect().center())
        painter.setPen(QColor(look().line))
        painter.setBrush(QColor(look().ground))
        painter.drawRoundedRect(card, 10, 10)
        left = card.left() + PAD
        for lines, width in zip(plan.columns, plan.widths, strict=True):
            row = QRect(left, card.top() + PAD, width, plan.row)
            for line in lines:
                self._paint_line(painter, plan.font, row, line)
                row.translate(0, plan.step(line))
            left += width + GAP
        painter.end()

    def _plan(self) -> _Plan:
        """The layout with the largest text that fits."""
        font = QFont(self.font())
        while True:
            plans = [self._in_columns(font, count) for count in range(1, MOST_COLUMNS + 1)]
            fitting = [plan for plan in plans if self._fits(plan)]
            if fitting or font.pointSizeF() <= LEAST_POINTS:
                return min(fitting or plans[-1:], key=lambda plan: abs(plan.width - plan.height))
            font.setPointSizeF(font.pointSizeF() - STEP_POINTS)

    def _fits(self, plan: _Plan) -> bool:
        room = self.rect().adjusted(MARGIN, MARGIN, -MARGIN, -MARGIN)
        return plan.width <= room.width() and plan.height <= room.height()

    def _in_columns(self, font: QFont, count: int) -> _Plan:
        font = QFont(font)
        columns = _columns(self._groups, count)
        widths = [max(_line_width(font, line) for line in lines) for lines in columns]
        return _Plan(font, columns, widths)

    def _paint_line(self, painter: QPainter, font: QFont, row: QRect, line: _Line) -> None:
        if line.heading:
            painter.setFont(_bold(font))
            painter.setPen(QColor(look().accent))
            painter.drawText(row, Qt.AlignmentFlag.AlignVCenter, line.heading)
        elif line.command is not None:
            painter.setFont(font)
            painter.setPen(QColor(look().text))
            painter.drawText(row, Qt.AlignmentFlag.AlignVCenter, line.command.title)
            self._paint_keys(painter, row, line.command)

    def _paint_keys(self, painter: QPainter, row: QRect, command: Command) -> None:
        """Paints what the mouse does, in words, and the keys to the left of it."""
        metrics = QFontMetrics(painter.font())
        right = row.right()
        if mouse := keys_here(command.mouse):
            width = metrics.horizontalAdvance(mouse)
            painter.setPen(QColor(look().muted))
            words = QRect(right - width, row.top(), width + 1, row.height())
            painter.drawText(words, Qt.AlignmentFlag.AlignVCenter, mouse)
            right -= width + CAP_PAD
        for cap in reversed(key_caps(command)):
            width = metrics.horizontalAdvance(cap) + 2 * CAP_PAD
            box = QRectF(right - width, row.top() + 2.5, width, row.height() - 5)
            painter.setPen(QColor(look().line))
            painter.setBrush(QColor(look().raised))
            painter.drawRoundedRect(box, 4, 4)
            painter.setPen(QColor(look().text))
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, cap)
            right -= width + CAP_PAD


def _columns(grouped: dict[str, list[Command]], count: int) -> list[list[_Line]]:
    """The lines in columns of about the same length; a group stays together if that is fair."""
    lines: list[_Line] = []
    for heading, commands in grouped.items():
        lines += [_Line()] if lines else []
        lines.append(_Line(heading=heading))
        lines += [_Line(command=command) for command in commands]
    cuts = [_cut(lines, len(lines) * number // count) for number in range(count + 1)]
    return [_trimmed(lines[start:end]) for start, end in pairwise(cuts) if start < end]


def _cut(lines: list[_Line], at: int) -> int:
    """The place to end a column near another: between groups, else never after a heading."""
    between = [place for place, line in enumerate(lines) if not (line.heading or line.command)]
    near = min(between, key=lambda place: abs(place - at), default=at)
    if 0 < at < len(lines) and abs(near - at) <= FAIR * len(lines):
        return near
    while 0 < at < len(lines) and lines[at - 1].heading:
        at -= 1
    return at


def _trimmed(lines: list[_Line]) -> list[_Line]:
    """A column without the room that stands at its ends."""
    kept = list(lines)
    while kept and not (kept[0].heading or kept[0].command):
        kept.pop(0)
    return kept


def _line_width(font: QFont, line: _Line) -> int:
    if line.heading:
        return QFontMetrics(_bold(font)).horizontalAdvance(line.heading)
    if line.command is None:
        return 0
    metrics = QFontMetrics(font)
    width = metrics.horizontalAdvance(line.command.title) + 2 * CAP_PAD
    if mouse := keys_here(line.command.mouse):
        width += metrics.horizontalAdvance(mouse) + CAP_PAD
    for cap in key_caps(line.command):
        width += metrics.horizontalAdvance(cap) + 3 * CAP_PAD
    return width


def _bold(font: QFont) -> QFont:
    bold = QFont(font)
    bold.setWeight(QFont.Weight.DemiBold)
    return bold
