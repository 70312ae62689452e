"""Tells keys that are held down from keys that are pressed again, where Qt takes one for the other.

On X11 a key that is held down is let go and pressed again at the same millisecond, over and over.
Qt knows such a pair only if both have arrived when it looks at the first; on a busy machine, as
during a scan, the second often comes later, and one long press would answer many questions.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QEvent, QObject
from PySide6.QtGui import QKeyEvent

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget


class HeldKeys(QObject):
    """Stands before all pages of a window; what it sees is repeated goes on as repeated."""

    def __init__(self, window: QWidget) -> None:
        """Begins when the window gets its place on the screen; ends with it."""
        super().__init__(window)
        self._window = window
        self._let_go = (0, 0)
        window.installEventFilter(self)
        self._take_place()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Marks a press that comes at the very moment of the key's release as a repetition."""
        if watched is self._window:
            if event.type() == QEvent.Type.WinIdChange:
                self._take_place()
        elif isinstance(event, QKeyEvent) and not event.isAutoRepeat():
            what = (event.key(), event.timestamp())
            if event.type() == QEvent.Type.KeyRelease:
                self._let_go = what
            elif (
                event.type() == QEvent.Type.KeyPress and event.timestamp() and what == self._let_go
            ):
                return self._repeat(watched, event)
        return False

    def _take_place(self) -> None:
        if self._window.internalWinId():
            self._window.windowHandle().installEventFilter(self)

    def _repeat(self, window: QObject, event: QKeyEvent) -> bool:
        """Hands a press on as the repetition that it is."""
        again = QKeyEvent(
            event.type(),
            event.key(),
            event.modifiers(),
            event.nativeScanCode(),
            event.nativeVirtualKey(),
            event.nativeModifiers(),
            event.text(),
            autorep=True,
            count=event.count(),
        )
        again.setTimestamp(event.timestamp())
        QCoreApplication.sendEvent(window, again)
        return True
