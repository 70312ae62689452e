"""Whether an input method is composing in a field: its keys are the method's until it is done.

Japanese, Chinese and Korean are written in two steps: letters are typed, then Enter or Space takes
one of the ways to write them. Most platforms keep those keys to themselves; where one comes through
it must not take a tag, choose a queue or leave the field.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject
from PySide6.QtGui import QInputMethodEvent

if TYPE_CHECKING:
    from PySide6.QtGui import QKeyEvent
    from PySide6.QtWidgets import QWidget


class Composing(QObject):
    """Watches one field.

    Attributes:
        active: Whether something is being composed in it now.
    """

    def __init__(self, field: QWidget) -> None:
        """Begins with nothing composed."""
        super().__init__(field)
        self.active = False
        field.installEventFilter(self)

    def keeps(self, event: QKeyEvent) -> bool:
        """Whether a key is the method's: one that writes nothing, while something is composed."""
        return self.active and not (event.text() and event.text().isprintable())

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Takes note, and lets everything through."""
        if isinstance(event, QInputMethodEvent):
            self.active = bool(event.preeditString())
        elif event.type() == QEvent.Type.FocusOut:
            self.active = False
        return super().eventFilter(watched, event)
