"""The tags to choose from, a button each, with its key."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from reviewer.ui.choice.keys import CHOOSE, UNSURE
from reviewer.ui.keys.caption_bar import CaptionButton
from reviewer.ui.theme import points
from reviewer.ui.widgets.boxes import in_row

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reviewer.core.commands import Command

POINTS = 14.0
ALSO = (UNSURE, "undo")
"""Commands beside the choices that have a button."""


class ChoiceRow(QWidget):
    """Buttons in the middle of a row; none takes the focus.

    Attributes:
        triggered: Emitted with a command's id when its button is clicked.
    """

    triggered = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        """Begins without buttons."""
        super().__init__(parent)
        self._buttons: list[CaptionButton] = []
        self._row = in_row(1, 1, of=self, gap=10, edge=(8, 2, 8, 2))

    @property
    def titles(self) -> list[str]:
        """What the buttons say, from left to right."""
        return [button.text() for button in self._buttons]

    def show_commands(self, commands: Sequence[Command]) -> None:
        """Shows the commands that answer; the same ones are left as they are."""
        wanted = [c for c in commands if c.id.startswith(CHOOSE) or c.id in ALSO]
        if [(b.command_id, b.text()) for b in self._buttons] == [(c.id, c.caption) for c in wanted]:
            return
        for button in self._buttons:
            self._row.removeWidget(button)
            button.deleteLater()
        self._buttons = [self._button(command) for command in wanted]
        for place, button in enumerate(self._buttons):
            self._row.insertWidget(place + 1, button)

    def _button(self, command: Command) -> CaptionButton:
        button = CaptionButton(command, self)
        font = button.font()
        font.setPointSizeF(points(POINTS))
        button.setFont(font)
        button.clicked.connect(self._clicked)
        return button

    def _clicked(self) -> None:
        button = self.sender()
        if isinstance(button, CaptionButton):
            self.triggered.emit(button.command_id)
