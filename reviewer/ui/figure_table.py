"""A table of figures: sorted by any column, filtered by words, one line a thing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QPersistentModelIndex,
    QSortFilterProxyModel,
    Qt,
    Signal,
)
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QLineEdit,
    QTableView,
    QVBoxLayout,
    QWidget,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from PySide6.QtGui import QKeyEvent

_NO_PARENT = QModelIndex()
_SORT = int(Qt.ItemDataRole.UserRole)
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
    """

    title: str
    value: Callable[[Any], str | float]
    words: Callable[[float], str] | None = None
    tip: str = ""
    width: str = "00,000"


class FigureModel(QAbstractTableModel):
    """Rows of anything, shown through fields."""

    def __init__(self, fields: Sequence[Field], parent: QWidget | None = None) -> None:
        """Begins without rows."""
        super().__init__(parent)
        self.fields = tuple(fields)
        self._rows: list[Any] = []

    def show_rows(self, rows: Sequence[Any]) -> None:
        """Takes other rows."""
        self.beginResetModel()
        self._rows = list(rows)
        self.endResetModel()

    def row(self, place: int) -> Any:  # noqa: ANN401 - rows are what the page gave
        """The row of a line."""
        return self._rows[place]

    def rowCount(self, parent: QModelIndex | QPersistentModelIndex = _NO_PARENT) -> int:
        """Number of rows."""
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: QModelIndex | QPersistentModelIndex = _NO_PARENT) -> int:
        """Number of fields."""
        return 0 if parent.isValid() else len(self.fields)

    def data(
        self,
        index: QModelIndex | QPersistentModelIndex,
        role: int = Qt.ItemDataRole.DisplayRole,
    ) -> object:
        """What a cell shows, sorts by, and to which side it is set."""
        field = self.fields[index.column()]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _LEFT if field.words is None else _RIGHT
        if role not in {Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole, _SORT}:
            return None
        value = field.value(self._rows[index.row()])
        if role == _SORT:
            return value.lower() if isinstance(value, str) else float(value)
        if isinstance(value, str):
            return value
        shown = field.words(value) if field.words is not None else str(value)
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
        if role == Qt.ItemDataRole.DisplayRole:
            return field.title
        if role == Qt.ItemDataRole.ToolTipRole:
            return field.tip or None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _LEFT if field.words is None else _RIGHT
        return None


class _Filter(QSortFilterProxyModel):
    """Rows in which some words are found in some column of words."""

    def __init__(self, model: FigureModel, parent: QWidget) -> None:
        super().__init__(parent)
        self._model = model
        self._typed = ""
        self.setSortRole(_SORT)
        self.setSourceModel(model)

    def look_for(self, typed: str) -> None:
        """Shows the rows with these words alone; spaces and underscores are the same."""
        self._typed = typed.strip().lower().replace("_", " ")
        self.invalidateFilter()

    def filterAcceptsRow(
        self, source_row: int, _parent: QModelIndex | QPersistentModelIndex
    ) -> bool:
        if not self._typed:
            return True
        row = self._model.row(source_row)
        words = (entry.value(row) for entry in self._model.fields if entry.words is None)
        return any(self._typed in str(text).lower().replace("_", " ") for text in words)


class _View(QTableView):
    """The table; letters are commands of the page, Enter takes a row."""

    entered = Signal()

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
        self._filter = _Filter(self.model, self)
        self.search = QLineEdit(self)
        self.search.setPlaceholderText("Show only lines with\N{HORIZONTAL ELLIPSIS}")
        self.search.setAccessibleName(f"Filter: {title}")
        self.search.setClearButtonEnabled(True)
        self.search.textChanged.connect(self._look_for)
        self._count = QLabel(self)
        self._count.setProperty("tone", "muted")
        self.view = _View(self)
        self.view.setModel(self._filter)
        self.view.setAccessibleName(title)
        self._dress()
        self.view.selectionModel().currentRowChanged.connect(self._tell)
        self._top = QWidget(self)
        top = QHBoxLayout(self._top)
        top.setContentsMargins(0, 0, 0, 0)
        top.setSpacing(10)
        top.addWidget(self.search, 1)
        top.addWidget(self._count)
        self._top.setVisible(searched)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addWidget(self._top)
        column.addWidget(self.view, 1)

    def _dress(self) -> None:
        view = self.view
        view.setProperty("tone", "framed")
        view.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        view.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        view.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        view.setTabKeyNavigation(False)
        view.setShowGrid(False)
        view.setWordWrap(False)
        view.setSortingEnabled(True)
        # As they came, until a heading is clicked.
        self._filter.sort(-1)
        view.horizontalHeader().setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        view.verticalHeader().hide()
        metrics = QFontMetrics(view.font())
        view.verticalHeader().setDefaultSectionSize(metrics.height() + 8)
        header = view.horizontalHeader()
        header.setHighlightSections(False)
        for place, entry in enumerate(self.model.fields):
            widest = max(entry.title + "  \N{BLACK DOWN-POINTING TRIANGLE}", entry.width, key=len)
            view.setColumnWidth(place, metrics.horizontalAdvance(widest) + 20)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        header.setMinimumSectionSize(metrics.horizontalAdvance("0,000") + 12)

    def show_rows(self, rows: Sequence[Any]) -> None:
        """Takes other rows; order and filter stay."""
        self.model.show_rows(rows)
        self._tell_count()
        if self._filter.rowCount():
            self.view.selectRow(0)
        else:
            self.chosen.emit(None)

    def shown(self) -> list[Any]:
        """The rows as they are sorted and filtered now."""
        order = (self._filter.index(place, 0) for place in range(self._filter.rowCount()))
        return [self.model.row(self._filter.mapToSource(index).row()) for index in order]

    def _look_for(self, typed: str) -> None:
        self._filter.look_for(typed)
        self._tell_count()

    def _tell_count(self) -> None:
        shown, there = self._filter.rowCount(), self.model.rowCount()
        self._count.setText(f"{there:,}" if shown == there else f"{shown:,} of {there:,}")

    def _tell(self, index: QModelIndex) -> None:
        found = self._filter.mapToSource(index)
        self.chosen.emit(self.model.row(found.row()) if found.isValid() else None)
