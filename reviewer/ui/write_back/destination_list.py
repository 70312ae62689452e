"""The destinations of a collection, one to be chosen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QWidget,
)

from reviewer.ui.widgets.boxes import in_column
from reviewer.ui.widgets.labels import text_label

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reviewer.core.outbox import Destination


class DestinationList(QWidget):
    """A list with a button for one more.

    Attributes:
        chosen: Emitted with the name of the destination that a person chose.
        add_wanted: The person wants to set another one up.
    """

    chosen = Signal(str)
    add_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        """Begins empty."""
        super().__init__(parent)
        heading = text_label("Destinations", "heading", of=self)
        self._list = QListWidget(self)
        self._list.setProperty("tone", "framed")
        self._list.setAccessibleName("Destinations")
        add = QPushButton("Add another\N{HORIZONTAL ELLIPSIS}", self)
        add.setAccessibleName("Add another destination")
        in_column(heading, (self._list, 1), add, of=self, edge=0)
        self._list.currentTextChanged.connect(self.chosen)
        add.clicked.connect(self.add_wanted)

    @property
    def names(self) -> list[str]:
        """The destinations that are listed, from the top."""
        return [self._list.item(row).text() for row in range(self._list.count())]

    def choose(self, name: str) -> None:
        """Chooses a destination, as a person would."""
        self._list.setCurrentRow(self.names.index(name))

    def show_places(self, places: Sequence[Destination], chosen: str) -> None:
        """Lists destinations.

        Args:
            places: In this order.
            chosen: Name of the one to mark; nobody is told of it.
        """
        self._list.blockSignals(True)
        self._list.clear()
        for place in places:
            item = QListWidgetItem(place.name)
            item.setToolTip(place.url or "the collection's own files")
            self._list.addItem(item)
            if place.name == chosen:
                self._list.setCurrentItem(item)
        self._list.blockSignals(False)
