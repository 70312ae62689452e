"""Completions as an item model, and the delegate that paints one: tag, category in words, use."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QRect
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter

from reviewer.ui.theme import category_colour, look, shown_name
from reviewer.ui.widgets.row_list import RowDelegate, RowModel, draw_line

if TYPE_CHECKING:
    from reviewer.core.types import Category

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


class CompletionModel(RowModel[CompletionRow]):
    """The completions of what is typed."""

    def words(self, row: CompletionRow) -> str:
        """All that is known of a completion."""
        return row.words

    def tip(self, row: CompletionRow) -> str:
        """The same."""
        return row.words


class CompletionDelegate(RowDelegate[CompletionRow]):
    """Paints a completion on two lines: the tag; its category, other name and use below."""

    def draw(self, painter: QPainter, box: QRect, font: QFont, row: CompletionRow) -> None:
        """The tag in its category's colour, what is known of it below."""
        inner = box.adjusted(12, 1, -10, -1)
        half = inner.height() // 2
        upper = QRect(inner.left(), inner.top(), inner.width(), half)
        lower = QRect(inner.left(), inner.top() + half, inner.width(), half)
        mark = f"  {_TICK}" if row.on_image else ""
        new = "New tag: " if row.is_new else ""
        name = f"{new}{shown_name(row.name)}{mark}"
        draw_line(painter, upper, font, category_colour(row.category), name)
        font.setPointSizeF(font.pointSizeF() * 0.88)
        muted = QColor(look().muted)
        width = QFontMetrics(font).horizontalAdvance(row.use)
        right = QRect(lower.right() - width, lower.top(), width + 1, lower.height())
        draw_line(painter, right, font, muted, row.use)
        lower.setRight(right.left() - 6)
        alias = f"{shown_name(row.alias)} {_ARROW} " if row.alias else ""
        draw_line(painter, lower, font, muted, f"{alias}{row.category.word}")


def _short(count: int) -> str:
    """A large number in a few letters ("5.1M")."""
    for size, letter in ((1_000_000, "M"), (1000, "k")):
        if count >= size:
            return f"{count / size:.3g}{letter}"
    return str(count)
