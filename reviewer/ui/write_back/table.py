"""The table of write-back: images with their changes, ticked one by one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt

from reviewer.ui.widgets.framed_table import RowTable, frame_table, head_columns
from reviewer.ui.write_back.model import Column, WriteBackModel

if TYPE_CHECKING:
    from PySide6.QtGui import QKeyEvent
    from PySide6.QtWidgets import QWidget

WIDTHS = {
    Column.IMAGE: "a folder/a rather long name.png",
    Column.CHANGE: "+aqua_hair   -blue_hair   +long_sleeves",
    Column.STATE: "no change (undo)",
    Column.NOTE: "blue_hair was taken away by somebody else",
    Column.POST: "0000000",
}
"""A text that each column has room for."""


class WriteBackTable(RowTable):
    """The rows; letters are commands of the page, Space ticks the chosen rows."""

    def __init__(self, model: WriteBackModel, parent: QWidget | None = None) -> None:
        """Shows a model, a row a line."""
        super().__init__(parent)
        self.setModel(model)
        self._rows = model
        frame_table(self, "Changes by image")
        head_columns(self, WIDTHS.items())
        # A booru's names begin alike and end in what tells them apart.
        self.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        model.modelReset.connect(self._leave_out)

    def _leave_out(self) -> None:
        """Gives the room of columns in which nothing stands to the others."""
        for column in (Column.STATE, Column.NOTE):
            self.setColumnHidden(column, not self._rows.says(column))

    @property
    def chosen(self) -> list[str]:
        """Paths of the images of the chosen rows."""
        rows = [self._rows.row(i.row()) for i in self.selectionModel().selectedRows()]
        return [row.path for row in rows if row is not None]

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Space ticks the chosen rows; what moves moves; anything else is the page's."""
        if event.key() == Qt.Key.Key_Space and self._rows.ticks:
            self._flip()
        elif event.text().isprintable() and event.text():
            event.ignore()
        else:
            super().keyPressEvent(event)

    def _flip(self) -> None:
        role = Qt.ItemDataRole.CheckStateRole
        for index in self.selectionModel().selectedRows(Column.IMAGE):
            checked = self._rows.data(index, role) is Qt.CheckState.Checked
            other = Qt.CheckState.Unchecked if checked else Qt.CheckState.Checked
            self._rows.setData(index, other, role)
