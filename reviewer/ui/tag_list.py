"""The tags of one image as a list: the item model, and the delegate that paints a line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QPersistentModelIndex,
    QRect,
    QSize,
    Qt,
)
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPen
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from reviewer.ui.tag_lines import Mark, TagLine
from reviewer.ui.theme import category_colour, look

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

LINE_ROLE = int(Qt.ItemDataRole.UserRole)
_NO_PARENT = QModelIndex()


class TagListModel(QAbstractListModel):
    """The lines of one image."""

    def __init__(self, parent: QWidget | None = None) -> None:
        """Begins empty."""
        super().__init__(parent)
        self._lines: list[TagLine] = []

    def show(self, lines: list[TagLine]) -> None:
        """Takes the lines of another image."""
        self.beginResetModel()
        self._lines = lines
        self.endResetModel()

    def asked_row(self) -> int:
        """The row of the asked tag; -1 without one."""
        return next((row for row, line in enumerate(self._lines) if line.asked), -1)

    def line_at(self, index: QModelIndex) -> TagLine | None:
        """The line at an index of a view; `None` outside."""
        return self._lines[index.row()] if 0 <= index.row() < len(self._lines) else None

    def next_tag(self, row: int, step: int) -> int:
        """The row of the next tag from a row on, headings left out; the row itself at the end."""
        at = row + step
        while 0 <= at < len(self._lines) and self._lines[at].heading:
            at += step
        return at if 0 <= at < len(self._lines) else row

    def rowCount(self, _parent: QModelIndex | QPersistentModelIndex = _NO_PARENT) -> int:
        """Number of lines."""
        return len(self._lines)

    def data(self, index: QModelIndex | QPersistentModelIndex, role: int = 0) -> object:
        """The line for the delegate, and its words for screen readers."""
        line = self._lines[index.row()]
        if role == LINE_ROLE:
            return line
        if role in {Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole}:
            extra = ", asked" if line.asked else f", {line.mark}" if line.mark else ""
            return line.text + extra
        return None


class TagDelegate(QStyledItemDelegate):
    """Paints a line: headings muted, tags in their category's colour, the asked one outlined."""

    def sizeHint(
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> QSize:
        """Headings stand a little off the lines above."""
        line: TagLine = index.data(LINE_ROLE)
        height = QFontMetrics(option.font).height()
        return QSize(120, height + (12 if line.heading else 6))

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        """Paints one line."""
        line: TagLine = index.data(LINE_ROLE)
        box: QRect = option.rect
        font = QFont(option.font)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        state: QStyle.StateFlag = option.state
        if state & QStyle.StateFlag.State_Selected and not line.heading:
            painter.fillRect(box, QColor(look().selected))
        if line.heading:
            font.setPointSizeF(font.pointSizeF() * 0.9)
            self._text(painter, box.adjusted(10, 6, -8, 0), font, look().muted, line.text)
        else:
            self._tag(painter, box, font, line)
        painter.restore()

    def _tag(self, painter: QPainter, box: QRect, font: QFont, line: TagLine) -> None:
        colour = category_colour(line.category)
        if line.asked:
            painter.setPen(QPen(QColor(look().accent), 1.4))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(box.adjusted(5, 1, -5, -1), 4, 4)
        inner = box.adjusted(12, 0, -12, 0)
        if line.mark and not line.asked:
            width = QFontMetrics(font).horizontalAdvance(line.mark) + 8
            tail = QRect(inner.right() - width, inner.top(), width, inner.height())
            painter.setFont(font)
            painter.setPen(QColor(look().muted))
            painter.drawText(
                tail, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, line.mark
            )
            inner.setRight(tail.left() - 4)
            font.setStrikeOut(line.mark is Mark.REMOVED)
        self._text(painter, inner, font, colour.name(), line.text)

    def _text(self, painter: QPainter, box: QRect, font: QFont, colour: str, text: str) -> None:
        painter.setFont(font)
        painter.setPen(QColor(colour))
        elided = QFontMetrics(font).elidedText(text, Qt.TextElideMode.ElideRight, box.width())
        painter.drawText(box, Qt.AlignmentFlag.AlignVCenter, elided)
