"""The tags of one image as a list: the item model, and the delegate that paints a line."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPen
from PySide6.QtWidgets import QStyle, QStyleOptionViewItem

from reviewer.ui.tag_lines import Mark, TagLine
from reviewer.ui.theme import category_colour, look
from reviewer.ui.widgets.row_list import ROW_ROLE, RowDelegate, RowModel, draw_line


class TagListModel(RowModel[TagLine]):
    """The lines of one image."""

    def words(self, row: TagLine) -> str:
        """The line with what else is to be known of it."""
        return row.text + (", asked" if row.asked else f", {row.mark}" if row.mark else "")

    def asked_row(self) -> int:
        """The row of the asked tag; -1 without one."""
        return next((row for row, line in enumerate(self.rows) if line.asked), -1)

    def next_tag(self, row: int, step: int) -> int:
        """The row of the next tag from a row on, headings left out; the row itself at the end."""
        at = row + step
        while 0 <= at < len(self.rows) and self.rows[at].heading:
            at += step
        return at if 0 <= at < len(self.rows) else row


class TagDelegate(RowDelegate[TagLine]):
    """Paints a line: headings muted, tags in their category's colour, the asked one outlined."""

    def sizeHint(
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> QSize:
        """Headings stand a little off the lines above."""
        line: TagLine = index.data(ROW_ROLE)
        height = QFontMetrics(option.font).height()
        return QSize(120, height + (12 if line.heading else 6))

    def ground(self, painter: QPainter, box: QRect, state: QStyle.StateFlag, line: TagLine) -> None:
        """A chosen tag is lifted; headings are never chosen."""
        if state & QStyle.StateFlag.State_Selected and not line.heading:
            painter.fillRect(box, QColor(look().selected))

    def draw(self, painter: QPainter, box: QRect, font: QFont, line: TagLine) -> None:
        """The heading, or the tag."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if line.heading:
            font.setPointSizeF(font.pointSizeF() * 0.9)
            place = box.adjusted(12, 6, -8, 0)
            draw_line(painter, place, font, QColor(look().muted), line.text)
        else:
            self._tag(painter, box, font, line)

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
        draw_line(painter, inner, font, colour, line.text)
