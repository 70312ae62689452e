"""Tables as the pages have them: the model of rows that are shown, and the frame around them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

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


class RowTable(QTableView):
    """A table of whole rows: Home and End go to the first and the last of them.

    Qt's own take them as the first and the last column, which moves nothing that can be seen.
    """

    def moveCursor(
        self, action: QAbstractItemView.CursorAction, modifiers: Qt.KeyboardModifier
    ) -> QModelIndex:
        """Where a key that moves leads to."""
        ends = {self.CursorAction.MoveHome: 0, self.CursorAction.MoveEnd: -1}
        rows = self.model().rowCount()
        if action not in ends or not rows:
            return super().moveCursor(action, modifiers)
        return self.model().index(ends[action] % rows, max(self.currentIndex().column(), 0))


def frame_table(view: QTableView, name: str, air: int = 8) -> None:
    """Makes a table one of whole rows, without a grid, that leaves Tab to the page.

    Args:
        view: The table; its model may come later.
        name: What the rows are, for those who hear the window.
        air: Pixels that a row is higher than its text.
    """
    view.setProperty("tone", "framed")
    view.setAccessibleName(name)
    view.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
    view.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    view.setTabKeyNavigation(False)
    view.setShowGrid(False)
    view.setWordWrap(False)
    view.verticalHeader().hide()
    view.verticalHeader().setDefaultSectionSize(view.fontMetrics().height() + air)
    view.horizontalHeader().setHighlightSections(False)
    view.horizontalHeader().setAccessibleName(f"Columns of {name}")


def head_columns(view: QTableView, widths: Iterable[tuple[int, str]] = ()) -> None:
    """Sets headings to the left over columns that can be drawn wider; the last takes what is left.

    Args:
        view: With its model.
        widths: Columns with the longest usual text of each; others stay as wide as they are.
    """
    header = view.horizontalHeader()
    header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
    header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
    header.setStretchLastSection(True)
    for column, text in widths:
        view.setColumnWidth(column, view.fontMetrics().horizontalAdvance(text) + 18)
