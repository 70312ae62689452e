"""The look and the manners that tables have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractItemView, QHeaderView

if TYPE_CHECKING:
    from collections.abc import Iterable

    from PySide6.QtWidgets import QTableView


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
