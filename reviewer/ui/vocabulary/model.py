"""A brought tagger's tags as an item model: what each means here, and how that is known."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal

from reviewer.core.tags.tag_mapping import Kind
from reviewer.core.types import Category
from reviewer.ui.widgets.parts import plain_tip
from reviewer.ui.widgets.tables import Index, TableModel

if TYPE_CHECKING:
    from collections.abc import Mapping

    from PySide6.QtCore import QObject

    from reviewer.core.tags.tag_mapping import TagMapping

ALL = "all"
LACKING = "not in the tagger"
SHOWN = (ALL, *(kind.value for kind in Kind), LACKING)
"""What may be shown: every row, those of one kind, or the collection's tags without an output."""

_CATEGORIES = {int(category): category.word for category in Category} | {9: "rating", 10: "year"}


class Column(IntEnum):
    """Columns, from the left."""

    OWN = 0
    TAG = 1
    SEEN = 2
    HOW = 3


HEADS = ("The tagger's tag", "Your tag", "Seen on", "How that is known")


@dataclass(frozen=True, slots=True)
class VocabularyRow:
    """One line of the table.

    Attributes:
        own: The tagger's name; empty for a tag that it lacks.
        tag: The collection's name; empty for none.
        category: In words.
        how: Kind and rule, for people.
        seen: Images on which the tagger sees it, as was counted last; `None` where not counted.
        kind: Of the row; one of `SHOWN`.
    """

    own: str
    tag: str
    category: str
    how: str
    seen: int | None
    kind: str

    @property
    def editable(self) -> bool:
        """Whether a person may say which tag it is."""
        return bool(self.own) and self.kind != Kind.NO_TAG


def rows_of(mapping: TagMapping, seen: Mapping[str, int]) -> list[VocabularyRow]:
    """The lines of a table: what the tagger sees on most images first, where that was counted.

    Args:
        mapping: The table.
        seen: Images by the tagger's name, as they were counted last.
    """
    rows = [
        VocabularyRow(
            m.own,
            m.tag,
            _CATEGORIES.get(m.category, ""),
            f"{m.kind.value}: {m.rule}" if m.rule else m.kind.value,
            seen.get(m.own),
            m.kind.value,
        )
        for m in mapping.meanings
    ]
    rows.sort(key=lambda row: -(row.seen or 0))
    words = "the tagger lacks it: it gets a head of its own where it has examples enough"
    rows += [VocabularyRow("", tag, "", words, None, LACKING) for tag in mapping.lacking]
    return rows


class VocabularyModel(TableModel):
    """Rows that hold a text and are of a kind; the column of the collection's tag is editable.

    Attributes:
        changed: Emitted with the tagger's name and the tag that a person wrote.
    """

    changed = Signal(str, str)

    def __init__(self, parent: QObject | None = None) -> None:
        """Begins empty."""
        super().__init__(HEADS, parent)
        self._all: list[VocabularyRow] = []
        self._shown: list[VocabularyRow] = []
        self._kind, self._text = ALL, ""

    def show_rows(self, rows: list[VocabularyRow]) -> None:
        """Takes the lines of a table in."""
        self._all = rows
        self._filter()

    def narrow(self, kind: str, text: str) -> None:
        """Shows the rows of a kind that hold a text.

        Args:
            kind: One of `SHOWN`.
            text: In the tagger's name or the collection's; any case, spaces for underscores.
        """
        self._kind, self._text = kind, text.strip().lower().replace(" ", "_")
        self._filter()

    def row(self, place: int) -> VocabularyRow | None:
        """A shown line; `None` beyond the end."""
        return self._shown[place] if 0 <= place < len(self._shown) else None

    def count(self) -> int:
        """Lines that are shown."""
        return len(self._shown)

    def place(self, own: str) -> int:
        """Where an output is shown; -1 where it is not."""
        return next((at for at, row in enumerate(self._shown) if row.own == own), -1)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Texts; what is said to those who hear the window."""
        row = self.row(index.row())
        if row is None:
            return None
        if role in {Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.EditRole}:
            return _cell(row, Column(index.column()))
        if role == Qt.ItemDataRole.ToolTipRole:
            parts = (row.own or row.tag, row.category, row.how)
            return plain_tip(", ".join(part for part in parts if part))
        if role == Qt.ItemDataRole.TextAlignmentRole and index.column() == Column.SEEN:
            return int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        """A tag can be written where the tagger has an output for one."""
        flags = super().flags(index)
        row = self.row(index.row())
        if row is not None and row.editable and index.column() == Column.TAG:
            flags |= Qt.ItemFlag.ItemIsEditable
        return flags

    def setData(
        self,
        index: Index,
        value: object,
        role: int = Qt.ItemDataRole.EditRole,
    ) -> bool:
        """Tells what a person wrote; the row changes when the table was stored."""
        row = self.row(index.row())
        written = str(value).strip()
        if row is None or role != Qt.ItemDataRole.EditRole or written == row.tag:
            return False
        self.changed.emit(row.own, written)
        return False

    def _filter(self) -> None:
        self.beginResetModel()
        self._shown = [
            row
            for row in self._all
            if self._kind in {ALL, row.kind}
            and (self._text in row.own.lower() or self._text in row.tag)
        ]
        self.endResetModel()


def _cell(row: VocabularyRow, column: Column) -> str:
    if column is Column.OWN:
        return row.own
    if column is Column.TAG:
        return row.tag
    if column is Column.SEEN:
        return "" if row.seen is None else f"{row.seen:,}"
    return row.how
