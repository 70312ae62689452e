"""The user's own nine tags, a digit each: what a press adds to the image, or takes off it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QGridLayout, QWidget

from reviewer.ui.aids.number_chip import NumberChip
from reviewer.ui.theme import shown_name

if TYPE_CHECKING:
    from collections.abc import Mapping

    from reviewer.core.types import Tag

PLACES = range(1, 10)
COLUMNS = 2


EMPTY = "quick tag\N{HORIZONTAL ELLIPSIS}"
"""In the place that is next to be given a tag."""


class QuickChips(QWidget):
    """Two columns, as far as there are tags, with one place more to choose the next.

    Attributes:
        picked: Emitted with a place that was clicked, 1 to 9, and has a tag.
        set_wanted: Emitted with a place that a tag is to be chosen for.
    """

    picked = Signal(int)
    set_wanted = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        """Begins with empty places."""
        super().__init__(parent)
        self._chips = {place: NumberChip(place, self, EMPTY) for place in PLACES}
        grid = QGridLayout(self)
        grid.setContentsMargins(10, 2, 10, 6)
        grid.setSpacing(3)
        for place, chip in self._chips.items():
            grid.addWidget(chip, (place - 1) // COLUMNS, (place - 1) % COLUMNS)
            chip.clicked.connect(self._clicked)
            chip.changed_wanted.connect(self._right_clicked)
        self.setAccessibleName("Quick tags")
        self._on: frozenset[int] = frozenset()
        self.show_tags({})

    @property
    def tags(self) -> dict[int, Tag]:
        """The tags by place."""
        found = {place: chip.tag for place, chip in self._chips.items()}
        return {place: tag for place, tag in found.items() if tag is not None}

    def show_tags(self, tags: Mapping[int, Tag]) -> None:
        """Shows the tags of the digits, by place from 1 to 9."""
        last = max(tags, default=0) + 1
        for place in PLACES:
            self._show(place, tags.get(place))
            row = (place - 1) // COLUMNS
            self._chips[place].setVisible(row <= (last - 1) // COLUMNS)

    def show_on(self, tag_ids: frozenset[int]) -> None:
        """Marks the tags that the image has."""
        self._on = tag_ids
        self.show_tags(self.tags)

    def _show(self, place: int, tag: Tag | None) -> None:
        chip = self._chips[place]
        if tag is None:
            chip.show_tag(None, f"Quick tag {place}: none", f"Choose a tag for the key {place}")
            return
        has = tag.id in self._on
        name = shown_name(tag.name)
        verb = "takes off" if has else "adds"
        chip.show_tag(
            tag,
            f"Quick tag {place}: {name}" + (", on the image" if has else ""),
            f"{place} {verb} {name} ({tag.category.word} tag)\nRight click: another tag",
            on=has,
        )

    def _clicked(self) -> None:
        chip = self.sender()
        if isinstance(chip, NumberChip):
            (self.set_wanted if chip.tag is None else self.picked).emit(chip.number)

    def _right_clicked(self) -> None:
        chip = self.sender()
        if isinstance(chip, NumberChip):
            self.set_wanted.emit(chip.number)
