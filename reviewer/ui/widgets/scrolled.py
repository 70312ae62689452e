"""A column of text and controls in the middle of a page, which scrolls where it is too long."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QScrollArea, QWidget

from reviewer.ui.theme import scaled
from reviewer.ui.widgets.parts import in_row

if TYPE_CHECKING:
    from PySide6.QtWidgets import QLayout


class ScrolledColumn(QScrollArea):
    """Holds a layout at a width that is good to read, wider for larger text; never sideways."""

    def __init__(self, column: QLayout, width: int, parent: QWidget | None = None) -> None:
        """Takes the layout.

        Args:
            column: What to show.
            width: At most, pixels at the usual size of the text.
            parent: Its owner.
        """
        super().__init__(parent)
        self._width = width
        outer = QWidget(self)
        outer.setObjectName("scrolled")
        self._middle = QWidget(outer)
        self._middle.setLayout(column)
        in_row(1, (self._middle, 100), 1, of=outer, edge=0)
        self.setWidget(outer)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._take_width()

    def changeEvent(self, event: QEvent) -> None:
        """Follows the size of the text."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._take_width()

    def _take_width(self) -> None:
        self._middle.setMaximumWidth(round(scaled(self._width)))
