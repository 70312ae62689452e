"""The queues as an item model, and the delegate that paints a queue on two lines."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from PySide6.QtCore import QRect
from PySide6.QtGui import QColor, QFont, QPainter
from PySide6.QtWidgets import QStyle

from reviewer.core.types import Category
from reviewer.ui.theme import category_colour, look
from reviewer.ui.widgets.row_list import RowDelegate, RowModel, draw_line, paint_current

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from PySide6.QtCore import QObject


class RowKind(StrEnum):
    """What a row stands for."""

    BEST = "best"
    FLAGGED = "flagged"
    DISAGREEMENTS = "disagreements"
    AUDIT = "audit"
    IMPLIED = "implied"
    KEPT_OUT = "kept out"
    TAG = "tag"


@dataclass(frozen=True, slots=True)
class QueueRow:
    """One row of the list.

    Attributes:
        key: The tag's id for a tag; -1 for best, -2 for flagged, -3 for disagreements, -4 for the
            audit's sample, -5 for implied tags, -6 for images kept out of training.
        search: What the picker looks in, lower case.
        detail: The second line.
        current: Whether the question on screen comes from it.
    """

    kind: RowKind
    key: int
    text: str
    detail: str
    search: str = ""
    category: Category = Category.GENERAL
    current: bool = False


class QueueModel(RowModel[QueueRow]):
    """Rows of queues, narrowed by what the picker holds."""

    def __init__(self, parent: QObject | None = None) -> None:
        """Begins empty."""
        super().__init__(parent)
        self._all: list[QueueRow] = []
        self._needle = ""
        self._meant: tuple[int, ...] = ()

    def show(self, rows: Sequence[QueueRow]) -> None:
        """Takes new rows; where only their words changed, the view keeps its place."""
        self._all = list(rows)
        narrowed = self._narrowed()
        if [row.key for row in narrowed] != [row.key for row in self.rows]:
            super().show(narrowed)
            return
        self.rows = narrowed
        if narrowed:
            self.dataChanged.emit(self.index(0), self.index(len(narrowed) - 1))

    def replace(self, rows: Iterable[QueueRow]) -> None:
        """Takes new words for rows that are there; the others stay as they are."""
        new = {row.key: row for row in rows}
        self._all = [new.get(row.key, row) for row in self._all]
        for at, row in enumerate(self.rows):
            if row.key in new:
                self.rows[at] = new[row.key]
                self.dataChanged.emit(self.index(at), self.index(at))

    def narrow(self, needle: str, meant: Sequence[int] = ()) -> None:
        """Keeps rows whose name holds a text, those that begin with it first.

        Args:
            needle: The text, as it was typed.
            meant: Keys of rows that are meant by it whatever their name, the likeliest first.
        """
        self._needle = needle.strip().lower().replace("_", " ")
        self._meant = tuple(meant)
        super().show(self._narrowed())

    def current_row(self) -> int:
        """Where the question on screen comes from; -1 if that is not shown."""
        return next((at for at, row in enumerate(self.rows) if row.current), -1)

    def words(self, row: QueueRow) -> str:
        """The queue and what is left of it."""
        return f"{row.text}{_kind(row)}, {row.detail}"

    def tip(self, row: QueueRow) -> str:
        """The same on two lines."""
        return f"{row.text}{_kind(row)}\n{row.detail}"

    def _narrowed(self) -> list[QueueRow]:
        if not self._needle:
            return list(self._all)
        meant = {key: place for place, key in enumerate(self._meant)}
        hits = [row for row in self._all if self._needle in row.search or row.key in meant]
        return sorted(hits, key=lambda row: (meant.get(row.key, len(meant)), self._late(row)))

    def _late(self, row: QueueRow) -> bool:
        return not row.search.startswith(self._needle)


def _kind(row: QueueRow) -> str:
    """The category in words, which the colour alone does not tell everyone."""
    return f" ({row.category.word} tag)" if row.kind is RowKind.TAG else ""


class QueueDelegate(RowDelegate[QueueRow]):
    """Paints a queue: its name, and what is left of it in muted words."""

    air = 12

    def ground(self, painter: QPainter, box: QRect, state: QStyle.StateFlag, row: QueueRow) -> None:
        """The queue of the question on screen is lifted, whichever is chosen in the list."""
        if row.current:
            paint_current(painter, box)
        elif state & (QStyle.StateFlag.State_MouseOver | QStyle.StateFlag.State_Selected):
            painter.fillRect(box, QColor(look().hover))

    def draw(self, painter: QPainter, box: QRect, font: QFont, row: QueueRow) -> None:
        """The name in its category's colour, the detail below."""
        half = box.height() // 2
        is_tag = row.kind is RowKind.TAG
        colour = category_colour(row.category) if is_tag else QColor(look().text)
        inner = box.adjusted(12, 3, -8, -3)
        upper = QRect(inner.left(), inner.top(), inner.width(), half - 2)
        lower = QRect(inner.left(), box.top() + half, inner.width(), half - 4)
        draw_line(painter, upper, font, colour, row.text)
        font.setPointSizeF(font.pointSizeF() * 0.88)
        draw_line(painter, lower, font, QColor(look().muted), row.detail)
