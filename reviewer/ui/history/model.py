"""The log as a table that is read as far as it is scrolled.

Of a row that was passed only its id is kept, 8 bytes; the rows themselves are read again when they
are seen again.
"""

from __future__ import annotations

from array import array
from collections import OrderedDict
from dataclasses import dataclass
from enum import IntEnum
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QModelIndex, Qt, Signal
from PySide6.QtGui import QColor, QFont

from reviewer.core.types import Origin
from reviewer.ui.theme import answer_colour, category_colour, look, shown_name
from reviewer.ui.widgets.tables import NO_PARENT, Index, TableModel
from reviewer.ui.words import when

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtCore import QObject

    from reviewer.core.tags.vocabulary import Vocabulary
    from reviewer.core.types import Decision
    from reviewer.store.history import HistoryFilter, HistoryRow, HistoryTable
    from reviewer.ui.background import Background

PAGE = 500
"""Ids that are read at a time."""
ALL = -1
"""In place of a number of ids: those of all that was found."""
BLOCK = 64
"""Rows that are read at a time."""
BLOCKS = 30
"""Blocks of rows that are kept."""
_SAID = {Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleTextRole}


class Column(IntEnum):
    """The columns, from the left."""

    PICTURE = 0
    WHEN = 1
    TAG = 2
    ANSWER = 3
    CHANGE = 4
    HOW = 5
    REVIEWER = 6
    IMAGE = 7


HEADINGS = ("Picture", "When", "Tag", "Answer", "Changed", "How", "By", "File")
ORIGINS = {
    Origin.QUEUE: "one by one",
    Origin.PAGE: "in the grid",
    Origin.SIBLING: "as a sibling",
    Origin.EDIT: "unasked",
    Origin.COPY: "carried to a copy",
    Origin.BATCH: "accepted with the rest",
    Origin.CONTROL: "control",
    Origin.AUDIT: "audit",
    Origin.CHOICE: "chosen from several",
    Origin.SECOND: "as a second reviewer",
    Origin.SETTLE: "asked again",
}
"""How an answer came about, in words."""


def change_of(decision: Decision) -> str:
    """What an answer did to the metadata, in a word; empty if nothing."""
    if decision.origin is Origin.CONTROL or not decision.changes_metadata:
        return ""
    return "added" if decision.side == 0 else "removed"


@dataclass(frozen=True)
class _Found:
    ids: list[int]
    count: tuple[int, int] = (0, 0)


