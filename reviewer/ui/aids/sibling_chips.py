"""In the place of the question, for a moment: the siblings of its tag, a digit each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QRect, Qt, Signal
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QGridLayout, QWidget

from reviewer.store.aids import MOST_SIBLINGS
from reviewer.ui.aids.number_chip import NumberChip
from reviewer.ui.theme import look, shown_name
from reviewer.ui.widgets.parts import text_label

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from PySide6.QtCore import QObject
    from PySide6.QtGui import QPaintEvent

    from reviewer.core.types import Tag

COLUMNS = 5
"""Two rows: nine siblings and a place to add another."""
CHOOSE = "Digits choose, {leave} goes back."
ADD, ADD_SHORT = "{edit} adds one, {leave} goes back.", "None known: {edit} adds"
AROUND = 24
"""Pixels beside the words above them."""


class SiblingChips(QWidget):
    """Covers the question bar while a sibling is chosen; every digit has its place for good.

    Attributes:
        picked: Emitted with the number of a chip that was clicked, from 1.
        add_wanted: The person wants to add a sibling.
        remove_wanted: Emitted with the id of a tag that is to be no sibling any more.
        told: It was opened or closed.
    """

    picked = Signal(int)
    add_wanted = Signal()
    remove_wanted = Signal(int)
    told = Signal()

    def __init__(self, host: QWidget) -> None:
        """Begins hidden, over its host.

        Args:
            host: The widget in whose place it stands while it is open.
        """
        super().__init__(host)
        self._host = host
        self._words = ("", "")
        self._lead = text_label(of=self)
        self._lead.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._chips = [NumberChip(number, self) for number in range(1, MOST_SIBLINGS + 1)]
        self._add = NumberChip(0, self, "add a sibling")
        self._add.show_tag(None, "Add a sibling", "Add a sibling of this tag")
        self._add.clicked.connect(self.add_wanted)
        grid = QGridLayout(self)
        grid.setContentsMargins(10, 4, 10, 6)
        grid.setSpacing(4)
        grid.addWidget(self._lead, 0, 0, 1, COLUMNS)
        for place, chip in enumerate([*self._chips, self._add]):
            grid.addWidget(chip, 1 + place // COLUMNS, place % COLUMNS)
            # A digit keeps its place whether all nine are there or not.
            policy = chip.sizePolicy()
            policy.setRetainSizeWhenHidden(True)
            chip.setSizePolicy(policy)
            chip.clicked.connect(self._clicked)
            chip.changed_wanted.connect(self._right_clicked)
        host.installEventFilter(self)
        self.hide()

    @property
    def is_open(self) -> bool:
        """Whether a sibling is being chosen."""
        return self.isVisibleTo(self._host)

    @property
    def tags(self) -> list[Tag]:
        """The siblings shown, in the order of their digits."""
        return [chip.tag for chip in self._chips if chip.tag is not None]

    def open(self, asked: Tag, siblings: Sequence[Tag], naming: Callable[[str], str]) -> None:
        """Shows the siblings of a tag.

        Args:
            asked: The tag of the question.
            siblings: At most nine, in the order of their digits.
            naming: Writes the person's keys for the ids of commands in braces.
        """
        name = shown_name(asked.name)
        self._words = (
            (f"Not {name}, but which?  {naming(CHOOSE)}", f"Not {name}, but:")
            if siblings
            else (f"No sibling of {name} is known.  {naming(ADD)}", naming(ADD_SHORT))
        )
        for place, chip in enumerate(self._chips):
            there = place < len(siblings)
            chip.setVisible(there)
            if there:
                said = shown_name(siblings[place].name)
                chip.show_tag(
                    siblings[place],
                    f"No, it is {said} ({siblings[place].category.word} tag)",
                    f"No to {name}, Yes to {said} ({place + 1})\nRight click: no sibling of {name}",
                )
            else:
                chip.show_tag(None, "", "")
        self.setAccessibleName(self._words[0])
        self._place()
        self.show()
        self.raise_()
        self.told.emit()

    @property
    def words(self) -> str:
        """All that is shown, for those who hear the window."""
        chips = [f"{n}: {shown_name(tag.name)}" for n, tag in enumerate(self.tags, 1)]
        return " ".join([self._words[0], ", ".join(chips)]).strip()

    def close_up(self) -> None:
        """Gives the place back to the question."""
        self.hide()
        self.told.emit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Follows the size of its host."""
        if event.type() == QEvent.Type.Resize:
            self._place()
        return super().eventFilter(watched, event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Covers what lies below."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(look().ground))
        painter.end()

    def _place(self) -> None:
        self.setGeometry(QRect(0, 0, self._host.width(), self._host.height()))
        metrics, room = self._lead.fontMetrics(), self._host.width() - AROUND
        whole, short = self._words
        fits = metrics.horizontalAdvance(whole) <= room
        elide = Qt.TextElideMode.ElideMiddle
        self._lead.setText(whole if fits else metrics.elidedText(short, elide, room))

    def _clicked(self) -> None:
        chip = self.sender()
        if isinstance(chip, NumberChip) and chip.number:
            self.picked.emit(chip.number)

    def _right_clicked(self) -> None:
        chip = self.sender()
        if isinstance(chip, NumberChip) and chip.tag is not None:
            self.remove_wanted.emit(chip.tag.id)
