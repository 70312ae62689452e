"""What all pages beside the review have in common: a key opens them, Esc goes back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QPushButton, QWidget

from reviewer.core.commands import View, commands_in
from reviewer.ui.keys.actions import KeyMap

if TYPE_CHECKING:
    from PySide6.QtGui import QKeyEvent

    from reviewer.core.commands import Command


class SidePage(QWidget):
    """A page beside the review, of one collection.

    Attributes:
        command_id: The command that opens the page; its keys close it too.
        closed: The person wants to go back to the review.
    """

    command_id = ""
    closed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        """Takes keys that none of its widgets wants."""
        super().__init__(parent)
        # Tab goes over what can be used; on the page itself nobody would see where they are.
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self._page_keys = KeyMap(QGuiApplication.platformName())

    def bind(self, commands: tuple[Command, ...]) -> None:
        """Takes the keys that the person has.

        Args:
            commands: The command table with them.
        """
        at_hand = commands_in(View.SINGLE, commands)
        self._page_keys = KeyMap(QGuiApplication.platformName(), at_hand)
        titles = [entry.title for entry in commands if entry.id == self.command_id]
        self.setAccessibleName(titles[0] if titles else self.windowTitle())

    def back_button(self) -> QPushButton:
        """A new button that goes back to the review."""
        back = QPushButton("Back  (Esc)", self)
        back.clicked.connect(self.closed)
        return back

    def opened(self) -> None:
        """Is called each time the page is shown: the place to bring it up to date."""
        self.setFocus()

    def left(self) -> None:
        """Is called when the page is no longer shown: the place to stop timers."""

    def dispose(self) -> None:
        """Is called before the collection is closed: the place to end threads that read it."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """The keys that open the page and those that leave go back to the review."""
        found = self._page_keys.find(event)
        if found is not None and found.id in {self.command_id, "leave"}:
            event.accept()
            self.closed.emit()
        else:
            super().keyPressEvent(event)
