"""A table of figures: sorted by any column, filtered by words, one line a thing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import (
    QModelIndex,
    Qt,
    Signal,
)
from PySide6.QtWidgets import (
    QAbstractItemView,
    QLineEdit,
    QWidget,
)

from reviewer.ui.widgets.parts import in_column, in_row, plain_tip, text_label
from reviewer.ui.widgets.tables import Index, RowTable, TableModel, frame_table

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from PySide6.QtGui import QKeyEvent, QResizeEvent

_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


@dataclass(frozen=True, slots=True)
class Field:
    """One column.

    Attributes:
        title: Its heading.
        value: Takes what it sorts by from a row: words or a figure.
        words: How a figure is shown; `None` for words, which are shown as they are.
        tip: What it means.
        width: A text that it has room for.
        whole: Words for a row whose figure alone says too little; `None` where it does.
    """

    title: str
    value: Callable[[Any], str | float]
    words: Callable[[float], str] | None = None
    tip: str = ""
    width: str = "00,000"
    whole: Callable[[Any], str] | None = None


class FigureModel(TableModel):
    """Rows of anything, shown through fields, in the order and with the words that are wanted."""

    def __init__(self, fields: Sequence[Field], parent: QWidget | None = None) -> None:
        """Begins without rows."""
        super().__init__([field.title for field in fields], parent)
        self.fields = tuple(fields)
        self._all: list[Any] = []
        self._rows: list[Any] = []
        self._typed = ""
        self._by: tuple[int, bool] | None = None

    @property
    def there(self) -> int:
        """Number of rows, shown or not."""
        return len(self._all)

    @property
    def rows(self) -> list[Any]:
        """Those that are shown, as they are sorted."""
        return self._rows

    def show_rows(self, rows: Sequence[Any]) -> None:
        """Takes other rows; order and words stay."""
        self._all = list(rows)
        self._arrange()

    def look_for(self, typed: str) -> None:
        """Shows the rows with these words alone; spaces and underscores are the same."""
        self._typed = _plain(typed)
        self._arrange()

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Sorts by a column; by none of them as the rows came."""
        self._by = (column, order is Qt.SortOrder.DescendingOrder) if column >= 0 else None
        self._arrange()

    def _arrange(self) -> None:
        self.beginResetModel()
        self._rows = [row for row in self._all if not self._typed or self._has_words(row)]
        if self._by is not None:
            value = self.fields[self._by[0]].value
            self._rows.sort(key=lambda row: _rank(value(row)), reverse=self._by[1])
        self.endResetModel()

    def _has_words(self, row: object) -> bool:
        words = (field.value(row) for field in self.fields if field.words is None)
        return any(self._typed in _plain(str(text)) for text in words)

    def count(self) -> int:
        """Rows that are shown."""
        return len(self._rows)

    def data(
        self,
        index: Index,
        role: int = Qt.ItemDataRole.DisplayRole,
    ) -> object:
        """What a cell shows, sorts by, and to which side it is set."""
        field = self.fields[index.column()]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _LEFT if field.words is None else _RIGHT
        if role not in {Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole}:
            return None
        row = self._rows[index.row()]
        value = field.value(row)
        if isinstance(value, str):
            return plain_tip(value) if role == Qt.ItemDataRole.ToolTipRole else value
        shown = field.words(value) if field.words is not None else str(value)
        if field.whole is not None:
            shown = field.whole(row)
        return shown if role == Qt.ItemDataRole.DisplayRole else None

    def headerData(
        self,
        section: int,
        orientation: Qt.Orientation,
        role: int = Qt.ItemDataRole.DisplayRole,
    ) -> object:
        """Headings, with what they mean."""
        if orientation is not Qt.Orientation.Horizontal:
            return None
        field = self.fields[section]
        if role == Qt.ItemDataRole.ToolTipRole:
            return field.tip or None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _LEFT if field.words is None else _RIGHT
        return super().headerData(section, orientation, role)


class _View(RowTable):
    """The table; letters are commands of the page, Enter takes a row.

    Attributes:
        first: Least width of the first column, pixels.
    """

    entered = Signal()
    first = 0

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Gives the first column what the others leave, and never less than its names need."""
        super().resizeEvent(event)
        others = sum(self.columnWidth(n) for n in range(1, self.model().columnCount()))
        self.setColumnWidth(0, max(self.first, self.viewport().width() - others))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self.entered.emit()
        elif event.text().isprintable() and event.text():
            event.ignore()
        else:
            super().keyPressEvent(event)


class FigureTable(QWidget):
    """Rows with a field to filter them, and how many there are.

    Attributes:
        chosen: Emitted with the row that is current now; `None` without one.
    """

    chosen = Signal(object)

    def __init__(
        self,
        title: str,
        fields: Sequence[Field],
        parent: QWidget | None = None,
        *,
        searched: bool = True,
    ) -> None:
        """Begins without rows.

        Args:
            title: What the rows are, for screen readers.
            fields: The columns.
            parent: Qt's owner.
            searched: Whether there is a field to filter them.
        """
        super().__init__(parent)
        self.model = FigureModel(fields, self)
        self.search = QLineEdit(self)
        self.search.setPlaceholderText("Show only lines with\N{HORIZONTAL ELLIPSIS}")
        self.search.setAccessibleName(f"Filter: {title}")
        self.search.setClearButtonEnabled(True)
        self.search.textChanged.connect(self.model.look_for)
        self._count = text_label(tone="muted", of=self)
        self.view = _View(self)
        self.view.setModel(self.model)
        frame_table(self.view, title)
        self._dress()
        self.view.selectionModel().currentRowChanged.connect(self._tell)
        self.model.modelReset.connect(self._after)
        self._top = QWidget(self)
        in_row((self.search, 1), self._count, of=self._top, gap=10, edge=0)
        self._top.setVisible(searched)
        in_column(self._top, (self.view, 1), of=self, gap=6, edge=0)

    def _dress(self) -> None:
        view = self.view
        view.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        # As they came, until a heading is clicked.
        view.horizontalHeader().setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        view.setSortingEnabled(True)
        metrics, header = view.fontMetrics(), view.horizontalHeader()
        for place, entry in enumerate(self.model.fields):
            widest = max(entry.title + "  \N{BLACK DOWN-POINTING TRIANGLE}", entry.width, key=len)
            view.setColumnWidth(place, metrics.horizontalAdvance(widest) + 14)
        view.first = view.columnWidth(0)
        header.setMinimumSectionSize(metrics.horizontalAdvance("0,000") + 12)

    def show_rows(self, rows: Sequence[Any]) -> None:
        """Takes other rows; order and filter stay."""
        self.model.show_rows(rows)

    def shown(self) -> list[Any]:
        """The rows as they are sorted and filtered now."""
        return self.model.rows

    def _after(self) -> None:
        """Counts, and begins at the first row."""
        shown, there = self.model.rowCount(), self.model.there
        self._count.setText(f"{there:,}" if shown == there else f"{shown:,} of {there:,}")
        if shown:
            self.view.selectRow(0)
        else:
            self.chosen.emit(None)

    def _tell(self, index: QModelIndex) -> None:
        self.chosen.emit(self.model.rows[index.row()] if index.isValid() else None)


def _plain(text: str) -> str:
    return text.strip().lower().replace("_", " ")


def _rank(value: str | float) -> str | float:
    return value.lower() if isinstance(value, str) else value
