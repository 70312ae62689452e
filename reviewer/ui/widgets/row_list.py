"""Lists whose rows are plain values: the item model and the delegate that they share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, TypeVar

from PySide6.QtCore import (
    QModelIndex,
    QPersistentModelIndex,
    QRect,
    QSize,
    QStringListModel,
    Qt,
)
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from reviewer.ui.theme import look
from reviewer.ui.widgets.parts import plain_tip

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtCore import QObject

ROW_ROLE = int(Qt.ItemDataRole.UserRole)
"""Under which a delegate finds the row itself."""
Row = TypeVar("Row")


class RowModel(QStringListModel, Generic[Row]):
    """Rows for a delegate that paints them; each kind says in words what a row is.

    A view asks four times a row how many there are: Qt counts texts, which are empty.

    Attributes:
        rows: What is listed; changed by `show` alone.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        """Begins empty."""
        super().__init__(parent)
        self.rows: Sequence[Row] = []

    def words(self, row: Row) -> str:
        """A row in words, for those who hear the window."""
        raise NotImplementedError

    def tip(self, _row: Row) -> str:
        """What the mouse finds out over a row; nothing unless a kind says otherwise."""
        return ""

    def show(self, rows: Sequence[Row]) -> None:
        """Takes other rows."""
        self.rows = rows
        self.setStringList([""] * len(rows))

    def row_at(self, index: QModelIndex | QPersistentModelIndex) -> Row | None:
        """The row at an index of a view; `None` outside."""
        return self.rows[index.row()] if 0 <= index.row() < len(self.rows) else None

    def flags(self, index: QModelIndex | QPersistentModelIndex) -> Qt.ItemFlag:
        """Rows can be chosen, not written into."""
        if not index.isValid():
            return Qt.ItemFlag.NoItemFlags
        return Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsEnabled

    def data(self, index: QModelIndex | QPersistentModelIndex, role: int = 0) -> object:
        """The row for the delegate, its words for screen readers, and its tip."""
        row = self.row_at(index)
        if row is None:
            return None
        if role == ROW_ROLE:
            return row
        if role in {Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole}:
            return self.words(row)
        if role == Qt.ItemDataRole.ToolTipRole:
            return plain_tip(self.tip(row)) or None
        return None


class RowDelegate(QStyledItemDelegate, Generic[Row]):
    """Paints rows of so many lines; each kind says what stands on them.

    Attributes:
        lines: Lines of a row.
        air: Pixels that a row is higher than its lines.
    """

    lines = 2
    air = 4

    def draw(self, painter: QPainter, box: QRect, font: QFont, row: Row) -> None:
        """Paints what stands on a row, upon its ground; the font is one's own to change."""
        raise NotImplementedError

    def ground(self, painter: QPainter, box: QRect, state: QStyle.StateFlag, _row: Row) -> None:
        """Paints what lies under a row: by whether it is chosen, or under the mouse."""
        if state & QStyle.StateFlag.State_Selected:
            paint_current(painter, box)
        elif state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(box, QColor(look().hover))

    def sizeHint(
        self, option: QStyleOptionViewItem, _index: QModelIndex | QPersistentModelIndex
    ) -> QSize:
        """The height of the lines; the list gives the width."""
        return QSize(120, QFontMetrics(option.font).height() * self.lines + self.air)

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        """Paints one row."""
        row: Row = index.data(ROW_ROLE)
        painter.save()
        self.ground(painter, option.rect, option.state, row)
        self.draw(painter, option.rect, QFont(option.font), row)
        painter.restore()


def paint_current(painter: QPainter, box: QRect) -> None:
    """Paints the ground of the row that counts: lifted, with a bar at its left."""
    painter.fillRect(box, QColor(look().selected))
    painter.fillRect(QRect(box.left(), box.top(), 3, box.height()), QColor(look().accent))


def draw_line(painter: QPainter, box: QRect, font: QFont, colour: QColor, text: str) -> None:
    """Paints one line of text in the middle of a box, cut off at the right where it is too long."""
    painter.setFont(font)
    painter.setPen(colour)
    cut = QFontMetrics(font).elidedText(text, Qt.TextElideMode.ElideRight, box.width())
    painter.drawText(box, Qt.AlignmentFlag.AlignVCenter, cut)
