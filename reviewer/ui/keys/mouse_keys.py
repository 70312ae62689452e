"""Mouse buttons and the wheel as keys of the command table, where they are on the picture."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QPointF, Signal
from PySide6.QtGui import QGuiApplication, QMouseEvent

from reviewer.core.commands import WHEEL_DOWN, WHEEL_UP
from reviewer.ui.keys.actions import button_name

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtCore import Qt
    from PySide6.QtWidgets import QWidget

_PRESSES = {QEvent.Type.MouseButtonPress, QEvent.Type.MouseButtonDblClick}


class MouseKeys(QObject):
    """Watches widgets; a button that stands for a command counts when it is let go in its place.

    A button that was moved meanwhile drags the picture. Buttons that stand for nothing, and the
    wheel with Ctrl, are left to the widgets.

    Attributes:
        pressed: Emitted with the table's name of a button, and when it was pressed (milliseconds
            on the window system's clock).
    """

    pressed = Signal(str, object)

    def __init__(self, is_bound: Callable[[str], bool], parent: QObject) -> None:
        """Watches nothing yet.

        Args:
            is_bound: Whether a name stands for a command now.
            parent: Its owner.
        """
        super().__init__(parent)
        self._is_bound = is_bound
        self._down: tuple[Qt.MouseButton, QPointF, int] | None = None

    def watch(self, widget: QWidget) -> None:
        """Watches a widget too."""
        widget.installEventFilter(self)

    def forget(self) -> None:
        """Takes no notice of a button that is down: another picture came under it."""
        self._down = None

    def turn(self, notches: int) -> None:
        """Takes notches of the wheel; positive is down, towards oneself."""
        name = WHEEL_DOWN if notches > 0 else WHEEL_UP
        for _ in range(abs(notches)):
            if self._is_bound(name):
                self.pressed.emit(name, 0)

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        """Takes the buttons that stand for commands; the second click of two is a click as well."""
        if not isinstance(event, QMouseEvent):
            return False
        name = button_name(event.button())
        if event.type() in _PRESSES and name and self._is_bound(name):
            self._down = (event.button(), event.position(), event.timestamp())
            # The widget does not hear of a second click, which it would take for a double click.
            return event.type() == QEvent.Type.MouseButtonDblClick
        if event.type() == QEvent.Type.MouseButtonRelease and self._down is not None:
            button, place, at_ms = self._down
            if button == event.button():
                self._down = None
                if not _is_drag(place, event.position()):
                    self.pressed.emit(name, at_ms)
        return False


def _is_drag(start: QPointF, end: QPointF) -> bool:
    way = (end - start).manhattanLength()
    return way >= QGuiApplication.styleHints().startDragDistance()
