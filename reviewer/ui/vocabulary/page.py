"""What the tags of a brought tagger mean here: shown, searched and corrected row by row."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QStringListModel, Qt
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QCompleter,
    QLineEdit,
    QPushButton,
    QStyledItemDelegate,
    QWidget,
)

from reviewer.core.tags.tag_mapping import table_of
from reviewer.jobs.context import Silent
from reviewer.ui.background import Background
from reviewer.ui.side_page import SidePage
from reviewer.ui.vocabulary.model import (
    LACKING,
    SHOWN,
    Column,
    VocabularyModel,
    VocabularyRow,
    rows_of,
)
from reviewer.ui.widgets.empty_state import EmptyState
from reviewer.ui.widgets.flow import Flow
from reviewer.ui.widgets.parts import PAGE_EDGE, in_column, in_row, text_label
from reviewer.ui.widgets.tables import RowTable, frame_table, head_columns

if TYPE_CHECKING:
    from PySide6.QtCore import QModelIndex, QPersistentModelIndex
    from PySide6.QtGui import QKeyEvent
    from PySide6.QtWidgets import QStyleOptionViewItem

    from reviewer.core.tags.tag_mapping import TagMapping
    from reviewer.store.library import Library
    from reviewer.ui.review import Review
    from reviewer.ui.side_pages import Beside

WIDTHS = {Column.OWN: 260, Column.TAG: 260, Column.SEEN: 90}
MOST_TAKEN_BACK = 200
ABOUT = (
    "Each tag of the tagger stands for one of yours, or for none. Double click, or Enter, to write "
    "which; nothing for none. A tag that you do not have yet becomes a new one. What you write "
    "here is stored at once and asked about after Ask by this table."
)
NOTHING = "There is no table to show."


class TagDelegate(QStyledItemDelegate):
    """Writes a tag with the collection's own ones to complete to."""

    def __init__(self, names: QStringListModel, parent: QWidget | None = None) -> None:
        """Completes to `names`."""
        super().__init__(parent)
        self._names = names

    def createEditor(
        self,
        parent: QWidget,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> QWidget:
        """A line with completions."""
        line = QLineEdit(parent)
        completer = QCompleter(self._names, line)
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        completer.setMaxVisibleItems(12)
        line.setCompleter(completer)
        line.setAccessibleName("Your tag for it")
        return line


class VocabularyPage(SidePage):
    """The table, with a search above and a way to ask by it.

    Attributes:
        model: The rows.
        view: The table.
    """

    command_id = "vocabulary"

    def __init__(self, review: Review, beside: Beside, parent: QWidget | None = None) -> None:
        """Begins empty; each opening reads the table of the version in use."""
        super().__init__(parent)
        self._library: Library = review.library
        self._beside = beside
        self._background = Background(self)
        self._background.failed.connect(self._refused)
        self._done: list[tuple[str, str]] = []
        self._version = ""
        self.model = VocabularyModel(self)
        self.model.changed.connect(self._write)
        self.view = RowTable(self)
        self.search = QLineEdit(self)
        self.kind = QComboBox(self)
        self.said = text_label(tone="muted", of=self, wrap=True)
        self._about = text_label(ABOUT, "muted", of=self, wrap=True)
        self._whole = QWidget(self)
        self.nothing = EmptyState(NOTHING, "", "", self)
        self._names = QStringListModel(self)
        self.buttons = {
            "undo": QPushButton("Take back", self),
            "see": QPushButton("Count what it sees", self),
            "reset": QPushButton("Make the table anew", self),
            "ask": QPushButton("Ask by this table", self),
        }
        self._lay_out()

    def _lay_out(self) -> None:
        title = text_label("The tagger's tags and yours", "page", of=self)
        top = in_row((title, 1), self.back_button(), gap=10)
        self.search.setPlaceholderText("Search in both names")
        self.search.setAccessibleName("Search")
        self.search.setClearButtonEnabled(True)
        self.search.textChanged.connect(self._narrow)
        self.kind.setAccessibleName("Which rows are shown")
        self.kind.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self.kind.currentIndexChanged.connect(self._narrow)
        line = in_row(self.kind, (self.search, 1), gap=10)
        self._lay_out_table()
        in_column(
            self._about,
            line,
            self._button_row(),
            (self.view, 1),
            self.said,
            of=self._whole,
            gap=12,
            edge=0,
        )
        in_column(top, (self._whole, 1), (self.nothing, 1), of=self, gap=12, edge=PAGE_EDGE)
        self.nothing.hide()

    def _button_row(self) -> Flow:
        row = Flow()
        for name, slot in (
            ("undo", self._take_back),
            ("see", self._count),
            ("reset", self._reset),
            ("ask", self._ask),
        ):
            self.buttons[name].clicked.connect(slot)
            row.addWidget(self.buttons[name])
        self.buttons["ask"].setProperty("tone", "primary")
        return row

    def _lay_out_table(self) -> None:
        view = self.view
        view.setModel(self.model)
        view.setItemDelegateForColumn(Column.TAG, TagDelegate(self._names, view))
        frame_table(view, "The tagger's tags and what they mean here", air=10)
        view.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        # Keys that are pressed on a row are the page's: they open an editor on Enter alone.
        view.setEditTriggers(QAbstractItemView.EditTrigger.DoubleClicked)
        head_columns(view)
        for column, width in WIDTHS.items():
            view.setColumnWidth(column, width)

    def opened(self) -> None:
        """Reads the table anew: a job may have made another."""
        super().opened()
        self._done.clear()
        if not self._version:
            self._set_usable(on=False)
            self.said.setText("Reading\N{HORIZONTAL ELLIPSIS}")
        self._read("")
        self.view.setFocus()

    def dispose(self) -> None:
        """Ends the reading."""
        self._background.close()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter writes the chosen row's tag, Delete empties it, Ctrl+Z takes the last one back."""
        key = event.key()
        chosen = self.view.currentIndex()
        row = self.model.row(chosen.row())
        if key in {Qt.Key.Key_Return, Qt.Key.Key_Enter} and row is not None and row.editable:
            self.view.edit(chosen.siblingAtColumn(Column.TAG))
        elif key == Qt.Key.Key_Delete and row is not None and row.editable and row.tag:
            self._write(row.own, "")
        elif key == Qt.Key.Key_Z and event.modifiers() == Qt.KeyboardModifier.ControlModifier:
            self._take_back()
        else:
            super().keyPressEvent(event)

    # -- inside ----------------------------------------------------------------------------------

    def _read(self, said: str) -> None:
        self._background.ask(partial(_read, self._library), partial(self._show, said))

    def _show(self, said: str, read: ReadTable) -> None:
        self._version = read.version
        self._whole.show()
        self.nothing.hide()
        self._names.setStringList(read.names)
        chosen = self.model.row(self.view.currentIndex().row())
        counts = read.mapping.counts
        shown = self.kind.currentData()
        self.kind.blockSignals(True)
        self.kind.clear()
        for kind in SHOWN:
            count = counts.get(kind, len(read.rows))
            self.kind.addItem(f"{kind}  ({count:,})", kind)
        self.kind.setCurrentIndex(max(self.kind.findData(shown), 0))
        self.kind.blockSignals(False)
        self.model.show_rows(read.rows)
        self._narrow()
        if chosen is not None and (place := self.model.place(chosen.own)) >= 0:
            self.view.setCurrentIndex(self.model.index(place, Column.TAG))
        self._set_usable(on=True)
        lacking = counts[LACKING]
        self.said.setText(
            said
            or f"Version {self._version}: {len(read.mapping.meanings):,} tags of the tagger; "
            f"{lacking:,} of yours it lacks."
        )

    def _refused(self, sentence: str) -> None:
        self.said.setText(sentence)
        self._set_usable(on=bool(self._version))
        self.nothing.show_about(NOTHING, sentence)
        self._whole.setVisible(bool(self._version))
        self.nothing.setVisible(not self._version)

    def _set_usable(self, *, on: bool) -> None:
        for name, button in self.buttons.items():
            button.setEnabled(on and (name != "undo" or bool(self._done)))

    def _narrow(self) -> None:
        self.model.narrow(str(self.kind.currentData() or SHOWN[0]), self.search.text())

    def _write(self, own: str, tag: str) -> None:
        """Stores which tag an output is, and shows the table as it is then."""
        row = self.model.row(self.model.place(own))
        before = row.tag if row is not None else ""
        self._store(own, tag, lambda: self._done.append((own, before)))

    def _take_back(self) -> None:
        if self._done:
            own, before = self._done[-1]
            self._store(own, before, self._done.pop)

    def _store(self, own: str, tag: str, then: object) -> None:
        def stored(_result: None) -> None:
            if callable(then):
                then()
                del self._done[:-MOST_TAKEN_BACK]
            words = f"{own} is {tag} now" if tag else f"{own} is none of your tags now"
            self._read(f"{words}. It counts after Ask by this table.")

        self._background.ask(partial(_correct, self._library, self._version, own, tag), stored)

    def _count(self) -> None:
        self._beside.start_job("Count what the tagger sees", ("tagger-tags", "--propose"))
        self.said.setText("It is counted; the figures are here when this page is opened again.")

    def _reset(self) -> None:
        self._beside.start_job("Make the table anew", ("tagger-tags", "--reset"))
        self.said.setText("It is made anew, without your changes; open this page again then.")

    def _ask(self) -> None:
        self._beside.start_job("Ask by the table", ("tagger-tags", "--ask"))
        self.said.setText("The questions are made anew; the review takes them in when they are.")


@dataclass(frozen=True, slots=True)
class ReadTable:
    """What the page shows.

    Attributes:
        version: Whose table it is.
        mapping: The table.
        rows: Its lines.
        names: The collection's tags, to complete to.
    """

    version: str
    mapping: TagMapping
    rows: list[VocabularyRow]
    names: list[str]


def _read(library: Library) -> ReadTable:
    # They load every format and the tagger's settings: only this page needs them.
    from reviewer.jobs.taggers.bringing import mapping_of  # noqa: PLC0415 - see above
    from reviewer.jobs.taggers.proposing import seen_on  # noqa: PLC0415 - see above

    name, mapping = mapping_of(library)
    names = sorted(tag.name for tag in library.vocabulary().tags.values())
    return ReadTable(name, mapping, rows_of(mapping, seen_on(library, name)), names)


def _correct(library: Library, version: str, own: str, tag: str) -> None:
    from reviewer.jobs.taggers.bringing import correct_mapping  # noqa: PLC0415 - see `_read`

    with library.workspace.held("jobs"):
        correct_mapping(library, Silent(), table_of([(own, tag)]), version=version)
