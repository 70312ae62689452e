"""Completions as an item model, and the delegate that paints one: tag, category in words, use."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QPersistentModelIndex,
    QRect,
    QSize,
    Qt,
)
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from reviewer.ui.theme import category_colour, look, shown_name

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtCore import QObject

    from reviewer.core.types import Category

ROW_ROLE = int(Qt.ItemDataRole.UserRole)
_NO_PARENT = QModelIndex()
_ARROW = "\N{RIGHTWARDS ARROW}"
_TICK = "\N{CHECK MARK}"


@dataclass(frozen=True, slots=True)
class CompletionRow:
    """One tag that may be meant.

    Attributes:
        name: Of the tag.
        tag_id: `None` for a tag that the collection does not know yet.
        alias: The other name by which it was found; empty if by its own.
        images: Images of the collection that carry it.
        posts: Its use as a list of tags tells it; 0 where none does.
        is_new: Nobody knows it; it is offered as it was typed.
        on_image: Whether the image has it.
    """

    name: str
    category: Category
    tag_id: int | None = None
    alias: str = ""
    images: int = 0
    posts: int = 0
    is_new: bool = False
    on_image: bool = False

    @property
    def use(self) -> str:
        """How much the tag is used, in a few letters; nothing where that is not known."""
        if self.images:
            return f"{self.images:,}"
        return f"({_short(self.posts)})" if self.posts else ""

    @property
    def words(self) -> str:
        """All of it, for those who hear the window."""
        parts = [shown_name(self.name), f"{self.category.word} tag"]
        if self.alias:
            parts.append(f"also called {shown_name(self.alias)}")
        parts.append("new" if self.is_new else f"on {self.images:,} images")
        if self.on_image:
            parts.append("on this image")
        return ", ".join(parts)


class CompletionModel(QAbstractListModel):
    """The completions of what is typed."""

    def __init__(self, parent: QObject | None = None) -> None:
        """Begins empty."""
        super().__init__(parent)
        self._rows: list[CompletionRow] = []

    def show(self, rows: Sequence[CompletionRow]) -> None:
        """Takes other completions."""
        self.beginResetModel()
        self._rows = list(rows)
        self.endResetModel()

    def row_at(self, index: QModelIndex) -> CompletionRow | None:
        """The completion at an index of a view; `None` outside."""
        return self._rows[index.row()] if 0 <= index.row() < len(self._rows) else None

    def rowCount(self, _parent: QModelIndex | QPersistentModelIndex = _NO_PARENT) -> int:
        """Number of completions."""
        return len(self._rows)

    def data(self, index: QModelIndex | QPersistentModelIndex, role: int = 0) -> object:
        """The completion for the delegate, and its words for screen readers."""
        row = self._rows[index.row()]
        if role == ROW_ROLE:
            return row
        if role in {
            Qt.ItemDataRole.DisplayRole,
            Qt.ItemDataRole.AccessibleTextRole,
            Qt.ItemDataRole.ToolTipRole,
        }:
            return row.words
        return None


class CompletionDelegate(QStyledItemDelegate):
    """Paints a completion on two lines: the tag; its category, other name and use below."""

    def sizeHint(
        self, option: QStyleOptionViewItem, _index: QModelIndex | QPersistentModelIndex
    ) -> QSize:
        """Two lines."""
        return QSize(120, QFontMetrics(option.font).height() * 2 + 4)

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        """Paints one row."""
        row: CompletionRow = index.data(ROW_ROLE)
        box: QRect = option.rect
        state: QStyle.StateFlag = option.state
        font = QFont(option.font)
        painter.save()
        if state & QStyle.StateFlag.State_Selected:
            painter.fillRect(box, QColor(look().selected))
            painter.fillRect(QRect(box.left(), box.top(), 3, box.height()), QColor(look().accent))
        elif state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(box, QColor(look().hover))
        inner = box.adjusted(12, 1, -10, -1)
        half = inner.height() // 2
        upper = QRect(inner.left(), inner.top(), inner.width(), half)
        lower = QRect(inner.left(), inner.top() + half, inner.width(), half)
        mark = f"  {_TICK}" if row.on_image else ""
        new = "New tag: " if row.is_new else ""
        name = f"{new}{shown_name(row.name)}{mark}"
        _paint(painter, upper, font, category_colour(row.category), name)
        font.setPointSizeF(font.pointSizeF() * 0.88)
        muted = QColor(look().muted)
        width = QFontMetrics(font).horizontalAdvance(row.use)
        right = QRect(lower.right() - width, lower.top(), width + 1, lower.height())
        _paint(painter, right, font, muted, row.use)
        lower.setRight(right.left() - 6)
        alias = f"{shown_name(row.alias)} {_ARROW} " if row.alias else ""
        _paint(painter, lower, font, muted, f"{alias}{row.category.word}")
        painter.restore()


def _paint(painter: QPainter, box: QRect, font: QFont, colour: QColor, text: str) -> None:
    painter.setFont(font)
    painter.setPen(colour)
    elided = QFontMetrics(font).elidedText(text, Qt.TextElideMode.ElideRight, box.width())
    painter.drawText(box, Qt.AlignmentFlag.AlignVCenter, elided)


def _short(count: int) -> str:
    """A large number in a few letters ("5.1M")."""
    for size, letter in ((1_000_000, "M"), (1000, "k")):
        if count >= size:
            return f"{count / size:.3g}{letter}"
    return str(count)