class HistoryModel(TableModel):
    """Answers, newest first.

    Attributes:
        counted: Emitted with the answers that a search found, and how many were taken back.
    """

    counted = Signal(int, int)

    def __init__(
        self,
        table: HistoryTable,
        vocabulary: Vocabulary,
        background: Background,
        parent: QObject | None = None,
    ) -> None:
        """Begins empty; nothing is read before the first search."""
        super().__init__(HEADINGS, parent)
        self._table = table
        self._vocabulary = vocabulary
        self._background = background
        self._wanted: Callable[[], HistoryFilter] | None = None
        self._ids = array("q")
        self._more = False
        self._blocks: OrderedDict[int, dict[int, HistoryRow]] = OrderedDict()

    def search(self, wanted: Callable[[], HistoryFilter]) -> None:
        """Looks for answers; the table shows what it showed until the first are found.

        Args:
            wanted: Says which, in the thread that reads.
        """
        self._wanted = wanted
        table = self._table

        def read() -> _Found:
            chosen = wanted()
            return _Found(table.ids(chosen, 0, PAGE), table.count(chosen))

        self._background.ask(read, self._begin)

    def row(self, place: int) -> HistoryRow | None:
        """The answer at a row of the table."""
        if not 0 <= place < len(self._ids):
            return None
        number = place // BLOCK
        block = self._blocks.get(number)
        if block is None:
            block = self._table.rows(self._ids[number * BLOCK : (number + 1) * BLOCK])
            self._blocks[number] = block
            while len(self._blocks) > BLOCKS:
                self._blocks.popitem(last=False)
        self._blocks.move_to_end(number)
        return block.get(self._ids[place])

    # -- Qt --------------------------------------------------------------------------------------

    def count(self) -> int:
        """Rows that were reached so far."""
        return len(self._ids)

    def canFetchMore(self, _parent: Index = NO_PARENT) -> bool:
        """Whether there may be older answers."""
        return self._more and not self._background.busy

    def fetchMore(self, _parent: Index = NO_PARENT) -> None:
        """Reads older answers, from the last row on."""
        wanted = self._wanted
        if wanted is None or not self.canFetchMore():
            return
        table, before = self._table, self._ids[-1]
        self._background.ask(lambda: _Found(table.ids(wanted(), before, PAGE)), self._append)

    def read_to_the_end(self, then: Callable[[], None]) -> None:
        """Reads the ids of all that was found.

        Args:
            then: Called once the last of them is a row.
        """
        wanted = self._wanted
        if wanted is None or not self._more or not self._ids:
            then()
            return
        table, before = self._table, self._ids[-1]

        def take(found: _Found) -> None:
            self._append(found)
            self._more = False
            then()

        self._background.ask(lambda: _Found(table.ids(wanted(), before, ALL)), take)

    def data(self, index: Index, role: int = 0) -> object:
        """Words, colours, and a line through what was taken back."""
        row = self.row(index.row())
        if row is None:
            return None
        column = Column(index.column())
        if role == Qt.ItemDataRole.DisplayRole:
            return self._words(row, column)
        if role in _SAID and column in {Column.PICTURE, Column.IMAGE}:
            return row.path
        if role == Qt.ItemDataRole.ForegroundRole:
            return self._colour(row, column)
        if role == Qt.ItemDataRole.FontRole and row.undone and column is not Column.HOW:
            font = QFont()
            font.setStrikeOut(True)
            return font
        return None

    # -- inside ----------------------------------------------------------------------------------

    def _begin(self, found: _Found) -> None:
        self.beginResetModel()
        self._blocks.clear()
        self._ids = array("q", found.ids)
        self._more = len(found.ids) == PAGE
        self.endResetModel()
        self.counted.emit(*found.count)

    def _append(self, found: _Found) -> None:
        self._more = len(found.ids) == PAGE
        if not found.ids:
            return
        first = len(self._ids)
        self.beginInsertRows(QModelIndex(), first, first + len(found.ids) - 1)
        # The last block may have been read while it was shorter.
        self._blocks.pop(first // BLOCK, None)
        self._ids.extend(found.ids)
        self.endInsertRows()

    def _words(self, row: HistoryRow, column: Column) -> str:
        decision = row.decision
        told: dict[Column, Callable[[], str]] = {
            # Painted, not written.
            Column.PICTURE: lambda: "",
            Column.WHEN: partial(when, decision.answered_at),
            Column.TAG: lambda: shown_name(self._vocabulary.name(decision.tag_id)),
            Column.ANSWER: lambda: decision.answer.word,
            Column.CHANGE: partial(change_of, decision),
            Column.HOW: lambda: "taken back" if row.undone else ORIGINS[decision.origin],
            Column.REVIEWER: lambda: decision.reviewer,
            Column.IMAGE: lambda: row.path,
        }
        return told[column]()

    def _colour(self, row: HistoryRow, column: Column) -> QColor:
        if row.undone:
            return QColor(look().muted)
        if column is Column.TAG:
            tag = self._vocabulary.tags.get(row.decision.tag_id)
            return category_colour(tag.category) if tag else QColor(look().text)
        if column is Column.ANSWER:
            return answer_colour(row.decision.answer)
        quiet = {Column.WHEN, Column.HOW, Column.REVIEWER, Column.IMAGE}
        return QColor(look().muted if column in quiet else look().text)
