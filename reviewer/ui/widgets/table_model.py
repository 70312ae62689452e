"""What tables of the window have in common: rows, and columns with headings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtCore import QObject

Index = QModelIndex | QPersistentModelIndex

NO_PARENT = QModelIndex()


class TableModel(QAbstractTableModel):
    """Each kind says how many rows there are, and what stands in a cell."""

    def __init__(self, headings: Sequence[str], parent: QObject | None = None) -> None:
        """Begins with the headings of its columns, from the left."""
        super().__init__(parent)
        self._headings = tuple(headings)

    def count(self) -> int:
        """Rows there are now."""
        raise NotImplementedError

    def rowCount(self, parent: Index = NO_PARENT) -> int:
        """Number of rows; none of them has rows of its own."""
        return 0 if parent.isValid() else self.count()

    def columnCount(self, parent: Index = NO_PARENT) -> int:
        """Number of columns."""
        return 0 if parent.isValid() else len(self._headings)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> object:
        """The headings."""
        if orientation is Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return self._headings[section]
        return None
