"""The queues as an item model, and the delegate that paints a queue on two lines."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRect
from PySide6.QtGui import QColor, QFont, QPainter
from PySide6.QtWidgets import QStyle

from reviewer.ui.queues.rows import QueueRow, QueueRows, RowKind
from reviewer.ui.theme import category_colour, look
from reviewer.ui.widgets.row_list import RowDelegate, RowModel, draw_line, paint_current

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from PySide6.QtCore import QObject


class QueueModel(RowModel[QueueRow]):
    """Rows of queues, narrowed by what the picker holds."""

    def __init__(self, parent: QObject | None = None) -> None:
        """Begins empty."""
        super().__init__(parent)
        self._all = self._shown = QueueRows.none()
        self.rows = self._shown
        self._needle = ""
        self._meant: tuple[int, ...] = ()

    def take(self, rows: QueueRows) -> None:
        """Takes new rows; where only their words changed, the view keeps its place."""
        self._all = rows
        self._show_narrowed()

    def renew(self, keys: Iterable[int]) -> None:
        """Rows of some keys have new words; nothing moves."""
        new = frozenset(keys)
        for at in [at for at, key in enumerate(self._shown.keys) if key in new]:
            self.dataChanged.emit(self.index(at), self.index(at))

    def narrow(self, needle: str, meant: Sequence[int] = ()) -> None:
        """Keeps rows whose name holds a text, those that begin with it first.

        Args:
            needle: The text, as it was typed.
            meant: Keys of rows that are meant by it whatever their name, the likeliest first.
        """
        self._needle = needle.strip().lower().replace("_", " ")
        self._meant = tuple(meant)
        self._show_narrowed()

    def current_row(self) -> int:
        """Where the question on screen comes from; -1 if that is not shown."""
        return self._shown.current_place()

    def _show_narrowed(self) -> None:
        before = self._shown.keys
        shown = self._all.narrowed(self._needle, self._meant) if self._needle else self._all
        if shown.keys == before:
            self.rows = self._shown = shown
            if before:
                self.dataChanged.emit(self.index(0), self.index(len(before) - 1))
            return
        self._shown = shown
        self.show(shown)

    def words(self, row: QueueRow) -> str:
        """The queue and what is left of it."""
        return f"{row.text}{_kind(row)}, {row.detail}"

    def tip(self, row: QueueRow) -> str:
        """The same on two lines."""
        return f"{row.text}{_kind(row)}\n{row.detail}"


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
