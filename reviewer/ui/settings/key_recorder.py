"""Catches the next key that is pressed, whatever it would do otherwise."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

_ALONE = {
    Qt.Key.Key_Control,
    Qt.Key.Key_Alt,
    Qt.Key.Key_AltGr,
    Qt.Key.Key_Meta,
    Qt.Key.Key_CapsLock,
    Qt.Key.Key_NumLock,
}
"""Keys that mean nothing alone."""


class KeyRecorder(QObject):
    """Waits for a key.

    Shift is a key of its own if it is let go before another one is pressed.

    Attributes:
        recorded: Emitted with the `QKeyEvent`.
        ended: Nothing is waited for any more: Esc was pressed, or the window was left.
    """

    recorded = Signal(object)
    ended = Signal()

    def __init__(self, owner: QWidget) -> None:
        """Waits for nothing yet."""
        super().__init__(owner)
        self._owner = owner
        self._waits = False

    def start(self) -> None:
        """Waits from now on."""
        app = QCoreApplication.instance()
        if not self._waits and app is not None:
            self._waits = True
            # Before any widget, and before Tab or Esc mean something to one.
            app.installEventFilter(self)

    def stop(self) -> None:
        """Waits no longer."""
        app = QCoreApplication.instance()
        if self._waits and app is not None:
            self._waits = False
            app.removeEventFilter(self)
            self.ended.emit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Takes every key while one is waited for; what hides the page ends the wait."""
        kind = event.type()
        gone = watched is self._owner and kind == QEvent.Type.Hide
        if gone or kind == QEvent.Type.ApplicationDeactivate:
            self.stop()
            return False
        if not isinstance(event, QKeyEvent):
            return False
        if kind == QEvent.Type.ShortcutOverride:
            event.accept()
            return True
        key = Qt.Key(event.key()) if event.key() else Qt.Key.Key_unknown
        shift_alone = key == Qt.Key.Key_Shift
        wanted = QEvent.Type.KeyRelease if shift_alone else QEvent.Type.KeyPress
        if kind == wanted and key not in _ALONE and not event.isAutoRepeat():
            if key != Qt.Key.Key_Escape:
                self.recorded.emit(event)
            self.stop()
        return True
