"""Notices when the pointer rests on a cell."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer, Signal

HOVER_MS = 450
"""The pointer rests this long on a cell before it is shown large."""


class Resting(QObject):
    """Waits until the pointer was moved to a cell and has been there for a while.

    A page that appears under a pointer at rest is not pointed at.

    Attributes:
        rested: Emitted with the place that the pointer rests on, -1 when it goes.
    """

    rested = Signal(int)

    def __init__(self, parent: QObject) -> None:
        """Begins with the pointer elsewhere."""
        super().__init__(parent)
        self._place = self._spent = -1
        self._timer = QTimer(self, singleShot=True, interval=HOVER_MS)
        self._timer.timeout.connect(self._has_rested)

    def move(self, place: int) -> None:
        """The pointer was moved on a cell."""
        if place not in {self._place, self._spent}:
            self.stop()
            self._place = place
            self._timer.start()

    def leave(self) -> None:
        """The pointer left a cell."""
        self._spent = -1
        self.stop()

    def spend(self, place: int) -> None:
        """Takes no notice of the pointer until it leaves a cell."""
        self.stop()
        self._spent = place

    def stop(self) -> None:
        """Forgets where the pointer is until it moves."""
        self._timer.stop()
        if self._place >= 0:
            self._place = -1
            self.rested.emit(-1)

    def _has_rested(self) -> None:
        self.rested.emit(self._place)
