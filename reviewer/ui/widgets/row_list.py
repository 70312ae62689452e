"""Lists whose rows are plain values: the item model that they share, and the text in a row."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, TypeVar

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, QRect, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtCore import QObject

ROW_ROLE = int(Qt.ItemDataRole.UserRole)
"""Under which a delegate finds the row itself."""
_NO_PARENT = QModelIndex()

Row = TypeVar("Row")


class RowModel(QAbstractListModel, Generic[Row]):
    """Rows for a delegate that paints them; each kind says in words what a row is.

    Attributes:
        rows: What is listed; changed by `show` alone, or between Qt's own notices.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        """Begins empty."""
        super().__init__(parent)
        self.rows: list[Row] = []

    def words(self, row: Row) -> str:
        """A row in words, for those who hear the window."""
        raise NotImplementedError

    def tip(self, _row: Row) -> str:
        """What the mouse finds out over a row; nothing unless a kind says otherwise."""
        return ""

    def show(self, rows: Sequence[Row]) -> None:
        """Takes other rows."""
        self.beginResetModel()
        self.rows = list(rows)
        self.endResetModel()

    def row_at(self, index: QModelIndex | QPersistentModelIndex) -> Row | None:
        """The row at an index of a view; `None` outside."""
        return self.rows[index.row()] if 0 <= index.row() < len(self.rows) else None

    def rowCount(self, _parent: QModelIndex | QPersistentModelIndex = _NO_PARENT) -> int:
        """Number of rows."""
        return len(self.rows)

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
            return self.tip(row) or None
        return None


def draw_line(painter: QPainter, box: QRect, font: QFont, colour: QColor, text: str) -> None:
    """Paints one line of text in the middle of a box, cut off at the right where it is too long."""
    painter.setFont(font)
    painter.setPen(colour)
    cut = QFontMetrics(font).elidedText(text, Qt.TextElideMode.ElideRight, box.width())
    painter.drawText(box, Qt.AlignmentFlag.AlignVCenter, cut)
