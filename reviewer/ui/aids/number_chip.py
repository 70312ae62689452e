"""A digit and the tag that it stands for, as a button."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontMetrics, QKeySequence, QPainter, QPen
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from reviewer.ui.theme import category_colour, look, shown_name
from reviewer.ui.widgets.parts import plain_tip

if TYPE_CHECKING:
    from PySide6.QtCore import QEvent
    from PySide6.QtGui import QContextMenuEvent, QPaintEvent

    from reviewer.core.types import Tag

PAD = 6
ROUND = 4
SMALLEST = 0.75
"""Size of a name that would not fit, against the usual."""
EMPTY = "\N{PLUS SIGN}"
"""On the chip of a digit that has no tag yet."""


class NumberChip(QAbstractButton):
    """Paints a digit and a tag in its category's colour; a ring says that the image has the tag.

    Attributes:
        changed_wanted: The person wants another tag here (a click with the right button).
    """

    changed_wanted = Signal()

    def __init__(self, number: int, parent: QWidget | None = None, empty: str = EMPTY) -> None:
        """Begins without a tag.

        Args:
            number: The digit; 0 for none.
            parent: Its owner.
            empty: What it shows without a tag.
        """
        super().__init__(parent)
        self.number = number
        self._tag: Tag | None = None
        self._on = False
        self._empty = empty
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    @property
    def tag(self) -> Tag | None:
        """The tag; `None` without one."""
        return self._tag

    @property
    def is_on(self) -> bool:
        """Whether it shows that the image has the tag."""
        return self._on

    def show_tag(self, tag: Tag | None, name: str, tip: str, *, on: bool = False) -> None:
        """Shows a tag, or that there is none.

        Args:
            tag: The tag.
            name: For those who hear the window instead of seeing it.
            tip: What a click does.
            on: Whether the image has the tag.
        """
        said = plain_tip(tip)
        if (tag, on, said) == (self._tag, self._on, self.toolTip()):
            return
        self._tag, self._on = tag, on
        self.setText(shown_name(tag.name) if tag is not None else self._empty)
        # Qt makes a key of the sign in "panty & stocking".
        self.setShortcut(QKeySequence())
        self.setAccessibleName(name)
        self.setToolTip(said)
        self.update()

    def sizeHint(self) -> QSize:
        """Room for a short name."""
        metrics = QFontMetrics(self.font())
        return QSize(metrics.horizontalAdvance("0") * 8, metrics.height() + 6)

    def changeEvent(self, event: QEvent) -> None:
        """Follows the size of the text."""
        super().changeEvent(event)
        if event.type() == event.Type.FontChange:
            self.updateGeometry()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Asks for another tag."""
        self.changed_wanted.emit()
        event.accept()

    def _fitting_font(self, room: int) -> QFont:
        """The largest font in which the name fits; one that is very long is cut all the same."""
        font = QFont(self.font())
        least = font.pointSizeF() * SMALLEST
        while font.pointSizeF() > least and (
            QFontMetrics(font).horizontalAdvance(self.text()) > room
        ):
            font.setPointSizeF(font.pointSizeF() - 0.5)
        return font

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paints the digit's cap and the tag beside it."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colours, box = look(), self.rect().adjusted(1, 1, -1, -1)
        colour = category_colour(self._tag.category) if self._tag else QColor(colours.muted)
        painter.setPen(QPen(colour if self._on else QColor(colours.line), 1.5 if self._on else 1.0))
        hovered = self.underMouse() and self.isEnabled()
        painter.setBrush(QColor(colours.hover if hovered else colours.raised))
        painter.drawRoundedRect(box, ROUND, ROUND)
        metrics = QFontMetrics(self.font())
        left = box.left() + PAD
        if self.number:
            digit = QRect(left, box.top(), metrics.horizontalAdvance("0"), box.height())
            painter.setPen(QColor(colours.muted))
            painter.drawText(digit, Qt.AlignmentFlag.AlignVCenter, str(self.number))
            left = digit.right() + PAD
        room = QRect(left, box.top(), box.right() - left - PAD // 2, box.height())
        painter.setPen(colour)
        font = self._fitting_font(room.width())
        painter.setFont(font)
        metrics = QFontMetrics(font)
        text = metrics.elidedText(self.text(), Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter, text)
        painter.end()
