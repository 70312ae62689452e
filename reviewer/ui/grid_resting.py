"""Notices when the pointer rests on a cell."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer, Signal

HOVER_MS = 450
"""The pointer rests this long on a cell before it is shown large."""


class Resting(QObject):
    """Waits until the pointer has been on one cell for a while.

    Attributes:
        rested: Emitted with the place that the pointer rests on, -1 when it goes.
    """

    rested = Signal(int)

    def __init__(self, parent: QObject) -> None:
        """Begins with the pointer elsewhere."""
        super().__init__(parent)
        self._place = -1
        self._timer = QTimer(self, singleShot=True, interval=HOVER_MS)
        self._timer.timeout.connect(self._has_rested)

    def point(self, place: int, there: bool) -> None:
        """The pointer came to a cell or went."""
        self.stop()
        if there:
            self._place = place
            self._timer.start()

    def stop(self) -> None:
        """Forgets where the pointer is until it moves to another cell."""
        self._timer.stop()
        if self._place >= 0:
            self._place = -1
            self.rested.emit(-1)

    def _has_rested(self) -> None:
        self.rested.emit(self._place)
